/* SPDX-License-Identifier: ISC
 *
 * A look at a container's network: its links, which of them lead out of it, and
 * the proven other ends of those that are veths.
 */
#ifndef IR_HOST_LOOK_H
#define IR_HOST_LOOK_H

#include <stdbool.h>
#include <stddef.h>

#include "host/host.h"
#include "host/link.h"
#include "host/members.h"
#include "host/spaces.h"

/* One link. */
struct ir_host_seen {
	struct ir_host_link link;
	size_t in;    /* members.v[in]: where it is */
	bool outward; /* of all of the container's namespaces */
	bool proven;  /* then the two that follow are its other end */
	size_t space; /* its place in spaces */
	struct ir_host_link peer;
};

struct ir_host_look {
	struct ir_host_spaces *spaces;
	struct ir_host_members members;
	struct ir_host_seen *v;
	size_t n;
};

/** ir_host_look(h, err): how it is now; borrowed from h, which keeps it until
 * the next one.  IR_EPROTO if the container is in the host's or the engine's
 * own network. */
struct ir_host_look *ir_host_look(struct ir_host *h, struct ir_err *err);

/** ir_host_look_last(h, err): the one that h keeps, or else a first one; for
 * whoever looks again before, or after, it matters. */
struct ir_host_look *ir_host_look_last(struct ir_host *h, struct ir_err *err);

void ir_host_look_free(struct ir_host_look *l); /* NULL is fine */

/** ir_host_look_prove(l, i, err): looks the i'th link and its other end up
 * anew, by their numbers: 1 if both still are each other's, and v[i] has them
 * as they are now; 0 if the link is gone, or leads elsewhere by now. */
int ir_host_look_prove(struct ir_host_look *l, size_t i, struct ir_err *err);

/** ir_host_look_set(l, i, up, err): takes the other end of the i'th link, which
 * was just proven, up or down; 0 also if it is gone. */
int ir_host_look_set(
    struct ir_host_look *l, size_t i, bool up, struct ir_err *err);

#endif
