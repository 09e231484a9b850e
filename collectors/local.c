/* SPDX-License-Identifier: ISC
 *
 * The container's files on this host: see local.h.
 */
#include "collectors/local.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/text.h"
#include "collectors/copy.h"
#include "docker/container.h"
#include "host/rootmount.h"
#include "overlay/layer.h"
#include "json/json.h"

void
ir_note(struct ir_err *note, const char *fmt, ...)
{
	va_list ap;

	note->code = IR_OK;
	va_start(ap, fmt);
	vsnprintf(note->msg, sizeof(note->msg), fmt, ap);
	va_end(ap);
}

/* What can be said before anything is looked at. */
static int
is_fit(const struct ir_target *t, struct ir_err *err)
{
	const char *driver = ir_json_str(t->inspect, "GraphDriver.Name");

	if (t->by_engine)
		return ir_fail(err, IR_EUSAGE, "asked for (--method=api)");
	if (ir_docker_is_podman(t->engine))
		return ir_fail(err, IR_EPROTO, "it is podman");
	if (strcmp(driver, "overlay2") != 0)
		return ir_fail(err, IR_EPROTO, "its storage driver is %s",
		    *driver != '\0' ? driver : "unknown");
	if (geteuid() != 0)
		return ir_fail(err, IR_EPERM, "reading its disk takes root");
	if (t->host == NULL && ir_json_true(t->inspect, "State.Running"))
		return ir_fail(err, IR_ENOENT, "%s", t->no_host);
	if (t->host == NULL && !ir_starts(ir_docker_where(t->engine), "unix:"))
		return ir_fail(err, IR_ENOENT, "it is not on this host");
	if (t->host != NULL && !ir_host_own_ids(t->host))
		return ir_fail(err, IR_EPROTO,
		    "the container has its own numbers of users");
	return 0;
}

/* The kernel's word that it is this one. */
static int
is_its_root(
    const struct ir_target *t, const struct ir_overlay *o, struct ir_err *err)
{
	int rc;

	if (t->host == NULL)
		return 0;
	if ((rc = ir_host_upper(t->host, o->mount, err)) == 0)
		return ir_fail(err, IR_EPROTO,
		    "the container's root is not what the engine's disk says");
	return rc == 1 ? 0 : -1;
}

int
ir_local_open(
    const struct ir_target *t, struct ir_overlay *o, struct ir_err *err)
{
	json_auto_t *info = NULL;

	*o = (struct ir_overlay){.root = -1};
	if (is_fit(t, err) == -1 ||
	    (info = ir_docker_info(t->engine, err)) == NULL ||
	    ir_overlay_open(
		ir_json_str(info, "DockerRootDir"), t->id, o, err) == -1)
		return -1;
	return is_its_root(t, o, err);
}

/* The list of what is not in the tar. */
struct omissions {
	struct ir_copy copy;
	bool there;
	uint64_t n;
};

static int
omitted(void *arg, const char *path, const char *what, struct ir_err *err)
{
	struct omissions *o = arg;
	ir_auto_free char *full = ir_asprintf(err, "/%s", path);
	json_auto_t *j = NULL;
	ir_auto_free char *line = NULL;

	o->n++;
	if (full == NULL)
		return -1;
	j = json_pack("{s:o, s:o}", "path", ir_json_text(full), "what",
	    ir_json_text(what));
	if (j == NULL || (line = ir_json_line(j, err)) == NULL)
		return ir_fail_mem(err);
	if (ir_copy_body(&o->copy, line, strlen(line), err) == -1)
		return -1;
	return ir_copy_body(&o->copy, "\n", 1, err);
}

/* One directory as t->dir/file: 1; 0 if that is had already. */
static int
take_one(const struct ir_target *t, const struct ir_overlay *o, const char *id,
    const char *file, struct ir_sink *sink, struct ir_overlay_take *how,
    struct ir_err *err)
{
	ir_auto_free char *path = ir_asprintf(err, "%s/%s", t->dir, file);
	ir_auto_close int top = -1;
	struct ir_stream *out;

	if (path == NULL)
		return -1;
	if (sink->has(sink, path))
		return 0;
	if ((top = ir_overlay_dir(o, id, err)) == -1 ||
	    (out = sink->open(sink, path, err)) == NULL)
		return -1;
	return ir_overlay_layer(top, out, how, err) == -1 ? -1 : 1;
}

/* What the tars are of: written first, since it is known first. */
static int
describe(const struct ir_target *t, const struct ir_overlay *o,
    struct ir_sink *sink, struct ir_err *err)
{
	ir_auto_free char *path = ir_asprintf(err, "%s/layer.json", t->dir);
	ir_auto_free char *text = NULL;
	json_auto_t *doc = NULL;
	json_t *base = json_array();
	char diff[8 + IR_SHA256_HEX];

	for (size_t i = 0; i < o->n; i++) {
		snprintf(diff, sizeof(diff), "sha256:%s", o->layers[i].diff);
		json_array_append_new(base, json_string(diff));
	}
	snprintf(diff, sizeof(diff), "sha256:%s", t->image);
	doc = json_pack("{s:s, s:s, s:s, s:s, s:s, s:o, s:s, s:s}", "driver",
	    "overlay2", "container", t->id, "image", diff, "mount", o->mount,
	    "init_mount", o->init, "base", base, "init", "init.tar", "layer",
	    "layer.tar");
	if (path == NULL || doc == NULL)
		return ir_fail_mem(err);
	if (sink->has(sink, path))
		return 0;
	if ((text = ir_json_pretty(doc, err)) == NULL)
		return -1;
	return ir_sink_put(sink, path, text, strlen(text), err);
}

static int
take(const struct ir_target *t, const struct ir_overlay *o,
    struct ir_sink *sink, struct ir_overlay_take *how, struct ir_err *err)
{
	struct ir_overlay_take init = *how;

	if (describe(t, o, sink, err) == -1 ||
	    take_one(t, o, o->init, "init.tar", sink, &init, err) == -1 ||
	    take_one(t, o, o->mount, "layer.tar", sink, how, err) == -1)
		return -1;
	return 0;
}

int
ir_local_take(const struct ir_target *t, const struct ir_overlay *o,
    struct ir_sink *sink, struct ir_err *note, struct ir_err *err)
{
	struct omissions om = {0};
	struct ir_overlay_take how = {
	    .omitted = omitted,
	    .arg = &om,
	    .live = t->live,
	};
	int rc =
	    ir_copy_start(&om.copy, sink, t->dir, "layer-omitted.jsonl", err);

	if (rc == -1)
		return -1;
	om.there = rc == 1;
	rc = take(t, o, sink, &how, err);
	if (!om.there && ir_copy_end(&om.copy, rc, err) == IR_FAIL)
		rc = -1;
	if (rc == -1)
		return -1;
	ir_note(note,
	    "its own layer from the engine's disk: %" PRIu64
	    " entries, %" PRIu64 " deletions%s",
	    how.entries - how.deleted, how.deleted,
	    om.n > 0 ? "; see layer-omitted.jsonl" : "");
	return how.unfit ? 0 : 1;
}
