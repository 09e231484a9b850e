/* SPDX-License-Identifier: ISC
 *
 * What the engine believes was changed against the image: paths only, and it
 * can be deceived.  ir-diff compares the trees themselves and says where this
 * list is wrong.
 */
#include <string.h>

#include "collectors/copy.h"
#include "docker/container.h"

static enum ir_collected
changes_run(const struct ir_target *t, struct ir_sink *sink, struct ir_err *err)
{
	struct ir_copy c;
	enum ir_collected how;
	int had = ir_copy_start(&c, sink, t->dir, "changes.json", err);

	if (had != 0)
		return had == 1 ? IR_GOT : IR_FAIL;
	how = ir_copy_end(&c,
	    ir_docker_raw(
		t->engine, IR_RAW_CHANGES, t->id, ir_copy_body, &c, err),
	    err);
	if (how == IR_GOT && memcmp(c.head, "null", 4) == 0)
		return IR_NOTHING;
	return how;
}

const struct ir_collector ir_collector_changes = {
    .name = "changes",
    .what = "the engine's own list of changed paths",
    .changes = "",
    .calls = "GET /containers/{id}/changes",
    .profiles = IR_EVERY_PROFILE,
    .run = changes_run,
};
