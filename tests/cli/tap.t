#!/bin/bash
# SPDX-License-Identifier: ISC
#
# tests/tap.sh itself: a check that cannot fail would prove nothing.
. "${IR_SRCDIR:=.}/tests/tap.sh"

# inner TEXT: runs TEXT as a test of its own, keeping where its $T was.
inner()
{
	run bash -c ". \"\$IR_SRCDIR/tests/tap.sh\"; echo \$T >\"\$WHERE\"; $1"
}
export WHERE=$T/where

inner 'pass fine; done_testing'
code_is 0
is "$out" $'ok 1 - fine\n1..1' "a test that passes"
no_file "$(cat "$WHERE")" "its directory is removed"

while read -r check; do
	inner "run sh -c 'echo out; echo err >&2; exit 3'; $check; done_testing"
	code_is 1 "fails: $check"
	out_has "not ok 1 - "
done <<'EOT'
ok what false
ok what test a = b
is a b what
like abc '^b' what
unlike abc '^a' what
code_is 0
out_has err
out_hasnt out
err_has out
err_lines 0
json_is .a 1
no_file /
EOT

while read -r check; do
	inner "run sh -c 'echo \"{\\\"a\\\":1}\"; echo err >&2; exit 3';
		$check; done_testing"
	code_is 0 "holds: $check"
	out_has "ok 1 - "
done <<'EOT'
ok what true
is a a what
like abc '^a' what
unlike abc '^b' what
code_is 3
out_has :1
out_hasnt err
err_has err
err_lines 1
json_is .a 1
no_file "$T/none"
EOT

inner 'skip_all no such thing'
code_is 0
is "$out" '1..0 # SKIP no such thing' "a test that is skipped"
inner 'require sh no-such-program; pass no'
is "$out" '1..0 # SKIP needs no-such-program' "a program that is missing"
inner 'pass one; exit 0'
out_hasnt 1..1 "no plan from a test that ends early"
inner 'pass one; no_such_variable=$no_such_variable; done_testing'
out_hasnt 1..1 "no plan from a test with a mistake"
inner 'at_exit echo "a b"; at_exit echo last one first; done_testing'
is "$out" $'1..0\nlast one first\na b' "what was asked for at exit"
inner 'kill -INT $$; sleep 1; done_testing'
code_is 130 "an interrupted test"
no_file "$(cat "$WHERE")" "removes its directory too"
DOCKER_HOST=x IR_BUNDLE=y IR_KEY=z inner \
	'echo "${DOCKER_HOST-}${IR_BUNDLE-}${IR_KEY-}$HOME"; done_testing'
is "$out" "$(cat "$WHERE")/home"$'\n1..0' "nobody's configuration leaks in"

done_testing
