#!/bin/bash
# SPDX-License-Identifier: ISC
#
# ir-pause against a real engine: frozen or not, and why not.
. "${IR_SRCDIR:=.}/tests/tap.sh"
. "$IR_SRCDIR/tests/engine.sh"
require jq python3 ssh-keygen

engine_start
engine_image bb
ssh-keygen -q -t ed25519 -N '' -C alice@lab -f "$T/id"
export IR_KEY=$T/id
# It counts, so that one can see whether it runs; on SIGTERM it leaves a mark.
cat >count.sh <<'EOT'
trap 'echo trapped >/mark; exit' TERM
while :; do i=$((i + 1)); echo $i >/count; sleep 0.02; done
EOT
count=$(cat count.sh)

status()
{
	docker inspect -f '{{.State.Status}}' "$1"
}
# What it has counted, seen from outside.
counted()
{
	docker cp "$1:/count" - | tar -xO
}
stands_still()
{
	local a

	a=$(counted "$1") && sleep 0.3 && [ "$a" = "$(counted "$1")" ]
}
refusing()
{
	[ -z "${proxy-}" ] || kill "$proxy"
	rm -f "$T/r.sock"
	python3 "$IR_SRCDIR/tests/refusing-engine.py" "$T/r.sock" \
		"${DOCKER_HOST#unix://}" "$@" &
	proxy=$!
	while [ ! -S "$T/r.sock" ]; do sleep 0.05; done
}
at_exit eval '[ -z "${proxy-}" ] || kill $proxy'

docker run -d --name web bb sh -c "$count" >/dev/null
id=$(docker inspect -f '{{.Id}}' web)
sleep 0.2
ok "it runs" eval '! stands_still web'

run ir pause --dry-run web
code_is 0 "a dry run"
out_has "POST /containers/$id/pause"
is "$(status web)" running "changes nothing"

run ir pause web
code_is 0 "pause"
like "$out" '^web is paused \([0-9]+ ms\)$' "with the time it took"
err_has "nothing is recorded"
err_has "do not stop or restart"
is "$(status web)" paused "so it is"
ok "it stands still" stands_still web
run ir pause --json "${id:0:12}"
code_is 0 "again, by a prefix of its id"
json_is .state "already paused"
json_is .container "$id"
run ir pause --undo --dry-run web
out_has "POST /containers/$id/unpause"
is "$(status web)" paused "a dry run of the undo changes nothing"
run ir pause --undo web
code_is 0 "undo"
is "$(status web)" running "so it does"
ok "it goes on" eval '! stands_still web'
run ir pause --undo web
code_is 0 "there is nothing more to undo"
out_has "not paused"
run ir pause --undo --or-stop web
code_is 64 "--undo with --or-stop"

# With a bundle.
run ir open INC-1
bundle=$T/$out
run ir pause -b "$bundle" --json web
code_is 0 "with a bundle"
json_is .state paused
json_is '.us > 0' true "it took time"
ok "the change is declared" grep -q '"ev":"change"' \
	"$bundle/journal/0001-ir-pause.jsonl"
run ir pause -b "$bundle" --undo web
is "$(grep -c '"ev":"change"' "$bundle/journal/0002-ir-pause.jsonl")" 1 \
	"so is the undo"
run ir pause -b "$bundle" --undo web
is "$(grep -c '"ev":"change"' "$bundle/journal/0003-ir-pause.jsonl")" 0 \
	"where nothing is changed, none is"

# What does not run.
docker create --name new bb true >/dev/null
docker run -d --name ended bb true >/dev/null
docker wait ended >/dev/null
for c in new ended; do
	run ir pause $c
	code_is 0 "$c does not run"
	out_has "nothing to freeze"
	out_has "ir capture"
	run ir pause --json --or-stop $c
	json_is .state "not running"
done

# What is to be known of it.
docker run -d --rm --name brief bb sh -c "$count" >/dev/null
docker run -d --name always --restart always --health-cmd true \
	--health-interval 1h bb sh -c "$count" >/dev/null
docker run -d --name task --label com.docker.swarm.task.id=x bb \
	sh -c "$count" >/dev/null
run ir pause brief
code_is 0 "one with --rm"
err_has "NEVER STOP OR KILL IT"
run ir pause always
code_is 0 "one with a restart policy and a health check"
err_has "restart policy is always"
err_has "health check"
run ir pause task
err_has "swarm"
run ir pause web
case $err in
*NEVER* | *policy* | *health* | *swarm*)
	fail "nothing of it where it does not apply"
	;;
*) pass "nothing of it where it does not apply" ;;
esac
for c in brief always task web; do
	run ir pause --undo $c
done

# An engine that cannot.
refusing POST '/containers/*/pause' 500
run ir pause -H "unix://$T/r.sock" web
code_is 76 "an engine that cannot freeze"
err_has "--or-stop would kill it"
err_has "refused by the test"
is "$(status web)" running "it goes on"
run ir pause -H "unix://$T/r.sock" --or-stop --dry-run web
out_has "/pause" "a dry run cannot know that"
is "$(status web)" running "it goes on"
run ir pause -H "unix://$T/r.sock" --or-stop brief
code_is 76 "--or-stop, but started with --rm"
err_has "not stopped"
err_has "ir isolate brief"
is "$(status brief)" running "it goes on"
run ir pause -H "unix://$T/r.sock" --or-stop web
code_is 0 "--or-stop"
out_has "web is stopped"
is "$(status web)" exited "so it is"
is "$(docker cp web:/mark - 2>&1 | grep -c trapped)" 0 \
	"none of its code ran at the end"
run ir pause -H "unix://$T/r.sock" --or-stop --json always
json_is .state stopped
sleep 1
is "$(status always)" exited "nor is it restarted by its policy"

# An engine that lies.
refusing POST '/containers/*/pause' 204
run ir pause -H "unix://$T/r.sock" task
code_is 76 "an engine that says it did it, and did not"
err_has "task is running"
docker pause task >/dev/null
refusing POST '/containers/*/unpause' 204
run ir pause -H "unix://$T/r.sock" --undo task
code_is 76 "nor the other way round"
err_has "task is paused"
run ir pause --undo task

# An engine that goes away is no reason to kill.
refusing POST '/containers/*/pause' 500
kill "$proxy" && proxy=
run ir pause -H "unix://$T/r.sock" --or-stop task
code_is 69 "no engine"
is "$(status task)" running "it goes on"

done_testing
