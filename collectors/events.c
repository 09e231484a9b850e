/* SPDX-License-Identifier: ISC
 *
 * The engine's events since the container was made, of all containers: who
 * was started, attached, connected, killed.  The engine keeps only the last
 * 256, and none over a restart.
 */
#include <time.h>

#include "base/time.h"
#include "collectors/copy.h"
#include "docker/container.h"
#include "json/json.h"

static enum ir_collected
events_run(const struct ir_target *t, struct ir_sink *sink, struct ir_err *err)
{
	struct ir_copy c;
	int64_t since;
	int had = ir_copy_start(&c, sink, t->dir, "events.jsonl", err);

	if (had != 0)
		return had == 1 ? IR_GOT : IR_FAIL;
	if (ir_time_parse(ir_json_str(t->inspect, "Created"), &since) == -1)
		since = 0;
	/* The engine compares whole seconds: one more, or it leaves out what
	 * happened in this one. */
	return ir_copy_end(&c,
	    ir_docker_events(
		t->engine, since, time(NULL) + 1, ir_copy_body, &c, err),
	    err);
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
