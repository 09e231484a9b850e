#!/bin/bash
# SPDX-License-Identifier: ISC
#
# Bad input and bad luck that a real engine shows: wrong names, an engine that
# dies in mid-stream, a full disk, signals.  Nothing that was collected is lost.
. "${IR_SRCDIR:=.}/tests/tap.sh"
. "$IR_SRCDIR/tests/engine.sh"
require jq ssh-keygen

engine_start
engine_image bb
ssh-keygen -q -t ed25519 -N '' -C alice@lab -f "$T/id"
echo "alice@lab $(cut -d' ' -f1,2 "$T/id.pub")" >"$T/signers"
export IR_KEY=$T/id IR_ALLOWED_SIGNERS=$T/signers

opened()
{
	rm -rf "$T/case" && mkdir "$T/case" && cd "$T/case" &&
		IR_BUNDLE=$T/case/$(ir open INC-1 2>/dev/null) && export IR_BUNDLE
}

# Names.
for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17; do
	docker create --name "n$i" bb true
done >ids
prefix=$(cut -c1 ids | sort | uniq -d | head -1)
for cmd in isolate pause rebuild; do
	run ir $cmd nobody
	code_is 66 "ir $cmd: no such container"
	err_has "no such container: nobody"
	run ir $cmd "$prefix"
	code_is 64 "ir $cmd: an ambiguous prefix"
	err_has "$(grep "^$prefix" ids | head -1 | cut -c1-12)"
done
run ir pause "../n1"
code_is 66 "a name that climbs is only a name"
run ir pause ''
code_is 64 "an empty name"
xargs /usr/bin/docker rm <ids >/dev/null
opened
run ir capture nobody
code_is 66 "ir capture: no such container"
run ir diff nobody
code_is 66 "ir diff: nothing of that name was captured"

# A big container, so that there is time to break in.
docker run -d --name big bb sh -c '
	dd if=/dev/urandom of=/blob bs=1M count=400 2>/dev/null; exec sleep 1000' \
	>/dev/null
until docker exec big sh -c 'pidof sleep' >/dev/null 2>&1; do sleep 0.2; done
cid=$(docker inspect -f '{{.Id}}' big)
tree=data/containers/$cid/filesystem.tar

signal()
{
	kill "-$1" "$capture"
}

# in_capture COMMAND...: runs it when the tree has begun to arrive.
# A background job of a script ignores SIGINT unless told otherwise.
in_capture()
{
	env --default-signal=INT ir capture --method=api big >"$T/out" 2>"$T/err" &
	capture=$!
	until [ -s "$IR_BUNDLE/$tree.part" ] || ! kill -0 $capture 2>/dev/null
	do
		sleep 0.02
	done
	sleep 0.1
	"$@"
	wait $capture 2>/dev/null
	code=$?
	out=$(<"$T/out") err=$(<"$T/err") ran="ir capture --method=api big, with $*"
}

# A signal: closed properly.
opened
in_capture signal INT
code_is 130 "SIGINT in the capture"
like "$out" "failed +filesystem +.*interrupted" "the torn tree is named"
is "$(docker inspect -f '{{.State.Status}}' big)" running \
	"the container is not left frozen"
is "$(docker ps -aqf label=ir-tools.baseline)" "" "no helper container is left"
ok "what had come is kept" test -s "$IR_BUNDLE/$tree.part"
ok "with the finished files" test -s "$IR_BUNDLE/${tree%/*}/inspect.json"
run ir verify "$IR_BUNDLE"
code_is 12 "it verifies as far as it goes"
like "$out" "attested.*filesystem.tar.part: [0-9]+ bytes" "to the byte"
n=$(sed -n 's/.*filesystem.tar.part: \([0-9]*\) bytes, sha256.*/\1/p' <<<"$out")
hash=$(sed -n 's/.*filesystem.tar.part: .*sha256 \([0-9a-f]*\).*/\1/p' <<<"$out")
is "$(head -c "$n" "$IR_BUNDLE/$tree.part" | sha256sum | cut -c1-64)" "$hash" \
	"and head | sha256sum agrees"
run ir seal
code_is 10 "it can be sealed, as incomplete"
run ir verify "$IR_BUNDLE"
code_is 10 "and is INCOMPLETE, not invalid"
out_has "INCOMPLETE"

# SIGKILL: nothing was closed.
opened
in_capture signal KILL
code_is 137 "SIGKILL in the capture"
is "$(docker inspect -f '{{.State.Status}}' big)" paused \
	"the container is as we left it, frozen"
run ir verify "$IR_BUNDLE"
code_is 12 "it verifies as far as it goes"
out_has "inspect.json"
run ir capture --method=api big
code_is 0 "and is captured again, into the same bundle"
is "$(docker inspect -f '{{.State.Status}}' big)" running "and thawed"
run ir seal
code_is 0 "sealed with the torn run in it"
run ir verify "$IR_BUNDLE"
code_is 0
out_has ".part"

# The disk is full.
mkdir "$T/small"
mount -t tmpfs -o size=20m none "$T/small"
at_exit umount "$T/small"
(cd "$T/small" && ir open INC-2 >"$T/name" 2>/dev/null)
IR_BUNDLE=$T/small/$(cat "$T/name")
run ir capture --method=api big
code_is 10 "the disk is full"
like "$out" "failed +filesystem +.*No space left" "and the ledger says so"
is "$(docker inspect -f '{{.State.Status}}' big)" running "thawed all the same"
ok "what had come is kept" test -s "$IR_BUNDLE/${tree%/*}/inspect.json"
run ir verify "$IR_BUNDLE"
code_is 12 "and verifies as far as it goes"

# The engine dies.
opened
in_capture engine_kill
# Unreachable, or broke off: a dying engine may accept once more.
like "$code" '^(69|76)$' "the engine dies in mid-stream"
err_has "still paused" "and it says how the container was left"
ok "what had come is kept" test -s "$IR_BUNDLE/$tree.part"
run ir verify "$IR_BUNDLE"
code_is 12 "and verifies as far as it goes"
run ir seal
code_is 10 "it is sealed without an engine"
run ir verify "$IR_BUNDLE"
code_is 10

done_testing
