/* SPDX-License-Identifier: ISC
 *
 * The custody entries of a bundle in their order, as they lie there.  No
 * signature is checked here: that is verifying.  This is for adding to them,
 * and for showing them.
 */
#ifndef IR_BUNDLE_CHAIN_H
#define IR_BUNDLE_CHAIN_H

#include <jansson.h>
#include <stddef.h>

#include "base/err.h"
#include "bundle/custody.h"
#include "bundle/holder.h"

struct ir_link {
	char *path; /* "custody/0002-release.json" */
	unsigned seq;
	struct ir_custody e;
	json_t *doc;
	enum ir_turn turn;
};

struct ir_chain {
	struct ir_link *v; /* in order of their paths */
	size_t n;
	char *stray;             /* a signature without an entry, or NULL */
	struct ir_holder holder; /* acts out of turn left aside */
};

/** ir_chain_read(dirfd, c, err): all entries of the bundle.  IR_EFORMAT when
 * one of them is none, or when all together are larger than IR_MAX_JSON.
 * Released by ir_chain_free(), after a failure too. */
int ir_chain_read(int dirfd, struct ir_chain *c, struct ir_err *err);
void ir_chain_free(struct ir_chain *c);

/** ir_chain_check(c, err): whether they follow on one another and each has a
 * signature; if not, no act can be added to them, and it is IR_EFORMAT. */
int ir_chain_check(const struct ir_chain *c, struct ir_err *err);

/** ir_chain_last(c): the newest, or NULL. */
const struct ir_link *ir_chain_last(const struct ir_chain *c);

#endif
