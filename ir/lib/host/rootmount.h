/* SPDX-License-Identifier: ISC
 *
 * What the kernel says a container's own root is made of.
 */
#ifndef IR_HOST_ROOTMOUNT_H
#define IR_HOST_ROOTMOUNT_H

#include <stdbool.h>

#include "host/host.h"

/** ir_host_upper(h, id, err): whether the root of the container's first process
 * is an overlayfs that writes to .../id/diff: 1, or 0.  Inside, with enough
 * rights, this can be made to look otherwise: a no is no proof. */
int ir_host_upper(const struct ir_host *h, const char *id, struct ir_err *err);

/** ir_host_own_ids(h): whether its numbers of users and groups are this host's,
 * and so those on its disk: false in a user namespace that maps them. */
bool ir_host_own_ids(const struct ir_host *h);

#endif
