# shellcheck shell=bash
# SPDX-License-Identifier: ISC
#
# A rootless dockerd in the place of the usual one, for tests/engine.sh: as a
# user of its own, who is nobody on this machine but in a /etc/passwd that only
# the engine sees, in rootlesskit's user namespace and in a network namespace of
# that.  Its containers are in its own cgroup, which is how all of it is found
# in the end.  Whoever starts it makes $T passable.

ROOTLESS_UID=1900000000
export ENGINE_RUN=engine_rootless

# rootless_missing: why there can be none here; nothing if it can.
rootless_missing()
{
	local p

	for p in rootlesskit newuidmap newgidmap setpriv; do
		command -v $p >/dev/null || { echo "needs $p"; return; }
	done
	[ "$engine_name" = 20.10 ] || { echo "not on $engine_name"; return; }
	as_rootless unshare --user true 2>/dev/null ||
		echo "users may make no user namespaces here"
}

as_rootless()
{
	setpriv --reuid $ROOTLESS_UID --regid $ROOTLESS_UID --clear-groups "$@"
}

engine_rootless()
{
	local dir=$ENGINE_DIR

	[ -d "$dir/etc" ] || rootless_prepare || exit
	engine_inside HOME="$dir/home" XDG_RUNTIME_DIR="$dir/home" sh -c '
		for each in unified pids .; do
			cd "/sys/fs/cgroup/$each" 2>/dev/null && break
		done
		mkdir -p ".$1" && echo $$ >".$1/cgroup.procs" && cd / && shift &&
		exec setpriv --reuid '$ROOTLESS_UID' --regid '$ROOTLESS_UID' \
			--clear-groups rootlesskit --state-dir="$HOME/kit" \
			unshare --net sh -c "
				mount -t tmpfs tmpfs /run && ip link set lo up &&
				exec \"\$@\"" _ "$@"' _ "$(engine_cgroup)" \
		dockerd --rootless --config-file "$dir/daemon.json" \
		--data-root "$dir/data" --exec-root "$dir/exec" \
		--pidfile "$dir/pid" --host "unix://$dir/docker.sock" \
		--storage-driver vfs "$@"
}

rootless_prepare()
{
	local dir=$ENGINE_DIR user=ir-rootless id=$ROOTLESS_UID

	mkdir "$dir/etc" "$dir/home" || return
	(cat /etc/passwd; echo "$user:x:$id:$id::$dir/home:/bin/sh") \
		>"$dir/etc/passwd"
	(cat /etc/group; echo "$user:x:$id:") >"$dir/etc/group"
	echo "$user:$((id + 1)):65536" | tee "$dir/etc/subuid" \
		>"$dir/etc/subgid"
	engine_config >"$dir/daemon.json"
	chown $id:$id "$dir" "$dir/home"
	# newuidmap reads these, and nothing else does in this mount namespace.
	nsenter -t "$(cat "$dir/ns.pid")" --mount -- \
		mount -t overlay -o "lowerdir=$dir/etc:/etc" overlay /etc
}
