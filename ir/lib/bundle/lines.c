/* SPDX-License-Identifier: ISC
 *
 * Lines of a file that nobody vouches for: see lines.h.
 */
#include "bundle/lines.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"

int
ir_lines_open(struct ir_lines *l, int dirfd, const char *path, size_t max,
    struct ir_err *err)
{
	uint64_t size;

	*l = (struct ir_lines){.fd = -1, .path = path, .max = max};
	if ((l->buf = malloc(max)) == NULL)
		return ir_fail_mem(err);
	l->fd = ir_open_regular(dirfd, path, &size, err);
	return l->fd == -1 ? -1 : 0;
}

void
ir_lines_close(struct ir_lines *l)
{
	if (l->fd >= 0)
		close(l->fd);
	free(l->buf);
	l->fd = -1;
	l->buf = NULL;
}

/* Moves what is left to the front and reads more behind it: 0 at the end. */
static ssize_t
more(struct ir_lines *l, struct ir_err *err)
{
	ssize_t n;

	memmove(l->buf, l->buf + l->start, l->end - l->start);
	l->end -= l->start;
	l->start = 0;
	if (l->end == l->max)
		return ir_fail(err, IR_EFORMAT,
		    "%s: a line is longer than %zu bytes", l->path, l->max);
	do
		n = read(l->fd, l->buf + l->end, l->max - l->end);
	while (n == -1 && errno == EINTR);
	if (n == -1)
		return ir_fail_errno(err, "%s", l->path);
	l->end += (size_t)n;
	return n;
}

int
ir_lines_next(struct ir_lines *l, const char **p, size_t *n, struct ir_err *err)
{
	size_t seen = 0;
	char *lf;
	ssize_t got;

	while ((lf = memchr(l->buf + l->start + seen, '\n',
		    l->end - l->start - seen)) == NULL) {
		seen = l->end - l->start;
		if ((got = more(l, err)) == -1)
			return -1;
		if (got == 0)
			break;
	}
	*p = l->buf + l->start;
	*n = lf != NULL ? (size_t)(lf + 1 - *p) : l->end - l->start;
	l->start += *n;
	return *n > 0;
}
