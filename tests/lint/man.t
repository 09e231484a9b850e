#!/bin/bash
# SPDX-License-Identifier: ISC
#
# The manual: every program has a page, mandoc finds nothing wrong with it, and
# it tells of exactly the options that the program's --help does.
. "${IR_SRCDIR:=.}/tests/tap.sh"

# Words like -b and --bundle, one a line, sorted.
help_options()
{
	"$1" --help | sed -nE \
		's/^ +(-[A-Za-z0-9]), (--[a-z0-9-]+).*/\1\n\2/p
		s/^ +(--[a-z0-9-]+).*/\1/p' | sort -u
}

page_options()
{
	grep '^\.It Fl' "$1" | grep -oE '\<Fl -?[A-Za-z0-9-]+' |
		sed 's/^Fl /-/' | sort -u
}

pages=("$IR_SRCDIR"/ir/*.[1-8])
ok "there are pages" test -e "${pages[0]}"

for page in "${pages[@]}"; do
	name=${page##*/}
	if command -v mandoc >/dev/null; then
		run mandoc -Tlint -W warning "$page"
		is "$code$out$err" 0 "$name: mandoc has nothing to say"
	else
		skip "$name: mandoc has nothing to say" "no mandoc"
	fi
done

for program in "$IR_BUILDDIR"/ir/ir "$IR_BUILDDIR"/ir/ir-*; do
	[ -f "$program" ] && [ -x "$program" ] || continue
	name=${program##*/}
	page=$IR_SRCDIR/ir/$name.1
	ok "$name has a page" test -f "$page" || continue
	[ "$name" != ir ] || continue
	is "$(page_options "$page")" "$(help_options "$program")" \
		"$name: the page and --help have the same options"
done

done_testing
