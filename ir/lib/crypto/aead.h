/* SPDX-License-Identifier: ISC
 *
 * ChaCha20-Poly1305 (RFC 8439) without additional data, by libgcrypt.
 */
#ifndef IR_CRYPTO_AEAD_H
#define IR_CRYPTO_AEAD_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define IR_AEAD_TAG 16

struct ir_aead;

/** ir_aead_new(key, err): freed, and wiped, by ir_aead_free(). */
struct ir_aead *ir_aead_new(const uint8_t key[32], struct ir_err *err);
void ir_aead_free(struct ir_aead *a); /* NULL is fine */

/** ir_aead_seal(a, nonce, p, n, tag, err): encrypts p in place. */
int ir_aead_seal(struct ir_aead *a, const uint8_t nonce[12], uint8_t *p,
    size_t n, uint8_t tag[IR_AEAD_TAG], struct ir_err *err);

/** ir_aead_open(a, nonce, p, n, tag, err): decrypts p in place.  1, and p
 * overwritten with zeros, if it is not what was sealed with that tag. */
int ir_aead_open(struct ir_aead *a, const uint8_t nonce[12], uint8_t *p,
    size_t n, const uint8_t tag[IR_AEAD_TAG], struct ir_err *err);

#endif
