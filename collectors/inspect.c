/* SPDX-License-Identifier: ISC
 *
 * The container as the engine describes it.
 */
#include "collectors/copy.h"

static enum ir_collected
inspect_run(const struct ir_target *t, struct ir_sink *sink, struct ir_err *err)
{
	return ir_copy_raw(
	    t, IR_RAW_CONTAINER, t->id, sink, t->dir, "inspect.json", err);
}

const struct ir_collector ir_collector_inspect = {
    .name = "inspect",
    .what = "configuration and state of the container",
    .changes = "",
    .calls = "GET /containers/{id}/json",
    .profiles = IR_EVERY_PROFILE,
    .deadline_s = 60,
    .run = inspect_run,
};
