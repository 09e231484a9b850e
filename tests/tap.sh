# shellcheck shell=bash
# SPDX-License-Identifier: ISC
#
# The little that a test in bash needs to speak TAP.  A test begins with
#
#	. "${IR_SRCDIR:=.}/tests/tap.sh"
#
# and ends with done_testing; one that dies before has no plan, which the
# driver reports as an error.  By hand, in the tree: bash tests/cli/X.t
#
#	ok WHAT [COMMAND...]	the command's success (or that of the last one)
#	is GOT WANT [WHAT]	equal strings
#	like GOT ERE [WHAT]	unlike GOT ERE [WHAT]
#	run COMMAND...		fills $out, $err, $code; stdin is /dev/null unless
#				redirected; the bytes are in $T/out and $T/err
#	code_is N [WHAT]	out_has TEXT [WHAT]	out_hasnt TEXT [WHAT]
#	err_has TEXT [WHAT]	err_lines N [WHAT]	json_is FILTER VALUE [WHAT]
#	no_file PATH [WHAT]	nothing is there, not even a dangling link
#	pass WHAT, fail WHAT, diag TEXT, skip WHAT WHY, skip_all WHY
#	require_root, require PROGRAM...	skip_all if it is not so
#	at_exit COMMAND...	runs at the end in any case, last one first
#
# $T is a directory of the test's own; HOME is in it, so that nobody's
# configuration leaks in.  The programs that were built come first in PATH.
set -u

: "${IR_SRCDIR:=.}"
: "${IR_BUILDDIR:=$IR_SRCDIR/build}"
[ -d "$IR_BUILDDIR" ] || IR_BUILDDIR=.
IR_SRCDIR=$(cd "$IR_SRCDIR" && pwd)
IR_BUILDDIR=$(cd "$IR_BUILDDIR" && pwd)
export IR_SRCDIR IR_BUILDDIR

# shellcheck disable=SC2086 # names of variables, one a word
unset ${!DOCKER_@} IR_BUNDLE IR_KEY IR_ALLOWED_SIGNERS IR_TSA \
	IR_TSA_CA SSH_AUTH_SOCK
export LC_ALL=C TZ=UTC
export PATH="$IR_BUILDDIR/ir:$PATH:/usr/sbin:/sbin"
exec </dev/null

# Short, because the path of a Unix socket has at most 107 bytes.
T=$(mktemp -d /tmp/ir.XXXXXX) || exit 99
export T HOME="$T/home"
mkdir "$HOME" && cd "$T" || exit 99

tap_n=0
tap_failed=0
tap_planned=
tap_exits=()
out='' err='' code=0

tap_end()
{
	local status=$? i

	trap '' INT TERM HUP
	for ((i = ${#tap_exits[@]} - 1; i >= 0; i--)); do
		eval "${tap_exits[i]}"
	done
	cd / && rm -rf -- "$T"
	[ -n "$tap_planned" ] || echo "# ended before done_testing"
	[ "$tap_failed" = 0 ] || [ "$status" != 0 ] || status=1
	exit "$status"
}
trap tap_end EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

at_exit()
{
	tap_exits+=("$(printf '%q ' "$@")")
}

diag()
{
	printf '%s\n' "$*" | sed 's/^/# /'
}

pass()
{
	tap_n=$((tap_n + 1))
	printf 'ok %d - %s\n' "$tap_n" "${1//#/\\#}"
}

fail()
{
	tap_n=$((tap_n + 1))
	tap_failed=$((tap_failed + 1))
	printf 'not ok %d - %s\n' "$tap_n" "${1//#/\\#}"
	diag "at ${BASH_SOURCE[-1]##*/} line ${BASH_LINENO[-2]}"
	return 1
}

skip()
{
	tap_n=$((tap_n + 1))
	printf 'ok %d - %s # SKIP %s\n' "$tap_n" "${1//#/\\#}" "$2"
}

skip_all()
{
	tap_planned=1
	echo "1..0 # SKIP $*"
	exit 0
}

done_testing()
{
	tap_planned=1
	echo "1..$tap_n"
	[ "$tap_failed" = 0 ] || diag "$tap_failed of $tap_n failed"
	exit 0
}

ok()
{
	local status=$? what=$1

	shift
	if [ $# -gt 0 ]; then
		"$@"
		status=$?
	fi
	if [ "$status" = 0 ]; then
		pass "$what"
	else
		fail "$what"
		diag "status $status${1+: $*}"
		return 1
	fi
}

is()
{
	local what=${3-is: $2}

	if [ "$1" = "$2" ]; then
		pass "$what"
	else
		fail "$what"
		diag "got:  $1"
		diag "want: $2"
		return 1
	fi
}

like()
{
	local what=${3-like: $2}

	if [[ $1 =~ $2 ]]; then
		pass "$what"
	else
		fail "$what"
		diag "got: $1"
		diag "nothing like: $2"
		return 1
	fi
}

unlike()
{
	local what=${3-unlike: $2}

	if [[ $1 =~ $2 ]]; then
		fail "$what"
		diag "got: $1"
		diag "which is like: $2"
		return 1
	else
		pass "$what"
	fi
}

run()
{
	code=0
	"$@" >"$T/out" 2>"$T/err" || code=$?
	out=$(tr -d '\0' <"$T/out")
	err=$(tr -d '\0' <"$T/err")
	ran=$*
}

# What was run, what came: for the reader of a failure.
tap_ran()
{
	diag "ran: $ran"
	diag "exit code: $code"
	[ -z "$out" ] || diag "stdout: $(head -n 40 <<<"$out")"
	[ -z "$err" ] || diag "stderr: $(head -n 40 <<<"$err")"
	return 1
}

code_is()
{
	if [ "$code" = "$1" ]; then
		pass "${2-exit code $1}"
	else
		fail "${2-exit code $1}"
		diag "want: $1"
		tap_ran
	fi
}

tap_has()
{
	case $1 in
	*"$2"*) pass "$3" ;;
	*)
		fail "$3"
		diag "want: $2"
		tap_ran
		;;
	esac
}

out_has()
{
	tap_has "$out" "$1" "${2-stdout has: $1}"
}

err_has()
{
	tap_has "$err" "$1" "${2-stderr has: $1}"
}

out_hasnt()
{
	case $out in
	*"$1"*)
		fail "${2-stdout has not: $1}"
		tap_ran
		;;
	*) pass "${2-stdout has not: $1}" ;;
	esac
}

err_lines()
{
	local n

	n=$(wc -l <"$T/err")
	if [ "$n" = "$1" ]; then
		pass "${2-stderr has $1 line(s)}"
	else
		fail "${2-stderr has $1 line(s)}"
		tap_ran
	fi
}

json_is()
{
	local got what=${3-json $1 is $2}

	# What happens meanwhile is no result.
	if got=$(jq -r "select((objects | has(\"event\")) // false | not) |
		($1)" "$T/out" 2>&1) && [ "$got" = "$2" ]; then
		pass "$what"
	else
		fail "$what"
		diag "got:  $got"
		diag "want: $2"
		tap_ran
	fi
}

no_file()
{
	if [ -e "$1" ] || [ -L "$1" ]; then
		fail "${2-$1 is not there}"
		diag "$(ls -ld -- "$1")"
		return 1
	else
		pass "${2-$1 is not there}"
	fi
}

require_root()
{
	[ "$(id -u)" = 0 ] || skip_all "needs root"
}

require()
{
	local p

	for p; do
		command -v "$p" >/dev/null || skip_all "needs $p"
	done
}
