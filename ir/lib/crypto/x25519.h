/* SPDX-License-Identifier: ISC
 *
 * X25519 (RFC 7748) by libgcrypt, and Ed25519 keys as X25519 keys, by the
 * birational map of RFC 7748, 4.1.
 */
#ifndef IR_CRYPTO_X25519_H
#define IR_CRYPTO_X25519_H

#include <stdint.h>

#include "base/err.h"

/** ir_x25519(scalar, u, out, err): a product of all zeros, which is what any
 * scalar gives for a point of low order, is refused as IR_EFORMAT.  u is NULL
 * for the base point. */
int ir_x25519(const uint8_t scalar[32], const uint8_t *u, uint8_t out[32],
    struct ir_err *err);

/** ir_x25519_public(ed, u, err): the X25519 public key that corresponds to an
 * Ed25519 one.  IR_EFORMAT for what is no good Ed25519 public key. */
int ir_x25519_public(const uint8_t ed[32], uint8_t u[32], struct ir_err *err);

/** ir_x25519_secret(seed, scalar): the X25519 scalar that corresponds to an
 * Ed25519 private key. */
void ir_x25519_secret(const uint8_t seed[32], uint8_t scalar[32]);

#endif
