/* SPDX-License-Identifier: ISC
 *
 * Whether a tar is whole: see tarend.h.
 *
 * An archive is a row of 512-byte blocks: a header, then its body padded to
 * whole blocks, and so on until two blocks of zeros.  Only what moves from one
 * header to the next is looked at: the checksum, the type, the size, and the
 * "size" record of an extended header.
 */
#include "archive/tarend.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK 512u

enum state {
	AT_HEADER, /* a header is being gathered */
	IN_SPARSE, /* a continuation of a GNU sparse header is */
	IN_PAX,    /* the records of an extended header */
	IN_BODY,   /* anything else that has a length */
	AFTER_ONE, /* one block of zeros was seen */
	AT_END,    /* two were: only zeros may follow */
	BROKEN,
};

/* Where in the records of an extended header, "LENGTH KEY=VALUE\n", we are. */
struct pax {
	enum {
		IN_LENGTH,
		IN_KEY,
		IN_VALUE
	} in;
	uint64_t length; /* of the record, as it says */
	uint64_t done;   /* bytes of it so far */
	char key[9];     /* its beginning: enough for the keys that matter */
	size_t keylen;
	uint64_t number; /* the value of "size" so far */
	bool digits;     /* whether it has any digit */
};

struct ir_tarend {
	enum state state;
	uint8_t block[BLOCK];
	size_t have;   /* bytes in block */
	uint64_t left; /* of the body; without its padding in IN_PAX */
	uint64_t pad;
	uint64_t fed;
	uint64_t entries;
	bool odd;          /* some readers take a header for another thing */
	char type;         /* of the last header */
	unsigned extended; /* which extensions the member to come has */
	struct pax pax;
	int64_t next_size; /* from an 'x' header, for the next member; or -1 */
	int64_t all_size;  /* from a 'g' header; or -1 */
	int64_t body;      /* size of a sparse member, for after its map */
	char why[160];     /* BROKEN */
};

struct ir_tarend *
ir_tarend_new(struct ir_err *err)
{
	struct ir_tarend *t = calloc(1, sizeof(*t));

	if (t == NULL) {
		ir_fail_mem(err);
		return NULL;
	}
	t->next_size = t->all_size = -1;
	return t;
}

void
ir_tarend_free(struct ir_tarend *t)
{
	free(t);
}

uint64_t
ir_tarend_entries(const struct ir_tarend *t)
{
	return t->entries;
}

bool
ir_tarend_plain(const struct ir_tarend *t)
{
	return !t->odd;
}

__attribute__((format(printf, 2, 3))) static void
broken(struct ir_tarend *t, const char *fmt, ...)
{
	va_list ap;
	size_t len;

	t->state = BROKEN;
	va_start(ap, fmt);
	vsnprintf(t->why, sizeof(t->why), fmt, ap);
	va_end(ap);
	len = strlen(t->why);
	snprintf(t->why + len, sizeof(t->why) - len,
	    " (by byte %" PRIu64 ", %" PRIu64 " members begun)", t->fed,
	    t->entries);
}

/* The last octal or base-256 number of n bytes; -1 if it is none, or negative,
 * or too large. */
static int64_t
number(const uint8_t *p, size_t n)
{
	uint64_t v = 0;
	size_t i = 0;

	if (p[0] & 0x80) { /* base 256, of which GNU tar uses 95 bits */
		if (p[0] != 0x80)
			return -1;
		for (i = 1; i < n; i++) {
			if (v >> 55 != 0)
				return -1;
			v = v << 8 | p[i];
		}
		return (int64_t)v;
	}
	while (i < n && p[i] == ' ')
		i++;
	for (; i < n && p[i] >= '0' && p[i] <= '7'; i++)
		v = v << 3 | (p[i] - (unsigned)'0');
	for (; i < n; i++)
		if (p[i] != ' ' && p[i] != '\0')
			return -1;
	return (int64_t)v; /* 12 octal digits are 36 bits */
}

static bool
checksum_ok(const uint8_t *h)
{
	int64_t sum = 0;

	for (size_t i = 0; i < BLOCK; i++)
		sum += i >= 148 && i < 156 ? ' ' : h[i];
	return sum == number(h + 148, 8);
}

static bool
all_zero(const uint8_t *p, size_t n)
{
	while (n > 0 && *p == 0)
		p++, n--;
	return n == 0;
}

static void
body(struct ir_tarend *t, enum state state, int64_t size)
{
	t->left = (uint64_t)size;
	t->pad = -t->left % BLOCK;
	if (state == IN_BODY) {
		t->left += t->pad;
		t->pad = 0;
	}
	t->state = t->left > 0 ? state : AT_HEADER;
}

/* Types of headers that say more about the one that follows: those of pax, and
 * GNU's long names.  A bit for each, 0 for others. */
static unsigned
extends(char type)
{
	static const char types[] = {'g', 'x', 'L', 'K'};
	const char *at = memchr(types, type, sizeof(types));

	return at != NULL ? 1u << (at - types) : 0;
}

/* Readers differ in which global headers and long names of GNU they heed, in
 * what they make of unknown types and of fields that only GNU has, and in
 * whether they go on after a mode, owner or time that is none. */
static bool
is_plain(const uint8_t *h)
{
	return memchr("0123456x", h[156], 8) != NULL &&
	       memcmp(h + 257, "ustar\00000", 8) == 0 &&
	       number(h + 100, 8) != -1 && number(h + 108, 8) != -1 &&
	       number(h + 116, 8) != -1 && number(h + 136, 12) != -1;
}

static void
extension(struct ir_tarend *t, int64_t size)
{
	bool pax = t->type == 'x' || t->type == 'g';

	if (t->extended & extends(t->type)) {
		broken(t, "a member is extended twice in the same way");
		return;
	}
	if (t->type != 'g')
		t->extended |= extends(t->type);
	t->pax = (struct pax){.in = IN_LENGTH};
	body(t, pax ? IN_PAX : IN_BODY, size);
}

static void
member(struct ir_tarend *t, int64_t size)
{
	const uint8_t *h = t->block;

	t->entries++;
	t->extended = 0;
	if (t->next_size >= 0)
		size = t->next_size;
	else if (t->all_size >= 0)
		size = t->all_size;
	t->next_size = -1;
	if (t->type >= '1' && t->type <= '6' && size != 0)
		broken(t, "member %" PRIu64 " is no file, yet claims content",
		    t->entries);
	else if (t->type == 'S' && h[482] != 0) {
		t->body = size;
		t->state = IN_SPARSE;
	} else
		body(t, IN_BODY, size);
}

static void
header(struct ir_tarend *t)
{
	const uint8_t *h = t->block;
	int64_t size;

	if (all_zero(h, BLOCK)) {
		if (t->extended != 0)
			broken(t, "an extended header has no member");
		else
			t->state = AFTER_ONE;
		return;
	}
	if (!checksum_ok(h)) {
		broken(t, "not a tar header, or a damaged one");
		return;
	}
	if ((size = number(h + 124, 12)) == -1) {
		broken(t, "a header with an impossible size");
		return;
	}
	t->odd |= !is_plain(h);
	t->type = (char)h[156];
	if (extends(t->type) != 0)
		extension(t, size);
	else
		member(t, size);
}

/* A whole block that is not part of a body. */
static void
block(struct ir_tarend *t)
{
	switch (t->state) {
	case AT_HEADER:
		header(t);
		break;
	case IN_SPARSE:
		if (t->block[504] == 0)
			body(t, IN_BODY, t->body);
		break;
	default: /* AFTER_ONE */
		if (all_zero(t->block, BLOCK))
			t->state = AT_END;
		else
			broken(t, "one block of zeros, then more");
		break;
	}
}

static bool
is_plain_key(const char *key)
{
	static const char *const keys[] = {
	    "path", "size", "mtime", "atime", "ctime"};

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (strcmp(key, keys[i]) == 0)
			return true;
	return false;
}

/* A record is whole: "size" counts for the next member or for all. */
static void
record(struct ir_tarend *t)
{
	struct pax *x = &t->pax;

	t->odd |= !is_plain_key(x->key);
	if (strcmp(x->key, "size") == 0) {
		t->odd |= t->next_size >= 0;
		if (!x->digits)
			broken(t, "a size record without a number");
		else if (t->type == 'x')
			t->next_size = (int64_t)x->number;
		else
			t->all_size = (int64_t)x->number;
	}
	*x = (struct pax){.in = IN_LENGTH};
}

static void
value(struct ir_tarend *t, uint8_t c)
{
	struct pax *x = &t->pax;
	bool name =
	    strcmp(x->key, "path") == 0 || strcmp(x->key, "linkpath") == 0;

	if (x->done == x->length) {
		if (c == '\n')
			record(t);
		else
			broken(t, "a record of an extended header without end");
	} else if (name && c == '\0')
		broken(t, "a name with a NUL in it");
	else if (strcmp(x->key, "size") == 0) {
		if (c < '0' || c > '9' || x->number > (INT64_MAX - 9) / 10)
			broken(t, "a size record that is no size");
		x->number = x->number * 10 + (c - (unsigned)'0');
		x->digits = true;
	}
}

/* One byte of an extended header. */
static void
pax(struct ir_tarend *t, uint8_t c)
{
	struct pax *x = &t->pax;

	x->done++;
	if (x->in == IN_LENGTH && c >= '0' && c <= '9' && x->done < 16)
		x->length = x->length * 10 + (c - (unsigned)'0');
	else if (x->in == IN_LENGTH && c == ' ' && x->done > 1 &&
		 x->length > x->done)
		x->in = IN_KEY;
	else if (x->in == IN_LENGTH ||
		 (x->in == IN_KEY && x->done >= x->length))
		broken(t, "a malformed record in an extended header");
	else if (x->in == IN_KEY && c == '=')
		x->in = IN_VALUE;
	else if (x->in == IN_VALUE)
		value(t, c);
	else if (x->keylen < sizeof(x->key) - 1)
		x->key[x->keylen++] = (char)c;
	else
		x->key[0] = '*'; /* longer than any key that matters */
}

static size_t
feed_pax(struct ir_tarend *t, const uint8_t *p, size_t n)
{
	size_t i = 0;

	for (; i < n && t->left > 0 && t->state == IN_PAX; i++, t->left--) {
		t->fed++;
		pax(t, p[i]);
	}
	if (t->left == 0 && t->state == IN_PAX) {
		if (t->pax.done != 0)
			broken(t, "an extended header ends within a record");
		else {
			t->left = t->pad;
			t->state = t->left > 0 ? IN_BODY : AT_HEADER;
		}
	}
	return i;
}

/* Takes what belongs to the present state; how many bytes that was. */
static size_t
step(struct ir_tarend *t, const uint8_t *p, size_t n)
{
	switch (t->state) {
	case IN_PAX:
		return feed_pax(t, p, n);
	case IN_BODY:
		if (n > t->left)
			n = (size_t)t->left;
		t->fed += n;
		if ((t->left -= n) == 0)
			t->state = AT_HEADER;
		return n;
	case AT_END:
		t->fed += n;
		if (!all_zero(p, n))
			broken(t, "more than zeros after its end");
		return n;
	case BROKEN:
		t->fed += n;
		return n;
	default:
		if (n > BLOCK - t->have)
			n = BLOCK - t->have;
		t->fed += n;
		memcpy(t->block + t->have, p, n);
		if ((t->have += n) == BLOCK) {
			t->have = 0;
			block(t);
		}
		return n;
	}
}

void
ir_tarend_feed(struct ir_tarend *t, const void *data, size_t n)
{
	const uint8_t *p = data;

	while (n > 0) {
		size_t used = step(t, p, n);

		p += used;
		n -= used;
	}
}

int
ir_tarend_check(const struct ir_tarend *t, struct ir_err *err)
{
	bool within = (t->state == IN_BODY || t->state == IN_SPARSE) &&
		      extends(t->type) == 0;

	if (t->state == AT_END)
		return 0;
	if (t->state == BROKEN)
		return ir_fail(err, IR_EPROTO, "not a whole tar: %s", t->why);
	return ir_fail(err, IR_EPROTO,
	    "the tar was cut short after %" PRIu64 " bytes, %s member %" PRIu64,
	    t->fed, within ? "within" : "after", t->entries);
}
