/* SPDX-License-Identifier: ISC
 *
 * What changed within a text file, as a unified diff (diff(1) of POSIX, -u).
 */
#ifndef IR_TREE_HUNKS_H
#define IR_TREE_HUNKS_H

#include "base/buf.h"
#include "base/err.h"
#include "tree/compare.h"

/** ir_tree_hunks(before, after, c, out, err): appends the unified diff of the
 * content of c, one of the changes between the two trees.  1 if there is one;
 * 0 if not: it is no file, its content is the same, is no text (has a NUL in
 * it) or has more than IR_MAX_DIFF_TEXT bytes; or -1.  The names in it are
 * escaped; the lines are not, they are the container's bytes. */
int ir_tree_hunks(const struct ir_tree *before, const struct ir_tree *after,
    const struct ir_change *c, struct ir_buf *out, struct ir_err *err);

#endif
