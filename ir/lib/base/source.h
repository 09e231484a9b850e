/* SPDX-License-Identifier: ISC
 *
 * Where bytes are read from, in order and once: a file, a pipe, or a filter
 * that decrypts or decompresses what another source gives.  The counterpart for
 * writing is struct ir_stream (base/sink.h).
 */
#ifndef IR_BASE_SOURCE_H
#define IR_BASE_SOURCE_H

#include <stddef.h>
#include <sys/types.h>

#include "base/err.h"

struct ir_source {
	/* Gives at most n bytes, n > 0: how many, 0 at the end, -1 on failure.
	 * Fewer than n are no end. */
	ssize_t (*read)(
	    struct ir_source *, void *p, size_t n, struct ir_err *err);
	/* Releases the source, and those that it reads from. */
	void (*close)(struct ir_source *);
};

/** ir_source_fd(fd, name, err): the bytes of fd from its position on; takes fd,
 * in a failure too.  name is copied, for messages.  IR_EIO, and IR_EINTR when
 * the program is interrupted. */
struct ir_source *ir_source_fd(int fd, const char *name, struct ir_err *err);

/** ir_source_full(s, p, n, err): reads until n bytes are there or the end is:
 * how many. */
ssize_t ir_source_full(
    struct ir_source *s, void *p, size_t n, struct ir_err *err);

static inline void
ir_auto_source_(struct ir_source **s)
{
	if (*s != NULL)
		(*s)->close(*s);
}
#define ir_auto_source __attribute__((cleanup(ir_auto_source_)))

#endif
