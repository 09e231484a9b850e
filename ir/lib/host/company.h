/* SPDX-License-Identifier: ISC
 *
 * Who shares a PID or IPC namespace: in one look at all processes of this host,
 * without a word of any engine.
 */
#ifndef IR_HOST_COMPANY_H
#define IR_HOST_COMPANY_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/err.h"

/* A process in another PID namespace than ours. */
struct ir_host_process {
	pid_t pid;
	ino_t pidns, ipcns;
	char container[65]; /* of the innermost that its cgroup names, or "" */
	bool shares; /* one of the two, unless it is ours, with a process that
		      * is not of that container */
};

/** ir_host_company(all, err): all of them, in no order; the caller frees *all.
 * How many, or -1.  For root; others do not see everybody. */
ssize_t ir_host_company(struct ir_host_process **all, struct ir_err *err);

/** ir_host_pidns(pid): the PID namespace that it is in, 0 if that cannot be
 * told. */
ino_t ir_host_pidns(long long pid);

#endif
