/* SPDX-License-Identifier: ISC
 *
 * A container's cgroups: which they are, and who is in them.
 */
#ifndef IR_HOST_CGROUP_H
#define IR_HOST_CGROUP_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/err.h"
#include "host/host.h"

/** ir_host_cgroup_part(path, id): how many bytes of the path are up to and with
 * the part that is the container's own cgroup, 0 if there is none.  That part
 * is the id, as such or as engines write it for systemd and podman:
 * "docker-ID.scope", "libpod-ID", "cri-containerd-ID.scope"; but not
 * "libpod-conmon-ID", which is the one who looks after it. */
size_t ir_host_cgroup_part(const char *path, const char *id);

/** ir_host_cgroup_bears(text, id): whether a line of text, as /proc/PID/cgroup
 * has it ("4:memory:/docker/ID"), has such a part. */
bool ir_host_cgroup_bears(const char *text, const char *id);

/** ir_host_cgroup_dir(h, controller, err): the directory of the container's
 * own cgroup, without the groups below it, in the hierarchy that has that
 * controller of cgroup v1 ("freezer", "net_cls"), or in cgroup v2's for "";
 * the caller frees.  NULL and IR_ENOENT where there is none. */
char *ir_host_cgroup_dir(
    const struct ir_host *h, const char *controller, struct ir_err *err);

/** ir_host_cgroup_pids(h, pids, err): the numbers of all processes in the
 * container's cgroup and those below it, each once, in order; the caller frees
 * *pids.  Returns how many, or -1. */
ssize_t ir_host_cgroup_pids(
    const struct ir_host *h, pid_t **pids, struct ir_err *err);

#endif
