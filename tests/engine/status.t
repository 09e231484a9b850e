#!/bin/bash
# SPDX-License-Identifier: ISC
#
# ir-status against a real engine: each way in which a containment can come
# undone, and that it held before.
. "${IR_SRCDIR:=.}/tests/tap.sh"
. "$IR_SRCDIR/tests/engine.sh"
require jq python3 ssh-keygen

engine_start
engine_image bb
ssh-keygen -q -t ed25519 -N '' -C alice@lab -f "$T/id"
export IR_KEY=$T/id
docker network create front >/dev/null
docker network create --internal inner >/dev/null

# id NAME
id()
{
	docker inspect -f '{{.Id}}' "$1"
}
# web NAME [OPTION...]: a container that does nothing.
web()
{
	local name=$1

	shift
	docker run -d --name "$name" "$@" bb sleep 10000 >/dev/null
}
# paused NAME: a record of a pause, as ir pause leaves it, and the pause.
paused()
{
	docker pause "$1" >/dev/null
	docker inspect "$1" | jq --arg t "$(date -u +%FT%T.%6NZ)" '.[0] | {
		v: 1, container: .Id, name: (.Name | ltrimstr("/")), time: $t,
		how: "engine", stopped: [], started: .State.StartedAt,
		pid: .State.Pid, '"${2-}"'}' \
		>"ir-pause-$(id "$1" | cut -c1-12).json"
}
isolated()
{
	ir isolate --method=api -q "$1" >/dev/null 2>&1 ||
		ir isolate -q "$1" >/dev/null 2>&1
}
# holds NAME: and it says so.
holds()
{
	run ir status --json "$1"
	code_is 0 "$1 holds"
	is "$(jq -r '.verdict, (.deviations[] | select(.over | not).what)' \
		"$T/out" | xargs)" holds "and nothing else is told of it"
}
# past NAME WHAT DETAIL BY: it holds, and that was so for a while.
past()
{
	local d='.deviations[] | select(.over and .what == "'$2'")'

	holds "$1"
	like "$(jq -r "$d | .detail" "$T/out")" "$3" "$2 is told still: $1"
	like "$(jq -r "$d | .by" "$T/out")" "$4" "and who"
	is "$(jq -r "$d | .todo" "$T/out")" null "nothing is to be done"
}
# breaks NAME WHAT DETAIL BY: that one deviation.
breaks()
{
	run ir status --json "$1"
	code_is 10 "$1 does not hold"
	jq -c '.deviations |= map(select(.over | not))' "$T/out" >"$T/now"
	mv "$T/now" "$T/out"
	is "$(jq -r '.deviations[].what' "$T/out" | xargs)" "$2" "it says $2"
	like "$(jq -r '.deviations[0].detail' "$T/out")" "$3" "in words"
	like "$(jq -r '.deviations[0].by' "$T/out")" "$4" "and who"
}
# When it happened, in seconds before now, of deviation number $1.
age()
{
	local t

	t=$(jq -r ".deviations[$1].time" "$T/out")
	echo $(($(date +%s) - $(date -d "$t" +%s)))
}
# forget: all records.
forget()
{
	rm -f ir-pause-*.json ir-isolate-*.json
}

# Nothing on record.
run ir status
code_is 0 "nothing on record is no deviation"
is "$out" "" "nothing is shown"
err_has "nothing is contained"
web free
run ir status free
code_is 66 "one of which nothing is on record"
like "$out" 'nothing on record; running, on network (bridge|podman)' "what it is"
run ir status --json free
json_is .verdict none
run ir status nosuch
code_is 66 "one that does not exist"
out_has "no such container"

# Thawed.
web web
paused web
holds web
run ir status
like "$out" '^holds +web paused [0-9]+ s ago$' "on one line"
docker unpause web >/dev/null
breaks web thawed '^thawed' "call to the engine's API .docker unpause"
json_is '.deviations[0].todo' "ir pause web"
ok "just now" test "$(age 0)" -ge 0 -a "$(age 0)" -le 10
run ir status
code_is 10 "for people"
like "$out" '^BROKEN +web paused' "the verdict first"
out_has "next: ir pause web"
docker pause web >/dev/null
past web thawed '^was thawed for [0-9.]+ s, and contained again' 'docker unpause'
docker unpause web >/dev/null && docker pause web >/dev/null
past web thawed ' s in all, and' 'docker unpause'
is "$(jq '.deviations[0].times' "$T/out")" 2 "it counts"
run ir status
out_has "2 times, the last"
if engine_is podman; then
	skip "thawed by a signal" "podman leaves it frozen"
else
	docker kill -s USR1 web >/dev/null
	breaks web thawed '^thawed' 'signal 10 by a call'
fi
forget
docker unpause web >/dev/null 2>&1

# Labels cannot say otherwise.
web liar --label signal=9 --label exitCode=0 --label oldName=/x
paused liar
docker kill -s USR1 liar >/dev/null
engine_is podman || breaks liar thawed . '^a signal by a call'
docker rm -f liar >/dev/null
breaks liar removed '^removed: ' 'docker rm -f'
json_is .verdict gone
forget

# By a run of ours, which another bundle tells of.
mkdir lab
bundle=$(cd lab && ir open -q INC-1)
bundle=$T/lab/$bundle
paused web
mkdir keep && cp ir-pause-* keep
holds web
run ir pause -b "$bundle" -q --undo web
code_is 0 "thawed by ourselves"
cp keep/* .
run ir status -b "$bundle" --json web
like "$(jq -r '.deviations[0].by' "$T/out")" \
	'^ir pause -b .* --undo web, run 1 \(alice@lab\)$' "so it says"
breaks web thawed . "call to the engine's API" # without that bundle
run env IR_BUNDLE="$bundle" ir status web
no_file "$bundle/journal/0003-ir-status.jsonl" "no -b, no record"

# What is found goes into the bundle that was asked for.
docker pause web >/dev/null
docker unpause web >/dev/null
run ir status -b "$bundle" --json web
code_is 10 "thawed by somebody else"
is "$(jq -r 'select(.ev == "observed") | [.name, .what, .by] | join("|")' \
	"$bundle"/journal/0003-ir-status.jsonl | head -1)" \
	"web|thawed|a call to the engine's API (docker unpause)" \
	"it is in the journal"
is "$(jq -r .ev "$bundle"/journal/0003-ir-status.jsonl | xargs)" \
	"run sig observed mark sig end sig" "and proven"
forget

# Reconnected.
web iso --network front
isolated iso
holds iso
run ir status
like "$out" '^holds +iso isolated by the engine [0-9]+ s ago$' "on one line"
docker network connect front iso
breaks iso reconnected '^connected to network front as 1' "docker network"
json_is '.deviations[0].todo' "ir isolate iso"
docker network disconnect front iso
engine_is podman || # which does not say which network
	past iso reconnected '^was connected to network front for' 'docker net'
docker network connect inner iso
breaks iso reconnected 'inner as .*, an internal one, from which' "docker net"
docker network disconnect inner iso
holds iso

# A command started in it.
docker exec iso true
breaks iso exec '^a command was started in it(: true)?$' "docker exec"
forget

# Its own health check is none.
if ! engine_is podman; then # whose checks systemd starts
	web healthy --health-cmd 'true ; true' --health-interval 1s
	isolated healthy
	while ! [ "$(docker inspect -f '{{len .State.Health.Log}}' healthy)" -gt 1 ]; do
		sleep 0.2
	done
	holds healthy
	docker exec healthy sh -c 'true ; true ; true'
	breaks healthy exec 'true ; true ; true$' .
	docker rm -f healthy >/dev/null
	forget
fi

# Restarted.
web call
isolated call
holds call
docker restart -t 0 call >/dev/null
breaks call restarted 'and runs: what was in its memory is gone' 'docker restart'
docker stop -t 0 call >/dev/null
breaks call stopped 'not running any more \(exited, exit code 137\)' 'SIGKILL|a signal'
docker start call >/dev/null
breaks call restarted . 'docker start'
json_is '.deviations[0].times' 2
docker network connect front call
isolated call
past call restarted 'contained again since: what was in its memory' 'docker start'
docker stop -t 0 call >/dev/null
docker network connect front call
docker start call >/dev/null
run ir status --json call
is "$(jq -r '.deviations[] | select(.what == "reconnected" and
	(.over | not)).by' "$T/out")" \
	"a call to the engine's API (docker network connect) while it was stopped" \
	"connected while it was stopped"
docker rm -f call >/dev/null
breaks call removed '^removed \(exit code 137\)' 'docker rm -f'
forget
web policy --restart always
isolated policy
holds policy
kill -KILL "$(docker inspect -f '{{.State.Pid}}' policy)"
while [ "$(docker inspect -f '{{.RestartCount}}' policy)" = 0 ] ||
	[ "$(docker inspect -f '{{.State.Running}}' policy)" = false ]; do
	sleep 0.1
done
breaks policy restarted . '^its restart policy, always$'
docker rm -f policy >/dev/null
forget
web ends
isolated ends
holds ends
kill -KILL "$(docker inspect -f '{{.State.Pid}}' ends)"
while [ "$(docker inspect -f '{{.State.Running}}' ends)" = true ]; do
	sleep 0.1
done
breaks ends stopped 'exit code 137' '^itself, (or )?a signal'
forget

# Gone by itself.
docker run -d --rm --name brief bb sleep 10000 >/dev/null
isolated brief
holds brief
kill -KILL "$(docker inspect -f '{{.State.Pid}}' brief)"
while docker inspect brief >/dev/null 2>&1; do sleep 0.1; done
breaks brief removed '^removed' 'started with --rm'
forget

# A pause whose process was stopped.
if ! engine_is podman; then # which does not stop a paused one
	web stopped
	paused stopped
	holds stopped
	docker stop -t 1 stopped >/dev/null
	breaks stopped stopped 'thawed before, so its own code ran' 'SIG'
	docker rm -f stopped >/dev/null
	forget
fi

# Renamed, replaced, joined.
web aa
isolated aa
holds aa
docker rename aa bb
breaks aa renamed '^renamed to bb$' 'docker rename'
run ir status bb
code_is 10 "by its new name"
web aa
breaks aa 'renamed replaced' . .
like "$(jq -r '.deviations[1].detail' "$T/out")" \
	"has its name now: $(id aa | cut -c1-12), image .*bb.*, running" "who it is"
json_is '.deviations[1].todo' "ir isolate $(id aa | cut -c1-12)"
docker rm -f aa bb >/dev/null
breaks aa removed . .
forget
web shop1 --label com.docker.compose.project=p \
	--label com.docker.compose.service=shop
isolated shop1
holds shop1
sleep 1
web shop2 --label com.docker.compose.project=p \
	--label com.docker.compose.service=shop
breaks shop1 replaced 'same service of compose: [0-9a-f]+ shop2' .
docker rm -f shop1 >/dev/null
breaks shop1 'removed replaced' . .
json_is .verdict gone
forget
web host
isolated host
holds host
web guest --network container:host
engine_is podman || # whose list does not tell
	breaks host joined '^container guest .* uses its network namespace' .
docker rm -f guest host >/dev/null
forget

# The restart policy is back.
if ! engine_is podman; then # which cannot update
	web pol
	paused pol 'restart: {Name: "always", MaximumRetryCount: 0}'
	holds pol
	docker update --restart always pol >/dev/null
	breaks pol restart-policy 'is always, it was' 'docker update'
	json_is '.deviations[0].todo' \
		"docker update --restart=no $(id pol | cut -c1-12)"
	forget
	# It was "no" before, too; and what it was left with is none.
	web none
	isolated none
	holds none
	docker update --restart on-failure none >/dev/null
	breaks none restart-policy 'is on-failure, it was left as no' 'update'
	web kept --restart always
	isolated kept
	holds kept
	forget
fi

# Behind the engine's back.
web frozen
paused frozen
holds frozen
pid=$(docker inspect -f '{{.State.Pid}}' frozen)
cg=$(awk -F: '$2 == "freezer" { print "/sys/fs/cgroup/freezer" $3 }' \
	"/proc/$pid/cgroup")
if [ -n "$cg" ]; then
	echo THAWED >"$cg/freezer.state"
	breaks frozen thawed 'not frozen$' 'root on the host'
	echo FROZEN >"$cg/freezer.state"
	holds frozen
else
	skip "thawed behind the engine's back" "cgroup v2"
fi

forget

# By its link: the record as ir isolate leaves it, and what is done.
veth()
{
	local n

	n=$(docker exec "$1" cat /sys/class/net/eth0/iflink) &&
		engine_net ip -o link | sed -nE "s/^$n: ([^@:]+).*/\\1/p"
}
linked()
{
	local link

	link=$(veth "$1")
	docker inspect "$1" | jq --arg t "$(date -u +%FT%T.%6NZ)" '.[0] | {
		v: 1, container: .Id, name: (.Name | ltrimstr("/")),
		time: $t, mode: .HostConfig.NetworkMode, published: {}, method: "link",
		started: .State.StartedAt, endpoints: [
		.NetworkSettings.Networks | to_entries[] | {name: .key,
		network: .value.NetworkID, order: 0, endpoint: .value}]}' \
		>"ir-isolate-$(id "$1" | cut -c1-12).json"
	engine_net ip link set "$link" down
	sleep 1.1 # the exec of veth is not of what follows
}
web net --network front
linked net
holds net
run ir status net
out_has "isolated by its link"
engine_net ip link set "$(veth net)" up
sleep 0.2
run ir status --json net
code_is 10 "its link is up again"
is "$(jq -r '[.deviations[] | select(.what != "exec")] | .[].detail' \
	"$T/out")" "its link eth0 is up: it is on the network again" "it says so"
linked net
holds net
docker network connect inner net
breaks net reconnected 'inner' 'docker network connect'
json_is '[.deviations[].effects[].what] | join(" ")' link-up \
	"its link comes with that"
docker network disconnect inner net
holds net
docker restart -t 0 net >/dev/null
if ! engine_is podman; then
	run ir status --json net
	is "$(jq -c '[.deviations[] | select(.over | not) | .what,
		[.effects[].what]]' "$T/out")" '["restarted",["reconnected"]]' \
		"a restart gives it new links: one cause, one line"
	json_is '.deviations[0].todo' "ir isolate net"
	docker network connect inner net
	run ir status --json net
	is "$(jq -r '[.deviations[] | select(.over | not).what] | join(" ")' \
		"$T/out")" "restarted reconnected" "a connect is not by that"
	docker network disconnect inner net
	linked net
	docker stop -t 0 net >/dev/null
	breaks net stopped 'not running any more' 'SIGKILL'
	docker start net >/dev/null
	breaks net restarted 'restarted' 'docker start'
	linked net
fi
if id nobody >/dev/null 2>&1 && command -v setpriv >/dev/null; then
	linked net
	chmod 755 "$T" && chmod 666 "$T/e/docker.sock" && chmod 711 "$T/e"
	run setpriv --reuid=nobody --regid=nogroup --clear-groups \
		env HOME=/ ir status --json net
	code_is 77 "without root the link is not seen"
	json_is .verdict unknown
	like "$(jq -r .why "$T/out")" 'isolated on its host, which cannot be seen' \
		"and why"
	run setpriv --reuid=nobody --regid=nogroup --clear-groups \
		env HOME=/ ir status net
	like "$out" '^unknown net ' "for people, too"
else
	skip "without root" "no setpriv, or no nobody"
fi
forget

# Several at once.
docker unpause frozen >/dev/null
web two
isolated two
paused frozen
docker unpause frozen >/dev/null
run ir status --json
code_is 10 "one of two"
is "$(jq -r '.name + " " + .verdict' "$T/out" | sort | xargs)" \
	"frozen broken two holds" "each for itself"
run ir status two
code_is 0 "but not of that"

# Nothing to guard.
mkdir empty
run sh -c 'cd empty && exec timeout 60 ir status --watch --until-broken'
code_is 66 "--until-broken with nothing on record ends"
err_lines 1
is "$out" "" "and says so in one line"
run timeout 60 ir status --watch --until-broken free
code_is 66 "also for one that nobody contained"
run timeout 60 ir status --watch --until-broken nosuch
code_is 66 "and for none"

# A watch.  Its lines are read as they come.
waits_for()
{
	local i

	for ((i = 0; i < 600; i++)); do
		! grep -qE -- "$1" "$T/watched" || return 0
		sleep 0.1
	done
	diag "$(cat "$T/watched")"
	return 1
}
ir status --watch --interval 2 >"$T/watched" 2>&1 &
watch=$!
at_exit eval 'kill $watch 2>/dev/null'
ok "the watch shows the table" waits_for '^BROKEN +frozen'
docker pause frozen >/dev/null
ok "it tells of a pause" waits_for '^[0-9:]{8}Z frozen no longer: thawed'
ok "and that all is well" waits_for '^[0-9:]{8}Z frozen holds$'
docker network connect front two
ok "of a connect" waits_for 'Z two connected to network front as .* isolate two'
docker unpause frozen >/dev/null && docker pause frozen >/dev/null
ok "of what was over at once" waits_for 'Z frozen (was thawed for|no longer: thawed)'
docker network disconnect front two
ok "of its end" waits_for 'Z two no longer: connected to network front'
web three
isolated three
ok "of one more on record" waits_for '^holds +three isolated by the engine'
docker rm -f three >/dev/null
ok "of one removed" waits_for 'Z three removed .*, by a call'
rm ir-isolate-"$(jq -r 'select(.name == "three").container[:12]' \
	ir-isolate-*.json)".json
ok "of one undone" waits_for 'Z three is not on record any more'
kill -TERM $watch
wait $watch
is $? 0 "it ends with 0, since all holds"
timeout 120 ir status --watch --until-broken --json >"$T/watched" &
watch=$!
ok "as JSON" waits_for '"verdict":"holds"'
docker unpause frozen >/dev/null
wait $watch
is $? 10 "--until-broken"
is "$(jq -r 'select(.name == "frozen") | .verdict' "$T/watched" | xargs)" \
	"holds broken" "an object for each change"
run ir status --until-broken
code_is 64 "--until-broken without --watch"
for n in 0 x 3601 ''; do
	run ir status --watch --interval "$n"
	code_is 64 "--interval '$n'"
done

# The engine restarted.
ir status --watch --interval 1 >"$T/watched" 2>&1 &
watch=$!
ok "a watch" waits_for '^BROKEN +frozen'
docker pause frozen >/dev/null
engine_kill
ir status --watch --interval 1 >"$T/late" 2>&1 &
late=$!
at_exit eval 'kill $late 2>/dev/null'
run ir status
code_is 69 "no engine"
ok "what is on record is shown" grep -qE '^unknown +frozen +paused' "$T/out"
out_has "docker.sock"
ok "it tells that the engine is gone" waits_for 'the engine does not answer'
engine_again
ok "and that it is back" waits_for 'the engine answers again'
if engine_is podman; then # whose containers do not need it
	kill -TERM $watch
	wait $watch
	is $? 0 "it ends with 0"
	holds frozen
else
	ok "and what it finds then" waits_for 'frozen not running any more'
	kill -TERM $watch
	wait $watch
	is $? 10 "it ends with 10"
	mv "$T/late" "$T/watched"
	ok "one that began without an engine" waits_for 'Z frozen is exited$'
	breaks frozen stopped . 'the engine, restarted itself'
fi
kill -TERM $late
wait $late

done_testing
