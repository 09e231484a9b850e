/* SPDX-License-Identifier: ISC
 *
 * The header of an age file: see ageheader.h.
 */
#include "crypto/ageheader.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "crypto/age.h"

#define COLUMNS 64
#define MARK    "---" /* before the MAC, and the last that it covers */

bool
ir_age_base64(struct ir_wire w, uint8_t *out, size_t n)
{
	ir_auto_buf struct ir_buf b = IR_BUF_INIT;
	char padded[COLUMNS + 2];
	size_t len = w.len;

	if (len > COLUMNS || len != (n * 8 + 5) / 6 ||
	    (len > 0 && (memchr(w.p, '=', len) || memchr(w.p, '\n', len))))
		return false;
	if (len == 0)
		return true;
	memcpy(padded, w.p, len);
	while (len % 4 != 0)
		padded[len++] = '=';
	if (ir_base64_decode(&b, padded, len) == -1 || b.len != n)
		return false;
	memcpy(out, b.p, n);
	return true;
}

void
ir_age_put_base64(struct ir_buf *b, const void *p, size_t n)
{
	ir_base64(b, p, n, 0);
	while (b->len > 0 && b->p[b->len - 1] == '=')
		b->len--;
}

static int
check_magic(const struct ir_buf *text, struct ir_err *err)
{
	static const char version[] = "age-encryption.org/";
	static const char armor[] = "-----BEGIN AGE ";

	if (text->len == IR_AGE_MAGIC_LEN &&
	    memcmp(text->p, IR_AGE_MAGIC, IR_AGE_MAGIC_LEN) == 0)
		return 0;
	if (text->len == IR_AGE_MAGIC_LEN &&
	    memcmp(text->p, armor, strlen(armor)) == 0)
		return ir_fail(err, IR_EFORMAT,
		    "an age file in ASCII armor; take that off first: age -d "
		    "FILE decrypts it");
	if (text->len == IR_AGE_MAGIC_LEN &&
	    memcmp(text->p, version, strlen(version)) == 0)
		return ir_fail(err, IR_EFORMAT,
		    "an age file of another version than v1; decrypt it with "
		    "age -d");
	return ir_fail(err, IR_EFORMAT, "not an age file");
}

/* Where the line with the MAC ends; 0 if it does not yet.  No other line can
 * begin like it. */
static size_t
find_end(const struct ir_buf *text)
{
	const char *mark = memmem(text->p, text->len, "\n" MARK, 4);
	const char *end = mark == NULL
			      ? NULL
			      : memchr(mark + 1, '\n',
				    text->len - (size_t)(mark + 1 - text->p));

	return end == NULL ? 0 : (size_t)(end + 1 - text->p);
}

/* Appends at most n bytes: how many. */
static ssize_t
more(struct ir_source *below, struct ir_buf *text, size_t n, struct ir_err *err)
{
	char piece[4096];
	ssize_t got = ir_source_full(below, piece, n, err);

	if (got > 0)
		ir_buf_add(text, piece, (size_t)got);
	return ir_buf_ok(text, err) == -1 ? -1 : got;
}

int
ir_age_header_read(struct ir_source *below, struct ir_buf *text, size_t *len,
    struct ir_err *err)
{
	ssize_t n = more(below, text, IR_AGE_MAGIC_LEN, err);

	if (n == -1 || check_magic(text, err) == -1)
		return -1;
	while ((*len = find_end(text)) == 0) {
		if (text->len >= IR_MAX_AGE_HEADER)
			return ir_fail(err, IR_EFORMAT,
			    "its header does not end within %u bytes",
			    IR_MAX_AGE_HEADER);
		n = more(below, text, 4096, err);
		if (n == -1)
			return -1;
		if (n == 0)
			return ir_fail(err, IR_EFORMAT,
			    "cut short in its header, after %zu bytes",
			    text->len);
	}
	return 0;
}

struct lines {
	struct ir_wire left;
	unsigned number; /* of the last that was taken */
};

static int
malformed(const struct lines *l, const char *what, struct ir_err *err)
{
	return ir_fail(
	    err, IR_EFORMAT, "line %u of its header %s", l->number, what);
}

/* The next line, without its line feed. */
static int
take_line(struct lines *l, struct ir_wire *out, struct ir_err *err)
{
	const uint8_t *end = memchr(l->left.p, '\n', l->left.len);

	l->number++;
	if (end == NULL)
		return malformed(l, "is cut short", err);
	*out = (struct ir_wire){l->left.p, (size_t)(end - l->left.p)};
	l->left.p = end + 1;
	l->left.len -= out->len + 1;
	return 0;
}

static bool
starts(struct ir_wire w, const char *with)
{
	return w.len >= strlen(with) && memcmp(w.p, with, strlen(with)) == 0;
}

/* "-> TYPE ARGUMENT...", of visible characters with one space between. */
static bool
parse_args(struct ir_wire line, struct ir_age_stanza *s)
{
	const uint8_t *p = line.p + 3, *end = line.p + line.len, *from;

	do {
		for (from = p; p<end && * p> ' ' && *p < 0x7f; p++)
			;
		if (p == from || (p < end && *p != ' '))
			return false;
		if (s->nargs < IR_AGE_ARGS)
			s->arg[s->nargs] =
			    (struct ir_wire){from, (size_t)(p - from)};
		s->nargs++;
	} while (p++ < end);
	return true;
}

/* Lines of 64 characters, and one that is shorter. */
static int
parse_body(struct lines *l, struct ir_age_stanza *s, struct ir_err *err)
{
	struct ir_wire line;
	uint8_t piece[48];
	size_t n;

	do {
		if (take_line(l, &line, err) == -1)
			return -1;
		n = line.len * 3 / 4;
		if (!ir_age_base64(line, piece, n)) /* COLUMNS at most */
			return malformed(l, "is not base64 of a stanza", err);
		if (s->body_len < sizeof(s->body))
			memcpy(s->body + s->body_len, piece,
			    n < sizeof(s->body) - s->body_len
				? n
				: sizeof(s->body) - s->body_len);
		s->body_len += n;
	} while (line.len == COLUMNS);
	return 0;
}

/* A recipient more; its arguments are in line. */
static int
parse_stanza(struct lines *l, struct ir_wire line, struct ir_age_header *h,
    struct ir_err *err)
{
	struct ir_age_stanza *s = &h->v[h->n];

	if (!starts(line, "-> ") || !parse_args(line, s))
		return malformed(l, "does not begin a stanza", err);
	h->n++;
	return parse_body(l, s, err);
}

int
ir_age_header_parse(
    const char *p, size_t n, struct ir_age_header *h, struct ir_err *err)
{
	struct lines l = {{(const uint8_t *)p, n}, 0};
	struct ir_wire line;

	memset(h, 0, sizeof(*h));
	h->v = calloc(IR_MAX_AGE_STANZAS, sizeof(h->v[0]));
	if (h->v == NULL)
		return ir_fail_mem(err);
	if (take_line(&l, &line, err) == -1)
		return -1;
	if (!ir_wire_is(line, "age-encryption.org/v1"))
		return malformed(&l, "is not that of an age file", err);
	for (;;) {
		if (take_line(&l, &line, err) == -1)
			return -1;
		if (starts(line, MARK))
			break;
		if (h->n == IR_MAX_AGE_STANZAS)
			return ir_fail(err, IR_EFORMAT,
			    "its header has more than %u stanzas",
			    IR_MAX_AGE_STANZAS);
		if (parse_stanza(&l, line, h, err) == -1)
			return -1;
	}
	if (h->n == 0)
		return malformed(&l, "comes before any stanza", err);
	h->signed_part = (struct ir_wire){
	    (const uint8_t *)p, (size_t)(line.p - (const uint8_t *)p) + 3};
	if (!starts(line, MARK " ") ||
	    !ir_age_base64((struct ir_wire){line.p + 4, line.len - 4}, h->mac,
		sizeof(h->mac)))
		return malformed(&l, "is not a MAC", err);
	return l.left.len == 0 ? 0 : malformed(&l, "is not the last", err);
}

void
ir_age_header_clear(struct ir_age_header *h)
{
	free(h->v);
	memset(h, 0, sizeof(*h));
}
