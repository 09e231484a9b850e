/* SPDX-License-Identifier: ISC
 *
 * The processes, as the engine's ps(1) on its host sees them.
 */
#include "collectors/copy.h"
#include "json/json.h"

static enum ir_collected
top_run(const struct ir_target *t, struct ir_sink *sink, struct ir_err *err)
{
	if (!ir_json_true(t->inspect, "State.Running")) {
		ir_fail(err, IR_EPROTO, "the container is not running");
		return IR_SKIP;
	}
	return ir_copy_raw(t, IR_RAW_TOP, t->id, sink, t->dir, "top.json", err);
}

const struct ir_collector ir_collector_top = {
    .name = "top",
    .what = "processes of the container",
    .changes = "",
    .calls = "GET /containers/{id}/top",
    .profiles = IR_EVERY_PROFILE,
    .deadline_s = 30,
    .run = top_run,
};
