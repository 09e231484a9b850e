/* SPDX-License-Identifier: ISC
 *
 * The signatures inside a journal, by the keys of its session (journal.h):
 * whether each is where it is due, good, and by the key that was named before.
 */
#ifndef IR_BUNDLE_MARKS_H
#define IR_BUNDLE_MARKS_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"
#include "bundle/fault.h"
#include "bundle/journal.h"

struct ir_marks {
	struct ir_faults *faults;
	const char *file;          /* the journal */
	enum ir_verdict malformed; /* what a line that is no line makes it */
	struct ir_buf key;  /* of the session, in wire form; empty: none */
	struct ir_buf next; /* that the line due to be signed names */
	const char *due;    /* a line whose signature must follow, or NULL */
	size_t len;
	bool broken; /* one was wrong, and what follows cannot be judged */
};

/** ir_marks_begin(m, run, err): takes the session's key from line 0, if it
 * names one. */
int ir_marks_begin(
    struct ir_marks *m, const struct ir_journal_line *run, struct ir_err *err);

/** ir_marks_take(m, line, err): each line after the first, but for the
 * signature in line 1.  1: the line is a good signature of the session, over
 * all that is before it.  A bad one is SIGNATURE, one out of place, or
 * missing, CHAIN.  The text of a line must stay until the next is taken. */
int ir_marks_take(
    struct ir_marks *m, const struct ir_journal_line *line, struct ir_err *err);
void ir_marks_free(struct ir_marks *m);

#endif
