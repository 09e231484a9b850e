# shellcheck shell=bash
# SPDX-License-Identifier: ISC
#
# Two other machines for a test with a private engine, each a network namespace
# connected to the engine's by a link of its own; after tests/engine.sh.
#
#	analysts_start		alice is 10.77.1.2 and fd77:1::2, bob 10.77.2.2 and
#				fd77:2::2; the engine is .1 for both; each has a
#				web server on port 80 that serves /etc
#	analyst NAME COMMAND...	there
#	analysts_stop		also at exit

declare -A analyst_pids=()
analyst_others=()

analyst()
{
	local pid=${analyst_pids[$1]}

	shift
	nsenter -t "$pid" --net -- "$@"
}

# analyst_start NAME N
analyst_start()
{
	local pid

	unshare --net sleep 2147483647 &
	pid=$!
	disown
	analyst_pids[$1]=$pid
	while [ "/proc/$pid/ns/net" -ef /proc/self/ns/net ]; do
		sleep 0.01
	done
	engine_net ip link add "to-$1" type veth peer name eth0 netns "$pid"
	engine_net ip addr add "10.77.$2.1/24" dev "to-$1"
	engine_net ip addr add "fd77:$2::1/64" dev "to-$1" nodad
	engine_net ip link set "to-$1" up
	analyst "$1" ip link set lo up
	analyst "$1" ip addr add "10.77.$2.2/24" dev eth0
	analyst "$1" ip addr add "fd77:$2::2/64" dev eth0 nodad
	analyst "$1" ip link set eth0 up
	analyst "$1" ip route add default via "10.77.$2.1"
	analyst "$1" ip -6 route add default via "fd77:$2::1"
	# Not by analyst: $! would be a shell, and what it runs outlive it.
	nsenter -t "$pid" --net -- busybox httpd -f -p 80 -h /etc &
	analyst_others+=($!)
	disown
}

analysts_stop()
{
	[ ${#analyst_pids[@]} = 0 ] ||
		kill -KILL "${analyst_others[@]}" "${analyst_pids[@]}"
	analyst_pids=()
	analyst_others=()
}

analysts_start()
{
	at_exit analysts_stop
	engine_net sysctl -qw net.ipv6.conf.all.forwarding=1 \
		net.ipv4.ip_forward=1
	analyst_start alice 1
	analyst_start bob 2
	engine_net iptables -P FORWARD ACCEPT
}
