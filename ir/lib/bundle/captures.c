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
find(const struct ir_captures *k, const char *key, unsigned run, const char *id)
{
	json_t *one;
	size_t i;

	json_array_foreach (k->list, i, one)
		if (ir_json_int(one, key) == (json_int_t)run &&
		    strcmp(ir_json_str(one, "container"), id) == 0)
			return one;
	return NULL;
}

json_t *
ir_captures_get(const struct ir_captures *k, unsigned run, const char *id)
{
	return find(k, "run", run, id);
}

json_t *
ir_captures_next(const struct ir_captures *k, unsigned run, const char *id)
{
	return find(k, "resumes", run, id);
}

/* Ends, since each has a higher number than the one that it goes on with. */
unsigned
ir_captures_by(const struct ir_captures *k, unsigned run, const char *id)
{
	const json_t *one;

	while ((one = ir_captures_next(k, run, id)) != NULL) {
		run = (unsigned)ir_json_int(one, "run");
		if (ir_json_true(one, "whole"))
			return run;
	}
	return 0;
}

bool
ir_captures_excuse(const struct ir_captures *k, unsigned run)
{
	json_int_t n = 0, of = 0;
	const json_t *one;
	size_t i;

	json_array_foreach (k->list, i, one) {
		if (ir_json_int(one, "run") != (json_int_t)run)
			continue;
		if (!ir_json_true(one, "whole") &&
		    ir_captures_by(k, run, ir_json_str(one, "container")) == 0)
			return false;
		of = ir_json_int(one, "of");
		n++;
	}
	return n > 0 && n == of;
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
	const json_t *of = json_object_get(doc, "of");

	return ir_is_hex(ir_json_str(doc, "container"), 64) &&
	       strlen(ir_json_str(doc, "name")) <= IR_CAPTURE_NAME &&
	       strlen(ir_json_str(doc, "scope")) <= IR_CAPTURE_NAME &&
	       is_place(doc, "engine_dir") && is_place(doc, "dir") &&
	       (json_is_null(image) || is_place(doc, "image_dir")) &&
	       (of == NULL || json_integer_value(of) > 1) &&
	       (resumes == NULL ||
		   (json_integer_value(resumes) > 0 &&
		       json_integer_value(resumes) <= IR_MAX_JOURNALS));
}

/* Whether that run was cut off, and nobody went on with it before. */
static bool
can_be_resumed(const struct ir_captures *k, unsigned run, const char *container)
{
	const json_t *one = ir_captures_get(k, run, container);

	return one != NULL && !ir_json_true(one, "finished") &&
	       ir_captures_next(k, run, container) == NULL;
}

static int
capture(struct ir_captures *k, const struct ir_claims *c,
    const struct ir_journal_line *line, struct ir_err *err)
{
	const json_t *doc = line->doc;
	unsigned resumes = (unsigned)ir_json_int(doc, "resumes");
	json_int_t of = ir_json_int(doc, "of");
	json_t *one;

	if (!well_formed(doc) || ir_captures_get(k, c->journal,
				     ir_json_str(doc, "container")) != NULL) {
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
	one = json_pack("{s:i, s:s, s:s, s:s, s:s, s:s, s:O, s:s, s:I, s:i, "
			"s:b, s:b}",
	    "run", (int)c->journal, "file", c->file, "container",
	    ir_json_str(doc, "container"), "name", ir_json_str(doc, "name"),
	    "engine_dir", ir_json_str(doc, "engine_dir"), "dir",
	    ir_json_str(doc, "dir"), "image_dir",
	    json_object_get(doc, "image_dir"), "scope",
	    ir_json_str(doc, "scope"), "of", of != 0 ? of : 1, "resumes",
	    (int)resumes, "whole", 0, "finished", 0);
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

/* A container's capture came to its end. */
static int
captured(struct ir_captures *k, const struct ir_claims *c,
    const struct ir_journal_line *line)
{
	json_t *one =
	    ir_captures_get(k, c->journal, ir_json_str(line->doc, "container"));

	if (one == NULL ||
	    !json_is_integer(json_object_get(line->doc, "status")))
		ir_fault(c->faults, c->malformed, c->file,
		    "line %llu: is no proper captured line",
		    (unsigned long long)line->seq + 1);
	else if (IS_FINISHED(ir_json_int(line->doc, "status")))
		return json_object_set_new(one, "whole", json_true());
	return 0;
}

/* The run came to its end.  One that was interrupted is to be gone on with as
 * it was, with all of its containers. */
static int
ended(struct ir_captures *k, const struct ir_claims *c, json_int_t status)
{
	json_t *one;
	size_t i;
	int rc = 0;

	json_array_foreach (k->list, i, one) {
		if (ir_json_int(one, "run") != (json_int_t)c->journal)
			continue;
		if (IS_FINISHED(status))
			rc |= json_object_set_new(one, "whole", json_true());
		if (status != IR_EINTR && ir_json_true(one, "whole"))
			rc |= json_object_set_new(one, "finished", json_true());
	}
	return rc;
}

int
ir_captures_take(struct ir_captures *k, const struct ir_claims *c,
    const struct ir_journal_line *line, struct ir_err *err)
{
	int rc = 0;

	if (strcmp(line->ev, "capture") == 0)
		return capture(k, c, line, err);
	if (strcmp(line->ev, "change") == 0)
		rc = change(k, c, ir_json_str(line->doc, "what"));
	else if (strcmp(line->ev, "hold") == 0 ||
		 strcmp(line->ev, "window") == 0)
		released(k, ir_json_str(line->doc, "container"));
	else if (strcmp(line->ev, "captured") == 0)
		rc = captured(k, c, line);
	else if (strcmp(line->ev, "end") == 0)
		rc = ended(k, c, ir_json_int(line->doc, "status"));
	return rc == 0 ? 0 : ir_fail_mem(err);
}
