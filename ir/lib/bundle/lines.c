/* SPDX-License-Identifier: ISC
 *
 * Lines of a text that nobody vouches for: see lines.h.
 */
#include "bundle/lines.h"

#include <string.h>

int
ir_lines_next(struct ir_lines *l, const char **p, size_t *n, struct ir_err *err)
{
	size_t look = l->left < l->max ? l->left : l->max;
	const char *lf;

	if (l->left == 0)
		return 0;
	lf = memchr(l->p, '\n', look);
	if (lf == NULL && look < l->left)
		return ir_fail(err, IR_EFORMAT,
		    "%s: a line is longer than %zu bytes", l->name, l->max);
	*p = l->p;
	*n = lf != NULL ? (size_t)(lf + 1 - l->p) : l->left;
	l->p += *n;
	l->left -= *n;
	return 1;
}
