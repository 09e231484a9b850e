/* SPDX-License-Identifier: ISC
 *
 * The lines of a journal before they are written: each with the hash of the one
 * before it, and the evidence among them with its proof (see journal.h).  A
 * copy of the chain is worked on; it counts once the lines are on the disk.
 */
#ifndef IR_BUNDLE_TAIL_H
#define IR_BUNDLE_TAIL_H

#include <jansson.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "crypto/digest.h"
#include "crypto/key.h"

/* Where the chain has come to. */
struct ir_tail {
	uint64_t seq;             /* of the next line */
	char head[IR_SHA256_HEX]; /* of the last one */
	struct ir_key *key;       /* of the session; NULL: nothing is signed */
};

/** ir_tail_line(c, out, ev, fields, err): appends the next line to out; the
 * reference of fields is taken in any case. */
int ir_tail_line(struct ir_tail *c, struct ir_buf *out, const char *ev,
    json_t *fields, struct ir_err *err);

/** ir_tail_sign(c, out, from, key, err): a "sig" line over the line of out
 * that begins at from. */
int ir_tail_sign(struct ir_tail *c, struct ir_buf *out, size_t from,
    const struct ir_key *key, struct ir_err *err);

/** ir_tail_add(c, out, ev, fields, err): a line and, if there is a key and it
 * is worth one, its proof.  c->key is then another, the caller's, who frees
 * the old one when out is on the disk; NULL after "end", since nothing
 * follows.  A failure leaves c->key as it was. */
int ir_tail_add(struct ir_tail *c, struct ir_buf *out, const char *ev,
    json_t *fields, struct ir_err *err);

#endif
