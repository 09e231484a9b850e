#!/bin/bash
# SPDX-License-Identifier: ISC
#
# Bad input that needs no engine: each gets one clear line and its exit code,
# and leaves nothing.
. "${IR_SRCDIR:=.}/tests/tap.sh"
require ssh-keygen

ssh-keygen -q -t ed25519 -N '' -C alice@lab -f "$T/id"
export IR_KEY=$T/id
mkdir work && cd work || exit 1

# one_line CODE TEXT WHAT: what was run failed with that, and nothing else.
one_line()
{
	code_is "$1" "$3"
	err_lines 1 "$3: one line"
	err_has "$2" "$3: $2"
}

for p in open isolate pause capture diff seal verify rebuild; do
	run "ir-$p" --help
	code_is 0 "ir-$p --help"
	out_has "Usage: ir-$p"
	out_has "Exit status:"
	run "ir-$p" --version
	like "$out" "^ir-$p \(ir-tools\) [0-9]" "ir-$p --version"
	run ir "$p" --no-such-option
	one_line 64 "--no-such-option" "ir $p: a wrong option"
done
run ir-open a b
one_line 64 "too many operands" "too many operands"
run ir-isolate
one_line 64 "missing operand" "a missing operand"
run ir
code_is 64 "ir alone"
err_has "Usage: ir COMMAND"
run ir nonsense
one_line 64 "nonsense is not a command" "an unknown command"
run ir ../../bin/sh
one_line 64 "not a command" "a path as a command"
run ir help pause
out_has "Usage: ir-pause" "ir help COMMAND"
is "$(ls -A)" "" "nothing is left by any of them"

# The engine.
run ir isolate -H "unix://$T/none.sock" web
code_is 69 "no socket"
err_has "unix://$T/none.sock"
err_has "does not exist"
run ir pause -H tcp://127.0.0.1:1 web
code_is 69 "nobody listens"
err_has "127.0.0.1:1"
run ir pause -H ssh://-oProxyCommand=x/ web
code_is 64 "a host that would be an option of ssh"
run ir pause -H nonsense://x web
code_is 64 "an endpoint of no known kind"
run env DOCKER_CONTEXT=none ir pause web
code_is 66 "no such context"
err_has none
if [ "$(id -u)" = 0 ] && command -v setpriv socat >/dev/null; then
	socat UNIX-LISTEN:"$T/s.sock",mode=600 /dev/null &
	at_exit kill $!
	while [ ! -S "$T/s.sock" ]; do sleep 0.05; done
	chmod 755 "$T" # where it was built, nobody may be let in
	cp "$(command -v ir-pause)" "$T/"
	run setpriv --reuid 65534 --regid 65534 --clear-groups \
		env -u IR_KEY HOME=/nonexistent \
		"$T/ir-pause" -H "unix://$T/s.sock" web
	code_is 77 "no permission on the socket"
	err_has "permission"
else
	skip "no permission on the socket" "needs root, setpriv and socat"
fi

# The bundle.
run ir seal
one_line 66 "no bundle here" "no bundle"
run ir seal -b "$T/none"
one_line 66 "$T/none" "a bundle that is not there"
mkdir empty
run ir seal -b empty
one_line 65 "empty" "a directory that is no bundle"
run ir verify empty
code_is 30 "nor is it one for verify"
out_has HOSTILE
is "$(wc -l <<<"$out")" 2 "in two lines"
run ir verify "$T/none"
one_line 66 "$T/none" "verify: not there"
rmdir empty

run ir open -H "unix://$T/none.sock" INC-1
code_is 0 "a bundle opens without an engine"
err_has "the engine is not recorded"
first=$out
run ir seal
code_is 0 "and is sealed"
run ir seal -b "$first"
one_line 73 "sealed" "twice is refused"
run ir seal
one_line 73 "sealed already" "also where it is found by itself"
ir open -q INC-2 >/dev/null 2>&1
ir open -q INC-3 >/dev/null 2>&1
run ir seal
code_is 64 "two open ones: which?"
err_has INC-2
err_has INC-3
run ir open -d "$T/none" INC-4
code_is 66 "a parent that is not there"
run ir open ''
code_is 64 "an empty case number"
run ir open $'x\e[31m/../y'
code_is 0 "a hostile case number"
unlike "$out" $'\e' "does not reach the terminal"
unlike "$out" '/\.\./' "nor the path"
mkdir $'\xff'
run ir open --json -d $'\xff' $'\xfe'
code_is 0 "a case and a directory that are not UTF-8"
json_is .case '\xfe' "are told in JSON all the same"
json_is '.bundle | startswith("\\xff/")' true "both"
run ir seal --json -b "$(echo $'\xff'/*)"
code_is 0 "and sealed"
json_is '.bundle | startswith("\\xff/")' true "the same"

# The key.
rm -rf ./*
run ir open -k "$T/none" INC-1
one_line 66 "$T/none" "a key that is missing"
install -m 644 "$T/id" "$T/open"
run ir open -k "$T/open" INC-1
one_line 77 "chmod 600" "a key that others can read"
ssh-keygen -q -t ed25519 -N secret -f "$T/locked"
run ir open -k "$T/locked" INC-1
one_line 65 "passphrase" "a key with a passphrase"
ssh-keygen -q -t rsa -b 2048 -N '' -f "$T/rsa"
run ir open -k "$T/rsa" INC-1
one_line 65 "Ed25519" "a key of another kind"
install -m 600 "$T/id.pub" "$T/half"
run ir open -k "$T/half" INC-1
code_is 65 "the public half"
run ir open --actor 'alice, bob' INC-1
code_is 64 "an actor of two words"
is "$(ls -A)" "" "nothing is left by any of them"
mkdir -p "$HOME/.ssh" && cp "$T/locked" "$HOME/.ssh/id_ed25519"
run env -u IR_KEY ir open INC-0
code_is 0 "a locked key that only lies in ~/.ssh stops nobody"
err_has "not signed"
err_has "passphrase"
rm -rf "$HOME/.ssh" ./*
run env -u IR_KEY ir open INC-1
code_is 0 "without any key one can still collect"
err_has "without a signature"
run env -u IR_KEY ir seal
one_line 66 "no key to sign with" "but not seal"
run ir verify "$(ls -d INC-1*)"
code_is 12 "it stays unsealed"

# Machines.
run ir seal --json -b "$T/none"
code_is 66
json_is .error.code 66 "an error is JSON as well"
run ir open --json INC-9
json_is .case INC-9

done_testing
