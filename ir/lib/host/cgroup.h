/* SPDX-License-Identifier: ISC
 *
 * A container's cgroups.
 */
#ifndef IR_HOST_CGROUP_H
#define IR_HOST_CGROUP_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "host/host.h"

/* Where they are mounted, nearly always; and where nft looks. */
#define IR_HOST_CGROUPS "/sys/fs/cgroup"

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

typedef int ir_host_cgroup_fn(int dir, void *arg, struct ir_err *);

/** ir_host_cgroup_walk(dir, fn, arg, err): calls fn(dir, arg, err) with a
 * descriptor of that group's directory, and then of each below it, until one
 * fails. */
int ir_host_cgroup_walk(
    const char *dir, ir_host_cgroup_fn *fn, void *arg, struct ir_err *err);

/** ir_host_cgroup_each(h, fn, arg, err): the same for the container's own group
 * in every hierarchy.  Returns in how many it has one to be seen here, or -1.
 */
int ir_host_cgroup_each(const struct ir_host *h, ir_host_cgroup_fn *fn,
    void *arg, struct ir_err *err);

#endif
