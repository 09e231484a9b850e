/* SPDX-License-Identifier: ISC
 *
 * SHA-256 by libgcrypt.
 */
#include "crypto/digest.h"

#include <errno.h>
#include <gcrypt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/signal.h"
#include "base/text.h"
#include "crypto/init.h"

/* What is read at once: large enough that the calls cost nothing beside the
 * hashing, small enough that an interruption is seen within milliseconds. */
#define PIECE (1u << 20)

struct ir_sha256 {
	gcry_md_hd_t md;
};

struct ir_sha256 *
ir_sha256_new(struct ir_err *err)
{
	struct ir_sha256 *d = malloc(sizeof(*d));
	gcry_error_t e;

	if (!d) {
		ir_fail_mem(err);
		return NULL;
	}
	ir_crypto_init();
	e = gcry_md_open(&d->md, GCRY_MD_SHA256, 0);
	if (e) {
		ir_fail(err, IR_EINTERNAL, "cannot start a SHA-256 digest: %s",
		    gcry_strerror(e));
		free(d);
		return NULL;
	}
	return d;
}

void
ir_sha256_free(struct ir_sha256 *d)
{
	if (!d)
		return;
	gcry_md_close(d->md);
	free(d);
}

void
ir_sha256_update(struct ir_sha256 *d, const void *p, size_t n)
{
	gcry_md_write(d->md, p, n);
}

int
ir_sha256_peek(
    const struct ir_sha256 *d, char hex[IR_SHA256_HEX], struct ir_err *err)
{
	gcry_md_hd_t md;
	gcry_error_t e = gcry_md_copy(&md, d->md);

	if (e)
		return ir_fail(err, IR_EINTERNAL,
		    "cannot copy a SHA-256 digest: %s", gcry_strerror(e));
	ir_hex(hex, gcry_md_read(md, GCRY_MD_SHA256), IR_SHA256_LEN);
	gcry_md_close(md);
	return 0;
}

void
ir_sha256_raw(struct ir_sha256 *d, uint8_t out[IR_SHA256_LEN])
{
	memcpy(out, gcry_md_read(d->md, GCRY_MD_SHA256), IR_SHA256_LEN);
}

void
ir_sha256_reset(struct ir_sha256 *d)
{
	gcry_md_reset(d->md);
}

void
ir_sha256_mem(const void *p, size_t n, char hex[IR_SHA256_HEX])
{
	uint8_t raw[IR_SHA256_LEN];

	ir_crypto_init();
	gcry_md_hash_buffer(GCRY_MD_SHA256, raw, p, n);
	ir_hex(hex, raw, sizeof(raw));
}

/* Reads fd into d up to limit bytes or the end. */
static int
pump(struct ir_sha256 *d, int fd, uint64_t limit, uint64_t *size,
    const char *name, struct ir_err *err)
{
	ir_auto_free uint8_t *buf = malloc(PIECE);

	if (!buf)
		return ir_fail_mem(err);
	*size = 0;
	while (*size < limit) {
		uint64_t left = limit - *size;
		ssize_t n = read(fd, buf, left < PIECE ? left : PIECE);

		if (ir_interrupted())
			return ir_fail(err, IR_EINTR,
			    "interrupted while hashing %s", name);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return ir_fail_errno(err, "cannot read %s", name);
		if (n == 0)
			break;
		gcry_md_write(d->md, buf, (size_t)n);
		*size += (uint64_t)n;
	}
	return 0;
}

int
ir_sha256_fd(int fd, uint64_t limit, char hex[IR_SHA256_HEX], uint64_t *size,
    const char *name, struct ir_err *err)
{
	struct ir_sha256 *d = ir_sha256_new(err);
	int r;

	if (!d)
		return -1;
	r = pump(d, fd, limit, size, name, err);
	if (r == 0)
		ir_hex(hex, gcry_md_read(d->md, GCRY_MD_SHA256), IR_SHA256_LEN);
	ir_sha256_free(d);
	return r;
}
