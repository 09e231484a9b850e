/* SPDX-License-Identifier: ISC
 *
 * The networks that the container is on, and who else is.  An isolated
 * container is on none; what it was on is in the record that isolating left.
 */
#include <stdio.h>

#include "base/text.h"
#include "collectors/copy.h"
#include "json/json.h"

static enum ir_collected
networks_run(
    const struct ir_target *t, struct ir_sink *sink, struct ir_err *err)
{
	json_t *networks = ir_json_at(t->inspect, "NetworkSettings.Networks");
	enum ir_collected how = IR_NOTHING;
	const char *name;
	json_t *v;

	json_object_foreach (networks, name, v) {
		const char *id = ir_json_str(v, "NetworkID");
		char file[80];

		if (*id == '\0') /* a stopped container's, never joined */
			continue;
		snprintf(file, sizeof(file), "network-%s.json", id);
		how =
		    ir_copy_raw(t, IR_RAW_NETWORK, id, sink, t->dir, file, err);
		if (how == IR_FAIL)
			return how;
	}
	return how;
}

const struct ir_collector ir_collector_networks = {
    .name = "networks",
    .what = "the container's networks, and who else is on them",
    .changes = "",
    .calls = "GET /networks/... for each",
    .profiles = IR_EVERY_PROFILE,
    .deadline_s = 60,
    .run = networks_run,
};
