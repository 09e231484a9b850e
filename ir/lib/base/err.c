/* SPDX-License-Identifier: ISC
 *
 * Errors: see err.h.
 */
#include "base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int
ir_fail(struct ir_err *err, enum ir_code code, const char *fmt, ...)
{
	va_list ap;

	err->code = code;
	va_start(ap, fmt);
	vsnprintf(err->msg, sizeof(err->msg), fmt, ap);
	va_end(ap);
	return -1;
}

static enum ir_code
code_of_errno(int e)
{
	switch (e) {
	case ENOENT:
	case ENOTDIR:
		return IR_ENOENT;
	case EACCES:
	case EPERM:
	case EROFS:
		return IR_EPERM;
	case EEXIST:
		return IR_EEXIST;
	case ENOMEM:
		return IR_EINTERNAL;
	case EINTR:
		return IR_EINTR;
	case ETIMEDOUT:
		return IR_ETIMEOUT;
	default:
		return IR_EIO;
	}
}

int
ir_fail_errno(struct ir_err *err, const char *fmt, ...)
{
	va_list ap;
	int e = errno;
	size_t len;

	err->code = code_of_errno(e);
	va_start(ap, fmt);
	vsnprintf(err->msg, sizeof(err->msg), fmt, ap);
	va_end(ap);
	len = strlen(err->msg);
	snprintf(err->msg + len, sizeof(err->msg) - len, ": %s", strerror(e));
	return -1;
}

int
ir_fail_mem(struct ir_err *err)
{
	return ir_fail(err, IR_EINTERNAL, "out of memory");
}

int
ir_wrap(struct ir_err *err, const char *fmt, ...)
{
	char inner[sizeof(err->msg)];
	va_list ap;
	size_t len;

	memcpy(inner, err->msg, sizeof(inner));
	va_start(ap, fmt);
	vsnprintf(err->msg, sizeof(err->msg), fmt, ap);
	va_end(ap);
	len = strlen(err->msg);
	snprintf(err->msg + len, sizeof(err->msg) - len, ": %s", inner);
	return -1;
}
