/* SPDX-License-Identifier: ISC
 *
 * The responder's signing key: an unencrypted OpenSSH Ed25519 private key file
 * (openssh-key-v1, PROTOCOL.key in OpenSSH), as ssh-keygen -t ed25519 makes.
 */
#ifndef IR_CRYPTO_KEY_H
#define IR_CRYPTO_KEY_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

struct ir_key;

/** ir_key_load(path, err): the key, freed (and wiped) by ir_key_free().
 * Refused, each with its own words and what to do: missing (IR_ENOENT);
 * readable or writable by group or others (IR_EPERM, as ssh does), or another
 * user's; protected by a passphrase (IR_EFORMAT: "add it to ssh-agent" is not
 * possible yet: name ssh-keygen -p); not Ed25519; not a private key; a public
 * and private half that do not match. */
struct ir_key *ir_key_load(const char *path, struct ir_err *err);
void ir_key_free(struct ir_key *k); /* NULL is fine */

/** ir_key_comment(k): the comment in the file ("alice@lab"), perhaps "". */
const char *ir_key_comment(const struct ir_key *k);

/** ir_key_blob(k, len): the public key in SSH wire form (RFC 8709). */
const uint8_t *ir_key_blob(const struct ir_key *k, size_t *len);

/** ir_key_public(k, err): "ssh-ed25519 AAAA...", the caller frees. */
char *ir_key_public(const struct ir_key *k, struct ir_err *err);

/** ir_key_fingerprint(blob, len, err): "SHA256:...", as ssh-keygen -l prints,
 * the caller frees. */
char *ir_key_fingerprint(const uint8_t *blob, size_t len, struct ir_err *err);

/** ir_key_sign(k, p, n, sig, err): a plain Ed25519 signature (RFC 8032) of at
 * most 32768 bytes. */
int ir_key_sign(const struct ir_key *k, const void *p, size_t n,
    uint8_t sig[64], struct ir_err *err);

/** ir_key_verify(pub, p, n, sig, err): 0 if sig is pub's over p; S >= L is
 * refused (RFC 8032, 5.1.7), as is a non-canonical or small-order public
 * key. */
int ir_key_verify(const uint8_t pub[32], const void *p, size_t n,
    const uint8_t sig[64], struct ir_err *err);

#endif
