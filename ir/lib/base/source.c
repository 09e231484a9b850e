/* SPDX-License-Identifier: ISC
 *
 * Sources: see source.h.
 */
#include "base/source.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/signal.h"

struct file {
	struct ir_source source;
	char *name;
	int fd;
};

static ssize_t
file_read(struct ir_source *s, void *p, size_t n, struct ir_err *err)
{
	struct file *f = (struct file *)s;
	ssize_t got = -1;

	errno = EINTR;
	while (got == -1 && errno == EINTR && !ir_interrupted())
		got = read(f->fd, p, n);
	/* The same Ctrl-C ends the program at the other end of a pipe: what
	 * looks like the end then is none. */
	if (ir_interrupted())
		return ir_fail(
		    err, IR_EINTR, "interrupted while reading %s", f->name);
	return got == -1 ? ir_fail_errno(err, "%s", f->name) : got;
}

static void
file_close(struct ir_source *s)
{
	struct file *f = (struct file *)s;

	close(f->fd);
	free(f->name);
	free(f);
}

struct ir_source *
ir_source_fd(int fd, const char *name, struct ir_err *err)
{
	struct file *f = calloc(1, sizeof(*f));

	if (f == NULL || (f->name = strdup(name)) == NULL) {
		free(f);
		close(fd);
		ir_fail_mem(err);
		return NULL;
	}
	f->source = (struct ir_source){file_read, file_close};
	f->fd = fd;
	return &f->source;
}

ssize_t
ir_source_full(struct ir_source *s, void *p, size_t n, struct ir_err *err)
{
	size_t have = 0;
	ssize_t got;

	while (have < n) {
		got = s->read(s, (char *)p + have, n - have, err);
		if (got == -1)
			return -1;
		if (got == 0)
			break;
		have += (size_t)got;
	}
	return (ssize_t)have;
}
