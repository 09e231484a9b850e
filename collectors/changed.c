/* SPDX-License-Identifier: ISC
 *
 * The files that the engine lists as added or changed, by content: what a
 *triage takes where no layer can be read from the engine's disk.
 *
 *	changed.tars	the answers of the engine, one after the other, each a
 *			tar of its own (tar -i reads them all)
 *	changed.jsonl	{"path","kind","offset","bytes","why"}: which is where;
 *			why says what is wrong with it, else it is not there
 *
 * The list can be deceived, and has bounds here: it is no proof of absence.
 */
#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "collectors/copy.h"
#include "collectors/local.h"
#include "docker/archive.h"
#include "docker/container.h"
#include "tree/listed.h"
#include "json/json.h"

/* A triage has seconds.  What is larger is told, and cut. */
#define MAX_FILE  (32u << 20)
#define MAX_ALL   (256u << 20)
#define MAX_PATHS 20000u
#define MAX_LIST  (32u << 20) /* bytes of the engine's list */

struct changed {
	const struct ir_target *t;
	struct ir_sink *sink;
	struct ir_stream *tars;
	struct ir_buf index, list;
	uint64_t all, file; /* bytes so far */
	bool cut;           /* the running file is too large */
};

static int
on_list(void *arg, const void *p, size_t n, struct ir_err *err)
{
	struct ir_buf *list = arg;

	if (n > MAX_LIST - list->len)
		return ir_fail(err, IR_EPROTO,
		    "the engine lists more changes than a triage looks at");
	ir_buf_add(list, p, n);
	return ir_buf_ok(list, err);
}

static int
on_body(void *arg, const void *p, size_t n, struct ir_err *err)
{
	struct changed *c = arg;

	if (n > MAX_FILE - c->file || n > MAX_ALL - c->all) {
		c->cut = true;
		return ir_fail(err, IR_EPROTO, "too large for a triage: cut");
	}
	c->file += n;
	c->all += n;
	return c->tars->write(c->tars, p, n, err);
}

/* What is mounted there is no change, and can be of any size. */
static bool
is_mounted(const struct ir_target *t, const char *path)
{
	const char *at;
	const json_t *m;
	json_t *v;
	size_t i;

	json_array_foreach (json_object_get(t->inspect, "Mounts"), i, m)
		if (strcmp(ir_json_str(m, "Destination"), path) == 0)
			return true;
	json_object_foreach (
	    (json_t *)(uintptr_t)ir_json_at(t->inspect, "HostConfig.Tmpfs"), at,
	    v)
		if (strcmp(at, path) == 0)
			return true;
	return false;
}

static int
note(struct changed *c, const struct ir_listed_path *p, const char *why,
    struct ir_err *err)
{
	char kind[] = {p->kind, '\0'};
	json_auto_t *j = json_pack("{s:o, s:s, s:I, s:I}", "path",
	    ir_json_text(p->path), "kind", kind, "offset",
	    (json_int_t)(c->all - c->file), "bytes", (json_int_t)c->file);
	ir_auto_free char *line = NULL;

	if (j != NULL && why != NULL)
		json_object_set_new(j, "why", ir_json_text(why));
	if (j == NULL || (line = ir_json_line(j, err)) == NULL)
		return ir_fail_mem(err);
	ir_buf_printf(&c->index, "%s\n", line);
	return ir_buf_ok(&c->index, err);
}

/* One of them.  What is wrong with it alone does not end the rest. */
static int
take(struct changed *c, const struct ir_listed_path *p, struct ir_err *err)
{
	struct ir_err why = {IR_OK, ""};
	int rc;

	c->file = 0;
	c->cut = false;
	rc = ir_docker_archive(
	    c->t->engine, c->t->id, p->path, on_body, c, &why);
	if (rc == -1 && !c->cut && why.code != IR_ENOENT &&
	    why.code != IR_EPROTO && why.code != IR_EPERM) {
		*err = why;
		return -1;
	}
	return note(c, p, rc == -1 ? why.msg : NULL, err);
}

/* A directory is in the list because of what is below it. */
static bool
has_children(const struct ir_listed_path *p, size_t i, size_t n)
{
	size_t len = strlen(p[i].path);

	for (size_t k = i + 1; k < n && ir_starts(p[k].path, p[i].path); k++)
		if (p[k].path[len] == '/')
			return true;
	return false;
}

static int
take_all(struct changed *c, struct ir_err *err)
{
	struct ir_listed *l =
	    ir_listed_parse(c->list.p, c->list.len, "the list of changes", err);
	size_t n = 0, paths = 0;
	const struct ir_listed_path *p =
	    l != NULL ? ir_listed_left(l, &n, err) : NULL;
	int rc = p != NULL ? 0 : -1;

	for (size_t i = 0; rc == 0 && i < n; i++) {
		if (p[i].kind == 'D' || has_children(p, i, n) ||
		    is_mounted(c->t, p[i].path))
			continue;
		if (++paths > MAX_PATHS || c->all >= MAX_ALL) {
			c->file = 0;
			rc = note(c, &p[i], "one too many for a triage", err);
			continue;
		}
		rc = take(c, &p[i], err);
	}
	ir_listed_free(l);
	return rc;
}

static enum ir_collected
end(struct changed *c, const char *index, int rc, struct ir_err *err)
{
	struct ir_err second;

	if (c->tars->close(c->tars, rc == -1 ? err->msg : NULL,
		rc == -1 ? &second : err) == -1)
		rc = -1;
	if (c->index.len > 0 &&
	    ir_sink_put(c->sink, index, c->index.p, c->index.len,
		rc == -1 ? &second : err) == -1)
		rc = -1;
	return rc == -1 ? IR_FAIL : c->index.len > 0 ? IR_GOT : IR_NOTHING;
}

/* Whether it can be read from the engine's disk, whole. */
static bool
has_layer(const struct ir_target *t)
{
	struct ir_overlay o;
	struct ir_err why;
	bool has = ir_local_open(t, &o, &why) == 0;

	ir_overlay_close(&o);
	return has;
}

static enum ir_collected
changed_run(const struct ir_target *t, struct ir_sink *sink, struct ir_err *err)
{
	struct changed c = {.t = t, .sink = sink};
	ir_auto_free char *tars = ir_asprintf(err, "%s/changed.tars", t->dir);
	ir_auto_free char *index = ir_asprintf(err, "%s/changed.jsonl", t->dir);
	enum ir_collected how = IR_FAIL;

	if (tars == NULL || index == NULL)
		return IR_FAIL;
	if (sink->has(sink, tars) && sink->has(sink, index))
		return IR_GOT;
	if (has_layer(t)) {
		ir_fail(err, IR_EUSAGE, "filesystem has the layer itself");
		return IR_SKIP;
	}
	if (ir_docker_raw(
		t->engine, IR_RAW_CHANGES, t->id, on_list, &c.list, err) == 0) {
		if (c.list.len == 0 || ir_starts(c.list.p, "null"))
			how = IR_NOTHING;
		else if ((c.tars = sink->open(sink, tars, err)) != NULL)
			how = end(&c, index, take_all(&c, err), err);
	}
	ir_buf_free(&c.list);
	ir_buf_free(&c.index);
	return how;
}

const struct ir_collector ir_collector_changed = {
    .name = "changed",
    .what = "the changed files that the engine can name, by content",
    .changes = "",
    .calls = "GET /containers/{id}/changes\n"
	     "GET /containers/{id}/archive?path=... of each",
    .profiles = IR_TRIAGE,
    .deadline_s = 60,
    .run = changed_run,
};
