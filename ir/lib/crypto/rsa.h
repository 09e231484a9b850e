/* SPDX-License-Identifier: ISC
 *
 * Checking RSA signatures (RSASSA-PKCS1-v1_5, RFC 8017) by libgcrypt, with
 * SHA-2 as SSH uses it (RFC 8332); a private key of that kind stays in
 * ssh-agent.
 */
#ifndef IR_CRYPTO_RSA_H
#define IR_CRYPTO_RSA_H

#include <stddef.h>

#include "base/err.h"
#include "crypto/sshwire.h"

/* Bits of a modulus.  Less can be factored; more is no stronger in practice,
 * and is what OpenSSH stops at. */
#define IR_RSA_MIN 2048u
#define IR_RSA_MAX 16384u

/* Both as ir_wire_mpint() gives them. */
struct ir_rsa {
	struct ir_wire e, n;
};

enum ir_rsa_hash {
	IR_RSA_SHA256,
	IR_RSA_SHA512
};

/** ir_rsa_check(k, err): whether k may sign: IR_RSA_MIN to IR_RSA_MAX bits, odd
 * n, and an odd e from 3 on of at most 64 bits, so that a check takes
 * milliseconds whatever is in the key. */
int ir_rsa_check(const struct ir_rsa *k, struct ir_err *err);

/** ir_rsa_verify(k, hash, p, n, s, err): 0 if s is k's over p.  s has exactly
 * the length of the modulus, and is below it. */
int ir_rsa_verify(const struct ir_rsa *k, enum ir_rsa_hash hash, const void *p,
    size_t n, struct ir_wire s, struct ir_err *err);

#endif
