/* SPDX-License-Identifier: ISC
 *
 * SSH's wire encoding: see sshwire.h.
 */
#include "crypto/sshwire.h"

#include <string.h>

bool
ir_wire_bytes(struct ir_wire *r, size_t n, struct ir_wire *out)
{
	if (n > r->len)
		return false;
	out->p = r->p;
	out->len = n;
	r->p += n;
	r->len -= n;
	return true;
}

bool
ir_wire_u32(struct ir_wire *r, uint32_t *out)
{
	struct ir_wire w;

	if (!ir_wire_bytes(r, 4, &w))
		return false;
	*out = (uint32_t)w.p[0] << 24 | (uint32_t)w.p[1] << 16 |
	       (uint32_t)w.p[2] << 8 | w.p[3];
	return true;
}

bool
ir_wire_string(struct ir_wire *r, struct ir_wire *out)
{
	struct ir_wire rest = *r;
	uint32_t n;

	if (!ir_wire_u32(&rest, &n) || !ir_wire_bytes(&rest, n, out))
		return false;
	*r = rest;
	return true;
}

bool
ir_wire_mpint(struct ir_wire *r, struct ir_wire *out)
{
	struct ir_wire rest = *r, w;

	if (!ir_wire_string(&rest, &w) || w.len == 0 || (w.p[0] & 0x80) != 0)
		return false;
	if (w.p[0] == 0) { /* only before a byte that would read as a sign */
		if (w.len == 1 || (w.p[1] & 0x80) == 0)
			return false;
		w.p++;
		w.len--;
	}
	*out = w;
	*r = rest;
	return true;
}

bool
ir_wire_is(struct ir_wire w, const char *s)
{
	return w.len == strlen(s) && memcmp(w.p, s, w.len) == 0;
}

void
ir_wire_put_u32(struct ir_buf *b, uint32_t v)
{
	uint8_t be[4] = {(uint8_t)(v >> 24), (uint8_t)(v >> 16),
	    (uint8_t)(v >> 8), (uint8_t)v};

	ir_buf_add(b, be, sizeof(be));
}

void
ir_wire_put_string(struct ir_buf *b, const void *p, size_t n)
{
	if (n > UINT32_MAX) {
		b->failed = true;
		return;
	}
	ir_wire_put_u32(b, (uint32_t)n);
	ir_buf_add(b, p, n);
}

bool
ir_wire_key_type(const uint8_t *blob, size_t len, struct ir_wire *type)
{
	static const char name[] = "abcdefghijklmnopqrstuvwxyz"
				   "0123456789@.-";
	struct ir_wire r = {blob, len};

	if (!ir_wire_string(&r, type) || type->len == 0 || type->len > 64)
		return false;
	for (size_t i = 0; i < type->len; i++)
		if (memchr(name, type->p[i], sizeof(name) - 1) == NULL)
			return false;
	return true;
}

bool
ir_wire_ed25519(const uint8_t *blob, size_t len, const uint8_t **pub)
{
	struct ir_wire r = {blob, len}, type, key;

	if (!ir_wire_string(&r, &type) || !ir_wire_is(type, IR_ED25519) ||
	    !ir_wire_string(&r, &key) || key.len != 32 || r.len != 0)
		return false;
	*pub = key.p;
	return true;
}
