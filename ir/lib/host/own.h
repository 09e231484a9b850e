/* SPDX-License-Identifier: ISC
 *
 * Whose a process is.  On nearly every engine the cgroup tells, which bears the
 * container's id.  A rootless engine on cgroup v1 may make none; there the
 * container is all that is in its PID namespace, which nobody can leave.
 */
#ifndef IR_HOST_OWN_H
#define IR_HOST_OWN_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/err.h"
#include "host/host.h"

/** ir_host_own_find(h, err): how h->id's processes are told, by that of
 * h->proc: sets h->cgroup, and h->pidns where no cgroup bears the id.  Such a
 * container has to have its PID namespace for itself, and to be tended by a
 * process that has its id as an argument, as containerd's shim and conmon have.
 * IR_ENOENT if that process is not the container's, IR_EPERM if it cannot be
 * looked at. */
int ir_host_own_find(struct ir_host *h, struct ir_err *err);

/** ir_host_owns(h, proc): whether the process of that /proc/PID, as it is now,
 * is the container's. */
bool ir_host_owns(const struct ir_host *h, int proc);

/** ir_host_is_guest(h, proc): whether that process, which is the container's as
 * ir_host_owns() has it, is so only for its PID namespace: it was started from
 * outside, by somebody else than tends the container.  It is another container
 * that shares the namespace, or somebody's nsenter(1).  Those that it starts
 * are not told apart. */
bool ir_host_is_guest(const struct ir_host *h, int proc);

/** ir_host_own_pids(h, pids, err): the numbers of all its processes, each once,
 * in order; the caller frees *pids.  Returns how many, or -1. */
ssize_t ir_host_own_pids(
    const struct ir_host *h, pid_t **pids, struct ir_err *err);

#endif
