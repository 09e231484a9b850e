/* SPDX-License-Identifier: ISC
 *
 * Text: see text.h.
 */
#include "base/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

bool
ir_starts(const char *s, const char *with)
{
	return strncmp(s, with, strlen(with)) == 0;
}

bool
ir_ends(const char *s, const char *with)
{
	size_t n = strlen(s), m = strlen(with);

	return n >= m && memcmp(s + n - m, with, m) == 0;
}

size_t
ir_text_utf8(const char *str, size_t n)
{
	const uint8_t *s = (const uint8_t *)str;
	uint32_t cp;
	size_t len, i;

	if (s[0] < 0x80)
		return 1;
	if (s[0] < 0xc2 || s[0] > 0xf4)
		return 0;
	len = s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : 4;
	if (len > n)
		return 0;
	cp = s[0] & (0xffu >> (len + 1));
	for (i = 1; i < len; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		cp = cp << 6 | (s[i] & 0x3f);
	}
	if ((len == 3 && cp < 0x800) || (len == 4 && cp < 0x10000) ||
	    cp > 0x10ffff || (cp >= 0xd800 && cp <= 0xdfff))
		return 0;
	return len;
}

static uint32_t
decode(const char *s, size_t len)
{
	uint32_t cp = (uint8_t)s[0];

	if (len > 1)
		cp &= 0xffu >> (len + 1);
	for (size_t i = 1; i < len; i++)
		cp = cp << 6 | ((uint8_t)s[i] & 0x3f);
	return cp;
}

/* Characters that move or reorder what a person sees. */
static bool
misleads(uint32_t cp)
{
	return cp < 0x20 || (cp >= 0x7f && cp < 0xa0) || cp == 0x061c ||
	       cp == 0x200e || cp == 0x200f || (cp >= 0x2028 && cp <= 0x202e) ||
	       (cp >= 0x2066 && cp <= 0x2069) || cp == 0xfeff;
}

void
ir_text_escape(struct ir_buf *out, const char *s, size_t n)
{
	size_t len;
	uint32_t cp;

	for (; n > 0; s += len, n -= len) {
		if ((len = ir_text_utf8(s, n)) == 0) {
			ir_buf_printf(out, "\\x%02x", (uint8_t)*s);
			len = 1;
			continue;
		}
		cp = decode(s, len);
		if (cp == '\\')
			ir_buf_puts(out, "\\\\");
		else if (cp == '\n')
			ir_buf_puts(out, "\\n");
		else if (cp == '\t')
			ir_buf_puts(out, "\\t");
		else if (cp == '\r')
			ir_buf_puts(out, "\\r");
		else if (!misleads(cp))
			ir_buf_add(out, s, len);
		else if (len == 1)
			ir_buf_printf(out, "\\x%02x", cp);
		else
			ir_buf_printf(out, "\\u{%x}", cp);
	}
}

void
ir_hex(char *out, const uint8_t *p, size_t n)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < n; i++) {
		out[2 * i] = digits[p[i] >> 4];
		out[2 * i + 1] = digits[p[i] & 15];
	}
	out[2 * n] = '\0';
}

bool
ir_is_hex(const char *s, size_t n)
{
	return strlen(s) == n && strspn(s, "0123456789abcdef") == n;
}

static const char alphabet[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void
ir_base64(struct ir_buf *out, const void *data, size_t n, size_t width)
{
	const uint8_t *p = data;
	size_t col = 0;

	for (size_t i = 0; i < n; i += 3) {
		uint32_t v = (uint32_t)p[i] << 16;
		char quad[4];

		if (i + 1 < n)
			v |= (uint32_t)p[i + 1] << 8;
		if (i + 2 < n)
			v |= p[i + 2];
		quad[0] = alphabet[v >> 18];
		quad[1] = alphabet[v >> 12 & 63];
		quad[2] = i + 1 < n ? alphabet[v >> 6 & 63] : '=';
		quad[3] = i + 2 < n ? alphabet[v & 63] : '=';
		for (size_t k = 0; k < 4; k++) {
			ir_buf_add(out, &quad[k], 1);
			if (width != 0 && ++col == width) {
				ir_buf_puts(out, "\n");
				col = 0;
			}
		}
	}
	if (width != 0 && col != 0)
		ir_buf_puts(out, "\n");
}

int
ir_base64_decode(struct ir_buf *out, const char *s, size_t n)
{
	uint32_t v = 0;
	unsigned have = 0, pad = 0;

	for (size_t i = 0; i < n; i++) {
		const char *at;
		uint8_t bytes[3];

		if (s[i] == '\n')
			continue;
		at = s[i] != '\0' ? strchr(alphabet, s[i]) : NULL;
		if (s[i] == '=' && have >= 2)
			pad++;
		else if (at == NULL || pad > 0)
			return -1;
		v = v << 6 | (at != NULL ? (uint32_t)(at - alphabet) : 0);
		if (++have < 4)
			continue;
		if ((pad == 1 && (v & 0xff) != 0) ||
		    (pad == 2 && (v & 0xffff) != 0) || pad > 2)
			return -1;
		bytes[0] = (uint8_t)(v >> 16);
		bytes[1] = (uint8_t)(v >> 8);
		bytes[2] = (uint8_t)v;
		ir_buf_add(out, bytes, 3 - pad);
		have = 0;
		v = 0;
	}
	return have == 0 && !out->failed ? 0 : -1;
}

int
ir_uuid4(char out[37], struct ir_err *err)
{
	uint8_t r[16];
	char hex[33];

	if (getrandom(r, sizeof(r), 0) != sizeof(r))
		return ir_fail_errno(err, "cannot get random bytes");
	r[6] = (uint8_t)((r[6] & 0x0f) | 0x40);
	r[8] = (uint8_t)((r[8] & 0x3f) | 0x80);
	ir_hex(hex, r, sizeof(r));
	snprintf(out, 37, "%.8s-%.4s-%.4s-%.4s-%.12s", hex, hex + 8, hex + 12,
	    hex + 16, hex + 20);
	return 0;
}

void
ir_size(char out[16], uint64_t bytes)
{
	static const char *const units[] = {
	    "B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
	double v = (double)bytes;
	size_t u = 0;

	while (v >= 1024 && u < 6) {
		v /= 1024;
		u++;
	}
	snprintf(
	    out, 16, u == 0 || v >= 100 ? "%.0f %s" : "%.1f %s", v, units[u]);
}

void
ir_files(char out[32], uint64_t n)
{
	snprintf(out, 32, "%" PRIu64 " file%s", n, n == 1 ? "" : "s");
}

void
ir_url_escape(struct ir_buf *out, const char *s)
{
	static const char keep[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				   "abcdefghijklmnopqrstuvwxyz"
				   "0123456789-._~";

	for (; *s != '\0'; s++) {
		if (strchr(keep, *s) != NULL)
			ir_buf_add(out, s, 1);
		else
			ir_buf_printf(out, "%%%02X", (uint8_t)*s);
	}
}

const char *
ir_text_after(const char *s, const char *prefix)
{
	size_t n = strlen(prefix);

	return strncmp(s, prefix, n) == 0 ? s + n : NULL;
}
