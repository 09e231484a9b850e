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

# soon COMMAND...: waits until it succeeds, on a machine that is busy.
soon()
{
	local i

	for ((i = 0; i < 500; i++)); do
		! "$@" 2>/dev/null || return 0
		sleep 0.02
	done
	diag "never: $*"
}

# end PID: kills it, and waits until it is in no namespace any more.
end()
{
	kill -KILL "$1"
	soon eval "! readlink /proc/$1/ns/net >/dev/null"
}

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
	soon test -s "$file"
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

# pictured: all links of all of them, without the clocks that run by themselves.
pictured()
{
	local p

	for p in $(spaces); do
		echo "== $(stat -Lc %i "$p")"
		nsenter --net="$p" ip -d link
	done | sed -E 's/timer +[0-9.]+//g'
}

# everything: the same, once it stands still: the kernel makes up its mind about
# a link that went up or down within a second or so.
everything()
{
	local i seen then=

	for ((i = 0; i < 60; i++)); do
		seen=$(pictured)
		[ "$seen" != "$then" ] || break
		then=$seen
		sleep 1.2
	done
	printf '%s\n' "$seen"
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
soon test -s "$T/heard"
nsenter -t "${pid[web]}" --net python3 "$T/talk.py" talk >"$T/talk.log" 2>&1 &
pids+=($!)
heard()
{
	wc -c <"$T/heard"
}
for ((i = 0; i < 100; i++)); do
	[ "$(heard)" -le 6 ] || break
	sleep 0.05
done
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


# --- Only that one, whoever else has its numbers.

# others: everything but the first lines of the links that are named v-* and
# eth0, which is where their flags and states stand.
others()
{
	everything | grep -vE '^[0-9]+: (v-[a-z]+|eth0)@'
}

# severs NAME END [SPACE]: takes that one down, and nothing else.
severs()
{
	local name=$1 end=$2 in=${3-/proc/self/ns/net}

	others >"$T/others.before"
	host "$name" down
	code_is 0 "$name: is cut"
	is "$(nsenter --net="$in" ip -o link show dev "$end" up)" "" \
		"$name: its end is down"
	others >"$T/others.after"
	run cmp "$T/others.before" "$T/others.after"
	code_is 0 "$name: nothing else is any different"
	host "$name" up
	code_is 0 "$name: is put back"
	like "$(nsenter --net="$in" ip -o link show dev "$end")" \
		'<BROADCAST,MULTICAST,UP,LOWER_UP>' "$name: its end is up"
}

# An engine's namespace that is found by its mount, as that of an overlay
# network is.  The host has another link of that number, and so has a third.
ip netns add sandbox
ip netns add third
ip link add index 77 name bystander type bridge && ip link set bystander up
ip -n third link add index 77 name v-third type veth \
	peer index 78 name x && ip -n third link set v-third up &&
	ip -n third link set x up
container forged
ip -n sandbox link add index 77 name v-sand type veth \
	peer index 77 name eth0 netns "${pid[forged]}"
ip -n sandbox link set v-sand up
inside forged ip link set eth0 up
host forged links
json_is '.[1] | [.index, .peer.index, .peer.name, .peer.netns] | join(" ")' \
	"77 77 v-sand $(stat -Lc %i /run/netns/sandbox)" "forged: the right one"
severs forged v-sand /run/netns/sandbox

# One that only the container's parent is in.
id[child]=$(printf child | sha256sum | cut -c1-64)
mkdir -p "$cg/${id[child]}"
unshare --net sh -c 'echo $$ >"$0/parent"
	unshare --net sh -c '\''echo 0 >"$1/cgroup.procs"; echo $$ >"$0/child"
		exec sleep 1000000'\'' "$0" "$1" & wait' "$T" "$cg/${id[child]}" &
pids+=($!)
disown
soon test -s "$T/child"
ppid=$(cat "$T/parent") pid[child]=$(cat "$T/child")
pids+=("${pid[child]}")
nsenter -t "$ppid" --net ip link add index 77 name v-par type veth \
	peer name eth0 netns "${pid[child]}"
nsenter -t "$ppid" --net ip link set v-par up
inside child ip link set eth0 up
severs child v-par "/proc/$ppid/ns/net"

# One that another process is in, and nobody's parent.
container far
unshare --net sh -c "$sleeper" "$T/far.other" &
pids+=($!)
soon test -s "$T/far.other"
nsenter -t "$(cat "$T/far.other")" --net ip link add v-far type veth \
	peer name eth0 netns "${pid[far]}"
nsenter -t "$(cat "$T/far.other")" --net ip link set v-far up
inside far ip link set eth0 up
severs far v-far "/proc/$(cat "$T/far.other")/ns/net"

# One that is held by a descriptor: nobody is in it, and it is nowhere.
cat >"$T/hold.py" <<'END'
import ctypes, os, sys, time
libc = ctypes.CDLL(None, use_errno=True)
own = os.open("/proc/self/ns/net", os.O_RDONLY)
libc.unshare(0x40000000)
held = os.open("/proc/self/ns/net", os.O_RDONLY)
libc.setns(own, 0)
with open(sys.argv[1] + ".new", "w") as f:
    f.write("/proc/%d/fd/%d" % (os.getpid(), held))
os.rename(sys.argv[1] + ".new", sys.argv[1])
time.sleep(1000000)
END
container lost
python3 "$T/hold.py" "$T/held" &
pids+=($!)
soon test -s "$T/held"
held=$(cat "$T/held")
nsenter --net="$held" ip link add index 77 name v-lost type veth \
	peer index 77 name eth0 netns "${pid[lost]}"
nsenter --net="$held" ip link set v-lost up
inside lost ip link set eth0 up
others >"$T/others.before"
host lost down
code_is 76 "lost: is not cut"
err_has "the other end of eth0 is in a network namespace that was not found" \
	"lost: and that is told"
others >"$T/others.after"
run cmp "$T/others.before" "$T/others.after"
code_is 0 "lost: nothing was done"
like "$(nsenter --net="$held" ip -o link show dev v-lost)" \
	'<BROADCAST,MULTICAST,UP,LOWER_UP>' "lost: not to it either"

# --- What a container can do to its own links.

container hostile
veth hostile v-host eth0 10.9.3.2/24
inside hostile ip link set eth0 down
inside hostile ip link set eth0 name $'e\e[1m\xff"{_s'
inside hostile ip link set $'e\e[1m\xff"{_s' up
inside hostile ip link property add dev $'e\e[1m\xff"{_s' altname eth0
host hostile down
code_is 0 "a link with a name of odd bytes"
json_is '.[1].name' 'e\x1b[1m\xff"{_s' "is told with them escaped"
is "$(up_of v-host)" down "and cut"
host hostile up

container inner
veth inner v-inner eth0 10.9.4.2/24
inside inner ip link add docker0 type bridge
inside inner ip link set docker0 up
inside inner ip link add va type veth peer name vb
inside inner ip link set va up
inside inner ip link set vb up
inside inner ip link add vx0 type vxlan id 9 dstport 4789 remote 10.9.4.9 \
	dev eth0
in_group "${id[inner]}/nested" "$T/nested" \
	unshare --net sh -c "$sleeper" "$T/nested"
inside inner ip link add vc type veth peer name eth0 netns "$(cat "$T/nested")"
inside inner ip link set vc master docker0 up
nsenter -t "$(cat "$T/nested")" --net ip link set eth0 up
host inner links
json_is '[.[] | select(.outward) | .name] | join(" ")' eth0 \
	"of all that a container has within, only one leads out"
json_is '[.[] | .netns] | unique | length' 2 "both its namespaces are seen"
host inner down
code_is 0 "that one is cut"
is "$(inside inner ip -o link show up | grep -c ' v[abc]@')" 3 \
	"and the others are left alone"
host inner up

# Its first process leaves for another namespace; a second one stays.
container fled sh -c 'exec unshare --net "$0" "$@"'
id[runaway]=$(printf runaway | sha256sum | cut -c1-64)
in_group "${id[runaway]}" "$T/run.pid" unshare --net sh -c '
	sleep 1000000 & echo $! >"$0.stays"; echo $$ >"$0"
	exec unshare --net sleep 1000000' "$T/run.pid"
pids+=("$(cat "$T/run.pid.stays")")
pid[runaway]=$(cat "$T/run.pid")
soon grep -q sleep "/proc/${pid[runaway]}/comm"
pid[stays]=$(cat "$T/run.pid.stays")
veth stays v-stay eth0 10.9.5.2/24
host runaway none
code_is 76 "who steps aside is followed"
err_has "still has link eth0" "to where the link is"
host runaway down
code_is 0 "which is cut"
is "$(up_of v-stay)" down "in earnest"
host runaway up

# A process of it in the host's network, or in another container's.
in_group "${id[runaway]}" "$T/astray" sh -c "$sleeper" "$T/astray"
host runaway down
code_is 76 "one in the host's network"
err_has "process $(cat "$T/astray") of container ${id[runaway]:0:12} is in" \
	"is told"
is "$(up_of v-stay)" down "and what can be cut is"
is "$(up_of br0)$(up_of v-web)" upup "but not the host"
end "$(cat "$T/astray")"
host runaway up
code_is 0 "without it all is well"
in_group "${id[runaway]}" "$T/guest" \
	nsenter -t "${pid[web]}" --net sh -c "$sleeper" "$T/guest"
host runaway down
code_is 76 "one in another container's"
err_has "is in another container's network" "is told"
is "$(up_of v-web)$(up_of v-two)" upup "and the other container is not cut"
end "$(cat "$T/guest")"
host runaway up

# --- What has no end.

container mac
veth mac v-mac eth0 10.9.6.2/24
ip link add link br0 name m0 type macvlan mode bridge
ip link set m0 netns "${pid[mac]}"
inside mac ip link set m0 up
host mac can-cut
code_is 76 "a macvlan"
err_has "m0 is of kind macvlan, which has no end on the host" "is refused"
others >"$T/others.before"
host mac down
code_is 76 "and what is taken down"
is "$(up_of v-mac)" down "is the veth beside it"
others >"$T/others.after"
run cmp "$T/others.before" "$T/others.after"
code_is 0 "and nothing else"
inside mac ip link del m0
ip link add v-x0 type vxlan id 10 dstport 4790 remote 10.9.0.9 dev br0
ip link set v-x0 netns "${pid[mac]}"
host mac can-cut
code_is 76 "a tunnel that the host made"
err_has "v-x0 is of kind vxlan" "leads out"
inside mac ip link del v-x0
# Every kind that this kernel has: made on the host, it leads out; made within,
# it does not.
for kind in "ipip local 10.9.0.1" "gre local 10.9.0.1" "sit local 10.9.0.1" \
	"gretap local 10.9.0.1" "vti local 10.9.0.1" "ip6tnl local fd09::1" \
	"ip6gre local fd09::1" "geneve id 3 remote 10.9.0.9"; do
	# shellcheck disable=SC2086 # words
	if ip link add v-kind type $kind 2>/dev/null &&
		ip link set v-kind netns "${pid[mac]}" 2>/dev/null; then
		host mac can-cut
		code_is 76 "${kind%% *} of the host's"
		inside mac ip link del v-kind
		inside mac ip link add v-kind type $kind
		host mac can-cut
		code_is 0 "${kind%% *} of its own"
		inside mac ip link del v-kind
	else
		ip link del v-kind 2>/dev/null
	fi
done
# Without cgroups in sight its processes are found all the same.
run unshare --mount sh -c 'mount -t tmpfs tmpfs /sys/fs/cgroup && exec "$@"' _ \
	"$tool" "${id[inner]}" "${pid[inner]}" links
json_is '[.[] | .netns] | unique | length' 2 "without a mounted cgroup, too"
if [ -c /dev/net/tun ]; then
	cat >"$T/tun.py" <<'END'
import fcntl, os, struct, sys, time
fd = os.open("/dev/net/tun", os.O_RDWR)
fcntl.ioctl(fd, 0x400454CA, struct.pack("16sH22x", b"tun0", 0x1001))
open(sys.argv[1], "w").write(str(os.getpid()))
time.sleep(1000000)
END
	in_group "${id[mac]}" "$T/tun" \
		nsenter -t "${pid[mac]}" --net python3 "$T/tun.py" "$T/tun"
	inside mac ip link set tun0 up
	host mac can-cut
	code_is 0 "a tun device of the container's own process is no way out"
	end "$(cat "$T/tun")"
	nsenter -t "${pid[mac]}" --net python3 "$T/tun.py" "$T/tun2" &
	pids+=($!)
	disown
	soon test -s "$T/tun2"
	inside mac ip link set tun0 up
	host mac can-cut
	code_is 76 "that of another process is"
	err_has "tun0 is of kind tun" "and is named"
	end "$(cat "$T/tun2")"
fi
host mac up

# --- In between.

container gone
veth gone v-gone eth0
n=$(ip -o link show dev v-gone | cut -d: -f1)
: >"$T/wait"
"$tool" "${id[gone]}" "${pid[gone]}" race "$T/wait" >"$T/race" 2>&1 &
race=$!
soon test -e "$T/wait.ready"
ip link del v-gone
ip link add index "$n" name innocent type bridge && ip link set innocent up
rm "$T/wait"
wait $race
is "$(cat "$T/race")" 0 "a number that somebody else has by now is noticed"
veth gone v-gone eth0
ip link set v-gone down
host gone down
code_is 0 "an end that is down already"
json_is '[.[] | select(.outward) | .peer.up] | join(" ")' false "is fine"
: >"$T/wait"
rm "$T/wait.ready"
"$tool" "${id[gone]}" "${pid[gone]}" wait-down "$T/wait" >/dev/null \
	2>"$T/late" &
late=$!
soon test -e "$T/wait.ready"
end "${pid[gone]}"
rm "$T/wait"
wait $late
is "$?" 66 "a container that ended meanwhile"
is "$(cat "$T/late")" "container ${id[gone]:0:12} ended meanwhile, or was \
started again: look at it anew" "is told"

# --- Without the rights.

run setpriv --reuid 65534 --clear-groups "$tool" "${id[web]}" "${pid[web]}" down
code_is 77 "who is not root"
err_has "takes root" "is told"
run setpriv --bounding-set -sys_admin "$tool" "${id[web]}" "${pid[web]}" links
code_is 77 "without CAP_SYS_ADMIN"
err_has "entering a network namespace takes root (CAP_SYS_ADMIN)" "too"
run setpriv --bounding-set -net_admin "$tool" "${id[web]}" "${pid[web]}" down
code_is 77 "without CAP_NET_ADMIN"
err_has "taking a link down takes root (CAP_NET_ADMIN)" "as well"
is "$(up_of v-web)$(up_of v-two)" upup "nothing was done"

# --- Many.

for ((i = 0; i < 150; i++)); do
	echo "link add p$i type veth peer name q$i"
done >"$T/batch"
inside inner ip -batch "$T/batch"
host inner links
json_is '[.[] | select(.outward) | .name] | join(" ")' eth0 \
	"one among three hundred"
json_is '[.[] | select(.name | test("^[pq][0-9]"))] | length' 300 "all seen"

done_testing
