/* SPDX-License-Identifier: ISC
 *
 * Use of CPU, memory, disk and network, one sample.
 */
#include "collectors/copy.h"
#include "json/json.h"

static enum ir_collected
stats_run(const struct ir_target *t, struct ir_sink *sink, struct ir_err *err)
{
	if (!ir_json_true(t->inspect, "State.Running")) {
		ir_fail(err, IR_EPROTO, "the container is not running");
		return IR_SKIP;
	}
	return ir_copy_raw(
	    t, IR_RAW_STATS, t->id, sink, t->dir, "stats.json", err);
}

const struct ir_collector ir_collector_stats = {
    .name = "stats",
    .what = "CPU, memory, disk and network use",
    .changes = "",
    .calls = "GET /containers/{id}/stats?stream=false",
    .profiles = IR_EVERY_PROFILE,
    .deadline_s = 30,
    .run = stats_run,
};
