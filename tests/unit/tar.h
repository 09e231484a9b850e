/* SPDX-License-Identifier: ISC
 *
 * Tars made by hand, so that each byte of them can be wrong.
 */
#ifndef IR_TESTS_TAR_H
#define IR_TESTS_TAR_H

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"

/* The header at p gets the checksum that belongs to it. */
static inline void
tar_checksum(char *p)
{
	unsigned sum = 0;

	memset(p + 148, ' ', 8);
	for (size_t i = 0; i < 512; i++)
		sum += (uint8_t)p[i];
	snprintf(p + 148, 8, "%06o", sum);
}

/* Appends a ustar header; returns where it starts in b. */
static inline size_t
tar_header(struct ir_buf *b, char type, const char *name, const char *link,
    unsigned long size)
{
	char h[512] = {0};
	size_t at = b->len;

	strncat(h, name, 99);
	snprintf(h + 100, 8, "%07o", 0644);
	snprintf(h + 108, 8, "%07o", 0);
	snprintf(h + 116, 8, "%07o", 0);
	snprintf(h + 124, 12, "%011o", (unsigned)size);
	snprintf(h + 136, 12, "%011o", 1000000000);
	h[156] = type;
	strncat(h + 157, link, 99);
	memcpy(h + 257, "ustar\00000", 8);
	tar_checksum(h);
	ir_buf_add(b, h, sizeof(h));
	return at;
}

/* Appends n bytes and what fills their last block. */
static inline void
tar_body(struct ir_buf *b, const void *p, size_t n)
{
	static const char zeros[512];

	ir_buf_add(b, p, n);
	ir_buf_add(b, zeros, -n % 512);
}

static inline void
tar_file(struct ir_buf *b, const char *name, const char *content)
{
	tar_header(b, '0', name, "", strlen(content));
	tar_body(b, content, strlen(content));
}

/* Appends an extended header whose records are text. */
static inline void
tar_pax(struct ir_buf *b, char type, const void *text, size_t n)
{
	tar_header(b, type, "PaxHeaders.0", "", n);
	tar_body(b, text, n);
}

/* Appends one with a single record KEY=VALUE of n bytes of value. */
static inline void
tar_record(
    struct ir_buf *b, char type, const char *key, const void *value, size_t n)
{
	struct ir_buf r = IR_BUF_INIT;
	size_t rest = strlen(key) + n + 3, len = rest + 1;
	char digits[24];

	while (
	    rest + (size_t)snprintf(digits, sizeof(digits), "%zu", len) != len)
		len = rest + strlen(digits);
	ir_buf_printf(&r, "%zu %s=", len, key);
	ir_buf_add(&r, value, n);
	ir_buf_puts(&r, "\n");
	tar_pax(b, type, r.p, r.len);
	ir_buf_free(&r);
}

static inline void
tar_end(struct ir_buf *b)
{
	static const char zeros[1024];

	ir_buf_add(b, zeros, sizeof(zeros));
}

#endif
