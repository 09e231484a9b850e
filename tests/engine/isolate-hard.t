#!/bin/bash
# SPDX-License-Identifier: ISC
#
# ir-isolate against containers that hide their links, by name or by place, and
# after runs that were cut off: what is not cut is never called isolated.
. "${IR_SRCDIR:=.}/tests/tap.sh"
. "$IR_SRCDIR/tests/engine.sh"
require jq ssh-keygen busybox

engine_start
engine_image bb
docker network create --subnet 172.28.10.0/24 a >/dev/null
docker network create --subnet 172.28.11.0/24 b >/dev/null
docker run -d --name web --network a --restart always bb sleep 9999 >/dev/null
docker network connect --ip 172.28.11.5 b web
id=$(docker inspect -f '{{.Id}}' web)
file=ir-isolate-${id:0:12}.json
busybox=$(command -v busybox)

inside() # CONTAINER COMMAND...: as root of its network, as it may be itself
{
	local pid

	pid=$(docker inspect -f '{{.State.Pid}}' "$1")
	shift
	nsenter -t "$pid" -n -- "$@"
}
policy()
{
	docker inspect -f '{{.HostConfig.RestartPolicy.Name}}' web
}

# Each isolation has its own state, also in one directory.
run ir isolate web
first=$(cat ir-isolate-*.network.tar | sha256sum)
is "$(jq -r .state "$file")" "ir-isolate-${id:0:12}.network.tar" "the state"
run ir isolate --undo web
run ir isolate web
code_is 0 "a second time, here"
second=$(jq -r .state "$file")
ok "its state is a file of its own" \
	eval '[ -f "$second" ] && [ "$(sha256sum <"$second")" != "$first" ]'
is "$(sha256sum <"ir-isolate-${id:0:12}.network.tar")" "$first" \
	"and the first one is what it was"

# A run that ended between the cut and the restart policy, by what it left.
if ! engine_is podman; then
	docker update --restart always web >/dev/null
	run ir isolate web
	code_is 0 "after a run that was killed in between"
	out_has "already isolated"
	is "$(policy)" no "the restart policy is held"
fi
run ir isolate --undo web
code_is 0 "undone"
engine_is podman || is "$(policy)" always "and put back"

# What counts is how it was left last.
run ir isolate web
run ir isolate --keep-from 172.28.10.1 web
run ir status web
code_is 0 "a filter in the place of the link that was down"
run ir isolate web
run ir status web
code_is 0 "the link in the place of the filter"
run ir isolate --method=api web
run ir status web
code_is 0 "by the engine in the place of both"
run ir isolate --undo web
code_is 0 "one undo"

# A link of that name was never one that the kernel made.
docker run -d --name ren --network a bb sleep 9999 >/dev/null
inside ren ip link set eth0 down
inside ren ip link set eth0 name sit0
inside ren ip link set sit0 up
run ir isolate --method=api ren
if inside ren ip link show sit0 >/dev/null 2>&1; then
	code_is 76 "a link that the engine does not find by its name"
	err_has "still has"
	err_has "ir pause ren"
	out_hasnt "is isolated"
	run ir isolate --method=api ren
	code_is 76 "nor is it isolated already"
fi
docker rm -f ren >/dev/null

# One in a namespace that no process is in, as a socket could hold it.
inside web true
unshare --net sleep 9999 &
holder=$!
for i in 1 2 3 4 5 6 7 8 9; do
	[ /proc/$holder/ns/net -ef /proc/self/ns/net ] || break
	sleep 0.1
done
hidden()
{
	nsenter -t "$holder" -n -- "$@"
}
reaches_by_hidden()
{
	local i

	for i in 1 2 3; do
		! hidden "$busybox" ping -c 1 -W 1 172.28.11.1 >/dev/null 2>&1 ||
			return 0
	done
	return 1
}
link=$(inside web ip -o addr | sed -nE 's/^[0-9]+: ([^ ]+) .*172.28.11.5.*/\1/p')
inside web ip link set "$link" netns $holder
hidden ip addr add 172.28.11.5/24 dev "$link"
hidden ip link set "$link" up
ok "it works where it is hidden" reaches_by_hidden
for i in one two; do
	run ir isolate web
	code_is 76 "a hidden link, run $i"
	err_has "it has 2 links, and 1 leads out of it"
	err_has "ir pause web"
	out_hasnt "isolated"
done
run ir isolate --json web
code_is 76 "for programs"
is "$(jq -c 'keys' <<<"$out" 2>&1 | head -c 1)" "[" "it is JSON"
run ir status web
code_is 10 "nor does it hold"
out_has "hides"
run ir isolate --undo web
for i in one two; do
	run ir isolate --method=api web
	code_is 76 "by the engine, run $i"
	err_has "it has 2 links, and 1 leads out of it"
	out_hasnt "isolated"
done
run ir isolate --undo web

# One whose first process went into another container's network: that one's link
# is not touched.
docker run -d --name rogue --network b --pid=host --cap-add SYS_ADMIN \
	--cap-add SYS_PTRACE --security-opt seccomp=unconfined bb \
	nsenter -t "$(docker inspect -f '{{.State.Pid}}' web)" -n \
	sleep 9999 >/dev/null
rogue=$(docker inspect -f '{{.State.Pid}}' rogue)
for i in $(seq 100); do
	[ "$(cat "/proc/$rogue/comm")" != sleep ] || break
	sleep 0.1
done
tender=$(awk '{ print $4 }' "/proc/$rogue/stat")
gave=/proc/$tender/root$(docker inspect \
	-f '{{.NetworkSettings.SandboxKey}}' rogue)
ok "it is where the engine did not put it" \
	eval '! [ "/proc/$rogue/ns/net" -ef "$gave" ]'
links="$(inside web ip -o link show up)"
for i in link auto; do
	run ir isolate --method=$i rogue
	code_is 76 "it is told ($i)"
	err_has "is in another container's network"
	err_has "pause it"
	is "$(inside web ip -o link show up)" "$links" "and nobody else is cut"
done
run ir isolate --undo rogue
docker rm -f rogue >/dev/null

# The link that an overlay's containers have beside it, and the engine does not
# show.
if docker swarm init --advertise-addr 127.0.0.1 >"$T/swarm" 2>&1 &&
	docker network create -d overlay --attachable over >>"$T/swarm" 2>&1 &&
	docker run -d --name ov --network over bb sleep 9999 >>"$T/swarm" 2>&1
then
	run ir isolate --json ov
	code_is 0 "a container on an overlay"
	json_is '[.links[] | select(.outward)] | length' 2
	run ir isolate --undo ov
	other=$(inside ov ip -o -4 addr | awk '$2 != "lo" && $4 !~ /^10\./ {
		print $2 }')
	inside ov ip link set "$other" down # there is an eth1 there
	inside ov ip link set "$other" name behind
	inside ov ip link set behind netns $holder
	run ir isolate ov
	code_is 76 "its other link is hidden"
	err_has "it has 2 links, and 1 leads out of it"
else
	skip "an overlay" "$(tail -n 1 "$T/swarm")"
fi
kill $holder

done_testing
