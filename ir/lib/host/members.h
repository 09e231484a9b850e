/* SPDX-License-Identifier: ISC
 *
 * The network namespaces that a container's processes are in.  There can be
 * more than the one it was given: an engine within it makes some, and who has
 * CAP_SYS_ADMIN can step out of the one that will be cut into another.
 */
#ifndef IR_HOST_MEMBERS_H
#define IR_HOST_MEMBERS_H

#include <stdbool.h>
#include <stddef.h>

#include "host/host.h"
#include "host/spaces.h"

struct ir_host_members {
	struct ir_host_space *v; /* the first is the one that the engine gave
				  * it, or if that is not known the one of its
				  * first process */
	size_t n;
	bool astray; /* a process is in a network that is not the container's
			own: the host's, or another container's */
	struct ir_err stray; /* then: which, IR_EPROTO */
	pid_t *pids;         /* all its processes */
	size_t npids;
};

/** ir_host_members(h, spaces, m, err): fills in *m; freed by
 * ir_host_members_free(), also after a failure.  Namespaces that are not the
 * container's own are not in it. */
int ir_host_members(struct ir_host *h, struct ir_host_spaces *spaces,
    struct ir_host_members *m, struct ir_err *err);
void ir_host_members_free(struct ir_host_members *m);

/** ir_host_members_hold(m, name): whether a process of the container is the
 * other side of the tun or tap device of that name. */
bool ir_host_members_hold(const struct ir_host_members *m, const char *name);

#endif
