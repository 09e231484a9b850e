/* SPDX-License-Identifier: ISC
 *
 * How the packets of a container's processes can be told from others on this
 * host: by their cgroup, in either version.
 */
#ifndef IR_HOST_BY_H
#define IR_HOST_BY_H

#include "host/ruleset.h"

/* The most ways that there are. */
#define IR_HOST_BYS 2

/** ir_host_by_find(h, by, err): the ways that are open, the better one first.
 * How many, or -1; IR_EPROTO, with the reason, where there is none. */
int ir_host_by_find(const struct ir_host *h, struct ir_host_by by[IR_HOST_BYS],
    struct ir_err *err);

/** ir_host_by_begin(h, by, err): gives the container's groups in net_cls, and
 * with that what its processes have open, the classid; for v2 there is nothing
 * to do.  ir_host_by_end(h, err): takes the container's classid away, wherever
 * it is. */
int ir_host_by_begin(
    const struct ir_host *h, const struct ir_host_by *by, struct ir_err *err);
int ir_host_by_end(const struct ir_host *h, struct ir_err *err);

#endif
