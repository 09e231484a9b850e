# shellcheck shell=bash
# SPDX-License-Identifier: ISC
#
# How a drill is told: chapters, commands with what they print, expectations.

if [ -t 1 ] && [ -z "${NO_COLOR-}" ]; then
	bold=$'\e[1m' green=$'\e[32m' red=$'\e[31m' plain=$'\e[0m'
else
	bold='' green='' red='' plain=''
fi

held=0
broken=0
show_out= # a file: what the last command printed
code=0

chapter()
{
	printf '\n%s== %s%s\n' "$bold" "$*" "$plain"
}

# quoted WORD...: as one would type them, a space before each.
quoted()
{
	local word

	for word; do
		case $word in
		*[!A-Za-z0-9._/:@=+-]* | '') printf ' %s' "'$word'" ;;
		*) printf ' %s' "$word" ;;
		esac
	done
}

# show COMMAND...: runs it for all to see; sets $code.
show()
{
	printf '\n%s$%s%s\n' "$bold" "$(quoted "$@")" "$plain"
	"$@" 2>&1 | tee "$show_out"
	code=${PIPESTATUS[0]}
}

# expect WHAT COMMAND...: a line that says whether it is so.
expect()
{
	local what=$1

	shift
	if "$@" >/dev/null 2>&1; then
		held=$((held + 1))
		printf '%s✓ %s%s\n' "$green" "$what" "$plain"
	else
		broken=$((broken + 1))
		printf '%s✗ %s%s\n' "$red" "$what" "$plain"
	fi
}

# For expect: what the last command printed has TEXT, or a line like ERE.
prints()
{
	grep -qF -- "$1" "$show_out"
}

prints_line()
{
	grep -qE -- "$1" "$show_out"
}

exit_is()
{
	[ "$code" = "$1" ]
}

not()
{
	! "$@"
}

# within SECONDS COMMAND...: it becomes true in that time.
within()
{
	local until=$((SECONDS + $1))

	shift
	until "$@"; do
		[ "$SECONDS" -lt "$until" ] || return 1
		sleep 0.2
	done
}
