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

	mkdir -p "$dir"/{tmp,home/.config/containers} &&
		cp "$engine_tree/etc/containers/policy.json" \
			"$dir/home/.config/containers/" &&
		podman_config >"$dir/containers.conf" &&
		podman_storage >"$dir/storage.conf" &&
		: >"$dir/registries.conf" &&
		podman_libraries && podman_cgroups || exit
	engine_inside CONTAINERS_CONF="$dir/containers.conf" \
		CONTAINERS_STORAGE_CONF="$dir/storage.conf" \
		CONTAINERS_REGISTRIES_CONF="$dir/registries.conf" \
		HOME="$dir/home" TMPDIR="$dir/tmp" \
		sh -c '
			mount -t tmpfs -o size=8m tmpfs /dev/shm
			mount --bind "$1/ld.so.cache" /etc/ld.so.cache
			for each in /sys/fs/cgroup/*/cgroup.procs; do
				echo $$ >"$each" || exit
			done
			echo $$ >"$1/pid" && shift &&
			exec unshare --cgroup "$@"' \
		_ "$dir" podman system service "$@" --time=0 "unix://$dir/docker.sock"
}

# Not by the environment, since conmon does not pass that on to the podman that
# tidies up when a container has ended.
podman_libraries()
{
	{
		echo "$engine_tree"/usr/lib/*-linux-*
		cat /etc/ld.so.conf
	} >"$ENGINE_DIR/ld.so.conf" &&
		ldconfig -X -f "$ENGINE_DIR/ld.so.conf" \
			-C "$ENGINE_DIR/ld.so.cache"
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

# Once: in the holder's mount namespace each hierarchy begins at a cgroup of
# the engine's own, in which podman then is and of which its cgroup namespace
# makes the root.
podman_cgroups()
{
	local ns

	[ ! -e "$ENGINE_DIR/cgroups" ] || return 0
	ns=$(cat "$ENGINE_DIR/ns.pid") && : >"$ENGINE_DIR/cgroups" || return 1
	nsenter -t "$ns" --mount -- sh -c '
		for each in $(awk "\$9 ~ /^cgroup/ || \$8 ~ /^cgroup/ {
				print \$5 }" /proc/self/mountinfo); do
			[ -d "$each$0" ] || mkdir "$each$0" || exit
			[ ! -e "$each/cpuset.cpus" ] ||
				cat "$each/cpuset.cpus" >"$each$0/cpuset.cpus"
			[ ! -e "$each/cpuset.mems" ] ||
				cat "$each/cpuset.mems" >"$each$0/cpuset.mems"
			mount --bind "$each$0" "$each" || exit
		done' "$(engine_cgroup)"
}
