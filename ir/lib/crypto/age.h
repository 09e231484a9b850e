/* SPDX-License-Identifier: ISC
 *
 * Encryption to a person's public key, in the age format, version 1
 * (age-encryption.org/v1): what age(1) writes can be read, and age reads what
 * is written.  Recipients are X25519 ("age1...") and ssh-ed25519 public keys;
 * identities the private halves of those.  Only the recipient can read it: an
 * encrypted file says nothing of who made it.
 */
#ifndef IR_CRYPTO_AGE_H
#define IR_CRYPTO_AGE_H

#include "base/err.h"
#include "base/sink.h"
#include "base/source.h"

/* The first line of a file, with its line feed. */
#define IR_AGE_MAGIC     "age-encryption.org/v1\n"
#define IR_AGE_MAGIC_LEN 22

struct ir_age_recipients;

/** ir_age_recipients_new(err): none yet; freed by ir_age_recipients_free(). */
struct ir_age_recipients *ir_age_recipients_new(struct ir_err *err);
void ir_age_recipients_free(struct ir_age_recipients *r); /* NULL is fine */

/** ir_age_recipients_add(r, text, err): text is "age1...", or a public key as
 * in an authorized_keys line ("ssh-ed25519 AAAA... comment"), or the name of a
 * file of such lines (# comments), as age -R reads.  IR_EFORMAT, with the
 * line, for anything else, ssh-rsa among it; a private key is refused with a
 * word. */
int ir_age_recipients_add(
    struct ir_age_recipients *r, const char *text, struct ir_err *err);

/** ir_age_encrypt(below, r, err): what is written to it goes to below,
 * encrypted to all of r (at least one), the header first.  Takes below, in a
 * failure too, and closes it when it is closed; a gap given to close passes on,
 * and leaves a file that no reader takes for whole. */
struct ir_stream *ir_age_encrypt(struct ir_stream *below,
    const struct ir_age_recipients *r, struct ir_err *err);

struct ir_age_identity;

/** ir_age_identity_load(path, err): an unencrypted OpenSSH Ed25519 private key
 * file, or a file of AGE-SECRET-KEY-1... lines as age-keygen writes.  Refused
 * like ir_key_load() does: missing, readable by others, protected by a
 * passphrase (ssh-agent cannot decrypt).  Kept in memory that is wiped; freed
 * by ir_age_identity_free(). */
struct ir_age_identity *ir_age_identity_load(
    const char *path, struct ir_err *err);
void ir_age_identity_free(struct ir_age_identity *i); /* NULL is fine */

/** ir_age_decrypt(below, i, name, err): the plain bytes of below, each piece of
 * them authenticated before it is given.  Reads and checks the header first.
 * Takes below, in a failure too.  IR_EFORMAT for what is malformed, cut short
 * or changed; IR_EPERM if it was not encrypted to i. */
struct ir_source *ir_age_decrypt(struct ir_source *below,
    const struct ir_age_identity *i, const char *name, struct ir_err *err);

#endif
