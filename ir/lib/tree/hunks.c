/* SPDX-License-Identifier: ISC
 *
 * Unified diffs: see hunks.h.
 *
 * diff(1) is run for files that are on both sides; of one that came or went,
 * every line is new or gone, and with thousands of these a process each would
 * take longer than all the rest.
 */
#include "tree/hunks.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/proc.h"
#include "base/text.h"

/* Of two files of the largest size, all lines gone and new, and each line only
 * a line feed: one byte more for each. */
#define MAX_HUNKS (4 * IR_MAX_DIFF_TEXT + (64u << 10))

/* One side. */
struct side {
	char *p; /* NULL: no file */
	size_t n;
	char *label;
};

static void
side_free(struct side *s)
{
	free(s->p);
	free(s->label);
}
#define auto_side __attribute__((cleanup(side_free)))

/* 1 and the side is filled in; 0 if it is no text, or too much; or -1. */
static int
load(struct side *s, const struct ir_tree *t, const struct ir_node *node,
    char prefix, struct ir_err *err)
{
	struct ir_buf label = IR_BUF_INIT;

	if (node == NULL || node->type != '-')
		ir_buf_puts(&label, "/dev/null");
	else {
		if (node->holes || node->unknown ||
		    node->size > IR_MAX_DIFF_TEXT)
			return 0;
		s->p = ir_tree_content(t, node, IR_MAX_DIFF_TEXT, &s->n, err);
		if (s->p == NULL)
			return -1;
		if (memchr(s->p, '\0', s->n) != NULL)
			return 0;
		ir_buf_add(&label, &prefix, 1);
		ir_text_escape(&label, node->path, strlen(node->path));
	}
	return (s->label = ir_buf_take(&label, err)) != NULL ? 1 : -1;
}

static int
run_diff(const struct side *a, const struct side *b, struct ir_buf *out,
    struct ir_err *err)
{
	char *argv[] = {(char[]){"diff"}, (char[]){"-a"}, (char[]){"-u"},
	    (char[]){"--label"}, a->label, (char[]){"--label"}, b->label,
	    (char[]){"--"}, (char[]){"/dev/fd/3"}, (char[]){"/dev/fd/4"}, NULL};
	ir_auto_close int old = ir_memfd(a->p, a->n, err);
	ir_auto_close int new = ir_memfd(b->p, b->n, err);
	int fds[2] = {old, new}, rc;

	if (old == -1 || new == -1)
		return -1;
	rc = ir_proc_run(argv, fds, 2, out, MAX_HUNKS, err);
	if (rc > 1)
		return ir_fail(err, IR_EIO,
		    "diff failed on %s, with exit code %d", b->label, rc);
	return rc;
}

/* All lines of s, each with sign before it, as one hunk. */
static int
all_lines(const struct side *a, const struct side *b, struct ir_buf *out,
    struct ir_err *err)
{
	const struct side *s = a->p != NULL ? a : b;
	char sign = a->p != NULL ? '-' : '+';
	const char *line = s->p, *end = s->p + s->n, *lf;
	size_t lines = 0;
	char range[32];

	for (const char *p = s->p; p < end; p++)
		lines += *p == '\n' || p + 1 == end;
	if (lines == 1)
		strcpy(range, "1");
	else
		snprintf(range, sizeof(range), "1,%zu", lines);
	ir_buf_printf(out, "--- %s\n+++ %s\n@@ -%s +%s @@\n", a->label,
	    b->label, sign == '-' ? range : "0,0", sign == '+' ? range : "0,0");
	for (; line < end; line = lf + 1) {
		if ((lf = memchr(line, '\n', (size_t)(end - line))) == NULL)
			lf = end;
		ir_buf_add(out, &sign, 1);
		ir_buf_add(out, line, (size_t)(lf - line));
		ir_buf_puts(out, "\n");
		if (lf == end)
			ir_buf_puts(out, "\\ No newline at end of file\n");
	}
	return ir_buf_ok(out, err) == 0 ? 1 : -1;
}

int
ir_tree_hunks(const struct ir_tree *before, const struct ir_tree *after,
    const struct ir_change *c, struct ir_buf *out, struct ir_err *err)
{
	auto_side struct side a = {NULL, 0, NULL}, b = {NULL, 0, NULL};
	int rc;

	if (c->kind == 'C' &&
	    (c->fields & (IR_DIFF_CONTENT | IR_DIFF_TYPE)) == 0)
		return 0;
	if ((rc = load(&a, before, c->before, 'a', err)) != 1 ||
	    (rc = load(&b, after, c->after, 'b', err)) != 1)
		return rc;
	if (a.n == 0 && b.n == 0)
		return 0;
	if (a.p != NULL && b.p != NULL)
		return run_diff(&a, &b, out, err);
	return all_lines(&a, &b, out, err);
}
