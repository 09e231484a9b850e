/* SPDX-License-Identifier: ISC
 *
 * The processes, as the engine's ps(1) on its host sees them.
 */
#include "collectors/copy.h"
#include "json/json.h"

/* Docker cuts the lines at white space by the number of columns, so only the
 * last may hold any; it needs pid. */
static const char columns[] =
    "pid,ppid,uid,gid,stat,nlwp,rss,vsz,etimes,time,comm,args";

static enum ir_collected
top_run(const struct ir_target *t, struct ir_sink *sink, struct ir_err *err)
{
	if (!ir_json_true(t->inspect, "State.Running")) {
		ir_fail(err, IR_EPROTO, "the container is not running");
		return IR_SKIP;
	}
	return ir_copy_get(t, sink, t->dir, "top.json", err,
	    "/containers/%s/top?ps_args=-eo%%20%s", t->id, columns);
}

const struct ir_collector ir_collector_top = {
    .name = "top",
    .what = "processes of the container",
    .changes = "",
    .run = top_run,
};
