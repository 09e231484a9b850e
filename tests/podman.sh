# shellcheck shell=bash
# SPDX-License-Identifier: ISC
#
# podman's service in the place of dockerd, for tests/engine.sh: of Debian's
# packages, in a folder.  Its roots, its configuration and its locks are private
# as dockerd's are; its cgroups too, by a view of the cgroups that begins at the
# engine's own, since podman has no other way to say where its containers go.

engine_podman()
{
	local dir=$ENGINE_DIR

	[ -d "$dir/etc" ] || podman_prepare || exit
	engine_inside HOME="$dir" TMPDIR="$dir/tmp" sh -c '
		all=/sys/fs/cgroup
		[ -e $all/cgroup.procs ] || all=/sys/fs/cgroup/*
		for each in $all; do # version 2 is one, 1 are many
			echo $$ >"$each/cgroup.procs" || exit
		done
		echo $$ >"$1/pid" && shift && exec unshare --cgroup "$@"' \
		_ "$dir" podman system service "$@" --time=0 \
		"unix://$dir/docker.sock"
}

# Once.  Its configuration is laid over /etc, since conmon does not pass the
# environment on to the podman that tidies up when a container has ended; so are
# its libraries.
podman_prepare()
{
	local dir=$ENGINE_DIR ns

	mkdir -p "$dir"/{tmp,etc/containers} &&
		podman_config >"$dir/etc/containers/containers.conf" &&
		podman_storage >"$dir/etc/containers/storage.conf" &&
		{
			echo "$engine_tree"/usr/lib/*-linux-*
			cat /etc/ld.so.conf
		} >"$dir/ld.so.conf" &&
		ldconfig -X -f "$dir/ld.so.conf" -C "$dir/etc/ld.so.cache" &&
		ns=$(cat "$dir/ns.pid") &&
		nsenter -t "$ns" --mount -- sh -c '
			mount -t tmpfs -o size=8m tmpfs /dev/shm &&
			mount -t overlay -o "lowerdir=$0/etc:$1/etc:/etc" \
				overlay /etc' "$dir" "$engine_tree" &&
		podman_cgroups "$ns"
}

podman_config()
{
	cat <<-EOT
		[containers]
		default_ulimits = ["nofile=20000:20000", "nproc=1024:1024"]
		seccomp_profile = "$engine_tree/usr/share/containers/seccomp.json"
		[engine]
		runtime = "runc"
		cgroup_manager = "cgroupfs"
		events_logger = "file"
		tmp_dir = "$ENGINE_DIR/tmp/libpod"
		conmon_path = ["$engine_tree/usr/bin/conmon"]
		helper_binaries_dir = ["$engine_tree/usr/lib/podman"]
		[network]
		network_backend = "netavark"
		network_config_dir = "$ENGINE_DIR/networks"
	EOT
}

podman_storage()
{
	cat <<-EOT
		[storage]
		driver = "overlay"
		graphroot = "$ENGINE_DIR/data"
		runroot = "$ENGINE_DIR/run"
	EOT
}

# In the holder's mount namespace each hierarchy begins at a cgroup of the
# engine's own, in which podman then is and of which its cgroup namespace makes
# the root.
podman_cgroups()
{
	nsenter -t "$1" --mount -- sh -c '
		for each in $(awk "\$9 ~ /^cgroup/ || \$8 ~ /^cgroup/ {
				print \$5 }" /proc/self/mountinfo); do
			[ -e "$each/cgroup.procs" ] || continue # hidden
			[ -d "$each$0" ] || mkdir "$each$0" || exit
			[ ! -e "$each/cpuset.cpus" ] ||
				cat "$each/cpuset.cpus" >"$each$0/cpuset.cpus"
			[ ! -e "$each/cpuset.mems" ] ||
				cat "$each/cpuset.mems" >"$each$0/cpuset.mems"
			mount --bind "$each$0" "$each" || exit
		done' "$(engine_cgroup)"
}
