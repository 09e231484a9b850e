/* SPDX-License-Identifier: ISC
 *
 * Captures in the journals: see captures.h.
 */
#include "bundle/captures.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "bundle/names.h"
#include "json/json.h"

/* Exit codes of a capture that looked after all that there was. */
#define IS_FINISHED(status) ((status) == 0 || (status) == 10)

#define SHORT_ID 12 /* digits, as people and changes name a container */

int
ir_captures_start(struct ir_captures *k, struct ir_err *err)
{
	k->list = json_array();
	k->frozen = json_object();
	return k->list != NULL && k->frozen != NULL ? 0 : ir_fail_mem(err);
}

void
ir_captures_free(struct ir_captures *k)
{
	json_decref(k->list);
	json_decref(k->frozen);
	*k = (struct ir_captures){0};
}

static json_t *
find(const struct ir_captures *k, const char *key, unsigned run)
{
	json_t *one;
	size_t i;

	json_array_foreach (k->list, i, one)
		if (ir_json_int(one, key) == (json_int_t)run)
			return one;
	return NULL;
}

json_t *
ir_captures_get(const struct ir_captures *k, unsigned run)
{
	return find(k, "run", run);
}

json_t *
ir_captures_next(const struct ir_captures *k, unsigned run)
{
	return find(k, "resumes", run);
}

/* Ends, since each has a higher number than the one that it goes on with. */
unsigned
ir_captures_by(const struct ir_captures *k, unsigned run)
{
	const json_t *one;

	while ((one = ir_captures_next(k, run)) != NULL) {
		run = (unsigned)ir_json_int(one, "run");
		if (ir_json_true(one, "finished"))
			return run;
	}
	return 0;
}

unsigned
ir_captures_frozen(const struct ir_captures *k, const char *id)
{
	char key[SHORT_ID + 1];

	snprintf(key, sizeof(key), "%s", id);
	return (unsigned)ir_json_int(k->frozen, key);
}

static bool
is_place(const json_t *doc, const char *key)
{
	const char *path = ir_json_str(doc, key);

	return ir_starts(path, "data/") && ir_bundle_path_ok(path);
}

static bool
well_formed(const json_t *doc)
{
	const json_t *image = json_object_get(doc, "image_dir");
	const json_t *resumes = json_object_get(doc, "resumes");

	return ir_is_hex(ir_json_str(doc, "container"), 64) &&
	       strlen(ir_json_str(doc, "name")) <= IR_CAPTURE_NAME &&
	       is_place(doc, "engine_dir") && is_place(doc, "dir") &&
	       (json_is_null(image) || is_place(doc, "image_dir")) &&
	       (resumes == NULL ||
		   (json_integer_value(resumes) > 0 &&
		       json_integer_value(resumes) <= IR_MAX_JOURNALS));
}

/* The last one is that of the journal being read, or it has none. */
static json_t *
own(const struct ir_captures *k, const struct ir_claims *c)
{
	size_t n = json_array_size(k->list);
	json_t *last = n > 0 ? json_array_get(k->list, n - 1) : NULL;

	return ir_json_int(last, "run") == (json_int_t)c->journal ? last : NULL;
}

/* Whether that run was cut off, and nobody went on with it before. */
static bool
can_be_resumed(const struct ir_captures *k, unsigned run, const char *container)
{
	const json_t *one = ir_captures_get(k, run);

	return one != NULL && !ir_json_true(one, "finished") &&
	       strcmp(ir_json_str(one, "container"), container) == 0 &&
	       ir_captures_next(k, run) == NULL;
}

static int
capture(struct ir_captures *k, const struct ir_claims *c,
    const struct ir_journal_line *line, struct ir_err *err)
{
	const json_t *doc = line->doc;
	unsigned resumes = (unsigned)ir_json_int(doc, "resumes");
	json_t *one;

	if (!well_formed(doc) || own(k, c) != NULL) {
		ir_fault(c->faults, c->malformed, c->file,
		    "line %llu: is no proper capture line",
		    (unsigned long long)line->seq + 1);
		return 0;
	}
	if (resumes != 0 &&
	    !can_be_resumed(k, resumes, ir_json_str(doc, "container"))) {
		ir_fault(c->faults, IR_CHAIN, c->file,
		    "says that it goes on with run %u, which is no capture of "
		    "that container that was cut off",
		    resumes);
		resumes = 0;
	}
	one = json_pack("{s:i, s:s, s:s, s:s, s:s, s:s, s:O, s:i, s:b}", "run",
	    (int)c->journal, "file", c->file, "container",
	    ir_json_str(doc, "container"), "name", ir_json_str(doc, "name"),
	    "engine_dir", ir_json_str(doc, "engine_dir"), "dir",
	    ir_json_str(doc, "dir"), "image_dir",
	    json_object_get(doc, "image_dir"), "resumes", (int)resumes,
	    "finished", 0);
	return json_array_append_new(k->list, one) == 0 ? 0 : ir_fail_mem(err);
}

/* Who paused a container last, of those that say so. */
static int
change(struct ir_captures *k, const struct ir_claims *c, const char *what)
{
	char id[SHORT_ID + 1] = "", own_words[64];
	int end = 0;

	if (sscanf(what, "container %12[0-9a-f]: %n", id, &end) != 1 ||
	    end == 0)
		return 0;
	snprintf(own_words, sizeof(own_words), IR_CAPTURE_PAUSES, id);
	if (strcmp(what, own_words) == 0)
		return json_object_set_new(
		    k->frozen, id, json_integer((json_int_t)c->journal));
	if (strcmp(what + end, "paused") == 0 ||
	    strcmp(what + end, "unpaused") == 0)
		json_object_del(k->frozen, id);
	return 0;
}

/* The container is no longer paused, or no longer because of a capture. */
static void
released(struct ir_captures *k, const char *container)
{
	char id[SHORT_ID + 1];

	snprintf(id, sizeof(id), "%s", container);
	json_object_del(k->frozen, id);
}

int
ir_captures_take(struct ir_captures *k, const struct ir_claims *c,
    const struct ir_journal_line *line, struct ir_err *err)
{
	json_int_t status = ir_json_int(line->doc, "status");
	int rc = 0;

	if (strcmp(line->ev, "capture") == 0)
		return capture(k, c, line, err);
	if (strcmp(line->ev, "change") == 0)
		rc = change(k, c, ir_json_str(line->doc, "what"));
	else if (strcmp(line->ev, "hold") == 0 ||
		 strcmp(line->ev, "window") == 0)
		released(k, ir_json_str(line->doc, "container"));
	else if (strcmp(line->ev, "end") == 0 && own(k, c) != NULL)
		rc = json_object_set_new(
		    own(k, c), "finished", json_boolean(IS_FINISHED(status)));
	return rc == 0 ? 0 : ir_fail_mem(err);
}
