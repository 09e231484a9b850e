/* SPDX-License-Identifier: ISC
 *
 * The growing byte string: see buf.h.
 */
#include "base/buf.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

static bool
reserve(struct ir_buf *b, size_t n)
{
	size_t want, cap = b->cap ? b->cap : 64;
	char *p;

	if (b->failed || n > SIZE_MAX / 2 - b->len - 1) {
		b->failed = true;
		return false;
	}
	want = b->len + n + 1;
	while (cap < want)
		cap *= 2;
	if (cap == b->cap)
		return true;
	if ((p = realloc(b->p, cap)) == NULL) {
		b->failed = true;
		return false;
	}
	b->p = p;
	b->cap = cap;
	return true;
}

void
ir_buf_add(struct ir_buf *b, const void *p, size_t n)
{
	if (!reserve(b, n))
		return;
	if (n > 0)
		memcpy(b->p + b->len, p, n);
	b->len += n;
	b->p[b->len] = '\0';
}

void
ir_buf_puts(struct ir_buf *b, const char *s)
{
	ir_buf_add(b, s, strlen(s));
}

static void
buf_vprintf(struct ir_buf *b, const char *fmt, va_list ap)
{
	va_list again;
	int n;

	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, again);
	va_end(again);
	if (n < 0)
		b->failed = true;
	else if (reserve(b, (size_t)n)) {
		vsnprintf(b->p + b->len, (size_t)n + 1, fmt, ap);
		b->len += (size_t)n;
	}
}

void
ir_buf_printf(struct ir_buf *b, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	buf_vprintf(b, fmt, ap);
	va_end(ap);
}

int
ir_buf_ok(const struct ir_buf *b, struct ir_err *err)
{
	return b->failed ? ir_fail_mem(err) : 0;
}

char *
ir_buf_take(struct ir_buf *b, struct ir_err *err)
{
	char *p;

	ir_buf_add(b, "", 0);
	if (ir_buf_ok(b, err) == -1) {
		ir_buf_free(b);
		return NULL;
	}
	p = b->p;
	*b = (struct ir_buf)IR_BUF_INIT;
	return p;
}

void
ir_buf_free(struct ir_buf *b)
{
	free(b->p);
	*b = (struct ir_buf)IR_BUF_INIT;
}

char *
ir_asprintf(struct ir_err *err, const char *fmt, ...)
{
	struct ir_buf b = IR_BUF_INIT;
	va_list ap;

	va_start(ap, fmt);
	buf_vprintf(&b, fmt, ap);
	va_end(ap);
	return ir_buf_take(&b, err);
}
