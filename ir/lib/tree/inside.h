/* SPDX-License-Identifier: ISC
 *
 * What a tree is made of: for tree.c and stack.c.
 */
#ifndef IR_TREE_INSIDE_H
#define IR_TREE_INSIDE_H

#include "tree/tree.h"

#define SLAB_BYTES (256u << 10)

/* Memory that is given back all at once. */
struct slab {
	struct slab *next;
	_Alignas(16) char bytes[SLAB_BYTES];
};

/* A node, and which member of the tar it was. */
struct entry {
	struct ir_node node; /* first: a node is cast to its entry */
	uint32_t seq;
	int fd; /* of the tar */
};

struct ir_tree {
	int fd;
	char *name;
	struct slab *slabs;
	size_t used; /* of the first slab */
	struct ir_node **nodes;
	size_t n, cap;
	struct ir_tree *layers; /* of a stack: those that it was made of ... */
	struct ir_tree *above;  /* ... one after the other */
};

/** ir_tree_allocate(t, n, align): memory that goes with t, or NULL. */
void *ir_tree_allocate(struct ir_tree *t, size_t n, size_t align);

/** ir_tree_add(t, node, err): node, which is an entry of t, as the last one. */
int ir_tree_add(struct ir_tree *t, struct ir_node *node, struct ir_err *err);

#endif
