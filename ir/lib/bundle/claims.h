/* SPDX-License-Identifier: ISC
 *
 * What a journal claims of files: its chunk, stream-close and torn lines, put
 * into the list of files.
 */
#ifndef IR_BUNDLE_CLAIMS_H
#define IR_BUNDLE_CLAIMS_H

#include "base/err.h"
#include "bundle/fault.h"
#include "bundle/items.h"
#include "bundle/journal.h"

struct ir_claims {
	struct ir_items *items;
	struct ir_faults *faults;
	const char *file; /* the journal, "journal/0001-ir-open.jsonl" */
	unsigned journal; /* its number */
	enum ir_verdict malformed; /* what a line that is no line makes it */
	struct ir_item **fresh;    /* claimed since the last proof */
	size_t n, cap;
};

/** ir_claims_take(c, line, err): any other line is let pass.  A claim that is
 * not well-formed is c->malformed; one that does not follow from those before
 * it is CHAIN. */
int ir_claims_take(struct ir_claims *c, const struct ir_journal_line *line,
    struct ir_err *err);

/** ir_claims_prove(c): all that was claimed so far is signed for, too. */
void ir_claims_prove(struct ir_claims *c);
void ir_claims_free(struct ir_claims *c);

#endif
