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
#include "host/spaces.h"

/* One link. */
struct ir_host_seen {
	struct ir_host_link link;
	bool outward;
	bool proven; /* then the two that follow are its other end */
	size_t space;
	struct ir_host_link peer;
};

struct ir_host_look {
	struct ir_host *h;
	struct ir_host_nl nl; /* of the container's namespace */
	struct ir_host_spaces *spaces;
	struct ir_host_seen *v;
	size_t n;
};

/** ir_host_look(h, l, err): fills in *l; freed by ir_host_look_free(), also
 * after a failure.  IR_EPROTO if the container is in the host's or the engine's
 * own network. */
int ir_host_look(struct ir_host *h, struct ir_host_look *l, struct ir_err *err);
void ir_host_look_free(struct ir_host_look *l);

/** ir_host_look_prove(l, i, err): looks the i'th link and its other end up
 * anew, by their numbers: 1 if both still are each other's, and v[i] has them
 * as they are now; 0 if the link is gone, or leads elsewhere by now. */
int ir_host_look_prove(struct ir_host_look *l, size_t i, struct ir_err *err);

#endif
