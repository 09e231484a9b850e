/* SPDX-License-Identifier: ISC
 *
 * The connections of a container that its host tracks for address translation.
 */
#ifndef IR_HOST_CONNTRACK_H
#define IR_HOST_CONNTRACK_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "host/addresses.h"

/* Words such as "src=10.0.0.2" in /proc/net/nf_conntrack's lines. */
struct ir_host_names {
	char (*v)[64];
	size_t n;
};

/** ir_host_names_add(names, a, err): the address, unless it is one that many
 * have (loopback, link-local). */
int ir_host_names_add(struct ir_host_names *names,
    const struct ir_host_address *a, struct ir_err *err);
void ir_host_names_free(struct ir_host_names *names);

/** ir_host_names_in(names, line): whether the line has one of them as a source
 * or destination, as a whole word. */
bool ir_host_names_in(const struct ir_host_names *names, const char *line);

#endif
