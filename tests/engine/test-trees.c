/* SPDX-License-Identifier: ISC
 *
 *	test-trees WHOLE LAYER...
 *
 * Whether a tar of a whole tree and a stack of layers are the same tree: prints
 * what differs, and ends 1 if anything does.
 */
#include <fcntl.h>
#include <stdio.h>

#include "tree/compare.h"

static int
fail(const struct ir_err *err)
{
	fprintf(stderr, "%s\n", err->msg);
	return 2;
}

int
main(int argc, char **argv)
{
	struct ir_tree_layer v[64];
	struct ir_tree *whole, *stack;
	struct ir_changes c = {0};
	struct ir_err err;
	size_t n = 0;

	if (argc < 3 || argc > 64)
		return 64;
	for (int i = 2; i < argc; i++)
		v[n++] = (struct ir_tree_layer){
		    open(argv[i], O_RDONLY | O_CLOEXEC), argv[i]};
	whole =
	    ir_tree_read(open(argv[1], O_RDONLY | O_CLOEXEC), argv[1], &err);
	if (whole == NULL)
		return fail(&err);
	if ((stack = ir_tree_stack(NULL, v, n, &err)) == NULL ||
	    ir_tree_compare(whole, stack, NULL, &c, &err) == -1)
		return fail(&err);
	n = 0;
	for (size_t i = 0; i < c.n; i++) {
		const struct ir_change *x = &c.list[i];

		if (x->path[1] == '\0' || (x->kind == 'C' && x->fields == 0))
			continue; /* an export has no root */
		printf("%c %s %x\n", x->kind, x->path, x->fields);
		n++;
	}
	ir_tree_nodes(stack, &c.cap);
	printf("# %zu paths\n", c.cap);
	ir_changes_free(&c);
	ir_tree_free(stack);
	ir_tree_free(whole);
	return n > 0;
}
