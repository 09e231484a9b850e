#!/bin/bash
# SPDX-License-Identifier: ISC
#
# ir capture is killed at random moments; each time ir verify states exactly how
# many bytes of each stream are proven.  6 kills, and 30 with IR_LONG=1;
# tests/kill.sh says how to repeat a failure, tests/cli/kill.t kills more often.
. "${IR_SRCDIR:=.}/tests/tap.sh"
. "$IR_SRCDIR/tests/engine.sh"
. "$IR_SRCDIR/tests/kill.sh"
require jq ssh-keygen

engine_start
engine_image bb
ssh-keygen -q -t ed25519 -N '' -C alice@lab -f id
echo "alice@lab $(cut -d' ' -f1,2 id.pub)" >signers
export IR_KEY=$T/id IR_ALLOWED_SIGNERS=$T/signers
kills=6
[ -z "${IR_LONG-}" ] || kills=30
kill_seed

# More than one chunk of log and of files.
docker run -d --name web bb sh -c '
	dd if=/dev/urandom of=/blob bs=1M count=100 2>/dev/null
	head -c 10000000 /dev/urandom | od -v; echo there; exec sleep 1000' >/dev/null
until docker logs -n 1 web 2>&1 | grep -q there; do sleep 0.2; done

killed()
{
	ir-capture -q -b "$1" web >capture.out 2>capture.err &
	pid=$!
	sleep "$delay"
	kill -9 $pid
	wait $pid 2>wait.err
	[ $? = 137 ]
}

i=0 proven=0
while [ $i -lt $kills ]; do
	i=$((i + 1))
	run ir open -q INC-1
	bundle=$out
	kill_random 2500
	killed "$bundle"
	how=$?
	[ $how = 0 ] || grep -q '"ev":"end"' "$bundle"/journal/*
	ok "$i: killed after $delay s, or done before" || cat capture.err
	ok "$i: what is proven is so" kill_check "$bundle" "$i" || break
	proven=$((proven + $(jq '.summary.proven | length' kill.json)))
	docker unpause web >/dev/null 2>&1
	docker ps -aq --filter name=ir- | xargs -r docker rm -f >/dev/null 2>&1
	rm -rf -- "$bundle"
done
diag "files: $proven times proven"
ok "something was proven" test "$proven" -gt 0

done_testing
