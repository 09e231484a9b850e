/* SPDX-License-Identifier: ISC
 *
 * A private key file: openssh-key-v1 (PROTOCOL.key in OpenSSH), as ssh-keygen
 * makes.  Shared by the files of this module only.
 */
#ifndef IR_CRYPTO_KEYFILE_H
#define IR_CRYPTO_KEYFILE_H

#include "base/buf.h"
#include "base/err.h"
#include "crypto/ed25519.h"

struct ir_keyfile {
	struct ir_ed25519 *pair; /* NULL: this file cannot sign by itself */
	struct ir_buf public;    /* the public key in wire form, if known */
	char *comment;           /* "" if it cannot be read */
};

/** ir_keyfile_read(path, f, err): 0 for an unencrypted Ed25519 key.  1, with
 * the reason in err, for what ssh-agent may have instead: a key that is
 * protected by a passphrase or of another kind, a public key, or no file at
 * all.  -1 for what must not be used: readable or writable by others
 * (IR_EPERM, as ssh does), another user's, damaged, halves that do not match.
 * f is released by ir_keyfile_clear() in any case. */
int ir_keyfile_read(const char *path, struct ir_keyfile *f, struct ir_err *err);
void ir_keyfile_clear(struct ir_keyfile *f);

/** ir_keyfile_text(path, text, err), ir_keyfile_parse(path, text, f, err): the
 * two halves of that, each with the same answers: what the file says, a NUL
 * after it (a public key may be readable by others, and is told by how it
 * starts); and which key that is.  err has what it is, and not what ssh-agent
 * could do.  text is released by ir_keyfile_wipe(). */
int ir_keyfile_text(const char *path, struct ir_buf *text, struct ir_err *err);
int ir_keyfile_parse(const char *path, const struct ir_buf *text,
    struct ir_keyfile *f, struct ir_err *err);
void ir_keyfile_wipe(struct ir_buf *text);

/** ir_keyfile_public(path, out, err): the key of a public key file ("ssh-rsa
 * AAAA... comment"), which anyone may read, in wire form. */
int ir_keyfile_public(const char *path, struct ir_buf *out, struct ir_err *err);

#endif
