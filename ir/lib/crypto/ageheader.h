/* SPDX-License-Identifier: ISC
 *
 * The text at the beginning of an age file (c2sp.org/age): a stanza for each
 * recipient, which holds the key of the file for that recipient alone, and a
 * MAC with that key over it all.
 */
#ifndef IR_CRYPTO_AGEHEADER_H
#define IR_CRYPTO_AGEHEADER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/source.h"
#include "crypto/sshwire.h"

#define IR_AGE_ARGS 4

struct ir_age_stanza {
	struct ir_wire arg[IR_AGE_ARGS]; /* the first is its type */
	size_t nargs;                    /* all that it has */
	uint8_t body[32];                /* the beginning, if it is longer */
	size_t body_len;
};

struct ir_age_header {
	struct ir_age_stanza *v;
	size_t n;
	struct ir_wire signed_part;
	uint8_t mac[32];
};

/** ir_age_header_read(below, text, len, err): appends the header of an age
 * file to text, of which it is the first *len bytes; what follows them is the
 * beginning of what comes after it. */
int ir_age_header_read(struct ir_source *below, struct ir_buf *text,
    size_t *len, struct ir_err *err);

/** ir_age_header_parse(p, n, h, err): takes apart the n bytes at p, which are
 * exactly one header and have to stay where they are.  The MAC is not checked.
 * h is released by ir_age_header_clear(), after a failure too. */
int ir_age_header_parse(
    const char *p, size_t n, struct ir_age_header *h, struct ir_err *err);
void ir_age_header_clear(struct ir_age_header *h);

/** ir_age_base64(w, out, n): whether w is exactly n bytes, at most 48, in
 * base64 without padding; they go to out. */
bool ir_age_base64(struct ir_wire w, uint8_t *out, size_t n);

/** ir_age_put_base64(b, p, n): appends that. */
void ir_age_put_base64(struct ir_buf *b, const void *p, size_t n);

#endif
