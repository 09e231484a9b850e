/* SPDX-License-Identifier: ISC
 *
 * Public keys and signatures in SSH's wire form, of every kind that may sign
 * evidence: ssh-ed25519 (RFC 8709), ecdsa-sha2-nistp256, -384 and -521
 * (RFC 5656), ssh-rsa with SHA-2 (RFC 8332), and the two of security keys,
 * sk-ssh-ed25519@openssh.com and sk-ecdsa-sha2-nistp256@openssh.com
 * (PROTOCOL.u2f in OpenSSH).
 */
#ifndef IR_CRYPTO_PUBKEY_H
#define IR_CRYPTO_PUBKEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "crypto/sshwire.h"

/* What a security key says of the moment when it signed. */
struct ir_sk {
	bool used;        /* a security key signed; else all is 0 */
	uint8_t flags;    /* IR_SK_... */
	uint32_t counter; /* its signatures so far, if it counts them */
};
#define IR_SK_PRESENT  0x01 /* somebody touched it */
#define IR_SK_VERIFIED 0x04 /* ... and gave a PIN, a finger */

/** ir_pubkey_check(key, err): whether key is exactly one well-formed public
 * key of such a kind.  Anything else is IR_EFORMAT. */
int ir_pubkey_check(struct ir_wire key, struct ir_err *err);

/** ir_pubkey_is_rsa(key): whether its signatures come in several hashes. */
bool ir_pubkey_is_rsa(struct ir_wire key);

/** ir_pubkey_verify(key, p, n, sig, sk, err): 0 if sig, a signature with its
 * kind before it, is that of key over p.  Refused: a kind of signature that is
 * not the key's own, ssh-rsa (SHA-1) among them; all that is not in its one
 * encoding; bytes after the end. */
int ir_pubkey_verify(struct ir_wire key, const void *p, size_t n,
    struct ir_wire sig, struct ir_sk *sk, struct ir_err *err);

#endif
