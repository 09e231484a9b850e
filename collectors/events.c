/* SPDX-License-Identifier: ISC
 *
 * The engine's events since the container was made, of all containers: who
 * was started, attached, connected, killed.  The engine keeps only the last
 * 256, and none over a restart.  They are taken twice: what happens during the
 * capture, what somebody else does then among it, is in the second list.
 */
#include <string.h>

#include "base/time.h"
#include "collectors/copy.h"
#include "collectors/local.h"
#include "json/json.h"

/* What Docker keeps (daemon/events). */
#define KEPT 256u

struct events_copy {
	struct ir_copy copy;
	size_t lines;
};

static int
take_events(void *arg, const void *p, size_t n, struct ir_err *err)
{
	struct events_copy *c = arg;
	const char *end = (const char *)p + n;

	for (const char *s = p; (s = memchr(s, '\n', (size_t)(end - s))); s++)
		c->lines++;
	return ir_copy_body(&c->copy, p, n, err);
}

static enum ir_collected
events_into(const struct ir_target *t, const char *file, struct ir_sink *sink,
    struct ir_err *err)
{
	struct events_copy c = {.lines = 0};
	enum ir_collected how;
	int64_t since = t->since;
	int had = ir_copy_start(&c.copy, sink, t->dir, file, err);

	if (had != 0)
		return had == 1 ? IR_GOT : IR_FAIL;
	if (since == 0 &&
	    ir_time_parse(ir_json_str(t->inspect, "Created"), &since) == -1)
		since = 0;
	how = ir_copy_end(&c.copy,
	    ir_docker_events_past(t->engine, since, take_events, &c, err), err);
	if (how == IR_GOT && c.lines == KEPT)
		ir_note(err,
		    "%u, which is all that the engine keeps: older ones are "
		    "lost",
		    KEPT);
	return how;
}

static enum ir_collected
events_run(const struct ir_target *t, struct ir_sink *sink, struct ir_err *err)
{
	return events_into(t, "events.jsonl", sink, err);
}

static enum ir_collected
after_run(const struct ir_target *t, struct ir_sink *sink, struct ir_err *err)
{
	return events_into(t, "events-after.jsonl", sink, err);
}

const struct ir_collector ir_collector_events = {
    .name = "events",
    .what = "the engine's events since the container was made",
    .changes = "",
    .calls = "GET /events",
    .profiles = IR_EVERY_PROFILE,
    .deadline_s = 60,
    .run = events_run,
};

const struct ir_collector ir_collector_events_after = {
    .name = "events-after",
    .what = "the same at the end, with what happened meanwhile",
    .changes = "",
    .calls = "GET /events",
    .apart = true,
    .profiles = IR_EVERY_PROFILE,
    .deadline_s = 60,
    .run = after_run,
};
