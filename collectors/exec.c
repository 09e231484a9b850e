/* SPDX-License-Identifier: ISC
 *
 * Exec sessions: commands that someone started inside the container through
 * the engine, and which may still run.
 */
#include <stdio.h>

#include "base/text.h"
#include "collectors/copy.h"
#include "json/json.h"

static enum ir_collected
exec_run(const struct ir_target *t, struct ir_sink *sink, struct ir_err *err)
{
	const json_t *ids = ir_json_at(t->inspect, "ExecIDs"), *v;
	enum ir_collected how = IR_NOTHING;
	size_t i;

	json_array_foreach (ids, i, v) {
		const char *id = json_string_value(v);
		char file[80];

		if (id == NULL || !ir_is_hex(id, 64)) {
			ir_fail(err, IR_EPROTO,
			    "the engine names an exec session oddly");
			return IR_FAIL;
		}
		snprintf(file, sizeof(file), "exec-%s.json", id);
		how = ir_copy_raw(t, IR_RAW_EXEC, id, sink, t->dir, file, err);
		if (how == IR_FAIL)
			return how;
	}
	return how;
}

const struct ir_collector ir_collector_exec = {
    .name = "exec",
    .what = "exec sessions in the container",
    .changes = "",
    .calls = "GET /exec/.../json for each session",
    .profiles = IR_EVERY_PROFILE,
    .deadline_s = 60,
    .run = exec_run,
};
