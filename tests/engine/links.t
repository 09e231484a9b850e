#!/bin/bash
# SPDX-License-Identifier: ISC
#
# The host's ends of a container's links, without an engine: everything that a
# network namespace can have in it, and what must not be touched.  "The host" is
# a namespace of the test's own; so is /run.
if [ -z "${IR_LINKS_INSIDE-}" ] && [ "$(id -u)" = 0 ] &&
	unshare --mount --net true 2>/dev/null; then
	exec unshare --mount --net --propagation private \
		env IR_LINKS_INSIDE=1 bash "$0" "$@"
fi
. "${IR_SRCDIR:=.}/tests/tap.sh"
require_root
require ip nsenter jq python3 socat unshare
[ -n "${IR_LINKS_INSIDE-}" ] || skip_all "namespaces are not permitted here"
tool=$IR_BUILDDIR/tests/engine/test-host
[ -x "$tool" ] || skip_all "tests/engine/test-host is not built"
mount -t tmpfs tmpfs /run && ip link set lo up || exit 99

# A group of cgroup v2, or of the freezer's.
cg=/sys/fs/cgroup
[ -e $cg/cgroup.procs ] || cg=/sys/fs/cgroup/freezer
[ -d $cg ] || skip_all "no cgroups here"
cg=$cg/ir-links-$$
declare -A id=() pid=()
pids=()

clean()
{
	local i

	[ ${#pids[@]} = 0 ] || kill -KILL "${pids[@]}" 2>/dev/null
	wait 2>/dev/null
	for ((i = 0; i < 50; i++)); do
		find "$cg" -depth -type d -exec rmdir {} \; 2>/dev/null
		[ -d "$cg" ] || return 0
		sleep 0.05
	done
	diag "left behind: $cg"
}
at_exit clean

# in_group GROUP FILE COMMAND...: runs it there, and waits until it has written
# its number into FILE, which it does itself or sleeps.
in_group()
{
	local group=$1 file=$2

	shift 2
	mkdir -p "$cg/$group"
	sh -c 'echo 0 >"$0/cgroup.procs" && exec "$@"' "$cg/$group" "$@" \
		>/dev/null 2>&1 &
	pids+=($!)
	disown
	for ((i = 0; i < 100; i++)); do
		[ ! -s "$file" ] || break
		sleep 0.02
	done
	pids+=("$(cat "$file")")
}

sleeper='echo $$ >"$0"; exec sleep 1000000'

# container NAME [PREFIX...]: a process in a namespace and a cgroup of its own,
# started by PREFIX.
container()
{
	local name=$1

	shift
	id[$name]=$(printf '%s' "$name $$" | sha256sum | cut -c1-64)
	in_group "${id[$name]}" "$T/$name.pid" \
		"$@" unshare --net sh -c "$sleeper" "$T/$name.pid"
	pid[$name]=$(cat "$T/$name.pid")
	inside "$name" ip link set lo up
}

inside()
{
	local name=$1

	shift
	nsenter -t "${pid[$name]}" --net "$@"
}

host()
{
	run "$tool" "${id[$1]}" "${pid[$1]}" "${@:2}"
}

# veth NAME HOST-END INSIDE [IP...]: as an engine makes one.
veth()
{
	ip link add "$2" type veth peer name "$3" netns "${pid[$1]}" &&
		ip link set "$2" up && inside "$1" ip link set "$3" up || return
	local name=$1 dev=$3 a

	shift 3
	for a; do
		case $a in
		*:*) inside "$name" ip addr add "$a" dev "$dev" nodad ;;
		*) inside "$name" ip addr add "$a" dev "$dev" ;;
		esac
	done
}

# spaces: the namespaces of this test, each once.
spaces()
{
	local p

	for p in /proc/self/ns/net /run/netns/* /run/held/* \
		"${pids[@]/#//proc/}"; do
		[ ! -d "$p" ] || p=$p/ns/net
		[ ! -e "$p" ] || echo "$(stat -Lc %i "$p") $p"
	done | sort -u -k1,1 | cut -d' ' -f2
}

# everything: all links of all of them, without the clocks that run by
# themselves.
everything()
{
	local p

	for p in $(spaces); do
		echo "== $(stat -Lc %i "$p")"
		nsenter --net="$p" ip -d link
	done | sed -E 's/timer +[0-9.]+//g'
}

up_of()
{
	[ -n "$(ip -o link show dev "$1" up)" ] && echo up || echo down
}

# --- One link; and everything about it comes back.

ip link add br0 type bridge && ip addr add 10.9.0.1/24 dev br0 &&
	ip -6 addr add fd09::1/64 dev br0 nodad && ip link set br0 up || exit 99
container web
veth web v-web eth0 10.9.0.2/24 fd09::2/64
ip link set v-web master br0
inside web ip route add default via 10.9.0.1
inside web ip -6 route add default via fd09::1
inside web ip neigh add 10.9.0.77 lladdr 02:00:00:00:00:77 dev eth0
veth web v-two eth1 10.9.1.2/24
sleep 2 # duplicate address detection

host web links
code_is 0 "a container with two links"
json_is 'length' 3 "and lo are seen"
json_is '.[1] | [.name, .kind, .up, .carrier, .outward, .peer.name,
	.peer.up, .peer.master] | join(" ")' \
	"eth0 veth true true true v-web true br0" "with what is to be known"
json_is '.[1].addresses | join(" ")' "10.9.0.2/24 fd09::2/64 $(inside web \
	ip -6 -o addr show dev eth0 scope link | awk '{print $4}')" \
	"and their addresses"
json_is '.[1].peer.netns' "$(stat -Lc %i /proc/self/ns/net)" "and where"
json_is '.[1].netns' "$(stat -Lc %i "/proc/${pid[web]}/ns/net")" "and of whom"
json_is '.[0] | [.name, .outward, .peer] | join(" ")' "lo false " "lo is inside"
host web can-cut
code_is 0 "it can be cut"

state()
{
	inside web sh -c 'ip -o addr; ip -o link | sed "s/ state.*//";
		ip route show table all; ip -6 route show table all;
		ip neigh show nud permanent; ip -d -o link'  |
		sed -E 's/[a-z]+_lft [0-9a-z]+//g; s/ proto kernel metric/ metric/'
}

# A connection that talks all the time.
cat >"$T/talk.py" <<'END'
import socket, sys, time
if sys.argv[1] == "hear":
    s = socket.create_server(("10.9.0.1", 7000))
    print("ready", flush=True)
    s = s.accept()[0]
    while s.recv(1000):
        print("heard", flush=True)
else:
    s = socket.create_connection(("10.9.0.1", 7000))
    while True:
        s.send(b"I am here")
        time.sleep(0.05)
END
python3 "$T/talk.py" hear >"$T/heard" 2>&1 &
pids+=($!)
for ((i = 0; i < 100; i++)); do
	[ ! -s "$T/heard" ] || break
	sleep 0.02
done
nsenter -t "${pid[web]}" --net python3 "$T/talk.py" talk >"$T/talk.log" 2>&1 &
pids+=($!)
sleep 0.5
heard()
{
	wc -c <"$T/heard"
}
ok "the container talks" test "$(heard)" -gt 6
state >"$T/state.before"
socket()
{
	inside web awk '$4 == "01" { print $2, $3, $10 }' /proc/net/tcp
}
socket >"$T/socket.before"
ok "on a connection" test -s "$T/socket.before"
everything >"$T/all.before"
host web down
code_is 0 "both are taken down"
json_is '[.[] | select(.outward) | .peer.up, .carrier] | unique | join(" ")' \
	false "and said to be"
is "$(up_of v-web)$(up_of v-two)" downdown "and are"
sleep 0.3
n=$(heard)
inside web busybox ping -c1 -W1 10.9.0.1 >/dev/null 2>&1
is "$?" 1 "nothing comes through"
is "$(heard)" "$n" "nor on the connection that was open"
state >"$T/state.down"
host web down
code_is 0 "a second time is fine"
host web none
code_is 76 "there still are links"
err_has "still has link eth0" "and one is named"
ip link set v-two up
host web up
code_is 0 "up, also from halfway"
is "$(up_of v-web)$(up_of v-two)" upup "both are"
for ((i = 0; i < 300; i++)); do
	[ "$(heard)" = "$n" ] || break
	sleep 0.1
done
ok "the connection goes on" test "$(heard)" -gt "$n"
socket >"$T/socket.after"
ok "the same one" cmp "$T/socket.before" "$T/socket.after"
sleep 0.5
state >"$T/state.after"
run diff "$T/state.before" "$T/state.after"
code_is 0 "addresses, routes, neighbours and names are as before"
everything >"$T/all.after"
run diff "$T/all.before" "$T/all.after"
code_is 0 "and so is every other link there is"

done_testing
