/* SPDX-License-Identifier: ISC
 *
 * The tree of files in a tar: what each path is, without extracting anything
 * (archive/reader.h), with the digest of each content; entries and names are
 * capped.
 */
#ifndef IR_TREE_TREE_H
#define IR_TREE_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/* One path.  Later members of the same path replace earlier ones. */
struct ir_node {
	const char *path; /* "/etc/passwd"; bytes as in the tar, with one
			   * leading slash and no trailing one; "/" is the
			   * root; no empty, "." or ".." component */
	char type;        /* '-' file, 'd', 'l' symlink, 'c', 'b', 'p' */
	unsigned mode;    /* permission bits, 07777 */
	uint32_t uid, gid;
	int64_t mtime; /* seconds since the epoch */
	uint32_t mtime_ns;
	uint64_t size;         /* of a file's content; else 0 */
	uint32_t major, minor; /* of a device */
	const char *link;      /* a symlink's target; else NULL */
	const char *hardlink;  /* path of the file this is another name of;
				* else NULL.  All else here is that file's */
	uint8_t sha256[32];    /* of a file's content; else zeros */
	uint8_t xattrs[32];    /* SHA-256 over the extended attributes in
				* order of name; zeros if there are none */
	int64_t at;            /* where the content starts in the tar */
	bool sparse;           /* these are so large that sha256 is not that of
				* the content, but over its size and its pieces
				* and where they belong: ten terabytes of
				* nothing cost nothing */
	bool holes;            /* the tar leaves holes of it out: its content
				* cannot be had from it in one piece */
	bool unknown;          /* hardlink names no file in the tar: size and
				* sha256 are not known */
};

struct ir_tree;

/** ir_tree_read(fd, name, err): reads the tar at fd (a seekable file, from its
 * start; the position moves).  Freed by ir_tree_free(), and all nodes with it.
 * IR_EFORMAT with name and what is wrong for anything malformed, a path that
 * leads out, more than IR_MAX_TREE entries.  libarchive's warnings that lose
 * data are errors.  Works in any locale: names are bytes. */
struct ir_tree *ir_tree_read(int fd, const char *name, struct ir_err *err);
void ir_tree_free(struct ir_tree *t); /* NULL is fine */

/* A layer of an image: a tar in which a name that begins with ".wh." says that
 * what it names is not there any more (OCI Image Format, "Image Layer
 * Filesystem Changeset"). */
struct ir_tree_layer {
	int fd;
	const char *name;
};

/** ir_tree_stack(below, v, n, err): the tree that n layers make, the first
 * being the lowest, on top of another tree, or of none if that is NULL.  Both
 * that and the descriptors are the caller's, and must outlive this one.  Errors
 * as those of ir_tree_read(). */
struct ir_tree *ir_tree_stack(const struct ir_tree *below,
    const struct ir_tree_layer *v, size_t n, struct ir_err *err);

/** ir_tree_find(t, path): the node, or NULL. */
const struct ir_node *ir_tree_find(const struct ir_tree *t, const char *path);

/** ir_tree_order(a, b): how paths are sorted: bytewise, '/' before every other
 * byte, so that a directory comes before what is in it and all of that before
 * its next neighbour.  Negative, 0 or positive, as strcmp(3). */
int ir_tree_order(const char *a, const char *b);

/** ir_tree_nodes(t, n): all nodes, in that order. */
const struct ir_node *const *ir_tree_nodes(const struct ir_tree *t, size_t *n);

/** ir_tree_content(t, node, max, len, err): a file's bytes with a NUL after
 * them, the caller frees; IR_EFORMAT if there are more than max, if it is
 * not in one piece or unknown, or if they are not those of node->sha256 any
 * more.  Reads the descriptor that ir_tree_read() was given, which must still
 * be open. */
char *ir_tree_content(const struct ir_tree *t, const struct ir_node *node,
    size_t max, size_t *len, struct ir_err *err);

#endif
