/* SPDX-License-Identifier: ISC
 *
 * What differs between two trees, in the terms of docker diff: A added, C
 * changed, D deleted.  As there, what was in a deleted directory is not listed
 * by itself, what was in an added one is, and a directory counts as changed
 * when something in it is listed; its time stamp alone does not count.  Unlike
 * there, contents are compared, not sizes and time stamps.
 */
#ifndef IR_TREE_COMPARE_H
#define IR_TREE_COMPARE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "tree/listed.h"
#include "tree/tree.h"

/* In what a C differs; 0 for a directory that is only on the way. */
enum {
	IR_DIFF_TYPE = 1,
	IR_DIFF_CONTENT = 2, /* or it cannot be known that it does not */
	IR_DIFF_MODE = 4,
	IR_DIFF_UID = 8,
	IR_DIFF_GID = 16,
	IR_DIFF_MTIME = 32, /* in whole seconds if one of them is whole */
	IR_DIFF_LINK = 64,  /* target of a symlink */
	IR_DIFF_DEVICE = 128,
	IR_DIFF_XATTRS = 256,
};

struct ir_change {
	char kind; /* 'A', 'C', 'D' */
	unsigned fields;
	const char *path;
	const struct ir_node *before, *after; /* NULL for A; for D */
	size_t inside; /* how many nodes went with a directory that is gone */
	bool hidden;   /* the engine's own list lacks it */
};

struct ir_changes {
	struct ir_change *list; /* in the order of ir_tree_order() */
	size_t n, cap;
	size_t hidden; /* how many are */
};

/** ir_tree_compare(before, after, listed, out, err): from the tree of the image
 * to that of the container.  listed, which may be NULL, is the engine's own
 * list; what is found is taken from it.  Released by ir_changes_free(), before
 * the trees are.
 *
 * Of the empty files that an engine puts into every container at its making,
 * the time stamp alone is nothing that happened in it. */
int ir_tree_compare(const struct ir_tree *before, const struct ir_tree *after,
    struct ir_listed *listed, struct ir_changes *out, struct ir_err *err);
void ir_changes_free(struct ir_changes *c);

/** ir_diff_field(bit): "content" and so on, for one bit of fields. */
const char *ir_diff_field(unsigned bit);

/** ir_change_backdated(c): whether it is a file with other content, of the same
 * size and time stamp. */
bool ir_change_backdated(const struct ir_change *c);

#endif
