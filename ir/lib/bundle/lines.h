/* SPDX-License-Identifier: ISC
 *
 * Lines of a text that nobody vouches for: none is longer than a limit.
 */
#ifndef IR_BUNDLE_LINES_H
#define IR_BUNDLE_LINES_H

#include <stddef.h>

#include "base/err.h"

/* Where the reading is; begin with all but max from what is read. */
struct ir_lines {
	const char *name; /* for messages */
	const char *p;
	size_t left;
	size_t max; /* of a line with its line feed */
};

/** ir_lines_next(l, p, n, err): 1 and a line with its line feed (the last may
 * have none); 0 at the end; -1, IR_EFORMAT, for a line beyond max. */
int ir_lines_next(
    struct ir_lines *l, const char **p, size_t *n, struct ir_err *err);

#endif
