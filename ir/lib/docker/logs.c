/* SPDX-License-Identifier: ISC
 *
 * Logs: see logs.h.
 *
 * From the engine comes a series of messages, each a time stamp, a space and
 * a text that ends in a line feed unless it is a piece of a longer line.  A
 * message is a frame; with a terminal there are no frames, and it ends where
 * the line does.
 */
#include "docker/logs.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "docker/logjson.h"

/* "2026-11-22T01:34:41.123456789+01:00 " */
#define STAMP_MAX 36

/* Where Docker cuts a line into messages (daemon/logger, copier).  With a
 * terminal only this tells where the next one's stamp is. */
#define CUT 16384

/* Go's zero time, which is what its own logs say when there is none. */
#define NO_TIME "0001-01-01T00:00:00Z"

/* The first byte of a frame's header. */
enum kind {
	STDIN,
	STDOUT,
	STDERR,
	SYSTEM_ERROR
};

static const char *const stream_names[] = {"stdout", "stdout", "stderr"};

struct ir_docker_demux {
	bool tty;
	bool broken; /* what came is no log stream, or says that it failed */
	struct ir_docker_logjson *out;
	struct ir_docker_log_counts *counts;

	uint8_t head[8]; /* of the frame under way */
	size_t head_len;
	uint32_t left; /* bytes of it to come */
	enum kind kind;
	char words[256]; /* of a SYSTEM_ERROR */
	size_t words_len;

	struct {
		char time[STAMP_MAX];
		bool cut; /* its last message did not end its line */
	} of[SYSTEM_ERROR];

	bool at_stamp; /* a stamp may stand here; gathered in stamp */
	char stamp[STAMP_MAX];
	size_t stamp_len;
	size_t since; /* bytes of text since the stamp */
};

struct ir_docker_demux *
ir_docker_demux_new(bool tty, ir_http_body_fn fn, void *arg,
    struct ir_docker_log_counts *counts, struct ir_err *err)
{
	struct ir_docker_demux *x = calloc(1, sizeof(*x));

	memset(counts, 0, sizeof(*counts));
	if (x == NULL) {
		ir_fail_mem(err);
		return NULL;
	}
	if ((x->out = ir_docker_logjson_new(fn, arg, counts, err)) == NULL) {
		free(x);
		return NULL;
	}
	x->tty = tty;
	x->counts = counts;
	x->kind = STDOUT;
	x->at_stamp = true;
	return x;
}

void
ir_docker_demux_free(struct ir_docker_demux *x)
{
	if (x == NULL)
		return;
	ir_docker_logjson_free(x->out);
	free(x);
}

/* Whether s looks like shape, in which 0 is any digit. */
static bool
looks_like(const char *s, const char *shape, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (shape[i] == '0' ? s[i] < '0' || s[i] > '9'
				    : s[i] != shape[i])
			return false;
	}
	return true;
}

/* Whether the n bytes are an RFC 3339 time; *frac and *zone are where its
 * fraction, if any, and its zone begin. */
static bool
is_stamp(const char *s, size_t n, size_t *frac, size_t *zone)
{
	static const char shape[] = "0000-00-00T00:00:00";
	size_t i = sizeof(shape) - 1;

	if (n <= i || !looks_like(s, shape, i))
		return false;
	*frac = i;
	if (s[i] == '.') {
		do
			i++;
		while (i < n && s[i] >= '0' && s[i] <= '9');
		if (i == *frac + 1)
			return false;
	}
	*zone = i;
	if (n - i == 1)
		return s[i] == 'Z';
	return n - i == 6 && (looks_like(s + i, "+00:00", 6) ||
				 looks_like(s + i, "-00:00", 6));
}

/* Takes the time as the driver writes it: without the zeros that the API adds
 * at the end of the fraction. */
static bool
take_stamp(struct ir_docker_demux *x)
{
	char *time = x->of[x->kind].time;
	size_t frac, zone, end, n;

	if (x->stamp_len == 0 || x->stamp[x->stamp_len - 1] != ' ' ||
	    !is_stamp(x->stamp, x->stamp_len - 1, &frac, &zone))
		return false;
	for (end = zone; end > frac && x->stamp[end - 1] == '0';)
		end--;
	if (end == frac + 1)
		end = frac;
	n = x->stamp_len - 1 - zone;
	memcpy(time, x->stamp, end);
	memcpy(time + end, x->stamp + zone, n);
	time[end + n] = '\0';
	return true;
}

/* Takes text up to the end of its line, or to where a stamp may stand; how
 * much. */
static size_t
take_text(struct ir_docker_demux *x, const char *p, size_t n)
{
	const char *lf;

	if (x->tty && x->since < CUT && n > CUT - x->since)
		n = CUT - x->since;
	if ((lf = memchr(p, '\n', n)) != NULL)
		n = (size_t)(lf - p) + 1;
	ir_docker_logjson_text(x->out, p, n);
	x->since += n;
	if (lf != NULL) {
		ir_docker_logjson_end(x->out);
		x->of[x->kind].cut = false;
	}
	x->at_stamp = lf != NULL || (x->tty && x->since == CUT);
	return n;
}

/* What was gathered is a stamp, or it is text.  A message without a stamp
 * continues its line; if there is none to continue, it has no time. */
static void
end_stamp(struct ir_docker_demux *x)
{
	bool stamped = take_stamp(x);
	size_t n = x->stamp_len;
	char *time = x->of[x->kind].time;

	x->at_stamp = false;
	x->stamp_len = 0;
	if (stamped || !ir_docker_logjson_within(x->out)) {
		if (!stamped && !x->of[x->kind].cut) {
			strcpy(time, NO_TIME);
			x->counts->unstamped++;
		}
		ir_docker_logjson_begin(x->out, stream_names[x->kind], time);
		x->since = 0;
	}
	for (size_t i = 0; !stamped && i < n;)
		i += take_text(x, x->stamp + i, n - i);
}

static void
take(struct ir_docker_demux *x, const char *p, size_t n)
{
	while (n > 0) {
		size_t used = 1;

		if (!x->at_stamp)
			used = take_text(x, p, n);
		else {
			x->stamp[x->stamp_len++] = *p;
			if (*p == ' ' || *p == '\n' ||
			    x->stamp_len == sizeof(x->stamp))
				end_stamp(x);
		}
		p += used;
		n -= used;
	}
}

static void
end_message(struct ir_docker_demux *x)
{
	if (x->stamp_len > 0)
		end_stamp(x);
	if (ir_docker_logjson_within(x->out)) {
		ir_docker_logjson_end(x->out);
		x->of[x->kind].cut = true;
	}
	x->at_stamp = true;
}

static int
begin_frame(struct ir_docker_demux *x, struct ir_err *err)
{
	const uint8_t *h = x->head;

	if (h[0] > SYSTEM_ERROR || (h[1] | h[2] | h[3]) != 0) {
		x->broken = true;
		return ir_fail(
		    err, IR_EPROTO, "the engine's log stream is not in frames");
	}
	x->kind = h[0];
	x->left = (uint32_t)h[4] << 24 | (uint32_t)h[5] << 16 |
		  (uint32_t)h[6] << 8 | h[7];
	x->words_len = 0;
	return 0;
}

static int
end_frame(struct ir_docker_demux *x, struct ir_err *err)
{
	x->head_len = 0;
	if (x->kind != SYSTEM_ERROR) {
		end_message(x);
		return 0;
	}
	x->broken = true;
	return ir_fail(err, IR_EPROTO,
	    "the engine could not read the log to its end: %.*s",
	    (int)x->words_len, x->words);
}

static void
take_words(struct ir_docker_demux *x, const char *p, size_t n)
{
	size_t room = sizeof(x->words) - x->words_len;

	if (n > room)
		n = room;
	memcpy(x->words + x->words_len, p, n);
	x->words_len += n;
}

/* Takes a part of a frame; how much, or 0 with err set. */
static size_t
take_framed(
    struct ir_docker_demux *x, const char *p, size_t n, struct ir_err *err)
{
	size_t part = 1;

	if (x->head_len < sizeof(x->head)) {
		x->head[x->head_len++] = (uint8_t)*p;
		if (x->head_len < sizeof(x->head))
			return 1;
		if (begin_frame(x, err) == -1)
			return 0;
	} else {
		part = n < x->left ? n : x->left;
		if (x->kind == SYSTEM_ERROR)
			take_words(x, p, part);
		else
			take(x, p, part);
		x->left -= (uint32_t)part;
	}
	if (x->left == 0 && end_frame(x, err) == -1)
		return 0;
	return part;
}

int
ir_docker_demux_feed(void *demux, const void *p, size_t n, struct ir_err *err)
{
	struct ir_docker_demux *x = demux;
	size_t used;

	if (x->broken)
		return ir_fail(
		    err, IR_EPROTO, "the engine's log stream is broken");
	if (x->tty)
		take(x, p, n);
	for (const char *s = p; !x->tty && n > 0; s += used, n -= used) {
		if ((used = take_framed(x, s, n, err)) == 0)
			return -1;
	}
	return ir_docker_logjson_check(x->out, false, err);
}

int
ir_docker_demux_end(struct ir_docker_demux *x, struct ir_err *err)
{
	bool within = x->head_len > 0;

	if (x->kind != SYSTEM_ERROR)
		end_message(x);
	if (ir_docker_logjson_check(x->out, true, err) == -1)
		return -1;
	if (within || x->broken)
		return ir_fail(err, IR_EPROTO,
		    "the engine's log stream ends within a message");
	return 0;
}

int
ir_docker_logs(struct ir_docker *d, const char *id,
    const struct ir_docker_log_wish *w, ir_http_body_fn fn, void *arg,
    struct ir_docker_log_counts *counts, struct ir_err *err)
{
	struct ir_docker_demux *x;
	char since[40] = "", tail[40] = "";
	struct ir_err second;
	int rc;

	if (!ir_is_hex(id, 64))
		return ir_fail(
		    err, IR_EINTERNAL, "%s: not a container's full id", id);
	if (w->since != 0)
		snprintf(since, sizeof(since), "&since=%" PRId64, w->since);
	if (w->tail != 0)
		snprintf(tail, sizeof(tail), "&tail=%" PRIu64, w->tail);
	if ((x = ir_docker_demux_new(w->tty, fn, arg, counts, err)) == NULL)
		return -1;
	rc = ir_docker_stream(d, ir_docker_demux_feed, x, err,
	    "/containers/%s/logs?stdout=1&stderr=1&timestamps=1%s%s", id, since,
	    tail);
	/* What came before a failure is evidence. */
	if (ir_docker_demux_end(x, rc == 0 ? err : &second) == -1)
		rc = -1;
	ir_docker_demux_free(x);
	return rc;
}
