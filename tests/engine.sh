#!/bin/bash
# SPDX-License-Identifier: ISC
#
# A private Docker Engine: its own directory, network and mount namespace,
# cgroup and containerd.  It sees no other engine and no other engine sees it;
# nothing of it outlives engine_stop.  From a shell:
#
#	tests/engine.sh start DIR [DOCKERD-OPTION...]	then: . DIR/env
#	tests/engine.sh net DIR COMMAND...		run in its network
#	tests/engine.sh stop DIR
#
# From a test, after tests/tap.sh:
#
#	. "$IR_SRCDIR/tests/engine.sh"
#	engine_start [DOCKERD-OPTION...]	skips the test where it cannot be;
#				exports DOCKER_HOST; stops at exit by itself
#	engine_net COMMAND...	in the network where its published ports are
#	engine_image NAME	a busybox image, without a registry
#	engine_kill		SIGKILL to dockerd alone, as if it had crashed
#	engine_again [OPTION...]	dockerd once more, in the same place
#	engine_stop		nothing is left, or it says what and fails
#	docker ...		the client that belongs to the engine
#	engine_network ...	docker network create ..., whose NAME comes last
#	engine_is NAME		docker, podman; containerd: images are in its store
#	engine_at_least N.N	it is Docker, and no older
#
# IR_ENGINE names another engine than this machine's own; see tests/engines.
# ENGINE_BEFORE is a command for sh that runs before it, in its namespaces;
# ENGINE_RUN starts it in another way (tests/rootless.sh).
# IR_NO_ENGINE=why skips.  Keep DIR short: a Unix socket's path has 107 bytes.

ENGINE_DIR=${ENGINE_DIR-}

# What IR_ENGINE names: where its programs are, before this machine's own.
engine_name=${IR_ENGINE:-20.10}
engine_trees=${IR_ENGINES:-${IR_BUILDDIR:-$PWD/build}/engines}
engine_tree=$engine_trees/${engine_name%%-*}
engine_path=$engine_tree/usr/sbin:$engine_tree/usr/bin:$PATH:/usr/sbin:/sbin
engine_docker=/usr/bin/docker
if [ -x "$engine_tree/usr/bin/docker" ]; then
	engine_docker=$engine_tree/usr/bin/docker
elif ! [ -x "$engine_docker" ]; then
	engine_docker=$(command -v docker)
fi
. "$(dirname "${BASH_SOURCE[0]}")/podman.sh"

engine_is()
{
	case $1:$engine_name in
	podman:podman | containerd:*-containerd) return 0 ;;
	docker:podman) return 1 ;;
	docker:*) return 0 ;;
	esac
	return 1
}

engine_at_least()
{
	local version

	engine_is docker &&
		version=$(docker version -f '{{.Server.Version}}') &&
		printf '%s\n' "$1" "$version" | sort -V -C
}

docker()
{
	"$engine_docker" "$@"
}

# engine_missing: why there can be no private engine here; nothing if it can.
engine_missing()
{
	local p

	[ -z "${IR_NO_ENGINE-}" ] || { echo "$IR_NO_ENGINE"; return; }
	[ "$(id -u)" = 0 ] || { echo "needs root"; return; }
	if [ "$engine_name" != 20.10 ] && [ ! -d "$engine_tree" ]; then
		p=$(cat "$engine_tree.why" 2>/dev/null)
		echo "$engine_name is not in $engine_trees${p:+: $p}"
		return
	fi
	p='dockerd containerd'
	! engine_is podman || p='podman conmon'
	for p in $p runc iptables ip unshare nsenter; do
		PATH=$engine_path command -v $p >/dev/null ||
			{ echo "needs $p"; return; }
	done
	[ -x "$engine_docker" ] || { echo "needs the docker client"; return; }
	unshare --mount --net true 2>/dev/null ||
		echo "namespaces are not permitted here"
}

# engine_up DIR [OPTION...]: the whole of it, without a test around it.
engine_up()
{
	local dir=$1

	shift
	mkdir -p "$dir" && dir=$(cd "$dir" && pwd) || return 1
	if [ -e "$dir/ns.pid" ]; then
		echo "engine.sh: $dir: an engine is there already" >&2
		return 1
	fi
	ENGINE_DIR=$dir
	export DOCKER_HOST=unix://$dir/docker.sock
	echo "export DOCKER_HOST=$DOCKER_HOST" >"$dir/env"
	if ! engine_namespaces || ! engine_again "$@"; then
		engine_down
		return 1
	fi
}

# A sleeping process holds the namespaces, so that they outlive a dockerd that
# crashes.  A fresh /run hides a system's containerd, which dockerd would use; a
# fresh securityfs hides AppArmor, into which it would load a profile to stay.
engine_namespaces()
{
	local pid i

	setsid unshare --mount --net --propagation slave sh -c '
		mount -t tmpfs -o mode=755 tmpfs /run &&
		{ ! [ -d /sys/kernel/security ] ||
			mount -t tmpfs tmpfs /sys/kernel/security; } &&
		ip link set lo up && eval "${ENGINE_BEFORE-}" &&
		echo $$ >"$0/ns.pid" && exec sleep 2147483647' "$ENGINE_DIR" \
		</dev/null >"$ENGINE_DIR/ns.log" 2>&1 &
	pid=$!
	disown
	for ((i = 0; i < 100; i++)); do
		[ ! -s "$ENGINE_DIR/ns.pid" ] || return 0
		engine_alive $pid || break
		sleep 0.05
	done
	sed 's/^/engine.sh: /' "$ENGINE_DIR/ns.log" >&2
	return 1
}

# engine_inside COMMAND...: in its namespaces, instead of this process.
engine_inside()
{
	local ns

	ns=$(cat "$ENGINE_DIR/ns.pid") && cd / || exit
	exec setsid nsenter -t "$ns" --mount --net -- \
		env PATH="$engine_path" "$@"
}

# engine_config: dockerd's; 20.10 would write /etc/docker/key.json.
engine_config()
{
	case $(PATH=$engine_path dockerd --version) in
	*" version 1"* | *" version 20."*)
		echo "{\"deprecated-key-path\": \"$ENGINE_DIR/key.json\"}" ;;
	*)
		engine_is containerd && set -- true || set -- false
		echo "{\"features\": {\"containerd-snapshotter\": $1}}" ;;
	esac
}

# With the containerd store, as 29 is by default: nor does it speak to clients
# that are older than its API 1.44.
engine_dockerd()
{
	local dir=$ENGINE_DIR

	engine_config >"$dir/daemon.json"
	! engine_is containerd || export DOCKER_MIN_API_VERSION=1.44
	engine_inside dockerd \
		--config-file "$dir/daemon.json" \
		--data-root "$dir/data" --exec-root "$dir/exec" \
		--pidfile "$dir/pid" --host "unix://$dir/docker.sock" \
		--exec-opt native.cgroupdriver=cgroupfs \
		--cgroup-parent "$(engine_cgroup)" --group root "$@"
}

engine_again()
{
	local dir=$ENGINE_DIR run=${ENGINE_RUN:-engine_dockerd} pid i

	! engine_is podman || run=engine_podman
	rm -f "$dir/pid"
	($run "$@") </dev/null >>"$dir/log" 2>&1 &
	pid=$!
	disown
	for ((i = 0; i < 600; i++)); do
		if docker version >/dev/null 2>&1; then
			return 0
		fi
		engine_alive $pid || break
		sleep 0.1
	done
	echo "engine.sh: no answer; the end of its log:" >&2
	grep -v '^  ' "$dir/log" | tail -n 20 | sed 's/^/engine.sh: /' >&2
	return 1
}

# engine_cgroup: the cgroup below which all its containers are.
engine_cgroup()
{
	echo "/ir-engine-$(cat "$ENGINE_DIR/ns.pid")"
}

engine_cgroup_dirs()
{
	find /sys/fs/cgroup -maxdepth 2 -type d \
		-name "$(basename "$(engine_cgroup)")" 2>/dev/null
}

# engine_alive PID: it runs, and is no zombie that nobody has reaped yet.
engine_alive()
{
	[ -n "$1" ] && [ -e "/proc/$1/exe" ]
}

# engine_pids: every process of the engine except the one that holds the
# namespaces: those in its namespaces, and those in its cgroups.  Only while
# the holder lives, since the numbers of namespaces are given out again.
engine_pids()
{
	local ns p

	ns=$(cat "$ENGINE_DIR/ns.pid" 2>/dev/null) && [ -n "$ns" ] || return 0
	{
		for p in /proc/[0-9]*; do
			if [ "$p/ns/mnt" -ef "/proc/$ns/ns/mnt" ] ||
			    [ "$p/ns/net" -ef "/proc/$ns/ns/net" ]; then
				echo "${p#/proc/}"
			fi
		done
		engine_cgroup_dirs | while read -r p; do
			find "$p" -name cgroup.procs -exec cat {} + 2>/dev/null
		done
	} | sort -un | while read -r p; do
		[ "$p" = "$ns" ] || ! engine_alive "$p" || echo "$p"
	done
}

# Its containerd dies with it; a dockerd that finds one not reaped yet would
# wait for it in vain.
engine_kill()
{
	local engine containerd=none

	engine=$(cat "$ENGINE_DIR/pid") || return 1
	engine_is podman || containerd=$(
		cat "$ENGINE_DIR/exec/containerd/containerd.pid") || return 1
	kill -KILL "$engine" || return 1
	while [ -d "/proc/$engine" ] || [ -d "/proc/$containerd" ]; do
		sleep 0.05
	done
}

# engine_kill_all: nothing here is worth an orderly end.  What is frozen does
# not die: it is thawed, in either version of cgroups, with the KILL pending.
engine_kill_all()
{
	local i left cg

	for ((i = 0; i < 200; i++)); do
		left=$(engine_pids)
		[ -n "$left" ] || return 0
		# shellcheck disable=SC2086 # one word a process
		kill -KILL $left 2>/dev/null
		engine_cgroup_dirs | while read -r cg; do
			find "$cg" -name freezer.state -exec \
				sh -c 'for f; do echo THAWED >"$f"; done' _ {} +
			find "$cg" -name cgroup.freeze -exec \
				sh -c 'for f; do echo 0 >"$f"; done' _ {} +
		done 2>/dev/null
		sleep 0.05
	done
	echo "engine.sh: still running: ${left//$'\n'/ }" >&2
	return 1
}

# engine_down: takes the engine in $ENGINE_DIR away, however far it came.
engine_down()
{
	local dir=$ENGINE_DIR ns cg

	[ -n "$dir" ] && [ -d "$dir" ] || return 0
	ns=$(cat "$dir/ns.pid" 2>/dev/null)
	if engine_alive "$ns" && ! [ "/proc/$ns/ns/mnt" -ef /proc/self/ns/mnt ]
	then
		engine_kill_all || return 1
		engine_cgroup_dirs | while read -r cg; do
			find "$cg" -depth -type d -exec rmdir {} \;
		done
		kill -KILL "$ns"
		while engine_alive "$ns"; do
			sleep 0.02
		done
	fi
	engine_left "$dir" "$ns" && rm -rf -- "$dir" && ENGINE_DIR=
}

# engine_left DIR PID: says what is left, and fails if anything is.
engine_left()
{
	local left

	left=$(
		grep -F " $1/" /proc/self/mountinfo
		find /sys/fs/cgroup -maxdepth 2 -name "ir-engine-${2:-none}"
	)
	[ -n "$left" ] || return 0
	printf 'engine.sh: left behind: %s\n' "$left" >&2
	return 1
}

engine_start()
{
	local why

	why=$(engine_missing)
	[ -z "$why" ] || skip_all "$why"
	at_exit engine_stop
	engine_up "$T/e" "$@" || {
		echo "Bail out! no private engine"
		exit 99
	}
}

engine_stop()
{
	engine_down && unset DOCKER_HOST
}

engine_net()
{
	nsenter -t "$(cat "$ENGINE_DIR/ns.pid")" --net -- "$@"
}

engine_image()
{
	local root app

	root=$(mktemp -d "$ENGINE_DIR/root.XXXXXX") || return 1
	mkdir -p "$root"/{bin,etc,proc,sys,dev,tmp,var,root}
	chmod 755 "$root"
	chmod 1777 "$root/tmp"
	cp "$(command -v busybox)" "$root/bin/busybox"
	for app in $(busybox --list); do
		[ "$app" = busybox ] || ln -s busybox "$root/bin/$app"
	done
	echo 'root:x:0:0:root:/root:/bin/sh' >"$root/etc/passwd"
	echo 'root:x:0:' >"$root/etc/group"
	tar -C "$root" -c . |
		docker import -c 'CMD ["/bin/sh"]' - "$1" >/dev/null
	rm -rf "$root"
}

# podman takes a name for the beginning of another network's id, and ours are of
# one letter: so no id begins with one.
engine_network()
{
	while docker network create "$@" && engine_is podman &&
		[[ $(docker network inspect -f '{{.Id}}' "${!#}") == [a-f]* ]]
	do
		docker network rm "${!#}" || return
	done
}

engine_main()
{
	local word=${1-} dir=${2-} why

	if [ -z "$dir" ]; then
		sed -n '3,/^$/s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2
		return 64
	fi
	shift 2
	case $word in
	start)
		why=$(engine_missing)
		[ -z "$why" ] || { echo "engine.sh: $why" >&2; return 69; }
		engine_up "$dir" "$@" && cat "$ENGINE_DIR/env"
		;;
	net)
		ENGINE_DIR=$dir
		engine_net "$@"
		;;
	stop)
		ENGINE_DIR=$(cd "$dir" && pwd) || return 1
		export DOCKER_HOST=unix://$ENGINE_DIR/docker.sock
		engine_down
		;;
	*)
		echo "engine.sh: unknown word: $word" >&2
		return 64
		;;
	esac
}

if [ "${BASH_SOURCE[0]}" = "$0" ]; then
	PATH=$PATH:/usr/sbin:/sbin
	engine_main "$@"
fi
