/* SPDX-License-Identifier: ISC
 *
 * Routes, rules and neighbours as rtnetlink has them, as JSON.
 */
#ifndef IR_HOST_DUMPS_H
#define IR_HOST_DUMPS_H

#include <jansson.h>

#include "base/buf.h"
#include "host/netlink.h"

/* One kind of thing to list. */
struct ir_host_dump {
	const char *name; /* "routes" */
	uint16_t get;     /* RTM_GETROUTE */
	uint16_t is;      /* RTM_NEWROUTE */
	size_t header;    /* bytes of its structure */
	json_t *(*json)(const struct nlmsghdr *m);
};

#define IR_HOST_DUMPS 3
extern const struct ir_host_dump ir_host_dumps[IR_HOST_DUMPS];

/** ir_host_dump(nl, d, answers, err): all of them; each m of answers with its
 * type is for d->json(m), which gives NULL for what is cut short. */
int ir_host_dump(struct ir_host_nl *nl, const struct ir_host_dump *d,
    struct ir_buf *answers, struct ir_err *err);

#endif
