#!/bin/bash
# SPDX-License-Identifier: ISC
#
# An engine that runs as a user, on cgroup v1 or without a cgroup of its own: it
# cannot freeze, and no cgroup bears the ids of its containers.
. "${IR_SRCDIR:=.}/tests/tap.sh"
. "$IR_SRCDIR/tests/engine.sh"
. "$IR_SRCDIR/tests/rootless.sh"

tests=$IR_BUILDDIR/tests/engine
[ -x "$tests/test-host-acts" ] || skip_all "test-host-acts is not built"
require jq
why=$(engine_missing)
[ -n "$why" ] || why=$(rootless_missing)
[ -z "$why" ] || skip_all "$why"
chmod 711 "$T"
engine_start
engine_image bb
mkdir -m 755 tests bin
cp "$tests/test-host-victim" tests
cp "$IR_BUILDDIR/ir/ir-pause" bin

# start NAME OPTION... IMAGE COMMAND...: a container; then as of().
start()
{
	local name=$1 lib libs=()

	shift
	for lib in /usr /lib /lib64; do
		[ ! -e $lib ] || libs+=(-v "$lib:$lib:ro")
	done
	docker run -d --name "$name" -v "$T/tests:/t:ro" "${libs[@]}" \
		"$@" >/dev/null
	of "$name"
}

# of NAME: its id in $id, its process in $pid.
of()
{
	id=$(docker inspect -f '{{.Id}}' "$1")
	pid=$(docker inspect -f '{{.State.Pid}}' "$1")
}

act()
{
	run "$tests/test-host-acts" "$id" "$pid" "$@"
}

state()
{
	sed 's/.*) \(.\).*/\1/' "/proc/$1/stat"
}

states()
{
	local p all=

	for p; do
		all+=$(state "$p" 2>/dev/null || echo -)
	done
	echo "$all"
}

start_of()
{
	sed 's/.*) //' "/proc/$1/stat" | cut -d ' ' -f 20
}

# until_is COMMAND... WANT: waits until the command prints that.
until_is()
{
	local i want=${*: -1}

	for ((i = 0; i < 1500; i++)); do
		[ "$("${@:1:$#-1}" 2>/dev/null)" != "$want" ] || return 0
		sleep 0.02
	done
	return 1
}

# Nobody else's processes sleep for as long as this and two digits more.
S=$$

# sleeper SECONDS: the process that sleeps for that long, once there is one.
# The engine's own runc has the same words for a moment.
sleeper()
{
	local i p

	for ((i = 0; i < 1500; i++)); do
		for p in $(pgrep -x -f "sleep $1"); do
			[ "$(state "$p")" != S ] || { echo "$p"; return; }
		done
		sleep 0.02
	done
	return 1
}

start other bb sleep ${S}01
other=$pid
start web --privileged --restart always bb sh -c "unshare -p -f sleep ${S}02 &
	unshare -m -p -f sh -c '
		mount -t tmpfs x /etc; mount -t tmpfs y /proc; exec sleep ${S}03' &
	exec sleep ${S}04"
web=$pid
docker exec -d -u 55 web sleep ${S}05
docker exec -d web sleep ${S}06
all=("$(sleeper ${S}02)" "$(sleeper ${S}03)" "$web" "$(sleeper ${S}05)")
before=$(sleeper ${S}06)
kill -STOP "$before"
until_is state "$before" T

# What the rest of this is for.
run docker pause web
ok "the engine cannot freeze" [ "$code" != 0 ]
ok "no cgroup bears the id" eval '! grep -q "$id" "/proc/$web/cgroup"'
ok "a user of the container is another user on the host" test \
	"$(stat -c %u "/proc/${all[3]}")" -gt $ROOTLESS_UID

run ir open INC-1
bundle=$T/$out
run ir pause -b "$bundle" --json web
code_is 0 "pause"
json_is .state paused
json_is .how signal
err_has "cannot freeze web"
record=$bundle/$(jq -r .record "$T/out")
is "$(states "${all[@]}" "$before")" TTTTT \
	"all stand still: in PID namespaces below, with mounts of their own"
is "$(states "$other")" S "another container goes on"
is "$(jq -c '[.how, .atomic, .restart.Name]' "$record")" \
	'["signal",false,"always"]' "the record says how, and not at one instant"
is "$(jq -c '[.stopped_before[].pid]' "$record")" "[$before]" \
	"and who was stopped before"
listed=$(jq -c 'select(.ev == "stopped") | [.processes[] | [.pid, .start]]' \
	"$bundle/journal/0001-ir-pause.jsonl")
is "$(for p in "${all[@]}"; do
	echo "[$p,$(start_of "$p")]"
done | jq -sc --argjson all "$listed" '. - $all')" '[]' \
	"the journal lists whom it stopped, and when each was started"
is "$(jq -c "map(.[0]) | index($before)" <<<"$listed")" null \
	"but not the other one"
run ir pause -b "$bundle" --undo web
code_is 0 "undo"
ok "they go on" until_is states "${all[@]}" SSSS
is "$(states "$before")" T "but for the one that was stopped before"

mkdir plain && cd plain || exit
run ir pause -q web
code_is 0 "without a bundle"
is "$(states "${all[@]}" "$other")" TTTTS "it is the same"
run ir pause web
code_is 0 "a second time"
out_has "web is already paused: all of its processes are stopped"
run ir status web
code_is 0 "status"
out_has "holds   web stopped by signal"
kill -CONT "${all[1]}"
run ir status web
code_is 10 "one was let go by somebody else"
out_has "thawed: 1 of its processes run"
run ir pause --json web
json_is .processes 1 "it is stopped again"
run ir status web
code_is 0

kill -STOP "$other"
until_is state "$other" T
run ir pause --undo web
code_is 0 "undo"
ok "they go on" until_is states "${all[@]}" SSSS
is "$(states "$before" "$other")" TT \
	"not who was stopped before, nor in another container"
kill -CONT "$before" "$other"
is "$(docker inspect -f '{{.HostConfig.RestartPolicy.Name}}' web)" always
run ir pause --undo web
out_has "nothing to thaw"

# What its own user may do: all of it is in a namespace that is his.
user()
{
	run as_rootless env HOME="$ENGINE_DIR/home" sh -c '
		cd && exec "$@"' _ "$T/bin/ir-pause" "$@"
}
user web
code_is 0 "without root, the user whose engine it is"
is "$(states "${all[@]}" "$before" "$other")" TTTTTS "it is the same"
user --undo web
code_is 0
ok "and back" until_is states "${all[@]}" SSSS
chmod 666 "$ENGINE_DIR/docker.sock"
ROOTLESS_UID=$((ROOTLESS_UID - 1)) user web
code_is 76 "somebody else who may speak to the engine"
err_has "takes root, or who started its engine"
is "$(states "${all[@]}")" SSSS "stops nobody"

# The same words on the way to other processes.
of other
tended=$id
sh -c "sleep ${S}07; :" "$tended" &
shell=$!
disown
pid=$(sleeper ${S}07)
act stop
code_is 66 "the child of somebody who has the id as an argument"
err_has "no PID namespace of its own"
kill $shell "$pid"
start liar --privileged bb sh -c "
	mkdir -p /x/containers/$tended && touch /x/containers/$tended/hostname &&
	mount --bind /x/containers/$tended/hostname /etc/hostname
	exec unshare -p -f sh -c 'sleep ${S}08 & sh -c \"sleep ${S}09; :\" $tended;
		unshare -p -f sleep ${S}10' $tended"
id=$tended
act stop
code_is 66 "a container that has the mounts of another"
err_has "is not of container"
for seconds in "${S}08" "${S}09"; do
	pid=$(sleeper $seconds)
	act stop
	code_is 66 "a process in it, whoever its parent says that it is"
done
kill "$pid"
pid=$(sleeper ${S}10)
act stop
code_is 66 "the first of a PID namespace in it"
pid=$$
act stop
code_is 66 "this one"
is "$(states "$other" "$(sleeper ${S}08)")" SS "nobody was hit"
docker rm -f liar >/dev/null

# Who shares a network has the other's mounts of /etc; who shares a PID
# namespace cannot be told from it.
start near --network container:web bb sleep ${S}11
near=$pid
run ir pause -q near
code_is 0 "a container that shares a network"
is "$(states "$near" "$web")" TS "is stopped, and not the other"
run ir pause -q --undo near
docker rm -f near >/dev/null
start guest --pid container:web bb sleep ${S}12
guest=$pid
run ir pause guest
code_is 76 "one that shares a PID namespace"
err_has "act on the container whose namespace it shares"
is "$(states "$guest" "$web")" SS "nobody is stopped"
run ir isolate --method=link web
code_is 76 "nor is its network told from the other's"
run ir pause -b "$bundle" web
code_is 0 "with the other it stands still"
err_has "1 of them were started from outside of web"
is "$(states "$guest" "$web")" TT
is "$(jq -c 'select(.ev == "stopped") | [.processes[] | select(.guest) | .pid]' \
	"$bundle"/journal/0003-ir-pause.jsonl)" "[$guest]" "which is on record"
run ir pause -q -b "$bundle" --undo web
ok "both go on" until_is states "$guest" "$web" SS
docker rm -f guest >/dev/null

# Its network is the engine's own, which root can get at.
gateway=$(docker inspect -f '{{.NetworkSettings.Gateway}}' web)
ping()
{
	nsenter -t "$web" --net -- \
		busybox ping -q -c 1 -W 1 -w 1 "$gateway" >/dev/null
}
ok "web reaches its gateway" until_is eval 'ping; echo $?' 0
run ir isolate --method=link web
code_is 0 "isolate by its link"
ok "it does not reach it" eval '! ping'
run ir status web
code_is 0
out_has "holds   web isolated by its link"
run ir isolate --undo web
code_is 0 "undo"
ok "it does again" until_is eval 'ping; echo $?' 0
start host --network host bb sleep ${S}13
run ir isolate --method=link host
code_is 76 "in the engine's own network"
err_has "pause it (ir pause host)"
run ir isolate host
code_is 10 "it is paused instead"
err_has "it has no cgroup"
is "$(states "$pid")" T
run ir pause -q --undo host
docker rm -f host >/dev/null

for word in thread hop wake bomb; do
	start $word --ulimit nproc=500 -u 77 bb \
		sh -c "/t/test-host-victim $word & exec sleep ${S}20"
	until_is eval 'pgrep --ns "$pid" --nslist pid test-host-vict >/dev/null
		echo $?' 0
	act stop
	code_is 0 "$word: is stopped"
	act stopped
	is "$out" '{"stopped":1,"running":0}' "$word: and it is seen"
	docker rm -f $word >/dev/null
done

of other
docker stop -t 0 other >/dev/null
act stop
code_is 66 "one that has ended"
done_testing
