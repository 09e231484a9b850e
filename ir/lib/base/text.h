/* SPDX-License-Identifier: ISC
 *
 * Text: the one function through which outside bytes reach a terminal or a
 * page, and the encodings of bytes as text.
 */
#ifndef IR_BASE_TEXT_H
#define IR_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

/** ir_text_escape(out, s, n): appends the n bytes of s so that they are safe
 * on a terminal: printable UTF-8 stays; C0 and C1 controls, DEL, backslash,
 * bidirectional controls (U+061C, U+200E-F, U+202A-E, U+2066-9), U+2028-9 and
 * invalid bytes become \n, \t, \r, \\, \xNN or \u{N}. */
void ir_text_escape(struct ir_buf *out, const char *s, size_t n);

/** ir_text_utf8(s, n): the length, 1 to 4, of the valid UTF-8 sequence at s
 * (n bytes are there, n > 0), or 0 if there is none (RFC 3629). */
size_t ir_text_utf8(const char *s, size_t n);

/* Whether s begins, or ends, with the other; one that is the other does. */
bool ir_starts(const char *s, const char *with);
bool ir_ends(const char *s, const char *with);

/* hex is lower case; out has room for 2n + 1 bytes. */
void ir_hex(char *out, const uint8_t *p, size_t n);

/** ir_is_hex(s, n): whether s is exactly n lower-case hex digits. */
bool ir_is_hex(const char *s, size_t n);

/** ir_text_after(s, prefix): what follows the prefix in s; NULL if s does not
 * begin with it. */
const char *ir_text_after(const char *s, const char *prefix);

/** ir_base64(out, p, n, width): appends base64 (RFC 4648) with a line feed
 * after every width characters and at the end; width 0 is one line without
 * any line feed. */
void ir_base64(struct ir_buf *out, const void *p, size_t n, size_t width);

/** ir_base64_decode(out, s, n): appends the decoded bytes.  Strict: line
 * feeds may stand anywhere, all else outside the alphabet, wrong padding and
 * non-zero spare bits return -1. */
int ir_base64_decode(struct ir_buf *out, const char *s, size_t n);

/** ir_uuid4(out): a random UUID (RFC 9562) in lower case. */
int ir_uuid4(char out[37], struct ir_err *err);

/** ir_size(out, bytes): "1.5 GiB" and the like, for people. */
void ir_size(char out[16], uint64_t bytes);

/** ir_files(out, n): "1 file", "2 files". */
void ir_files(char out[32], uint64_t n);

/** ir_url_escape(out, s): percent-encodes all but RFC 3986's unreserved. */
void ir_url_escape(struct ir_buf *out, const char *s);

#endif
