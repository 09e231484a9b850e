/* SPDX-License-Identifier: ISC
 *
 * Ed25519 (RFC 8032) by libgcrypt, and the checks that libgcrypt leaves out.
 */
#ifndef IR_CRYPTO_ED25519_H
#define IR_CRYPTO_ED25519_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/* Both halves of a key, in memory that libgcrypt locks and wipes. */
struct ir_ed25519 {
	uint8_t seed[32];
	uint8_t pub[32];
};

/** ir_ed25519_new(err): zeroes; freed, and wiped, by ir_ed25519_free(). */
struct ir_ed25519 *ir_ed25519_new(struct ir_err *err);
void ir_ed25519_free(struct ir_ed25519 *k); /* NULL is fine */

/** ir_ed25519_fresh(err): a new key. */
struct ir_ed25519 *ir_ed25519_fresh(struct ir_err *err);

/** ir_ed25519_derive(k, pub, err): the public key that belongs to k's seed. */
int ir_ed25519_derive(
    const struct ir_ed25519 *k, uint8_t pub[32], struct ir_err *err);

/** ir_ed25519_sign(k, p, n, sig, err): n is at most 32768. */
int ir_ed25519_sign(const struct ir_ed25519 *k, const void *p, size_t n,
    uint8_t sig[64], struct ir_err *err);

/** ir_ed25519_check(pub, err): whether pub is a public key in its one canonical
 * form and not of small order; not, whether it is on the curve. */
int ir_ed25519_check(const uint8_t pub[32], struct ir_err *err);

/** ir_ed25519_verify(pub, p, n, sig, err): 0 if sig is pub's over p.  Refused
 * before libgcrypt sees them: S >= L, for it takes such a second signature
 * made out of a good one; a public key that is not in its one canonical form,
 * or of small order, for which signatures can be made without any secret. */
int ir_ed25519_verify(const uint8_t pub[32], const void *p, size_t n,
    const uint8_t sig[64], struct ir_err *err);

#endif
