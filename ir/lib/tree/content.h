/* SPDX-License-Identifier: ISC
 *
 * Contents of files in a tar, and their digests; for tree.c alone.
 */
#ifndef IR_TREE_CONTENT_H
#define IR_TREE_CONTENT_H

#include "archive/reader.h"
#include "base/err.h"
#include "crypto/digest.h"
#include "tree/tree.h"

/* Used again for each file: over content, and over where its pieces lie. */
struct ir_tree_hashers {
	struct ir_sha256 *data, *map;
	uint64_t zeros; /* how many of those in holes may still be hashed */
};

/** ir_tree_hash_xattrs(h, m, out): the digest as in struct ir_node; out is left
 * alone if there are none. */
void ir_tree_hash_xattrs(
    struct ir_tree_hashers *h, const struct ir_tar_member *m, uint8_t *out);

/** ir_tree_hash_content(tar, m, h, node, err): reads the content of the member
 * at which tar stands and sets node->sha256. */
int ir_tree_hash_content(struct ir_tar *tar, const struct ir_tar_member *m,
    struct ir_tree_hashers *h, struct ir_node *node, struct ir_err *err);

/** ir_tree_slurp(fd, node, name, err): a file's content, checked to be what its
 * digest was taken of, with a NUL after it; the caller frees. */
char *ir_tree_slurp(
    int fd, const struct ir_node *node, const char *name, struct ir_err *err);

#endif
