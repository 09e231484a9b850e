/* SPDX-License-Identifier: ISC
 *
 * The memory of a layer's tar: see split.h.
 */
#include "overlay/split.h"

#include <inttypes.h>
#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "json/json.h"

#define CHUNK (64u << 10)

/* x^64 + x^4 + x^3 + x + 1, reflected. */
#define POLYNOMIAL 0xd800000000000000u

struct ir_split {
	struct ir_source *in;
	char *name;
	struct ir_buf line;
	size_t at, have; /* in chunk */
	bool ended;
	uint64_t position;
	struct ir_split_entry e;
	char chunk[CHUNK];
};

struct ir_split *
ir_split_open(struct ir_source *in, const char *name, struct ir_err *err)
{
	struct ir_split *s = calloc(1, sizeof(*s));

	if (s == NULL || (s->name = strdup(name)) == NULL) {
		in->close(in);
		free(s);
		ir_fail_mem(err);
		return NULL;
	}
	s->in = in;
	return s;
}

void
ir_split_close(struct ir_split *s)
{
	if (s == NULL)
		return;
	s->in->close(s->in);
	ir_buf_free(&s->line);
	ir_buf_free(&s->e.bytes);
	free(s->name);
	free(s);
}

/* A line without its line feed: 1; 0 after the last. */
static int
next_line(struct ir_split *s, struct ir_err *err)
{
	s->line.len = 0;
	for (;;) {
		char *p = s->chunk + s->at, *lf;
		size_t left = s->have - s->at, n;
		ssize_t got;

		lf = left > 0 ? memchr(p, '\n', left) : NULL;
		n = lf != NULL ? (size_t)(lf - p) : left;
		if (s->line.len + n > IR_MAX_SPLIT_LINE)
			return ir_fail(err, IR_EFORMAT,
			    "%s: a line of more than %u bytes", s->name,
			    IR_MAX_SPLIT_LINE);
		ir_buf_add(&s->line, p, n);
		s->at += n + (lf != NULL);
		if (ir_buf_ok(&s->line, err) == -1)
			return -1;
		if (lf != NULL)
			return 1;
		got = s->ended ? 0 : s->in->read(s->in, s->chunk, CHUNK, err);
		if (got == -1)
			return -1;
		s->at = 0;
		s->have = (size_t)got;
		s->ended = got == 0;
		if (got > 0)
			continue;
		if (s->line.len > 0)
			return ir_fail(err, IR_EFORMAT,
			    "%s: breaks off within a line", s->name);
		return 0;
	}
}

static int
odd(const struct ir_split *s, const char *what, struct ir_err *err)
{
	return ir_fail(err, IR_EFORMAT, "%s: entry %" PRIu64 ": %s", s->name,
	    s->position, what);
}

/* A file's name, size and checksum. */
static int
take_file(struct ir_split *s, const json_t *o, const char *payload,
    struct ir_err *err)
{
	const char *raw = ir_json_str(o, "name_raw");
	const char *name = ir_json_str(o, "name");
	json_int_t size = ir_json_int(o, "size");
	ir_auto_buf struct ir_buf crc = IR_BUF_INIT;

	s->e.file = true;
	if (*raw == '\0')
		ir_buf_puts(&s->e.bytes, name);
	else if (ir_base64_decode(&s->e.bytes, raw, strlen(raw)) == -1)
		return odd(s, "a name that is no base64", err);
	if (ir_buf_ok(&s->e.bytes, err) == -1)
		return -1;
	if (s->e.bytes.len == 0 ||
	    memchr(s->e.bytes.p, '\0', s->e.bytes.len) != NULL)
		return odd(s, "a file without a name", err);
	if (size < 0)
		return odd(s, "an impossible size", err);
	s->e.size = (uint64_t)size;
	if (payload == NULL)
		return 0;
	if (ir_base64_decode(&crc, payload, strlen(payload)) == -1 ||
	    (crc.len != 0 && crc.len != 8))
		return odd(s, "a checksum that is none", err);
	s->e.summed = crc.len == 8;
	for (size_t i = 0; i < crc.len; i++)
		s->e.crc = s->e.crc << 8 | (uint8_t)crc.p[i];
	return 0;
}

static int
take(struct ir_split *s, const json_t *o, struct ir_err *err)
{
	const char *payload = json_string_value(json_object_get(o, "payload"));
	json_int_t type = ir_json_int(o, "type");

	s->e.file = s->e.summed = false;
	s->e.size = s->e.crc = 0;
	s->e.bytes.len = 0;
	if (!json_is_object(o) ||
	    (uint64_t)ir_json_int(o, "position") != s->position)
		return odd(s, "not in its turn", err);
	if (type == 1)
		return take_file(s, o, payload, err);
	if (type != 2)
		return odd(s, "of no known type", err);
	if (payload != NULL &&
	    ir_base64_decode(&s->e.bytes, payload, strlen(payload)) == -1)
		return odd(s, "bytes that are no base64", err);
	return ir_buf_ok(&s->e.bytes, err);
}

const struct ir_split_entry *
ir_split_next(struct ir_split *s, struct ir_err *err)
{
	json_auto_t *o = NULL;
	int rc = next_line(s, err);

	if (rc == 0)
		err->code = IR_OK;
	if (rc != 1 ||
	    (o = ir_json_parse(s->line.p, s->line.len, s->name, err)) == NULL ||
	    take(s, o, err) == -1)
		return NULL;
	s->position++;
	return &s->e;
}

uint64_t
ir_split_crc(uint64_t crc, const void *data, size_t n)
{
	const uint8_t *p = data;
	uint64_t table[256];

	for (uint64_t i = 0; i < 256; i++) {
		table[i] = i;
		for (int bit = 0; bit < 8; bit++)
			table[i] =
			    table[i] >> 1 ^ (table[i] & 1 ? POLYNOMIAL : 0);
	}
	crc = ~crc;
	for (size_t i = 0; i < n; i++)
		crc = table[(crc ^ p[i]) & 0xff] ^ crc >> 8;
	return ~crc;
}
