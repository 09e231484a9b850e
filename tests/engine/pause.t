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
while :; do i=$((i + 1)); echo $i >/new; mv /new /count; sleep 0.02; done
EOT
count=$(cat count.sh)

status()
{
	docker inspect -f '{{.State.Status}}' "$1"
}
# What it has counted, seen from outside.
counted()
{
	local i n

	# Once more, if it was just being replaced.
	for i in 1 2 3; do
		n=$(docker cp "$1:/count" - 2>/dev/null | tar -xO 2>/dev/null)
		[ -z "$n" ] || break
	done
	echo "$n"
}
stands_still()
{
	local a

	a=$(counted "$1") && sleep 0.3 && [ "$a" = "$(counted "$1")" ]
}
# It counts on, sooner or later, on a machine that is busy.
moves()
{
	local a i

	a=$(counted "$1")
	for ((i = 0; i < 100; i++)); do
		[ "$a" = "$(counted "$1")" ] || return 0
		sleep 0.1
	done
	return 1
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
ok "it runs" moves web

run ir pause --dry-run web
code_is 0 "a dry run"
out_has "POST /containers/$id/pause"
is "$(status web)" running "changes nothing"

run ir pause web
code_is 0 "pause"
like "$out" '^web is paused \([0-9]+ ms\)$' "with the time it took"
err_has "this run goes into no journal"
err_has "do not stop or restart"
is "$(status web)" paused "so it is"
record=ir-pause-${id:0:12}.json
err_has "recorded in $record"
is "$(jq -r '[.container, .how] | join(" ")' "$record")" "$id engine" \
	"on record, for ir status"
run ir status web
code_is 0 "which knows of it"
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
no_file "$record" "the record is put aside"
ok "it goes on" moves web
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
docker run --name ended bb true
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
if engine_is podman; then # before 5 it cannot change a policy
	code_is 10 "one with a restart policy that stays: told"
	err_has "the restart policy of always stays always"
else
	code_is 0 "one with a restart policy and a health check"
fi
err_has "restart policy of always is always"
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

# An engine that cannot, seen from elsewhere: nothing of the container's is to
# be found in another PID namespace.
elsewhere()
{
	unshare --pid --fork --mount-proc "$@"
}
refusing POST '/containers/*/pause' 500
export R=unix://$T/r.sock
run elsewhere ir pause -H "$R" web
code_is 76 "an engine that cannot freeze"
err_has "--or-stop would kill it"
err_has "refused by the test"
err_has "nor stop its processes on this host"
is "$(status web)" running "it goes on"
ok "in truth" moves web
run elsewhere ir pause -H "$R" --or-stop --dry-run web
out_has "/pause" "a dry run cannot know that"
is "$(status web)" running "it goes on"
run elsewhere ir pause -H "$R" --or-stop brief
code_is 76 "--or-stop, but started with --rm"
err_has "not stopped"
err_has "ir isolate brief"
is "$(status brief)" running "it goes on"
run elsewhere ir pause -H "$R" --or-stop web
code_is 0 "--or-stop"
out_has "web is stopped"
is "$(status web)" exited "so it is"
is "$(docker cp web:/mark - 2>&1 | grep -c trapped)" 0 \
	"none of its code ran at the end"
run elsewhere ir pause -H "$R" --or-stop --json always
json_is .state stopped
json_is .how kill
engine_is podman || json_is .restart.Name always
sleep 1
is "$(status always)" exited "nor is it restarted by its policy"
engine_is podman ||
	is "$(docker inspect -f '{{.HostConfig.RestartPolicy.Name}}' always)" no \
	"also when the engine is started anew"
run ir pause --undo always
code_is 0 "the undo of that cannot bring it back"
out_has "nothing to thaw"
err_has "it is exited"
is "$(docker inspect -f '{{.HostConfig.RestartPolicy.Name}}' always)" always \
	"only its policy"
docker start web always >/dev/null

# On its host: signals.  In a directory without a bundle.
mkdir plain && cd plain || exit
sleep 0.3
ok "web runs" moves web
run ir pause -H "$R" --json web
code_is 0 "an engine that cannot, on its host"
json_is .state paused
json_is .how signal
json_is '.processes > 0' true
record=$(jq -r .record "$T/out")
is "$record" "ir-pause-${id:0:12}.json" "on record"
is "$(jq -c .stopped_before "$record")" '[]' "with who stood still before"
ok "it stands still" stands_still web
is "$(status web)" running "though the engine does not know"
run ir pause -H "$R" --or-stop web
code_is 0 "again: it is not killed"
out_has "already paused: all of its processes are stopped"
is "$(status web)" running "so it runs, as the engine sees it"
first=$(sha256sum <"$record")
members()
{
	pgrep --ns "$(docker inspect -f '{{.State.Pid}}' web)" --nslist pid .
}
# shellcheck disable=SC2046 # one word a process
kill -CONT $(members)
run ir pause -H "$R" -q web
code_is 0 "once more, after somebody let it go on"
ok "that has a record of its own" test -s "${record%.json}.then-2.json"
is "$(sha256sum <"$record")" "$first" "and the first is what it was"
run elsewhere ir pause --undo web
code_is 66 "an undo from elsewhere"
err_has "only there they can be let go"
ok "changes nothing" test -e "$record"
ok "and it still stands still" stands_still web
run ir pause --undo web
code_is 0 "an undo"
out_has "web goes on"
ok "it does" moves web
no_file "$record" "the record is put aside"
is "$(ls "${record%.json}".undone-*.json | wc -l)" 2 "and kept, both"
run ir pause --undo web
out_has "nothing to thaw"

# What is stopped so is still enough to be captured.
run ir pause -q -H "$R" web
run ir open INC-2
run ir capture -b "$out" -H "$R" --json web
err_has "every process of web is stopped already"
json_is '.paused_us // 0' 0
ok "it stands still after it" stands_still web
run ir pause -q --undo web
rm -rf INC-2*

# A process that was stopped before is not ours to let go.
inner=$(docker exec -d web sleep 4321; sleep 0.3; pgrep -f 'sleep 4321')
kill -STOP "$inner"
run ir pause -H "$R" -q web
is "$(jq -c '[.stopped_before[].pid]' "$record")" "[$inner]" "it is on record"
# A run that was killed half-way had reached some, and nobody knows which.
kill -CONT "$(docker inspect -f '{{.State.Pid}}' web)"
run ir pause -q --undo web
code_is 0 "an undo of what was done half"
ok "it goes on" moves web
is "$(ps -o state= -p "$inner")" T "it stays stopped"
is "$(members | xargs ps -o state= -p | grep -c T)" 1 "but nobody else"
kill -KILL "$inner"
# The record comes first: where none can be kept, nothing is stopped.
mkdir gone && cd gone && rmdir ../gone
run ir pause -H "$R" web
code_is 76 "a directory that takes no record"
err_has "cannot be kept"
ok "nothing is stopped" moves web
run ir pause web
code_is 0 "but the engine's own freeze needs none"
err_has "ir pause --undo web thaws it all the same"
is "$(status web)" paused "so it is"
run ir pause --undo web
code_is 0 "and it does"
cd ..

# It ends and is started anew: who has the numbers now is left alone.
run ir pause -q -H "$R" web
docker kill web >/dev/null
docker start web >/dev/null
run ir pause --undo web
code_is 0 "the undo after it was started anew"
out_has "nothing to thaw"
err_has "started anew at"
ok "it runs" moves web
no_file "$record" "and that was that"

# An engine that lies is not believed.
refusing POST '/containers/*/pause' 204
run elsewhere ir pause -H "$R" task
code_is 76 "an engine that says it did it, and did not"
err_has "task is running"
run ir pause -q -H "$R" --json task
json_is .how signal "on its host it is made true"
ok "so it is" stands_still task
run ir pause -q --undo task
docker pause task >/dev/null
refusing POST '/containers/*/unpause' 204
run ir pause -H "$R" --undo task
code_is 76 "nor the other way round"
err_has "task is paused"
run elsewhere ir pause -H "$R" --undo task
code_is 76 "nor from elsewhere"
run ir pause --undo task
# Nor is a policy.
refusing POST '/containers/*/update' 200
run ir pause -H "$R" --json always
code_is 10 "a policy that was not set: incomplete"
json_is .state paused
err_has "the restart policy of always stays always"
err_has "said that it did it"
is "$(status always)" paused "but it is paused"
run ir pause --json always
json_is .state "already paused"
if ! engine_is podman; then
	code_is 0 "the next run finishes it"
	is "$(docker inspect -f '{{.HostConfig.RestartPolicy.Name}}' always)" no
fi
refusing POST '/containers/*/update' 500
run ir pause -H "$R" --undo always
if ! engine_is podman; then
	code_is 10 "nor put back"
	err_has "could not be set back to always"
	err_has "run it again"
fi
out_has "always goes on"
run ir pause --undo always
code_is 0 "again"
is "$(docker inspect -f '{{.HostConfig.RestartPolicy.Name}}' always)" always

# An engine that goes away is no reason to kill, nor to send signals.
refusing POST '/containers/*/pause' 500
kill "$proxy" && wait "$proxy" 2>/dev/null
proxy=
run ir pause -H "$R" --or-stop task
code_is 69 "no engine"
is "$(status task)" running "it goes on"
ok "in truth" moves task

done_testing
