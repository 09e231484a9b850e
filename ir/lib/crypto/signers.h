/* SPDX-License-Identifier: ISC
 *
 * The analyst's allowed_signers file (ssh-keygen(1), ALLOWED SIGNERS): who is
 * trusted, for which namespaces, from when to when.
 */
#ifndef IR_CRYPTO_SIGNERS_H
#define IR_CRYPTO_SIGNERS_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct ir_signers;

/* How a principal and a key stand in the file, the best line counting. */
enum ir_trust {
	IR_TRUSTED,
	IR_TRUST_NO_KEY,    /* the key stands nowhere in the file */
	IR_TRUST_OTHER,     /* the key is there, for another principal */
	IR_TRUST_NAMESPACE, /* ... not for this namespace */
	IR_TRUST_TIME,      /* ... not valid at that time */
};

/** ir_signers_load(path, err): parses the whole file; a line that ssh-keygen
 * would not take is IR_EFORMAT with its number.  cert-authority is refused
 * with a clear word.  Freed by ir_signers_free(). */
struct ir_signers *ir_signers_load(const char *path, struct ir_err *err);
struct ir_signers *ir_signers_parse(
    const char *p, size_t n, const char *name, struct ir_err *err);
void ir_signers_free(struct ir_signers *s); /* NULL is fine */

/** ir_signers_check(s, principal, ns, blob, len, when): principals may be
 * patterns with * and ? and !negation, as in ssh_config(5); when is seconds
 * since the epoch, compared with valid-after and valid-before. */
enum ir_trust ir_signers_check(const struct ir_signers *s,
    const char *principal, const char *ns, const uint8_t *blob, size_t len,
    int64_t when);

#endif
