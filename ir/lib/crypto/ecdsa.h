/* SPDX-License-Identifier: ISC
 *
 * Checking ECDSA signatures (FIPS 186-4) on the three curves that SSH uses
 * (RFC 5656), by libgcrypt; a private key of that kind stays in ssh-agent.
 */
#ifndef IR_CRYPTO_ECDSA_H
#define IR_CRYPTO_ECDSA_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "crypto/sshwire.h"

enum ir_curve {
	IR_NISTP256,
	IR_NISTP384,
	IR_NISTP521
};

/** ir_curve_name(c): as SSH calls it, "nistp256". */
const char *ir_curve_name(enum ir_curve c);

/** ir_ecdsa_check(c, q, err): whether q is a public key: an uncompressed point
 * of the curve, its coordinates below the curve's prime. */
int ir_ecdsa_check(enum ir_curve c, struct ir_wire q, struct ir_err *err);

/** ir_ecdsa_verify(c, q, p, n, rs, err): 0 if rs is q's signature over p with
 * the hash that SSH joins to the curve.  rs is two mpints, R and S, each at
 * least 1 and below the order of the group.  (With S, order - S signs the same:
 * ECDSA has no one form of a signature.) */
int ir_ecdsa_verify(enum ir_curve c, struct ir_wire q, const void *p, size_t n,
    struct ir_wire rs, struct ir_err *err);

#endif
