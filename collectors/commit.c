/* SPDX-License-Identifier: ISC
 *
 * An evidence image left on the engine, as the classic practice is, under a
 * name that nobody runs by accident.
 */
#include <string.h>

#include "base/buf.h"
#include "base/signal.h"
#include "collectors/copy.h"
#include "docker/image.h"
#include "json/json.h"

/* It was only to be made: its removal is a change, too. */
static enum ir_collected
drop(const struct ir_target *t, struct ir_sink *sink, struct ir_err *err)
{
	ir_auto_free char *what = ir_asprintf(
	    err, "image %s:%s: removed", t->commit_repo, t->commit_tag);
	struct ir_err second;

	if (what == NULL || sink->change(sink, what, "",
				"asked for by --no-keep-image", err) == -1)
		return IR_FAIL;
	ir_interruptible(false);
	if (ir_docker_delete(t->engine, &second, "/images/%s:%s",
		t->commit_repo, t->commit_tag) == -1)
		ir_fail(err, second.code,
		    "the image %s:%s could not be removed: docker rmi it: %s",
		    t->commit_repo, t->commit_tag, second.msg);
	else
		err->code = IR_OK;
	ir_interruptible(true);
	return err->code == IR_OK ? IR_GOT : IR_FAIL;
}

static enum ir_collected
commit_run(const struct ir_target *t, struct ir_sink *sink, struct ir_err *err)
{
	ir_auto_free char *what = NULL, *undo = NULL, *id = NULL, *path = NULL,
			  *text = NULL;
	json_auto_t *j = NULL;

	if (t->commit_repo == NULL) {
		ir_fail(err, IR_EUSAGE, "not asked for (--commit)");
		return IR_SKIP;
	}
	path = ir_asprintf(err, "%s/commit.json", t->dir);
	if (path == NULL)
		return IR_FAIL;
	if (sink->has(sink, path))
		return IR_GOT;
	what = ir_asprintf(err, "container %.12s: left an image of it, %s:%s",
	    t->id, t->commit_repo, t->commit_tag);
	undo =
	    ir_asprintf(err, "docker rmi %s:%s", t->commit_repo, t->commit_tag);
	if (what == NULL || undo == NULL || ir_still(t, err) == -1 ||
	    sink->change(sink, what, undo, "asked for by --commit", err) == -1)
		return IR_FAIL;
	id = ir_docker_commit(
	    t->engine, t->id, t->commit_repo, t->commit_tag, t->comment, err);
	if (id == NULL)
		return IR_FAIL;
	j = json_pack("{s:s, s:s++}", "id", id, "name", t->commit_repo, ":",
	    t->commit_tag);
	if (j == NULL || (text = ir_json_pretty(j, err)) == NULL ||
	    ir_sink_put(sink, path, text, strlen(text), err) == -1)
		return IR_FAIL;
	return t->drop_image ? drop(t, sink, err) : IR_GOT;
}

const struct ir_collector ir_collector_commit = {
    .name = "commit",
    .what = "an evidence image on the engine",
    .changes = "an image is left on the engine",
    .calls = "POST /commit?container={id}&pause=0",
    .on_request = true,
    .run = commit_run,
};
