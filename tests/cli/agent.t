#!/bin/bash
# SPDX-License-Identifier: ISC
#
# Signing with keys in a real ssh-agent, and what becomes of it: the bundle, our
# verifier, ssh-keygen's; and each way in which the agent does not sign.
. "${IR_SRCDIR:=.}/tests/tap.sh"
require ssh-keygen ssh-agent ssh-add

# The passphrase, for ssh-add, which has no terminal here.
printf '#!/bin/sh\necho secret\n' >askpass
printf '#!/bin/sh\nexit 1\n' >deny
chmod +x askpass deny
export SSH_ASKPASS=$T/askpass SSH_ASKPASS_REQUIRE=force DISPLAY=:none

agent_start()
{
	SSH_ASKPASS=$T/$1 ssh-agent -D -a "$T/a.sock" >/dev/null 2>&1 &
	agent=$!
	while [ ! -S "$T/a.sock" ]; do sleep 0.05; done
	export SSH_AUTH_SOCK=$T/a.sock
}

agent_stop()
{
	kill "$agent" 2>/dev/null && wait "$agent" 2>/dev/null
	rm -f "$T/a.sock"
	unset SSH_AUTH_SOCK
}
at_exit eval 'kill $agent 2>/dev/null'

agent_start askpass

# end_to_end KEY: with the agent's only key, from open to verify.
end_to_end()
{
	local dir

	rm -rf work && mkdir work && cd work || exit 1
	run ir open --actor alice@lab INC-1
	code_is 0 "$1: open"
	err_has "opened and signed by alice@lab" "$1: signed"
	dir=$out
	run ir seal --actor alice@lab
	code_is 0 "$1: seal"
	echo "alice@lab $(cat "../$1.pub")" >signers
	run ir verify -s signers "$dir"
	code_is 0 "$1: VALID"
	ok "$1: ssh-keygen agrees" ssh-keygen -q -Y verify -f signers \
		-I alice@lab -n custody.v1@ir-tools \
		-s "$dir/custody/0001-seal.json.sig" \
		<"$dir/custody/0001-seal.json"
	cp "../$1.pub" revoked
	run ir verify -s signers --revoked revoked "$dir"
	code_is 21 "$1: revoked"
	out_has "by a key that is revoked in your list: SHA256:"
	cp -r "$dir" bad && printf ' ' >>bad/custody/0001-seal.json
	run ir verify -s signers bad
	code_is 21 "$1: not over other bytes"
	cd "$T" || exit 1
}

ssh-keygen -q -t ed25519 -N secret -C alice@lab -f ed25519
ssh-keygen -q -t rsa -b 2048 -N secret -C alice@lab -f rsa
for b in 256 384 521; do
	ssh-keygen -q -t ecdsa -b $b -N '' -C alice@lab -f ecdsa$b
done
for k in ed25519 rsa ecdsa256 ecdsa384 ecdsa521; do
	ssh-add -q -D
	ok "$k: is in the agent" ssh-add -q $k
	end_to_end $k
done

# A list of revoked keys that cannot be used.
dir=$(echo work/INC-1*)
ssh-keygen -q -k -f krl ed25519.pub
run ir verify -s work/signers --revoked krl "$dir"
code_is 65 "a binary KRL"
err_has "a binary KRL, which is not supported"
run ir verify -s work/signers --revoked none "$dir"
code_is 66 "no list of revoked keys"
cp ed25519.pub revoked
run ir verify -s work/signers --revoked revoked "$dir"
code_is 0 "another key is revoked"

# By name, when there are several.
ssh-add -q ed25519
rm -rf work && mkdir work && cd work || exit 1
for f in ed25519 ed25519.pub rsa ecdsa521 ecdsa521.pub; do
	rm -rf ./*
	ssh-add -q "$T/${f%.pub}"
	run ir open --key "$T/$f" INC-1
	code_is 0 "--key $f"
	err_has "opened and signed by alice@lab"
	run env "IR_KEY=$T/$f" ir seal
	code_is 0 "IR_KEY=$f"
	echo "alice@lab $(cat "$T/${f%.pub}.pub")" >signers
	run ir verify -s signers INC-1*
	code_is 0 "$f: VALID, by that key"
done
mv "$T/ecdsa521" "$T/away"
rm -rf ./*
run ir open --key "$T/ecdsa521" INC-1
code_is 0 "the public half is enough"
err_has "opened and signed"

# Several, and none is named.
rm -rf ./*
run ir open INC-1
code_is 0 "several keys stop nobody from opening"
err_has "not signed: ssh-agent holds 3 keys: name the file of yours"
for k in ed25519 rsa ecdsa521; do
	err_has "$(ssh-keygen -lf "$T/$k.pub" | cut -d' ' -f2) alice@lab"
done
run ir seal
code_is 64 "but from sealing"
err_lines 1
err_has "ssh-agent holds 3 keys"
run ir seal --key "$T/ed25519" --actor "$(jq -r .actor.id INC-1*/custody/*)"
code_is 0 "until one is named"
mkdir -p "$HOME/.ssh" && cp "$T/ed25519" "$HOME/.ssh/id_ed25519"
run ir open INC-2
err_has "opened and signed by alice@lab" "the file in .ssh names one of several"

# Not in the agent, or locked.
rm -rf "$HOME/.ssh" ./*
ssh-add -q -d "$T/ed25519.pub"
run ir open --key "$T/ed25519" INC-1
code_is 65 "a key that the agent does not hold"
err_lines 1
err_has "protected by a passphrase: add it to ssh-agent (ssh-add $T/ed25519)"
err_has "does not hold it, or is locked"
ssh-add -q "$T/ed25519"
ok "the agent locks" ssh-add -q -x 2>/dev/null
run ir open --key "$T/ed25519" INC-1
code_is 65 "a locked agent"
err_has "or is locked"
run ir open INC-1
code_is 0 "that stops nobody who named no key"
err_has "without a signature"
run ir seal
code_is 66 "but one cannot seal"
err_has "no key to sign with"
ok "the agent unlocks" ssh-add -q -X

# A key that may be used only when somebody says yes, and somebody says no.
rm -rf ./*
agent_stop
agent_start deny
SSH_ASKPASS=$T/askpass ssh-add -q -c "$T/ed25519"
run ir open --key "$T/ed25519" INC-1
code_is 76 "the agent refuses"
err_lines 2
err_has "ssh-agent did not sign with SHA256:"
err_has "it refused: is it locked"
is "$(ls -A)" "" "nothing is left"
run ir open INC-1
code_is 0 "a refusal stops nobody who named no key"
err_has "not signed: "
err_has "it refused"
run ir seal
code_is 76 "but one cannot seal"
is "$(ls INC-1*/custody)" "0000-open.json" "which leaves nothing"

# No agent.
agent_stop
run ir open --key "$T/ed25519" INC-2
code_is 65 "no agent"
err_has "there is no ssh-agent: SSH_AUTH_SOCK is not set"
run env SSH_AUTH_SOCK="$T/a.sock" ir open INC-3
code_is 0 "a stale socket stops nobody"
err_has "cannot reach ssh-agent at $T/a.sock"

# Keys are in memory, and memory can end up in a file.
if command -v strace >/dev/null; then
	run strace -o calls -e trace=prctl,openat ir open -k "$T/ed25519" INC-4
	ok "no core dump from before the key is read" awk '
		/PR_SET_DUMPABLE, SUID_DUMP_DISABLE/ { off = 1 }
		/ed25519/ && !off { exit 1 }
		END { exit !off }' calls
else
	skip "no core dump from before the key is read" "no strace"
fi

done_testing
