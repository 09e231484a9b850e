/* SPDX-License-Identifier: ISC
 *
 * Tracked connections over netlink, for kernels without /proc/net/nf_conntrack.
 */
#ifndef IR_HOST_CTNETLINK_H
#define IR_HOST_CTNETLINK_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "host/netlink.h"

/** ir_host_ctnetlink_there(): whether the kernel's part for it is loaded.
 * Asking would load it, which is not for us to do. */
bool ir_host_ctnetlink_there(void);

/** ir_host_ctnetlink_dump(netns, answers, limit, err): all connections of that
 * namespace, at most limit bytes, then IR_EFORMAT and answers has the
 * beginning. */
int ir_host_ctnetlink_dump(
    int netns, struct ir_buf *answers, size_t limit, struct ir_err *err);

/** ir_host_ctnetlink_line(m, line, size): one of them, as a line in the manner
 * of /proc/net/nf_conntrack, with a line feed; -1 if it is not one. */
int ir_host_ctnetlink_line(const struct nlmsghdr *m, char *line, size_t size);

#endif
