/* SPDX-License-Identifier: ISC
 *
 * One line of an allowed_signers file, and the public key in it.
 */
#ifndef IR_CRYPTO_SIGNERLINE_H
#define IR_CRYPTO_SIGNERLINE_H

#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

struct ir_signer {
	char *principals;      /* patterns, with commas between them */
	char *namespaces;      /* the same; NULL is any namespace */
	int64_t after, before; /* seconds since the epoch; 0 is no limit */
	struct ir_buf blob;    /* the public key, SSH wire form */
};

/** ir_signer_parse(line, s, err): what a line without its line feed says; the
 * bytes of line are used up.  An empty line or a comment leaves s->principals
 * NULL.  s is released by ir_signer_clear(), after a failure too. */
int ir_signer_parse(char *line, struct ir_signer *s, struct ir_err *err);
void ir_signer_clear(struct ir_signer *s);

/** ir_signer_key_parse(p, blob, err): the key at the end of such a line, or of
 * a public key file's: "ssh-ed25519 AAAA... comment"; appended to blob in wire
 * form.  The bytes of p are used up. */
int ir_signer_key_parse(char *p, struct ir_buf *blob, struct ir_err *err);

#endif
