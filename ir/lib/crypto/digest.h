/* SPDX-License-Identifier: ISC
 *
 * SHA-256 (FIPS 180-4) by libgcrypt, which uses the CPU's SHA instructions.
 */
#ifndef IR_CRYPTO_DIGEST_H
#define IR_CRYPTO_DIGEST_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define IR_SHA256_LEN 32
#define IR_SHA256_HEX 65 /* 64 lower-case hex digits and a NUL */

struct ir_sha256;

/** ir_sha256_new(err): a fresh digest, freed by ir_sha256_free(). */
struct ir_sha256 *ir_sha256_new(struct ir_err *err);
void ir_sha256_free(struct ir_sha256 *d); /* NULL is fine */
void ir_sha256_update(struct ir_sha256 *d, const void *p, size_t n);

/** ir_sha256_peek(d, hex, err): the digest of all bytes so far; more can
 * follow. */
int ir_sha256_peek(
    const struct ir_sha256 *d, char hex[IR_SHA256_HEX], struct ir_err *err);

/** ir_sha256_raw(d, out): ends d and gives the 32 bytes; ir_sha256_reset(d)
 * starts it anew. */
void ir_sha256_raw(struct ir_sha256 *d, uint8_t out[IR_SHA256_LEN]);
void ir_sha256_reset(struct ir_sha256 *d);

/** ir_sha256_mem(p, n, hex): of n bytes. */
void ir_sha256_mem(const void *p, size_t n, char hex[IR_SHA256_HEX]);

/** ir_sha256_fd(fd, limit, hex, size, name, err): of at most limit bytes from
 * fd's position on (UINT64_MAX: all); *size is how many there were.  Stops
 * with IR_EINTR when the program is interrupted. */
int ir_sha256_fd(int fd, uint64_t limit, char hex[IR_SHA256_HEX],
    uint64_t *size, const char *name, struct ir_err *err);

#endif
