/* SPDX-License-Identifier: ISC
 *
 * Sealing: the last act of the responder.  data/completeness.json, the
 * manifests and custody/0001-seal.json are written, and .open goes.
 */
#ifndef IR_BUNDLE_SEAL_H
#define IR_BUNDLE_SEAL_H

#include "bundle/bundle.h"

struct ir_seal_result {
	uint64_t files, bytes; /* payload */
	bool complete;
	json_t *ledger; /* completeness.json, the caller owns it */
	char head[65];  /* SHA-256 of the seal entry: the receipt */
};

/** ir_bundle_clock(b, err): IR_EFORMAT if the clock is behind the opening of
 * the bundle: a seal of now would be of an earlier time, which no reader lets
 * pass. */
int ir_bundle_clock(const struct ir_bundle *b, struct ir_err *err);

/** ir_bundle_seal(b, who, c, res, err): who must have a key.  Every file is
 * hashed; one that differs from what its journal says was acquired stops the
 * sealing with IR_EFORMAT, naming it.  What was examined is what is sealed: a
 * file outside data/ that is no more what it was then stops the sealing, too,
 * and one in data/ is told by whoever verifies.  Another program still writing:
 * IR_EEXIST.  An open entry that was not signed is signed now if its actor is
 * who; else IR_EPERM says who must.  Interrupted at any point, it leaves the
 * bundle open, and sealing again does it whole. */
int ir_bundle_seal(struct ir_bundle *b, const struct ir_bundle_who *who,
    const struct ir_bundle_case *c, struct ir_seal_result *res,
    struct ir_err *err);

#endif
