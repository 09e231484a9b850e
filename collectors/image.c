/* SPDX-License-Identifier: ISC
 *
 * The image that the container was made from: what it should have been.
 *
 * Where the engine keeps its files on this host, its layers are read from
 * there. Else its tree is exported from a container that is made of it and
 * never started. That costs the engine's disk some kilobytes, in a new empty
 * layer, and is removed again; "save" would write the whole image to the
 * engine's temporary directory first.  On a storage driver that copies (vfs)
 * both cost the same.
 */
#include "docker/image.h"
#include "base/buf.h"
#include "base/signal.h"
#include "collectors/copy.h"
#include "collectors/layers.h"
#include "collectors/local.h"
#include "docker/container.h"
#include "json/json.h"

static enum ir_collected
tree(const struct ir_target *t, struct ir_sink *sink, struct ir_err *err)
{
	ir_auto_free char *ref = ir_asprintf(err, "sha256:%s", t->image);
	ir_auto_free char *what = ir_asprintf(err,
	    "image %.12s: a container was made of it, never started, and "
	    "removed again",
	    t->image);
	ir_auto_free char *id = NULL;
	enum ir_collected how;
	struct ir_err second;
	int rc;

	if (ref == NULL || what == NULL ||
	    sink->change(sink, what, "none needed",
		"to export the image's tree without staging a copy on the "
		"engine's disk",
		err) == -1)
		return IR_FAIL;
	if ((id = ir_docker_baseline(t->engine, ref, t->mark, err)) == NULL)
		return IR_FAIL;
	how = ir_copy_tree(t, id, sink, t->image_dir, err);
	ir_interruptible(false); /* still tidy up */
	rc = ir_docker_remove(t->engine, id, false, &second);
	ir_interruptible(true);
	if (rc == 0)
		return how;
	if (how == IR_GOT)
		ir_fail(err, second.code,
		    "the tree is whole, but container %.12s, made to read it, "
		    "could not be removed: docker rm -v it: %s",
		    id, second.msg);
	return IR_FAIL;
}

/* From the engine's disk; IR_SKIP, with the reason, if that cannot be. */
static enum ir_collected
local(const struct ir_target *t, struct ir_sink *sink, struct ir_err *err)
{
	enum ir_collected how = IR_SKIP;
	struct ir_overlay o;
	struct ir_err note;
	int rc;

	if (ir_local_open(t, &o, err) == 0) {
		rc = ir_layers_take(t, &o, sink, &note, err);
		if (rc != -1)
			*err = note;
		if (rc != -1 || err->code == IR_EINTR)
			how = rc == 1 ? IR_GOT : IR_FAIL;
	}
	ir_overlay_close(&o);
	return how;
}

static enum ir_collected
layers_or_tree(
    const struct ir_target *t, struct ir_sink *sink, struct ir_err *err)
{
	struct ir_err why;
	enum ir_collected how = local(t, sink, err);

	if (how != IR_SKIP)
		return how;
	why = *err;
	how = tree(t, sink, err);
	if (how == IR_GOT)
		ir_note(err, "by the engine: %s", why.msg);
	return how;
}

/* Whether a file of it is had already, from a run that was cut off. */
static bool
have(const struct ir_target *t, struct ir_sink *sink, const char *file)
{
	struct ir_err err;
	ir_auto_free char *path =
	    ir_asprintf(&err, "%s/%s", t->image_dir, file);

	return path != NULL && sink->has(sink, path);
}

static enum ir_collected
image_run(const struct ir_target *t, struct ir_sink *sink, struct ir_err *err)
{
	enum ir_collected how;

	if (t->image_dir == NULL) /* of another container in this bundle */
		return IR_GOT;
	how = ir_copy_raw(
	    t, IR_RAW_IMAGE, t->image, sink, t->image_dir, "inspect.json", err);
	if (how != IR_GOT)
		return how;
	how = ir_copy_raw(t, IR_RAW_HISTORY, t->image, sink, t->image_dir,
	    "history.json", err);
	if (how != IR_GOT || t->profile == IR_TRIAGE ||
	    have(t, sink, "filesystem.tar") || have(t, sink, "layers.json"))
		return how;
	return layers_or_tree(t, sink, err);
}

static void
image_estimate(
    const struct ir_target *t, const json_t *sizes, struct ir_estimate *e)
{
	struct ir_err why;
	ir_auto_free char *ref = ir_asprintf(&why, "sha256:%s", t->image);
	json_auto_t *image =
	    ref != NULL ? ir_docker_image(t->engine, ref, &why) : NULL;
	json_int_t n = ir_json_int(image, "Size");

	(void)sizes;
	if (t->profile == IR_TRIAGE)
		return;
	e->bytes = n > 0 ? (uint64_t)n : 0;
	e->rate = 150;
	e->from = n > 0 ? "its size; nothing if it is in the bundle already"
			: "the engine tells no size";
}

const struct ir_collector ir_collector_image = {
    .name = "image",
    .what = "the original image: inspect, history, layers or tree",
    .changes = "a container of the image is made, not started, and removed",
    .calls = "GET /images/sha256:{image}/json\n"
	     "GET /images/sha256:{image}/history\n"
	     "POST /containers/create of sha256:{image}\n"
	     "GET /containers/.../export of that\n"
	     "DELETE /containers/... that",
    .apart = true,
    .of_image = true,
    .profiles = IR_EVERY_PROFILE,
    .run = image_run,
    .estimate = image_estimate,
};
