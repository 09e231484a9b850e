/* SPDX-License-Identifier: ISC
 *
 * Log messages as json-file writes them: see logjson.h.
 */
#include "docker/logjson.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/text.h"

#define OUT_BYTES 32768

struct ir_docker_logjson {
	ir_http_body_fn fn;
	void *arg;
	struct ir_docker_log_counts *counts;
	struct ir_err err; /* of fn */
	bool failed;

	const char *stream; /* of the object under way, or NULL */
	char time[40];
	size_t text;                /* bytes of text in it */
	char rune[4];               /* the beginning of a UTF-8 sequence ... */
	size_t rune_len, rune_want; /* ... of so many bytes of so many */

	char out[OUT_BYTES];
	size_t out_len;
};

struct ir_docker_logjson *
ir_docker_logjson_new(ir_http_body_fn fn, void *arg,
    struct ir_docker_log_counts *counts, struct ir_err *err)
{
	struct ir_docker_logjson *w = calloc(1, sizeof(*w));

	if (w == NULL) {
		ir_fail_mem(err);
		return NULL;
	}
	w->fn = fn;
	w->arg = arg;
	w->counts = counts;
	return w;
}

void
ir_docker_logjson_free(struct ir_docker_logjson *w)
{
	free(w);
}

static void
flush(struct ir_docker_logjson *w)
{
	if (!w->failed && w->out_len > 0 &&
	    w->fn(w->arg, w->out, w->out_len, &w->err) == -1)
		w->failed = true;
	w->out_len = 0;
}

int
ir_docker_logjson_check(
    struct ir_docker_logjson *w, bool flush_first, struct ir_err *err)
{
	if (flush_first)
		flush(w);
	if (!w->failed)
		return 0;
	*err = w->err;
	return -1;
}

static void
put(struct ir_docker_logjson *w, const char *p, size_t n)
{
	while (n > 0) {
		size_t room = sizeof(w->out) - w->out_len;
		size_t part = n < room ? n : room;

		memcpy(w->out + w->out_len, p, part);
		w->out_len += part;
		p += part;
		n -= part;
		if (w->out_len == sizeof(w->out))
			flush(w);
	}
}

static void
put_string(struct ir_docker_logjson *w, const char *s)
{
	put(w, s, strlen(s));
}

/* The sequence under way turned out to be none; so Go does it. */
static void
drop_rune(struct ir_docker_logjson *w)
{
	w->counts->replaced += w->rune_len;
	for (; w->rune_len > 0; w->rune_len--)
		put_string(w, "\\ufffd");
}

/* How many bytes a UTF-8 sequence that begins so has; 1 if none begins so. */
static size_t
rune_length(uint8_t c)
{
	return c < 0xc2 || c > 0xf4 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
}

/* One byte of what is not ASCII. */
static void
put_rune(struct ir_docker_logjson *w, char c)
{
	if (w->rune_len > 0 && ((uint8_t)c & 0xc0) != 0x80)
		drop_rune(w);
	if (w->rune_len == 0)
		w->rune_want = rune_length((uint8_t)c);
	w->rune[w->rune_len++] = c;
	if (w->rune_len < w->rune_want)
		return;
	if (ir_text_utf8(w->rune, w->rune_len) != w->rune_len) {
		drop_rune(w);
		return;
	}
	if (memcmp(w->rune, "\xe2\x80\xa8", 3) == 0)
		put_string(w, "\\u2028");
	else if (memcmp(w->rune, "\xe2\x80\xa9", 3) == 0)
		put_string(w, "\\u2029");
	else
		put(w, w->rune, w->rune_len);
	w->rune_len = 0;
}

/* Whether c stands for itself. */
static bool
plain(char c)
{
	return (uint8_t)c >= 0x20 && (uint8_t)c < 0x80 && c != '"' &&
	       c != '\\' && c != '<' && c != '>' && c != '&';
}

static void
put_escape(struct ir_docker_logjson *w, char c)
{
	char hex[3];

	if (c == '\n')
		put_string(w, "\\n");
	else if (c == '\r')
		put_string(w, "\\r");
	else if (c == '"')
		put_string(w, "\\\"");
	else if (c == '\\')
		put_string(w, "\\\\");
	else {
		ir_hex(hex, (const uint8_t *)&c, 1);
		put_string(w, "\\u00");
		put_string(w, hex);
	}
}

static void
start(struct ir_docker_logjson *w)
{
	put_string(w, "{\"log\":\"");
	w->text = 0;
}

static void
finish(struct ir_docker_logjson *w)
{
	drop_rune(w);
	put_string(w, "\",\"stream\":\"");
	put_string(w, w->stream);
	put_string(w, "\",\"time\":\"");
	put_string(w, w->time);
	put_string(w, "\"}\n");
	w->counts->lines++;
}

void
ir_docker_logjson_begin(
    struct ir_docker_logjson *w, const char *stream, const char *time)
{
	ir_docker_logjson_end(w);
	start(w);
	w->stream = stream;
	snprintf(w->time, sizeof(w->time), "%s", time);
}

void
ir_docker_logjson_end(struct ir_docker_logjson *w)
{
	if (w->stream != NULL)
		finish(w);
	w->stream = NULL;
}

bool
ir_docker_logjson_within(const struct ir_docker_logjson *w)
{
	return w->stream != NULL;
}

void
ir_docker_logjson_text(struct ir_docker_logjson *w, const char *p, size_t n)
{
	while (n > 0) {
		size_t run = 0, max;

		if (w->text >= IR_MAX_LOG_TEXT && w->rune_len == 0) {
			finish(w);
			start(w);
		}
		if (w->rune_len > 0 && (uint8_t)*p < 0x80)
			drop_rune(w);
		max = w->text < IR_MAX_LOG_TEXT ? IR_MAX_LOG_TEXT - w->text : 1;
		if (max > n)
			max = n;
		while (run < max && plain(p[run]))
			run++;
		put(w, p, run);
		if (run == 0) {
			run = 1;
			if ((uint8_t)*p >= 0x80)
				put_rune(w, *p);
			else
				put_escape(w, *p);
		}
		w->text += run;
		p += run;
		n -= run;
	}
}
