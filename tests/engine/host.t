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

# The default network.
lan=bridge
! engine_is podman || lan=podman
address()
{
	docker inspect "$1" | jq -r --arg lan $lan \
		'.[0].NetworkSettings.Networks[$lan].IPAddress'
}

# reaches NAME [ADDRESS]
reaches()
{
	docker exec "$1" ping -c1 -W1 "${2-$gateway}" >/dev/null 2>&1
}

# in_time COMMAND...: it succeeds by and by: an address may be tentative, and ARP
# have given up for a second.
in_time()
{
	local i

	for ((i = 0; i < 150; i++)); do
		! "$@" || return 0
		sleep 0.2
	done
	return 1
}

everything()
{
	engine_net ip -d link | sed -E 's/timer +[0-9.]+//g'
}
within_web()
{
	docker exec web ip addr
	docker exec web ip -6 route
}

# settled COMMAND...: what it prints, once that stays the same.
settled()
{
	local i seen then=

	for ((i = 0; i < 60; i++)); do
		seen=$("$@")
		[ "$seen" != "$then" ] || break
		then=$seen
		sleep 1.2
	done
	printf '%s\n' "$seen"
}

# becomes FILE COMMAND...: it prints that again, sooner or later.
prints()
{
	"${@:2}" | cmp -s "$1" -
}
becomes()
{
	in_time prints "$@" || {
		diag "$("${@:2}" | diff "$1" -)"
		return 1
	}
}

start web
# The host's address there; that of the network 20.10 tells only later.
gateway=$(docker inspect web | jq -r --arg lan $lan \
	'.[0].NetworkSettings.Networks[$lan].Gateway')
docker network create --ipv6 --subnet fd77::/64 six >/dev/null
docker network connect six web
start other
host web links
code_is 0 "on the default bridge and one with IPv6"
json_is '[.[] | select(.outward) | .peer.master] | length' 2 "two links"
ok "it reaches the host" in_time reaches web
ok "and by IPv6" in_time reaches web fd77::1
settled within_web >"$T/before"
settled everything >"$T/all.before"
host web down
code_is 0 "is cut off"
reaches web
is "$?" 1 "the host is out of reach"
reaches web fd77::1
is "$?" 1 "by IPv6, too"
ok "another container is not cut off" in_time reaches other
host web up
code_is 0 "and comes back"
ok "and reaches the host again" in_time reaches web
ok "with all its addresses and IPv6 routes" becomes "$T/before" within_web
ok "and all else is as it was" becomes "$T/all.before" everything

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


# --- What a cut would destroy.

# member NAME: of the archive that was printed.
member()
{
	tar -xOf "$T/out" "$1"
}

# outcome NAME: what became of it.
outcome()
{
	jq -r --arg what "$1" '.[] | select(.what == $what) |
		[.outcome, .why] | map(select(. != null)) | join(": ")' "$T/err"
}

pid=$(docker inspect -f '{{.State.Pid}}' web)
within()
{
	nsenter -t "$pid" --mount --root --wd=/ -- "$@"
}
docker exec -d web nc -l -p 4711
in_time reaches web
in_time reaches other
in_time nsenter -t "$pid" --net grep -q :1267 /proc/self/net/tcp6
# More than the kernel hands out at a time.
docker exec -d web sh -c 'for i in $(seq 5001 5060); do nc -l -p $i & done
	wait'
listening()
{
	[ "$(nsenter -t "$pid" --net grep -c : /proc/self/net/tcp6)" -ge "$1" ]
}
in_time listening 61
nsenter -t "$pid" --net cat /proc/self/net/tcp >"$T/tcp"
nsenter -t "$pid" --net cat /proc/self/net/tcp6 >"$T/tcp6"
within touch -a -d '2001-01-01 00:00:00' /etc/hosts
host web state
code_is 0 "the state of a container"
ok "is an archive that tar reads" eval 'tar -tf "$T/out" >/dev/null'
ok "sockets are as the kernel has them" cmp <(member tcp) "$T/tcp"
ok "all of them" cmp <(member tcp6) "$T/tcp6"
like "$(member tcp6)" ":1267 " "those that listen"
is "$(member neighbours.json | jq -r '[.[] | .dst] | index("'"$gateway"'") != null')" \
	true "neighbours are there"
is "$(member routes.json | jq -r '[.[] | select(.gateway != null)] |
	length > 0')" true "routes are"
is "$(member rules.json | jq 'length > 2')" true "rules are"
is "$(member links.json | jq 'length')" 3 "links are"
like "$(member conntrack)" "src=$(address web) " \
	"connections that the host tracks"
unlike "$(member conntrack)" "src=$(address other) " "but nobody else's"
# Without the file, netlink has the same.
docker exec web sh -c "echo x | nc -w1 $gateway 9" 2>/dev/null
docker exec web nc -w1 -z fd77::1 9 2>/dev/null
tuples()
{
	sed -E 's/\[UNREPLIED\] //
		s/^(ipv[46]) +([0-9]+) +([a-z0-9]+) +([0-9]+) .*( src.* src)/\1 \2 \3 \4\5/
		s/ *(\[ASSURED\]|mark=|zone=|use=).*//; s/ +$//' | sort -u
}
# Between the two looks one may have ended.
same_tuples()
{
	engine_net cat /proc/self/net/nf_conntrack | tuples >"$T/ct.file"
	engine_net "$tool" "$(docker inspect -f '{{.Id}}' web)" "$pid" \
		tracked | tuples >"$T/ct.netlink"
	cmp -s "$T/ct.file" "$T/ct.netlink" && test -s "$T/ct.file"
}
ok "netlink has the same connections" in_time same_tuples ||
	diag "$(diff "$T/ct.file" "$T/ct.netlink")"
ok "hosts is its own" cmp <(member hosts) <(within cat /etc/hosts)
is "$(outcome resolv.conf)$(outcome if_inet6)" collectedcollected \
	"and all of it is in the ledger"
within touch -a -d '2001-01-01 00:00:00' /etc/hosts
host web state
is "$(within stat -c %X /etc/hosts)" "$(date -d '2001-01-01 00:00:00' +%s)" \
	"nobody sees that it was read"

echo secret >"$T/secret"
within umount /etc/hosts
within umount /etc/hostname
within umount /etc/resolv.conf
within sh -c 'rm -f /etc/hosts /etc/hostname /etc/resolv.conf
	mkfifo /etc/hosts
	dd if=/dev/zero of=/etc/resolv.conf bs=1M count=5 2>/dev/null'
within ln -s "../../../../..$T/secret" /etc/hostname
begun=$SECONDS
host web state
code_is 0 "from a container with traps"
ok "in time" test $((SECONDS - begun)) -lt 20
is "$(outcome hosts)" "failed: etc/hosts: not a regular file" "a FIFO"
is "$(outcome hostname)" "skipped: etc/hostname: No such file or directory" \
	"a link to a file of the host"
is "$(outcome resolv.conf)" "cut: longer than the limit for settings" \
	"a file that is too long"
is "$(member resolv.conf | wc -c)" $((4 << 20)) "of which the beginning is kept"
is "$(tar -tf "$T/out" | grep -c '^host')" 0 "and nothing of the others"

# --- Names that are resolved by the engine for one that is cut off.

resolv()
{
	printf '%s\n' "$@" >"$T/resolv.conf"
}
resolv "nameserver 192.0.2.53"
nsenter -t "$(cat "$ENGINE_DIR/ns.pid")" --mount \
	mount --bind "$T/resolv.conf" /etc/resolv.conf
host web leaks
is "$out" 0 "the engine's resolver is elsewhere"
resolv "search x" "nameserver 127.0.0.1"
host web leaks
if engine_is podman; then
	is "$out" 0 "podman's resolver is on the bridge, which is cut"
else
	is "$out" 1 "on loopback it answers in spite of a cut, whatever \
resolv.conf says there"
fi
host other leaks
is "$out" 0 "but not where the engine resolves nothing"
nsenter -t "$(cat "$ENGINE_DIR/ns.pid")" --mount umount /etc/resolv.conf

# --- An overlay network: its bridge is in a namespace where no process is.

if engine_is podman; then
	skip "an overlay network" "podman has none"
elif docker swarm init --advertise-addr 127.0.0.1 >"$T/swarm" 2>&1 &&
	docker network create -d overlay --attachable over >>"$T/swarm" 2>&1 &&
	start swarmed --network over 2>>"$T/swarm"; then
	host swarmed links
	code_is 0 "an overlay network"
	json_is '[.[] | select(.outward)] | length' 2 "has two links"
	json_is '[.[] | select(.outward) | .peer.netns] | unique | length' 2 \
		"that end in different namespaces"
	json_is '[.[] | select(.outward) | .peer.master] | sort | join(" ")' \
		"br0 docker_gwbridge" "in these bridges"
	host swarmed down
	code_is 0 "both are cut"
	host swarmed up
	code_is 0 "and come back"
else
	skip "an overlay network" "$(tail -n 1 "$T/swarm")"
fi

done_testing
