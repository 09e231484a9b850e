/* SPDX-License-Identifier: ISC
 *
 * The analyst's list of revoked keys, as ssh-keygen -Y verify -r takes it in
 * its plain form: public keys, one a line.
 */
#ifndef IR_CRYPTO_REVOKED_H
#define IR_CRYPTO_REVOKED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct ir_revoked;

/** ir_revoked_load(path, err): parses the whole file; empty lines and those
 * that begin with # are comments.  A line that is no key is IR_EFORMAT with its
 * number, since a key that was meant must not slip through; so is OpenSSH's
 * binary form (KRL).  Freed by ir_revoked_free(). */
struct ir_revoked *ir_revoked_load(const char *path, struct ir_err *err);
void ir_revoked_free(struct ir_revoked *r); /* NULL is fine */

/** ir_revoked_has(r, blob, len): whether the key, in SSH wire form, is there;
 * NULL for r is an empty list. */
bool ir_revoked_has(
    const struct ir_revoked *r, const uint8_t *blob, size_t len);

#endif
