#!/bin/bash
# SPDX-License-Identifier: ISC
#
# A container in the host's network, cut off by its cgroup: on a host with both
# versions of cgroups, with version 2 alone, and with version 1 alone.
. "${IR_SRCDIR:=.}/tests/tap.sh"
. "$IR_SRCDIR/tests/engine.sh"
. "$IR_SRCDIR/tests/analysts.sh"

acts=$IR_BUILDDIR/tests/engine/test-host-acts
[ -x "$acts" ] || skip_all "test-host-acts is not built"
require jq nft python3

# act WORD...: in the engine's mount namespace, where its cgroups are.
act()
{
	run nsenter -t "$(cat "$ENGINE_DIR/ns.pid")" --mount -- \
		"$acts" "$id" "$pid" "$@"
}

# get ADDRESS PORT: a script for sh that fails unless a web server answers.
get()
{
	echo "printf 'GET /passwd HTTP/1.0\r\n\r\n' |
		timeout -s KILL ${wait:-1} nc $1 $2 | grep -q root"
}

# from WHO ADDRESS PORT: whether WHO, an analyst or a container or the engine's
# host, gets an answer.
from()
{
	local at

	case $1 in
	web | other)
		docker exec "$1" sh -c "$(get "$2" "$3")" 2>/dev/null
		return
		;;
	engine) at=$(cat "$ENGINE_DIR/ns.pid") ;;
	*) at=${analyst_pids[$1]} ;;
	esac
	timeout "${wait:-1}" nsenter -t "$at" --net -- bash -c 'exec 3<>"/dev/tcp/$0/$1" &&
		printf "GET /passwd HTTP/1.0\r\n\r\n" >&3 &&
		grep -q root <&3' "$2" "$3" 2>/dev/null
}

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
	ok "$how: $1 reaches $2 port $3" in_time "$1" "$2" "$3"
}

reaches_not()
{
	ok "$how: $1 does not reach $2 port $3" eval "! from $1 $2 $3"
}

# everybody WORD: what those may who are not kept.
everybody()
{
	"reaches$1" bob 10.77.2.1 81
	"reaches$1" bob fd77:2::1 81
	"reaches$1" web 10.77.2.2 80
	"reaches$1" web fd77:2::2 80
	"reaches$1" engine 127.0.0.1 81
	"reaches$1" engine 10.77.1.1 81
	"reaches$1" web 127.0.0.1 82
	"reaches$1" web ::1 82
	"reaches$1" web 10.77.2.1 82
}

kept()
{
	reaches alice 10.77.1.1 81
	reaches alice fd77:1::1 81
	reaches web 10.77.1.2 80
	reaches web fd77:1::2 80
}

# What others of the host do is never touched.
bystanders()
{
	reaches bob 10.77.2.1 82
	reaches other 10.77.2.2 80
	reaches other 127.0.0.1 82
	reaches engine 127.0.0.1 82
}

# itself WORD: the container's own processes among each other.
itself()
{
	"reaches$1" web 127.0.0.1 81
	"reaches$1" web ::1 81
	"reaches$1" web 10.77.2.1 81
}

start()
{
	docker run -d --name web --network host bb \
		httpd -f -p 81 -h /etc >/dev/null
	docker run -d --name other --network host bb \
		httpd -f -p 82 -h /etc >/dev/null
	id=$(docker inspect -f '{{.Id}}' web)
	pid=$(docker inspect -f '{{.State.Pid}}' web)
	table=ir_${id:0:12}
	cat >"$T/listen.py" <<'END'
import socket, sys
stream = socket.create_server(("10.77.2.2", 9000))
peer, _ = stream.accept()
with open(sys.argv[1], "wb", 0) as out:
    while data := peer.recv(99):
        out.write(data)
END
	: >"$T/stream"
	nsenter -t "${analyst_pids[bob]}" --net -- \
		python3 "$T/listen.py" "$T/stream" &
	at_exit kill $!
	disown
	until [ -n "$(analyst bob ss -Hltn sport 9000)" ]; do
		sleep 0.02
	done
	docker exec -d web sh -c 'while :; do echo x; sleep 0.05; done |
		nc 10.77.2.2 9000'
}

grows()
{
	local i

	for ((i = 0; i < 600; i++)); do
		[ "$(stat -c %s "$T/stream")" = "$1" ] || return 0
		sleep 0.1
	done
	return 1
}

# check ITSELF: all of it; ITSELF is _not where it cannot be told.
check()
{
	local size

	act look
	is "$out" null "$how: there is no filter"
	kept
	everybody ""
	itself ""
	bystanders
	ok "$how: a stream flows" grows 0
	act filter-links 10.77.1.2
	code_is 76 "$how: it has no links to filter"
	act filter-cgroup 10.77.1.2 fd77:1::2
	code_is 0 "$how: filters its cgroup"
	sleep 0.2
	size=$(stat -c %s "$T/stream")
	sleep 1
	is "$(stat -c %s "$T/stream")" "$size" "$how: the open stream is cut"
	act look
	json_is '[.family, .table, .holds] | join(" ")' "inet $table true"
	kept
	everybody _not
	itself "$1"
	bystanders
	act look
	ok "$how: what was dropped is counted" test "$(jq .dropped <<<"$out")" -gt 0
	act filter-cgroup
	code_is 0 "$how: nobody is kept"
	reaches_not alice 10.77.1.1 81
	reaches_not web 10.77.1.2 80
	act filter-cgroup 10.77.1.2 fd77:1::2 10.77.1.300
	code_is 64 "$how: refuses what is no address"
	reaches_not alice 10.77.1.1 81
	act remove
	code_is 0 "$how: removes it"
	act look
	is "$out" null "$how: it is gone"
	kept
	everybody ""
	itself ""
}

how="both versions"
engine_start
engine_image bb
analysts_start
start
check ""
act filter-cgroup 10.77.1.2
docker restart -t 0 web >/dev/null
pid=$(docker inspect -f '{{.State.Pid}}' web)
act look
json_is .holds false "started again, it is not filtered, and that is seen"
reaches bob 10.77.2.1 81
act filter-cgroup 10.77.1.2
act look
json_is .holds true "until it is filtered again"
reaches_not bob 10.77.2.1 81
docker rm -f web >/dev/null
run "$acts" "$id" 0 remove-id
code_is 0 "removes it when the container is gone"
is "$(engine_net nft list tables inet)" "" "all of it"

# leaks OPTION...: what goes past a filter around such a container.
leaks()
{
	docker run -d --name leaks --network host "$@" bb sleep 1000 >/dev/null
	id=$(docker inspect -f '{{.Id}}' leaks)
	pid=$(docker inspect -f '{{.State.Pid}}' leaks)
	act leaks
	docker rm -f leaks >/dev/null
}
leaks
is "$out" 1 "raw packets, as the engine gives that to everybody"
leaks --cap-drop NET_RAW
is "$out" 0 "nothing, without that"
leaks --user 1000 --cap-add NET_ADMIN --cap-drop NET_RAW
is "$out" 2 "the filter itself, where root may be had"

docker run -d --name own bb sleep 1000 >/dev/null
id=$(docker inspect -f '{{.Id}}' own)
pid=$(docker inspect -f '{{.State.Pid}}' own)
act filter-cgroup
code_is 76 "one that has a network of its own is refused"
err_has "filter its links"
engine_stop

# again HOW: another engine, whose host has what ENGINE_BEFORE says.
again()
{
	how=$1
	analysts_stop
	engine_start
	engine_image bb
	analysts_start
	start
}

ENGINE_BEFORE='mount -t cgroup2 cgroup2 /sys/fs/cgroup'
export ENGINE_BEFORE
again "version 2"
check ""
engine_stop

ENGINE_BEFORE='umount /sys/fs/cgroup/unified'
again "version 1"
act filter-cgroup 10.77.1.2
code_is 76 "without net_cls, nothing tells its packets"
err_has "net_cls"
is "$(engine_net nft list tables inet)" "" "and nothing is changed"
engine_stop

# The directory of net_cls is in a tmpfs of the engine's own.
ENGINE_BEFORE='umount /sys/fs/cgroup/unified &&
	mkdir /run/cg && mount --rbind /sys/fs/cgroup /run/cg &&
	mount -t tmpfs tmpfs /sys/fs/cgroup &&
	(cd /run/cg && for d in *; do
		[ "$d" = unified ] || { mkdir "/sys/fs/cgroup/$d" &&
			mount --bind "$d" "/sys/fs/cgroup/$d"; } || exit
	done) && umount -l /run/cg && mkdir /sys/fs/cgroup/net_cls &&
	mount -t cgroup -o net_cls net_cls /sys/fs/cgroup/net_cls'
again "net_cls"
check _not
docker rm -f web other >/dev/null
if engine_is podman; then # sees its own cgroups only
	is "$(nsenter -t "$(cat "$ENGINE_DIR/ns.pid")" --mount -- \
		find /sys/fs/cgroup/net_cls -name "*$id*")" "" \
		"nothing of it is left"
else
	run nsenter -t "$(cat "$ENGINE_DIR/ns.pid")" --mount -- \
		rmdir "/sys/fs/cgroup/net_cls$(engine_cgroup)"
	code_is 0 "nothing of it is left"
fi
engine_stop
done_testing
