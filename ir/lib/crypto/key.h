/* SPDX-License-Identifier: ISC
 *
 * The responder's signing key: an unencrypted OpenSSH Ed25519 private key file,
 * as ssh-keygen -t ed25519 makes, or any key in ssh-agent.
 */
#ifndef IR_CRYPTO_KEY_H
#define IR_CRYPTO_KEY_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

struct ir_key;

/** ir_key_load(path, err): the key in the file, freed (and wiped) by
 * ir_key_free().  If the file cannot sign by itself, because it is protected
 * by a passphrase, of another kind than Ed25519, a public key, or not there
 * while path.pub is: ssh-agent's key with that public half.  Refused, each with
 * its own words and what to do: missing (IR_ENOENT); readable or writable by
 * group or others (IR_EPERM, as ssh does), or another user's; not in ssh-agent
 * (IR_EFORMAT); not a key; a public and private half that do not match. */
struct ir_key *ir_key_load(const char *path, struct ir_err *err);
void ir_key_free(struct ir_key *k); /* NULL is fine */

/** ir_key_agent(k, err): the only key in ssh-agent; *k is NULL where there is
 * no agent, or no key in it that can sign (a locked agent shows none).  Several
 * are IR_EUSAGE with their list. */
int ir_key_agent(struct ir_key **k, struct ir_err *err);

/** ir_key_fresh(err): a new Ed25519 key that is nowhere else, and is gone
 * with ir_key_free(). */
struct ir_key *ir_key_fresh(struct ir_err *err);

/** ir_key_comment(k): the comment in the file ("alice@lab"), or what the agent
 * says; perhaps "". */
const char *ir_key_comment(const struct ir_key *k);

/** ir_key_blob(k, len): the public key in SSH wire form. */
const uint8_t *ir_key_blob(const struct ir_key *k, size_t *len);

/** ir_key_public(k, err): "ssh-ed25519 AAAA...", the caller frees. */
char *ir_key_public(const struct ir_key *k, struct ir_err *err);

/** ir_key_fingerprint(blob, len, err): "SHA256:...", as ssh-keygen -l prints,
 * the caller frees. */
char *ir_key_fingerprint(const uint8_t *blob, size_t len, struct ir_err *err);

/** ir_key_sign(k, p, n, sig, err): appends a signature over p (at most 32768
 * bytes) in SSH wire form, with its kind before it.  It was checked to be one.
 * With a key in ssh-agent this waits up to a minute for a touch or a
 * confirmation; failures are those of crypto/agent.h. */
int ir_key_sign(const struct ir_key *k, const void *p, size_t n,
    struct ir_buf *sig, struct ir_err *err);

#endif
