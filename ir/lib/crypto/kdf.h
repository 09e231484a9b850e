/* SPDX-License-Identifier: ISC
 *
 * HMAC (RFC 2104) and HKDF (RFC 5869) with SHA-256; libgcrypt has the latter
 * only from 1.11 on.
 */
#ifndef IR_CRYPTO_KDF_H
#define IR_CRYPTO_KDF_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "crypto/sshwire.h"

/** ir_hmac_sha256(key, data, out, err). */
int ir_hmac_sha256(struct ir_wire key, struct ir_wire data, uint8_t out[32],
    struct ir_err *err);

/** ir_hkdf_sha256(secret, salt, info, out, err): extract, then 32 bytes of
 * expand.  info has at most 64 bytes; an empty salt is as none. */
int ir_hkdf_sha256(struct ir_wire secret, struct ir_wire salt,
    struct ir_wire info, uint8_t out[32], struct ir_err *err);

#endif
