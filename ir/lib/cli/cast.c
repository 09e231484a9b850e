/* SPDX-License-Identifier: ISC
 *
 * An asciicast: see cast.h.  The format is asciinema's: a line with an object,
 * then lines of [seconds, kind, text].
 */
#include "cli/cast.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/text.h"
#include "base/time.h"

#define STREAMS 3

static const char *const names[STREAMS] = {"stdin", "stdout", "stderr"};
static const char full[] = "the recording is as long as one may be";

struct ir_cast {
	struct ir_sink *sink;
	char *base;
	struct ir_stream *cast, *raw[STREAMS];
	char tail[STREAMS][4]; /* the beginning of a character */
	size_t tail_len[STREAMS];
	uint64_t began, bytes;
	bool full;
};

static struct ir_stream *
open_one(struct ir_cast *c, const char *suffix, struct ir_err *err)
{
	ir_auto_free char *path = ir_asprintf(err, "%s.%s", c->base, suffix);

	return path != NULL ? c->sink->open(c->sink, path, err) : NULL;
}

static bool
is_plain(const char *s)
{
	for (; *s > ' ' && *s < 0x7f; s++)
		;
	return *s == '\0';
}

static int
header(struct ir_cast *c, unsigned int width, unsigned int height,
    const char *command, struct ir_err *err)
{
	const char *term = getenv("TERM");
	json_auto_t *j = json_pack("{s:i, s:i, s:i, s:I, s:s, s:{s:s}}",
	    "version", 2, "width", (int)width, "height", (int)height,
	    "timestamp", (json_int_t)time(NULL), "command", command, "env",
	    "TERM", term != NULL && is_plain(term) ? term : "dumb");
	ir_auto_free char *line =
	    j != NULL ? json_dumps(j, JSON_COMPACT) : NULL;

	if (line == NULL)
		return ir_fail_mem(err);
	if (c->cast->write(c->cast, line, strlen(line), err) == -1)
		return -1;
	return c->cast->write(c->cast, "\n", 1, err);
}

struct ir_cast *
ir_cast_new(struct ir_sink *sink, const char *base, unsigned int width,
    unsigned int height, const char *command, struct ir_err *err)
{
	struct ir_cast *c = calloc(1, sizeof(*c));
	struct ir_err second;

	if (c == NULL) {
		ir_fail_mem(err);
		return NULL;
	}
	c->sink = sink;
	c->began = ir_mono_ns();
	if ((c->base = ir_asprintf(err, "%s", base)) != NULL &&
	    (c->cast = open_one(c, "cast", err)) != NULL &&
	    header(c, width, height, command, err) == 0)
		return c;
	ir_cast_end(c, err->msg, &second);
	return NULL;
}

static int
event(struct ir_cast *c, char kind, const char *p, size_t n, struct ir_err *err)
{
	json_auto_t *text = json_stringn(p, n);
	ir_auto_free char *quoted =
	    text != NULL ? json_dumps(text, JSON_ENCODE_ANY) : NULL;
	uint64_t us = (ir_mono_ns() - c->began) / 1000;
	ir_auto_buf struct ir_buf line = IR_BUF_INIT;

	if (quoted == NULL)
		return ir_fail_mem(err);
	ir_buf_printf(&line, "[%llu.%06llu,\"%c\",%s]\n",
	    (unsigned long long)(us / 1000000),
	    (unsigned long long)(us % 1000000), kind, quoted);
	if (ir_buf_ok(&line, err) == -1)
		return -1;
	return c->cast->write(c->cast, line.p, line.len, err);
}

/* Whether the n bytes are the beginning of a character. */
static bool
begins(const char *p, size_t n)
{
	unsigned char first = (unsigned char)*p;
	size_t whole = first >= 0xf0   ? 4
		       : first >= 0xe0 ? 3
		       : first >= 0xc2 ? 2
				       : 0;

	if (first > 0xf4 || n >= whole)
		return false;
	for (size_t i = 1; i < n; i++)
		if (((unsigned char)p[i] & 0xc0) != 0x80)
			return false;
	return true;
}

/* As UTF-8; the beginning of a character waits for the rest. */
static int
tell(struct ir_cast *c, enum ir_cast_stream s, const char *p, size_t n,
    bool last, struct ir_err *err)
{
	ir_auto_buf struct ir_buf in = IR_BUF_INIT, out = IR_BUF_INIT;
	size_t i = 0, len;

	ir_buf_add(&in, c->tail[s], c->tail_len[s]);
	ir_buf_add(&in, p, n);
	c->tail_len[s] = 0;
	if (ir_buf_ok(&in, err) == -1)
		return -1;
	while (i < in.len) {
		len = ir_text_utf8(in.p + i, in.len - i);
		if (len == 0 && !last && begins(in.p + i, in.len - i)) {
			c->tail_len[s] = in.len - i;
			memcpy(c->tail[s], in.p + i, in.len - i);
			break;
		}
		if (len == 0)
			ir_buf_puts(&out, "\xef\xbf\xbd");
		else
			ir_buf_add(&out, in.p + i, len);
		i += len > 0 ? len : 1;
	}
	if (ir_buf_ok(&out, err) == -1)
		return -1;
	return out.len > 0 ? event(c, s == IR_CAST_STDIN ? 'i' : 'o', out.p,
				 out.len, err)
			   : 0;
}

int
ir_cast_put(struct ir_cast *c, enum ir_cast_stream s, const void *p, size_t n,
    struct ir_err *err)
{
	if (c->full || n > IR_MAX_SESSION - c->bytes) {
		c->full = true;
		return 0;
	}
	c->bytes += n;
	if (c->raw[s] == NULL &&
	    (c->raw[s] = open_one(c, names[s], err)) == NULL)
		return -1;
	if (c->raw[s]->write(c->raw[s], p, n, err) == -1)
		return -1;
	return tell(c, s, p, n, false, err);
}

int
ir_cast_resize(struct ir_cast *c, unsigned int width, unsigned int height,
    struct ir_err *err)
{
	char size[32];
	int n = snprintf(size, sizeof(size), "%ux%u", width, height);

	return c->full ? 0 : event(c, 'r', size, (size_t)n, err);
}

bool
ir_cast_full(const struct ir_cast *c)
{
	return c->full;
}

static int
close_one(struct ir_stream *s, const char *gap, int rc, struct ir_err *err)
{
	struct ir_err second;

	if (s == NULL)
		return rc;
	if (rc == -1) {
		s->close(s, gap != NULL ? gap : err->msg, &second);
		return -1;
	}
	return s->close(s, gap, err);
}

int
ir_cast_end(struct ir_cast *c, const char *gap, struct ir_err *err)
{
	int rc = 0;

	if (c == NULL)
		return 0;
	if (gap == NULL && c->full)
		gap = full;
	for (int i = 0; rc == 0 && gap == NULL && i < STREAMS; i++)
		rc = tell(c, (enum ir_cast_stream)i, "", 0, true, err);
	for (int i = 0; i < STREAMS; i++)
		rc = close_one(c->raw[i], gap, rc, err);
	rc = close_one(c->cast, gap, rc, err);
	free(c->base);
	free(c);
	return rc;
}
