/* SPDX-License-Identifier: ISC
 *
 * Every process of a container, one after the other.
 */
#ifndef IR_HOST_EACH_H
#define IR_HOST_EACH_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/err.h"
#include "host/host.h"
#include "host/process.h"

struct ir_host_one {
	pid_t pid;
	int dir; /* /proc/PID: once the process is gone, all below it is ESRCH,
		  * also when the number is in use again */
	struct ir_host_self stat;
	bool astray; /* its cgroup does not say that it is the container's; its
		      * PID namespace does, or it is a dead child of one that
		      * is */
};

/** ir_host_each(h, fn, arg, err): calls fn(arg, one, err) for every process in
 * the container's cgroups and in its own PID namespace, and for their zombies,
 * in the order of their numbers; one that ended before it was looked at is left
 * out.  Those that appear meanwhile come too, a few rounds long: who starts
 * others for ever does not hold it up for ever.  How many there were, or -1
 * when fn says so. */
ssize_t ir_host_each(const struct ir_host *h,
    int (*fn)(void *arg, const struct ir_host_one *one, struct ir_err *err),
    void *arg, struct ir_err *err);

#endif
