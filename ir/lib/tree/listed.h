/* SPDX-License-Identifier: ISC
 *
 * The engine's own list of what changed in a container, the answer to GET
 * /containers/{id}/changes: null, or [{"Path":"/etc","Kind":0}, ...], Kind
 * being 0 for changed, 1 for added, 2 for deleted.
 *
 * It is made by comparing sizes and time stamps, so that a file rewritten with
 * both put back is not in it.
 */
#ifndef IR_TREE_LISTED_H
#define IR_TREE_LISTED_H

#include <stddef.h>

#include "base/err.h"

struct ir_listed;

/* A path in it.  Bytes that are no UTF-8 are U+FFFD, as JSON cannot hold
 * them. */
struct ir_listed_path {
	char kind; /* 'A', 'C', 'D' */
	const char *path;
};

/** ir_listed_parse(p, n, name, err): freed by ir_listed_free().  One element
 * at a time, because the list of a large container has hundreds of thousands.
 * Anything of another shape is IR_EFORMAT, with name. */
struct ir_listed *ir_listed_parse(
    const char *p, size_t n, const char *name, struct ir_err *err);
void ir_listed_free(struct ir_listed *l); /* NULL is fine */

/** ir_listed_take(l, path, err): 1 if path, in its own bytes, is in the list
 * and was not taken before: two names that JSON makes one need two elements.
 * Else 0; -1 out of memory. */
int ir_listed_take(struct ir_listed *l, const char *path, struct ir_err *err);

/** ir_listed_left(l, n, err): what nobody took, sorted; NULL out of memory.
 * Lives until the next call with l. */
const struct ir_listed_path *ir_listed_left(
    struct ir_listed *l, size_t *n, struct ir_err *err);

#endif
