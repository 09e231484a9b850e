/* SPDX-License-Identifier: ISC
 *
 * The engine itself: its version and what it says of its host.
 */
#include "collectors/copy.h"

static enum ir_collected
engine_run(const struct ir_target *t, struct ir_sink *sink, struct ir_err *err)
{
	enum ir_collected how = ir_copy_raw(
	    t, IR_RAW_VERSION, NULL, sink, t->engine_dir, "version.json", err);

	if (how != IR_GOT)
		return how;
	return ir_copy_raw(
	    t, IR_RAW_INFO, NULL, sink, t->engine_dir, "info.json", err);
}

const struct ir_collector ir_collector_engine = {
    .name = "engine",
    .what = "version and info of the engine",
    .changes = "",
    .of_engine = true,
    .calls = "GET /version\n"
	     "GET /info",
    .profiles = IR_EVERY_PROFILE,
    .deadline_s = 60,
    .run = engine_run,
};
