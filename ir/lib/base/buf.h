/* SPDX-License-Identifier: ISC
 *
 * A growing byte string that remembers a failed allocation, so that only the
 * end of a chain of additions needs a check; and releases on leaving scope.
 */
#ifndef IR_BASE_BUF_H
#define IR_BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>

#include "base/err.h"

struct ir_buf {
	char *p;    /* NUL-terminated after len bytes once anything is added */
	size_t len; /* bytes */
	size_t cap;
	bool failed;
};

#define IR_BUF_INIT               \
	{                         \
		NULL, 0, 0, false \
	}

/** ir_buf_add(b, p, n), ir_buf_puts(b, s), ir_buf_printf(b, fmt, ...): append.
 * A failure is remembered in b->failed and seen by ir_buf_take(). */
void ir_buf_add(struct ir_buf *b, const void *p, size_t n);
void ir_buf_puts(struct ir_buf *b, const char *s);
void ir_buf_printf(struct ir_buf *b, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/** ir_buf_take(b, err): the bytes, NUL-terminated ("" when empty); the caller
 * frees them and b is empty again.  NULL if an addition had failed. */
char *ir_buf_take(struct ir_buf *b, struct ir_err *err);

/** ir_buf_ok(b, err): 0, or -1 with err set if an addition had failed. */
int ir_buf_ok(const struct ir_buf *b, struct ir_err *err);

/** ir_buf_free(b): releases; b can be used again. */
void ir_buf_free(struct ir_buf *b);

/** ir_asprintf(err, fmt, ...): a new string, the caller frees; NULL on
 * failure. */
char *ir_asprintf(struct ir_err *err, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

static inline void
ir_auto_free_(void *pp)
{
	free(*(void **)pp);
}
#define ir_auto_free __attribute__((cleanup(ir_auto_free_)))
#define ir_auto_buf  __attribute__((cleanup(ir_buf_free)))

#endif
