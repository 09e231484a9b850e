/* SPDX-License-Identifier: ISC
 *
 * Completeness: see complete.h.
 */
#include "bundle/complete.h"

#include <stdint.h>
#include <string.h>

#include "base/buf.h"
#include "bundle/captures.h"
#include "json/json.h"

/* What names the same thing to be collected. */
static char *
key_of(const json_t *outcome)
{
	struct ir_err err;

	return ir_asprintf(&err, "%s\n%s", ir_json_str(outcome, "collector"),
	    ir_json_str(outcome, "target"));
}

/* Marks what failed and was not made good later; how much that is. */
static size_t
mark_gaps(json_t *ledger)
{
	json_auto_t *good = json_object();
	size_t n = 0;

	for (size_t i = json_array_size(ledger); i-- > 0;) {
		json_t *o = json_array_get(ledger, i);
		const char *outcome = ir_json_str(o, "outcome");
		ir_auto_free char *key = key_of(o);

		if (key == NULL)
			return 1;
		if (strcmp(outcome, "collected") == 0 ||
		    strcmp(outcome, "empty") == 0)
			json_object_set_new(good, key, json_true());
		else if (strcmp(outcome, "failed") == 0 &&
			 json_object_get(good, key) == NULL) {
			json_object_set_new(o, "gap", json_true());
			n++;
		}
	}
	return n;
}

/* Files that were cut short for good. */
static size_t
count_gaps(const json_t *gaps)
{
	const json_t *g;
	size_t i, n = 0;

	json_array_foreach (gaps, i, g)
		n += json_object_get(g, "taken_again") == NULL;
	return n;
}

/* The captures that were cut off, and that another brought to their end. */
static json_t *
resumed(const struct ir_record *r)
{
	json_t *all = json_array();
	const json_t *k;
	size_t i;

	json_array_foreach (r->captures.list, i, k) {
		unsigned run = (unsigned)ir_json_int(k, "run");
		const char *id = ir_json_str(k, "container");
		unsigned by = ir_captures_by(&r->captures, run, id);

		if (by != 0 && !ir_json_true(k, "whole"))
			json_array_append_new(
			    all, json_pack("{s:i, s:i, s:s, s:s}", "run",
				     (int)run, "by", (int)by, "file",
				     ir_json_str(k, "file"), "container", id));
	}
	return all;
}

/* Whether it is the journal of captures that all came to their end. */
static bool
is_excused(const struct ir_record *r, const json_t *file)
{
	const json_t *k;
	size_t i;

	json_array_foreach (r->captures.list, i, k)
		if (json_equal(file, json_object_get(k, "file")))
			return ir_captures_excuse(
			    &r->captures, (unsigned)ir_json_int(k, "run"));
	return false;
}

/* Journals without an end, but for those. */
static json_t *
interrupted(const struct ir_record *r)
{
	json_t *all = json_array();
	json_t *file;
	size_t i;

	json_array_foreach (r->interrupted, i, file)
		if (!is_excused(r, file))
			json_array_append(all, file);
	return all;
}

json_t *
ir_complete_make(
    const char *uuid, const struct ir_record *r, const json_t *gaps)
{
	json_t *ledger = json_deep_copy(r->ledger), *done = resumed(r);
	json_t *cut = interrupted(r);
	size_t missing =
	    mark_gaps(ledger) + count_gaps(gaps) + json_array_size(cut);

	return json_pack("{s:i, s:s, s:s, s:o, s:O, s:o, s:o}", "v", 1,
	    "bundle", uuid, "status", missing == 0 ? "complete" : "incomplete",
	    "ledger", ledger, "gaps", gaps, "interrupted", cut, "resumed",
	    done);
}

bool
ir_complete_same(const json_t *written, const json_t *due)
{
	const char *key;
	json_t *v;

	json_object_foreach ((json_t *)(uintptr_t)due, key, v) {
		json_t *w = json_object_get(written, key);
		bool none = json_is_array(v) && json_array_size(v) == 0;

		if (w != NULL ? !json_equal(w, v) : !none)
			return false;
	}
	return true;
}

bool
ir_complete_ok(const json_t *doc)
{
	return strcmp(ir_json_str(doc, "status"), "complete") == 0;
}
