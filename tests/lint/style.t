#!/bin/bash
# SPDX-License-Identifier: ISC
#
# What C files look like: formatted, licensed, short, and without the calls
# that are not used here.
. "${IR_SRCDIR:=.}/tests/tap.sh"

# Run a shell, or write without knowing how much room there is.
banned='\<(system|popen|wordexp|gets|v?sprintf|strcat|alloca)[[:space:]]*\('

# long_functions FILE...: functions of 60 lines or more.
long_functions()
{
	awk 'FNR == 1 { start = 0 }
		/^\{/ { start = FNR }
		/^\}/ && start {
			if (FNR - start - 1 >= 60)
				print FILENAME ":" start ": " FNR - start - 1
			start = 0
		}' "$@"
}

# long_files FILE...
long_files()
{
	awk 'FNR == 601 { print FILENAME ": over 600 lines" }' "$@"
}

# unlicensed FILE...: no SPDX line at the top.
unlicensed()
{
	awk 'FNR == 1 { top = "" }
		FNR <= 3 { top = top $0 }
		FNR == 3 && top !~ /SPDX-License-Identifier: ISC/ {
			print FILENAME
		}' "$@"
}

cd "$IR_SRCDIR" || exit 99
mapfile -t files < <(find ir collectors tests -name '*.[ch]' | sort)
ok "there are files to look at (${#files[@]})" test ${#files[@]} -gt 60

is "$(unlicensed "${files[@]}")" "" "each begins with its licence"
is "$(long_files "${files[@]}")" "" "none is over 600 lines"
mapfile -t ours < <(printf '%s\n' "${files[@]}" | grep -v '^tests/')
is "$(long_functions "${ours[@]}")" "" "no function has 60 lines, except in tests"
is "$(grep -nE "$banned" "${files[@]}")" "" "no call that is not used here"

format=$(command -v clang-format-14 || command -v clang-format)
if [ -n "$format" ] && "$format" --version | grep -q 'version 14\.'; then
	run "$format" --dry-run -Werror "${files[@]}"
	code_is 0 "each is as clang-format 14 makes it"
else
	skip "each is as clang-format 14 makes it" "no clang-format 14"
fi

# Would it notice?
{
	echo 'int f(void)'
	echo '{'
	seq -f 'g(%g);' 60
	echo '}'
	seq -f '// %g' 600
	echo 'x = system ("ls");'
} >"$T/bad.c"
ok "would notice no licence" test -n "$(unlicensed "$T/bad.c")"
ok "would notice a long file" test -n "$(long_files "$T/bad.c")"
ok "would notice a long function" test -n "$(long_functions "$T/bad.c")"
ok "would notice a call" grep -qE "$banned" "$T/bad.c"
unlike "snprintf(a, file_system(b), fgets(c))" "$banned" \
	"names that only end alike are fine"

done_testing
