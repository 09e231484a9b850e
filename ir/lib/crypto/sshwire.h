/* SPDX-License-Identifier: ISC
 *
 * SSH's wire encoding (RFC 4251, section 5), as keys and signatures use it:
 * big-endian uint32, and strings that begin with their length.
 */
#ifndef IR_CRYPTO_SSHWIRE_H
#define IR_CRYPTO_SSHWIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/* Bytes somewhere else: what is left to be read, or one string read. */
struct ir_wire {
	const uint8_t *p;
	size_t len;
};

/** ir_wire_bytes(r, n, out), ir_wire_u32(r, out), ir_wire_string(r, out): take
 * n bytes, a uint32, a string off the front of r; false, and nothing taken, if
 * r does not hold that much. */
bool ir_wire_bytes(struct ir_wire *r, size_t n, struct ir_wire *out);
bool ir_wire_u32(struct ir_wire *r, uint32_t *out);
bool ir_wire_string(struct ir_wire *r, struct ir_wire *out);

/** ir_wire_mpint(r, out): the same for a positive integer in its one shortest
 * form; *out is its bytes, big-endian, the first of them not 0. */
bool ir_wire_mpint(struct ir_wire *r, struct ir_wire *out);

/** ir_wire_is(w, s): whether w is exactly the text s. */
bool ir_wire_is(struct ir_wire w, const char *s);

/* For messages: "%.*s" of at most 80 bytes of a struct ir_wire. */
#define IR_WIRE_ARG(w) (int)((w).len < 80 ? (w).len : 80), (const char *)(w).p

/** ir_wire_put_u32(b, v), ir_wire_put_string(b, p, n): append. */
void ir_wire_put_u32(struct ir_buf *b, uint32_t v);
void ir_wire_put_string(struct ir_buf *b, const void *p, size_t n);

/** ir_wire_key_type(blob, len, type): whether blob begins with the type of a
 * key, 1 to 64 of SSH's name characters. */
bool ir_wire_key_type(const uint8_t *blob, size_t len, struct ir_wire *type);

#define IR_ED25519      "ssh-ed25519"
#define IR_ED25519_BLOB 51 /* such a public key in wire form (RFC 8709) */

/** ir_wire_ed25519(blob, len, pub): whether blob is exactly the wire form of
 * an Ed25519 public key; *pub points to its 32 bytes. */
bool ir_wire_ed25519(const uint8_t *blob, size_t len, const uint8_t **pub);

#endif
