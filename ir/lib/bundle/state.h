/* SPDX-License-Identifier: ISC
 *
 * What an open bundle is made of, for the files of this module.
 */
#ifndef IR_BUNDLE_STATE_H
#define IR_BUNDLE_STATE_H

#include "bundle/bundle.h"
#include "bundle/stream.h"

struct ir_bundle {
	struct ir_bundle_sink sink; /* with the journal, if one is begun */
	char *dir;
	int dirfd;
	int lock; /* .open, with a shared flock(2) */
	char uuid[37];
	char *case_number;
};

/** ir_bundle_lock(b, op, err): takes the lock LOCK_SH or LOCK_EX, or fails with
 * IR_EEXIST.  A failure to get it exclusively keeps the shared one. */
int ir_bundle_lock(struct ir_bundle *b, int op, struct ir_err *err);

#endif
