#!/bin/bash
# SPDX-License-Identifier: ISC
#
# A packet filter on the host's ends of a container's links: only the analyst
# whose address is kept gets through, in both directions, whatever the container
# does in its own network.
. "${IR_SRCDIR:=.}/tests/tap.sh"
. "$IR_SRCDIR/tests/engine.sh"
. "$IR_SRCDIR/tests/analysts.sh"

acts=$IR_BUILDDIR/tests/engine/test-host-acts
[ -x "$acts" ] || skip_all "test-host-acts is not built"
require jq nft python3
engine_start
engine_image bb
analysts_start
# From 28 on nobody is let in to a port that is not published, unless so.
open=()
! engine_at_least 28 ||
	open=(-o com.docker.network.bridge.gateway_mode_ipv4=nat-unprotected
		-o com.docker.network.bridge.gateway_mode_ipv6=nat-unprotected)
docker network create --ipv6 --subnet 10.78.1.0/24 --subnet fd78:1::/64 \
	"${open[@]}" net1 >/dev/null
docker run -d --name web --network net1 --ip 10.78.1.5 --ip6 fd78:1::5 \
	--cap-add NET_ADMIN -p 8080:80 bb httpd -f -p 80 -h /etc >/dev/null
docker run -d --name other --network net1 --ip 10.78.1.6 bb \
	httpd -f -p 80 -h /etc >/dev/null
id=$(docker inspect -f '{{.Id}}' web)
pid=$(docker inspect -f '{{.State.Pid}}' web)
table=ir_${id:0:12}

act()
{
	run "$acts" "$id" "$pid" "$@"
}

# from WHO ADDRESS PORT: whether a web server answers WHO, an analyst or "web",
# with the container's own file or the analyst's.
from()
{
	local at

	case $1 in
	web) at=$pid ;;
	engine) at=$(cat "$ENGINE_DIR/ns.pid") ;;
	*) at=${analyst_pids[$1]} ;;
	esac
	timeout "${wait:-1}" nsenter -t "$at" --net -- bash -c 'exec 3<>"/dev/tcp/$0/$1" &&
		printf "GET /passwd HTTP/1.0\r\n\r\n" >&3 &&
		grep -q root <&3' "$2" "$3" 2>/dev/null
}

# grows SIZE: whether more than that comes, by and by: TCP tries again after as
# long as it has waited.
grows()
{
	local i

	for ((i = 0; i < 600; i++)); do
		[ "$(stat -c %s "$T/stream")" = "$1" ] || return 0
		sleep 0.1
	done
	return 1
}

# At first an IPv6 address may still be tentative; and machines are slow.
in_time()
{
	local i

	for ((i = 0; i < 15; i++)); do
		! wait=3 from "$@" || return 0
		sleep 0.2
	done
	return 1
}

reaches()
{
	ok "$1 reaches $2 port $3" in_time "$1" "$2" "$3"
}

reaches_not()
{
	ok "$1 does not reach $2 port $3" eval "! from $1 $2 $3"
}

# everybody WORD: what the one who is not kept may.
everybody()
{
	"reaches$1" bob 10.78.1.5 80
	"reaches$1" bob 10.77.2.1 8080
	"reaches$1" bob fd78:1::5 80
	"reaches$1" web 10.77.2.2 80
	"reaches$1" web fd77:2::2 80
	"reaches$1" web 10.78.1.6 80
	"reaches$1" engine 10.78.1.5 80
	"reaches$1" engine 127.0.0.1 8080
}

kept()
{
	reaches alice 10.78.1.5 80
	reaches alice 10.77.1.1 8080
	reaches alice fd78:1::5 80
	reaches web 10.77.1.2 80
	reaches web fd77:1::2 80
}

act look
is "$out" null "there is no filter"
kept
everybody ""

# A connection that is open already, and writes for ever.
cat >"$T/listen.py" <<'END'
import os, socket, sys
stream = socket.create_server(("10.77.2.2", 9000))
dns = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
dns.bind(("10.77.2.2", 53))
if os.fork() == 0:
    while True:
        sys.stdout.buffer.write(dns.recv(99))
        sys.stdout.flush()
peer, _ = stream.accept()
with open(sys.argv[1], "wb", 0) as out:
    while data := peer.recv(99):
        out.write(data)
END
nsenter -t "${analyst_pids[bob]}" --net -- setsid python3 "$T/listen.py" "$T/stream" >"$T/dns" &
at_exit kill -- -$!
until [ -n "$(analyst bob ss -Hltn sport 9000)" ]; do
	sleep 0.02
done
docker exec -d web sh -c 'while :; do echo x; sleep 0.05; done |
	nc 10.77.2.2 9000'
nsenter -t "$pid" --net -- bash -c 'echo before >/dev/udp/10.77.2.2/53'
ok "a stream flows" grows 0
heard()
{
	local i

	for ((i = 0; i < 300; i++)); do
		[ ! -s "$T/dns" ] || break
		sleep 0.1
	done
	cat "$T/dns"
}
is "$(heard)" before "and a datagram to port 53"

act filter-links 10.77.1.2 fd77:1::2
code_is 0 "filters the links"
act look
json_is '[.family, .table, .holds] | join(" ")' "netdev $table true"
json_is '.keep | join(" ")' "10.77.1.2 fd77:1::2"
sleep 0.5 # what was under way
size=$(stat -c %s "$T/stream")
sleep 1
is "$(stat -c %s "$T/stream")" "$size" "the open stream is cut"
act remove
code_is 0 "removes the filter"
ok "the stream flows again" grows "$size"
act filter-links 10.77.1.2 fd77:1::2
code_is 0 "filters again"
kept
everybody _not
nsenter -t "$pid" --net -- bash -c 'echo after >/dev/udp/10.77.2.2/53'
is "$(cat "$T/dns")" before "no datagram to port 53 leaves it"
reaches bob 10.77.1.2 80

# What the container may do in its own network, as CAP_NET_ADMIN lets it.
inside()
{
	nsenter -t "$pid" --net -- "$@" >/dev/null 2>&1
}
inside ip link set eth0 down
inside ip link set eth0 name eth9
inside ip link set eth9 up
inside ip route add default via 10.78.1.1
inside ip addr add fd78:1::5/64 dev eth9
inside ip -6 route add default via fd78:1::1
inside nft flush ruleset
inside tc qdisc replace dev eth9 root pfifo
sleep 2
kept
everybody _not
act look
json_is .holds true "the filter does not care about names inside"
inside ip addr add 10.77.1.2/32 dev eth9
ok "it can forge the kept address" inside python3 -c '
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("10.77.1.2", 0))
s.sendto(b"forged", ("10.77.2.2", 53))'
sleep 0.2
is "$(cat "$T/dns")" before "but nothing leaves with it"
inside ip addr del 10.77.1.2/32 dev eth9

act look
was=$(jq .dropped <<<"$out")
inside bash -c 'for ((i = 0; i < 1000; i++)); do
	echo x >/dev/udp/10.77.2.2/9
done'
counted()
{
	act look
	test "$(jq .dropped <<<"$out")" -ge $((was + 1000))
}
ok "1000 packets are counted" counted

# Another answer of the same kind takes its place.
act filter-links 10.77.2.2
code_is 0 "another address is kept instead"
reaches bob 10.78.1.5 80
reaches web 10.77.2.2 80
reaches_not alice 10.78.1.5 80
reaches_not web 10.77.1.2 80
act filter-links
code_is 0 "and none at all"
reaches_not bob 10.78.1.5 80
reaches_not web 10.77.2.2 80

for bad in "" localhost 10.0.0.256 127.0.0.1 0.0.0.0 224.0.0.1 ::1 :: ff02::1 \
	::ffff:10.0.0.7 10.0.0.0/8 "10.0.0.7 }" "10.0.0.7, 10.0.0.8" fe80::1%lo; do
	act filter-links 10.77.1.2 "$bad"
	code_is 64 "refuses to keep '$bad'"
done
# shellcheck disable=SC2046 # one word each
act filter-links $(seq -f 10.1.1.%g 1 65)
code_is 64 "or more than 64"
reaches_not bob 10.78.1.5 80
act look
json_is '.keep | length' 0 "a refusal changes nothing"
run env PATH="$T" "$acts" "$id" "$pid" filter-links 10.77.1.2
code_is 76 "without nft"
err_has "install the package nftables"

# A network that comes later is not filtered, and that is seen.
docker network create net2 >/dev/null
docker network connect net2 web
act look
json_is .holds false "another network is seen"
act filter-links 10.77.1.2
act look
json_is .holds true "and filtered with the next filter"
engine_net nft delete rule netdev "$table" \
	"$(engine_net nft -j list table netdev "$table" |
		jq -r '[.nftables[].rule // empty][0].chain')" \
	handle "$(engine_net nft -j list table netdev "$table" |
		jq -r '[.nftables[].rule // empty][0].handle')"
act look
json_is .holds false "a rule that is missing is seen"
docker network disconnect net2 web

act remove
code_is 0 "removes it"
act look
is "$out" null "it is gone"
is "$(engine_net nft list tables netdev)" "" "all of it"
kept
everybody ""
act remove
code_is 0 "a second time is no error"

# When the container starts again, its links are others.
act filter-links 10.77.1.2
docker restart -t 0 web >/dev/null
act look
code_is 66 "the one that was is gone"
pid=$(docker inspect -f '{{.State.Pid}}' web)
act look
json_is .holds false "the next one is not filtered"
reaches bob 10.78.1.5 80
docker kill web >/dev/null
run "$acts" "$id" 0 remove-id
code_is 0 "removes it by id"
is "$(engine_net nft list tables netdev)" "" "it is gone"
docker run -d --name none --network none bb sleep 1000 >/dev/null
id=$(docker inspect -f '{{.Id}}' none)
pid=$(docker inspect -f '{{.State.Pid}}' none)
act filter-links 10.77.1.2
code_is 76 "one without links"
err_has "no link"
done_testing
