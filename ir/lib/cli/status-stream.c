/* SPDX-License-Identifier: ISC
 *
 * The engine's events one by one, as they come: see statusparts.h.
 */
#include <string.h>

#include "base/buf.h"
#include "base/limits.h"
#include "cli/statusparts.h"
#include "docker/raw.h"
#include "json/json.h"

struct stream {
	ir_status_event_fn fn;
	void *arg;
	struct ir_buf line;
	bool skip; /* the line is too long */
};

int64_t
ir_status_event_at(const json_t *event)
{
	json_int_t ns = ir_json_int(event, "timeNano");

	return ns > 0 ? ns / 1000
		      : ir_json_int(event, "time") % (INT64_C(1) << 40) *
			    IR_SECOND;
}

static int
end_line(struct stream *s, struct ir_err *err)
{
	struct ir_err ignored;
	json_auto_t *e =
	    s->skip ? NULL
		    : ir_json_parse(s->line.p, s->line.len, "", &ignored);

	s->line.len = 0;
	s->skip = false;
	return s->fn(s->arg, json_is_object(e) ? e : NULL, err);
}

/* An ir_http_body_fn. */
static int
feed(void *arg, const void *p, size_t n, struct ir_err *err)
{
	struct stream *s = arg;
	const char *from = p;

	while (n > 0) {
		const char *end = memchr(from, '\n', n);
		size_t len = end != NULL ? (size_t)(end - from) : n;

		if (s->line.len + len > IR_MAX_EVENT)
			s->skip = true;
		else
			ir_buf_add(&s->line, from, len);
		if (ir_buf_ok(&s->line, err) == -1)
			return -1;
		if (end == NULL)
			return 0;
		if ((s->line.len > 0 || s->skip) && end_line(s, err) == -1)
			return -1;
		from += len + 1;
		n -= len + 1;
	}
	return 0;
}

int
ir_status_stream(struct ir_docker *d, int64_t since, int64_t until,
    ir_status_event_fn fn, void *arg, struct ir_err *err)
{
	struct stream s = {.fn = fn, .arg = arg, .line = IR_BUF_INIT};
	int rc = ir_docker_events(d, since, until, feed, &s, err);

	/* A last one that was cut. */
	if (rc == 0 && (s.line.len > 0 || s.skip))
		rc = end_line(&s, err);
	ir_buf_free(&s.line);
	return rc;
}
