#!/bin/bash
# SPDX-License-Identifier: ISC
#
# lib/host with a real engine: its networks of every kind, as it makes them.
. "${IR_SRCDIR:=.}/tests/tap.sh"
. "$IR_SRCDIR/tests/engine.sh"
tool=$IR_BUILDDIR/tests/engine/test-host
[ -x "$tool" ] || skip_all "tests/engine/test-host is not built"
require jq
engine_start
engine_image bb

# host NAME WORD...: for that container.
host()
{
	run "$tool" "$(docker inspect -f '{{.Id}}' "$1")" \
		"$(docker inspect -f '{{.State.Pid}}' "$1")" "${@:2}"
}

# start NAME OPTION...
start()
{
	local name=$1

	shift
	docker run -d --name "$name" "$@" bb sleep 1000000 >/dev/null
}

# reaches NAME [ADDRESS]
reaches()
{
	docker exec "$1" ping -c1 -W1 "${2-172.17.0.1}" >/dev/null 2>&1
}

everything()
{
	engine_net ip -d link | sed -E 's/timer +[0-9.]+//g'
}

start web
docker network create --ipv6 --subnet fd77::/64 six >/dev/null
docker network connect six web
start other
sleep 2
host web links
code_is 0 "on the default bridge and one with IPv6"
json_is '[.[] | select(.outward) | .peer.master] | length' 2 "two links"
ok "it reaches the host" reaches web
ok "and by IPv6" reaches web fd77::1
docker exec web ip addr >"$T/before"
docker exec web ip -6 route >>"$T/before"
everything >"$T/all.before"
host web down
code_is 0 "is cut off"
reaches web
is "$?" 1 "the host is out of reach"
reaches web fd77::1
is "$?" 1 "by IPv6, too"
ok "another container is not cut off" reaches other
host web up
code_is 0 "and comes back"
# Up to a second for ARP that had given up.
for ((i = 0; i < 5; i++)); do
	! reaches web || break
done
ok "and reaches the host again" reaches web
sleep 1
docker exec web ip addr >"$T/after"
docker exec web ip -6 route >>"$T/after"
run diff "$T/before" "$T/after"
code_is 0 "with all its addresses and IPv6 routes"
everything >"$T/all.after"
run diff "$T/all.before" "$T/all.after"
code_is 0 "and all else is as it was"

start hosty --net host
host hosty links
code_is 76 "one in the host's network"
err_has "is in the host's own network" "is told"
host hosty down
code_is 76 "and not taken down"
start none --net none
host none none
code_is 0 "one without a network has no link"
host none down
code_is 0 "and is cut off"
start guest --net container:web
host guest down
code_is 0 "one in another's network"
reaches web
is "$?" 1 "takes that along"
host web up
run "$tool" "$(docker inspect -f '{{.Id}}' web)" \
	"$(docker inspect -f '{{.State.Pid}}' other)" links
code_is 66 "another container's process"
err_has "is not of container" "is noticed"
docker pause web >/dev/null
host web down
code_is 0 "one that is paused"
json_is '[.[] | select(.outward) | .peer.up] | unique | join(" ")' false \
	"is cut off"
docker unpause web >/dev/null
reaches web
is "$?" 1 "and is when it goes on"
host web up

done_testing
