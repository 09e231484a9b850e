/* SPDX-License-Identifier: ISC
 *
 * Detached signatures as ssh-keygen -Y sign makes them (PROTOCOL.sshsig in
 * OpenSSH): magic "SSHSIG", version 1, a namespace, SHA-512 of the message.
 */
#ifndef IR_CRYPTO_SSHSIG_H
#define IR_CRYPTO_SSHSIG_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "crypto/key.h"
#include "crypto/pubkey.h"

/* Namespaces: a signature made for one purpose is none for another. */
#define IR_NS_CUSTODY "custody.v1@ir-tools"
#define IR_NS_JOURNAL "journal.v1@ir-tools"
#define IR_NS_RECEIPT "receipt.v1@ir-tools"

/** ir_sshsig_sign(k, ns, p, n, err): the armored signature with its final line
 * feed, the caller frees.  With Ed25519 and RSA it is byte for byte what
 * ssh-keygen -Y sign gives; the other kinds never give the same twice. */
char *ir_sshsig_sign(const struct ir_key *k, const char *ns, const void *p,
    size_t n, struct ir_err *err);

/* What a good signature says. */
struct ir_sshsig {
	uint8_t *blob; /* the signer's public key, SSH wire form */
	size_t len;
	struct ir_sk sk; /* what a security key said when it signed */
};

/** ir_sshsig_verify(armor, len, ns, p, n, out, err): checks that armor is
 * exactly one well-formed signature over p in namespace ns, and gives the key
 * that made it, to be released by ir_sshsig_free().  It says nothing about
 * whose key that is.  Refused, each with its own words: any other namespace or
 * hash than sha512 and sha256, a non-empty reserved field, text before BEGIN or
 * after END, trailing bytes, and what ir_pubkey_verify() refuses. */
int ir_sshsig_verify(const char *armor, size_t len, const char *ns,
    const void *p, size_t n, struct ir_sshsig *out, struct ir_err *err);
void ir_sshsig_free(struct ir_sshsig *s);

#endif
