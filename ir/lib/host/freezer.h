/* SPDX-License-Identifier: ISC
 *
 * Whether the kernel holds a container still, whatever an engine says.
 */
#ifndef IR_HOST_FREEZER_H
#define IR_HOST_FREEZER_H

#include "host/host.h"

/** ir_host_frozen(h, err): 1 if every process in the container's own cgroup is
 * frozen, 0 if not, -1 if that cannot be told.  cgroup v1: freezer.state says
 * FROZEN, not FREEZING; v2: cgroup.events says frozen 1. */
int ir_host_frozen(const struct ir_host *h, struct ir_err *err);

#endif
