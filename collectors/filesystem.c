/* SPDX-License-Identifier: ISC
 *
 * The container's whole tree.  An export writes nothing to the engine's disk,
 * where saving an image first stages a copy of it on the very host that is
 * under investigation.
 */
#include "collectors/copy.h"

static enum ir_collected
filesystem_run(
    const struct ir_target *t, struct ir_sink *sink, struct ir_err *err)
{
	if (ir_still(t, err) == -1)
		return IR_FAIL;
	return ir_copy_tree(t, t->id, sink, t->dir, err);
}

const struct ir_collector ir_collector_filesystem = {
    .name = "filesystem",
    .what = "the container's whole tree, without its volumes",
    .changes = "",
    .calls = "GET /containers/{id}/export",
    .profiles = IR_STANDARD | IR_FULL,
    .run = filesystem_run,
};
