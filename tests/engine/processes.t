#!/bin/bash
# SPDX-License-Identifier: ISC
#
# SIGSTOP to every process of a container, and SIGCONT to those that it hit:
# nobody else, whatever the container does meanwhile.
. "${IR_SRCDIR:=.}/tests/tap.sh"
. "$IR_SRCDIR/tests/engine.sh"

tests=$IR_BUILDDIR/tests/engine
[ -x "$tests/test-host-acts" ] || skip_all "test-host-acts is not built"
require jq
engine_start
engine_image bb

# start NAME OPTION... COMMAND...: a container, its id in $id, its process in
# $pid.  The victim's libraries are the host's.
start()
{
	local name=$1 lib libs=()

	shift
	for lib in /usr /lib /lib64; do
		[ ! -e $lib ] || libs+=(-v "$lib:$lib:ro")
	done
	docker run -d --name "$name" -v "$tests:/t:ro" "${libs[@]}" \
		--pids-limit 500 "$@" >/dev/null
	of "$name"
}

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

# members: the processes of $id, by their numbers here; podman's top has others.
members()
{
	grep -lsE "/(libpod-)?$id(/|\$)" /proc/[0-9]*/cgroup |
		cut -d/ -f3 | sort
}

# runners: how many of its threads run, by the kernel's word.
runners()
{
	local p

	for p in $(members); do
		cat "/proc/$p/task/"*/stat 2>/dev/null
	done | sed 's/.*) \(.\).*/\1/' | grep -vc '[TtZX]'
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

# sleeper SECONDS: the number of the one in the container that sleeps.
sleeper()
{
	local p

	for p in $(members); do
		[ "$(tr '\0' ' ' <"/proc/$p/cmdline")" != "sleep $1 " ] ||
			echo "$p"
	done 2>/dev/null
}

several()
{
	[ "$(members | wc -l)" -lt 2 ] || echo yes
}

docker run -d --name other bb sleep 1000 >/dev/null
start web bb sh -c 'sleep 1001 & while :; do echo x >>/tick; done'
docker exec -d web sleep 1002
docker exec -d web sleep 1003
for n in 1001 1002 1003; do until_is eval "sleeper $n | wc -l" 1; done
own=$(sleeper 1001) execed=$(sleeper 1002) before=$(sleeper 1003)
kill -STOP "$before"
until_is state "$before" T

# One that moved into a group below, as systemd in a container does.
find /sys/fs/cgroup/{freezer,pids,unified,}/ir-engine-* -type d \
	\( -name "$id" -o -name "libpod-$id" \) 2>/dev/null |
	while read -r dir; do
		mkdir "$dir/below" && echo "$own" >"$dir/below/cgroup.procs"
	done

act stopped
json_is .running 3 "three run before, and one is stopped"
act stop
code_is 0 "stops a container"
list=$out
ok "all that ran are listed, with when they started" test "$(
	jq -c '[.[] | [.pid, .start]] | sort' <<<"$list")" = "$(
	for p in "$pid" "$own" "$execed"; do
		echo "[$p,$(start_of "$p")]"
	done | jq -sc sort)"
is "$(state "$pid")$(state "$own")$(state "$execed")$(state "$before")" TTTT \
	"they are stopped, also what was executed, and the one in a group below"
size=$(stat -c %s "/proc/$pid/root/tick")
sleep 0.1
is "$(stat -c %s "/proc/$pid/root/tick")" "$size" "nothing goes on"
act stopped
is "$out" '{"stopped":1,"running":0}' "and it is seen"
is "$(state "$(docker inspect -f '{{.State.Pid}}' other)")" S \
	"another container goes on"
act stop
is "$code$out" '0[]' "a second time there is nobody left to stop"

# Whom a list names is not believed.
sleep 1000 &
mine=$!
disown
kill -STOP $mine
until_is state $mine T
act continue "[{\"pid\":$mine,\"start\":$(start_of $mine)}]"
is "$code$(state $mine)" 0T "one that is not of the container stays stopped"
kill -KILL $mine
act continue "[{\"pid\":$own,\"start\":1}]"
is "$code$(state "$own")" 0T "nor is one hit that has the number of another"
act continue '[{"pid":-1,"start":1}]'
code_is 65 "no number of a process"
act continue '[{"pid":1}]'
code_is 65 "without a start"
err_has "start"
act continue '[{"pid":4194303,"start":1}]'
code_is 0 "one that has ended is no error"
is "$(state "$pid")$(state "$own")$(state "$execed")$(state "$before")" TTTT \
	"nobody was hit by all that"

act continue "$list"
code_is 0 "continues"
ok "they run" until_is eval "state $own; state $execed" $'S\nS'
is "$(state "$before")" T "but for the one that was stopped before"
act stopped
json_is .running 3
act continue "$list"
code_is 0 "again is no error"

for word in thread hop wake bomb; do
	start $word bb sh -c "/t/test-host-victim $word & exec sleep 1000"
	until_is several yes
	sleep 1
	act stop
	code_is 0 "$word: is stopped"
	list=$out
	act stopped
	is "$out" '{"stopped":1,"running":0}' "$word: and it is seen"
	before=$(members)
	sleep 0.3
	is "$(members)" "$before" "$word: all of it"
	is "$(runners)" 0 "$word: every thread"
	act continue "$list"
	code_is 0 "$word: continues"
	ok "$word: runs" until_is state "$pid" S
	docker rm -f $word >/dev/null
done

of other
docker stop -t 0 other >/dev/null
act stop
code_is 66 "one that has ended"
done_testing
