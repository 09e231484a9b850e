/* SPDX-License-Identifier: ISC
 *
 * The key of an age file, wrapped for one recipient: stanzas of X25519 and of
 * ssh-ed25519 keys.
 */
#ifndef IR_CRYPTO_AGEWRAP_H
#define IR_CRYPTO_AGEWRAP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "crypto/ageheader.h"
#include "crypto/sshwire.h"

#define IR_AGE_FILE_KEY 16

struct ir_age_public {
	uint8_t u[32]; /* X25519 */
	bool ssh;
	uint8_t blob[IR_ED25519_BLOB]; /* the SSH key, from which u comes */
};

struct ir_age_secret {
	struct ir_age_public public;
	uint8_t scalar[32]; /* X25519 */
};

/** ir_age_public_ssh(blob, to, err): of an ssh-ed25519 public key in wire
 * form. */
int ir_age_public_ssh(
    struct ir_wire blob, struct ir_age_public *to, struct ir_err *err);

/** ir_age_wrap(to, key, out, err): appends a stanza that gives key to that
 * recipient. */
int ir_age_wrap(const struct ir_age_public *to,
    const uint8_t key[IR_AGE_FILE_KEY], struct ir_buf *out, struct ir_err *err);

/** ir_age_check_stanza(s, err): that a stanza of a kind that is known here is
 * well-formed. */
int ir_age_check_stanza(const struct ir_age_stanza *s, struct ir_err *err);

/** ir_age_unwrap(own, s, key, err): 1 if s, which was checked so, was made for
 * that key, and key is set; 0 if not. */
int ir_age_unwrap(const struct ir_age_secret *own,
    const struct ir_age_stanza *s, uint8_t key[IR_AGE_FILE_KEY],
    struct ir_err *err);

#endif
