/* SPDX-License-Identifier: ISC
 *
 * Who holds the evidence: it follows from the acts, in their order.  Whoever
 * opens a bundle holds it; then whoever seals it; then, a release and a receipt
 * later, the next.  Between those two it is in transit, and the one who
 * released it still answers for it.
 */
#ifndef IR_BUNDLE_HOLDER_H
#define IR_BUNDLE_HOLDER_H

#include <jansson.h>
#include <stdbool.h>

#include "base/err.h"

/* Whether it was somebody's turn to do that. */
enum ir_turn {
	IR_TURN_OK,
	IR_TURN_NOT_HOLDER,    /* releases or disposes of what another holds */
	IR_TURN_IN_TRANSIT,    /* ... of what is on its way */
	IR_TURN_NOT_RELEASED,  /* receives what nobody released */
	IR_TURN_NOT_ADDRESSEE, /* receives what was released to another */
	IR_TURN_DISPOSED,      /* anything but a note or a lost key, then */
};

/* Zeroed, it is of a bundle that is not there yet. */
struct ir_holder {
	json_t *who; /* a string: who holds it, or NULL */
	json_t *to;  /* a string: to whom it is on its way, or NULL */
	bool disposed;
	/* Who held it, from when to when: an array of {"who","name","from",
	 * "to","in_transit","condition","verdict"}.  to is null in the last
	 * one, unless it was disposed of; in_transit means that it was on its
	 * way to who; condition and verdict are those on receipt, or null. */
	json_t *held;
};

/** ir_holder_turn(h, type, actor): for the act of that type.  Whoever released
 * may receive it back, where it did not arrive.  Acts that move nothing are
 * anybody's. */
enum ir_turn ir_holder_turn(
    const struct ir_holder *h, const char *type, const char *actor);

/** ir_holder_take(h, act, err): the act, a custody entry, is done. */
int ir_holder_take(struct ir_holder *h, const json_t *act, struct ir_err *err);
void ir_holder_free(struct ir_holder *h);

/** ir_holder_name(h): who holds it, "" if nobody does.
 * ir_holder_to(h): to whom it is on its way, or "". */
const char *ir_holder_name(const struct ir_holder *h);
const char *ir_holder_to(const struct ir_holder *h);

#endif
