/* SPDX-License-Identifier: ISC
 *
 * A tar with all metadata: see layer.h.
 */
#include "archive/layer.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

#define BLOCK 512u
#define ROOM  (1u << 20) /* goes down at once */

/* What octal digits in a header can say (POSIX.1-2017, pax, "ustar"). */
#define MAX_ID   07777777u
#define MAX_TIME 077777777777
#define MAX_SIZE 077777777777u

/* A header, all of it characters. */
struct header {
	char name[100], mode[8], uid[8], gid[8], size[12], mtime[12], sum[8],
	    type, link[100], magic[6], version[2], uname[32], gname[32],
	    major[8], minor[8], prefix[155], pad[12];
};
_Static_assert(sizeof(struct header) == BLOCK, "a header is a block");

struct ir_layer {
	struct ir_stream *below;
	uint64_t left;         /* of the present content */
	unsigned pad;          /* zeros after it */
	struct ir_buf records; /* of the extended header */
	struct ir_buf map;     /* of where the pieces are */
	size_t have;
	char room[ROOM];
};

static int
flush(struct ir_layer *w, struct ir_err *err)
{
	size_t n = w->have;

	w->have = 0;
	return n > 0 ? w->below->write(w->below, w->room, n, err) : 0;
}

static int
out(struct ir_layer *w, const void *data, size_t n, struct ir_err *err)
{
	const char *p = data;

	if (n >= ROOM) /* as it is, without a copy */
		return flush(w, err) == -1
			   ? -1
			   : w->below->write(w->below, data, n, err);
	while (n > 0) {
		size_t piece = n < ROOM - w->have ? n : ROOM - w->have;

		memcpy(w->room + w->have, p, piece);
		w->have += piece;
		p += piece;
		n -= piece;
		if (w->have == ROOM && flush(w, err) == -1)
			return -1;
	}
	return 0;
}

static int
zeros(struct ir_layer *w, size_t n, struct ir_err *err)
{
	static const char none[2 * BLOCK];

	return out(w, none, n, err);
}

static unsigned
padding(uint64_t n)
{
	return (unsigned)(-n % BLOCK);
}

struct ir_layer *
ir_layer_create(struct ir_stream *below, struct ir_err *err)
{
	struct ir_layer *w = malloc(sizeof(*w));
	struct ir_err ignored;

	if (w == NULL) {
		below->close(below, "out of memory", &ignored);
		ir_fail_mem(err);
		return NULL;
	}
	w->below = below;
	w->left = w->have = w->pad = 0;
	w->records = w->map = (struct ir_buf)IR_BUF_INIT;
	return w;
}

/* "LENGTH KEY=VALUE\n", the length being that of all of it. */
static void
record(struct ir_layer *w, const char *key, const void *value, size_t n)
{
	size_t rest = strlen(key) + n + 3, total = rest + 1;
	char digits[24];

	while (total !=
	       rest + (size_t)snprintf(digits, sizeof(digits), "%zu", total))
		total = rest + strlen(digits);
	ir_buf_printf(&w->records, "%s %s=", digits, key);
	ir_buf_add(&w->records, value, n);
	ir_buf_add(&w->records, "\n", 1);
}

__attribute__((format(printf, 3, 4))) static void
record_number(struct ir_layer *w, const char *key, const char *fmt, ...)
{
	char text[48];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	record(w, key, text, (size_t)n);
}

/* Octal, with a NUL at the end. */
static void
octal(char *field, size_t size, uint64_t v)
{
	field[size - 1] = '\0';
	for (size_t i = size - 1; i-- > 0; v >>= 3)
		field[i] = (char)('0' + (v & 7));
}

/* A number that its field cannot hold stands in a record. */
static void
number(struct ir_layer *w, char *field, size_t size, uint64_t v, uint64_t max,
    const char *key)
{
	octal(field, size, v <= max ? v : 0);
	if (v > max)
		record_number(w, key, "%" PRIu64, v);
}

static void
name(struct ir_layer *w, char *field, size_t size, const char *s,
    const char *key)
{
	size_t n = strlen(s);

	memcpy(field, s, n < size ? n : size);
	if (n > size)
		record(w, key, s, n);
}

static void
mtime(struct ir_layer *w, struct header *h, const struct ir_tar_member *m)
{
	bool fits = m->mtime >= 0 && m->mtime <= MAX_TIME;

	octal(h->mtime, sizeof(h->mtime), fits ? (uint64_t)m->mtime : 0);
	if (fits && m->mtime_ns == 0)
		return;
	/* -1.25 is a quarter before -1: 1.75 after -3 or 0.75 after -2. */
	if (m->mtime < 0 && m->mtime_ns > 0)
		record_number(w, "mtime", "-%" PRId64 ".%09u", -(m->mtime + 1),
		    1000000000u - m->mtime_ns);
	else
		record_number(
		    w, "mtime", "%" PRId64 ".%09u", m->mtime, m->mtime_ns);
}

bool
ir_layer_xattr_ok(const char *attr)
{
	return *attr != '\0' && strchr(attr, '=') == NULL;
}

static int
xattrs(struct ir_layer *w, const struct ir_tar_member *m, struct ir_err *err)
{
	char key[16 + 256];

	for (size_t i = 0; i < m->nxattrs; i++) {
		const struct ir_tar_xattr *x = &m->xattrs[i];

		if (!ir_layer_xattr_ok(x->name) || strlen(x->name) > 255)
			return ir_fail(err, IR_EFORMAT,
			    "%s: a tar cannot hold the attribute %s", m->path,
			    x->name);
		snprintf(key, sizeof(key), "SCHILY.xattr.%s", x->name);
		record(w, key, x->value, x->len);
	}
	return 0;
}

static char
type_of(char type)
{
	static const char ours[] = "-hlcbdp", theirs[] = "0123456";
	const char *at = strchr(ours, type);

	return type != '\0' && at != NULL ? theirs[at - ours] : '\0';
}

/* Where the pieces are, before the content (GNU tar's manual, "PAX Format,
 * Version 1.0"); the size of both. */
static uint64_t
map(struct ir_layer *w, const struct ir_tar_member *m,
    const struct ir_tar_piece *pieces, size_t n)
{
	static const char none[BLOCK];
	uint64_t sum = 0;

	ir_buf_printf(&w->map, "%zu\n", n);
	for (size_t i = 0; i < n; i++) {
		ir_buf_printf(&w->map, "%" PRIu64 "\n%" PRIu64 "\n",
		    pieces[i].at, pieces[i].len);
		sum += pieces[i].len;
	}
	ir_buf_add(&w->map, none, padding(w->map.len));
	record_number(w, "GNU.sparse.major", "1");
	record_number(w, "GNU.sparse.minor", "0");
	record(w, "GNU.sparse.name", m->path, strlen(m->path));
	record_number(w, "GNU.sparse.realsize", "%" PRIu64, m->size);
	return sum;
}

static void
seal(struct header *h)
{
	const unsigned char *p = (const unsigned char *)h;
	unsigned sum = 0;

	memcpy(h->magic, "ustar", 6);
	memcpy(h->version, "00", 2);
	memset(h->sum, ' ', sizeof(h->sum));
	for (size_t i = 0; i < BLOCK; i++)
		sum += p[i];
	octal(h->sum, sizeof(h->sum) - 1, sum);
}

/* The extended header, if there is anything in it. */
static int
extended(struct ir_layer *w, struct ir_err *err)
{
	struct header h = {.name = "PaxHeaders/0", .type = 'x'};
	size_t n = w->records.len;

	if (ir_buf_ok(&w->records, err) == -1 || ir_buf_ok(&w->map, err) == -1)
		return -1;
	if (n == 0)
		return 0;
	octal(h.mode, sizeof(h.mode), 0644);
	octal(h.uid, sizeof(h.uid), 0);
	octal(h.gid, sizeof(h.gid), 0);
	octal(h.size, sizeof(h.size), n);
	octal(h.mtime, sizeof(h.mtime), 0);
	seal(&h);
	if (out(w, &h, sizeof(h), err) == -1 ||
	    out(w, w->records.p, n, err) == -1)
		return -1;
	return zeros(w, padding(n), err);
}

static int
fill(struct ir_layer *w, struct header *h, const struct ir_tar_member *m,
    const struct ir_tar_piece *pieces, size_t n, struct ir_err *err)
{
	ir_auto_free char *dir = NULL;
	const char *path = m->path;
	uint64_t size = m->type == '-' ? m->size : 0;

	if (m->type == 'd' && (dir = ir_asprintf(err, "%s/", path)) == NULL)
		return -1;
	if (m->sparse) {
		size = map(w, m, pieces, n);
		path = "GNUSparseFile.0/file";
	}
	w->left = size;
	w->pad = padding(size);
	h->type = type_of(m->type);
	name(w, h->name, sizeof(h->name), dir != NULL ? dir : path, "path");
	octal(h->mode, sizeof(h->mode), m->mode & 07777);
	number(w, h->uid, sizeof(h->uid), m->uid, MAX_ID, "uid");
	number(w, h->gid, sizeof(h->gid), m->gid, MAX_ID, "gid");
	number(
	    w, h->size, sizeof(h->size), size + w->map.len, MAX_SIZE, "size");
	mtime(w, h, m);
	if (m->type == 'l' || m->type == 'h')
		name(w, h->link, sizeof(h->link), m->link, "linkpath");
	if (m->type == 'c' || m->type == 'b') {
		number(w, h->major, sizeof(h->major), m->major, MAX_ID,
		    "SCHILY.devmajor");
		number(w, h->minor, sizeof(h->minor), m->minor, MAX_ID,
		    "SCHILY.devminor");
	}
	return xattrs(w, m, err);
}

int
ir_layer_add(struct ir_layer *w, const struct ir_tar_member *m,
    const struct ir_tar_piece *pieces, size_t n, struct ir_err *err)
{
	struct header h = {0};

	if (w->left != 0)
		return ir_fail(err, IR_EINTERNAL,
		    "%" PRIu64 " bytes are missing before %s", w->left,
		    m->path);
	if (type_of(m->type) == '\0')
		return ir_fail(
		    err, IR_EFORMAT, "%s: of no type that a tar has", m->path);
	w->records.len = w->map.len = 0;
	if (fill(w, &h, m, pieces, n, err) == -1) {
		w->left = 0;
		return -1;
	}
	if (w->records.len > IR_LAYER_RECORDS) {
		w->left = 0;
		return ir_fail(err, IR_EFORMAT,
		    "%s: its name and attributes are more than a tar can hold",
		    m->path);
	}
	seal(&h);
	if (extended(w, err) == -1 || out(w, &h, sizeof(h), err) == -1)
		return -1;
	return out(w, w->map.p, w->map.len, err);
}

int
ir_layer_put(struct ir_layer *w, const void *p, size_t n, struct ir_err *err)
{
	if (n > w->left)
		return ir_fail(err, IR_EINTERNAL,
		    "more than the size of a file was given for it");
	if (n == 0)
		return 0;
	if (out(w, p, n, err) == -1)
		return -1;
	w->left -= n;
	return w->left == 0 ? zeros(w, w->pad, err) : 0;
}

uint64_t
ir_layer_left(const struct ir_layer *w)
{
	return w->left;
}

int
ir_layer_finish(struct ir_layer *w, const char *gap, struct ir_err *err)
{
	struct ir_err second;
	int rc = 0;

	if (gap == NULL && w->left != 0)
		rc = ir_fail(err, IR_EINTERNAL,
		    "%" PRIu64 " bytes are missing at the end", w->left);
	if (rc == 0 && gap == NULL)
		rc = zeros(w, 2 * BLOCK, err);
	if (rc == 0)
		rc = flush(w, gap == NULL ? err : &second);
	if (gap == NULL && rc == -1)
		w->below->close(w->below, err->msg, &second);
	else
		rc = w->below->close(w->below, gap, err);
	ir_buf_free(&w->records);
	ir_buf_free(&w->map);
	free(w);
	return rc;
}
