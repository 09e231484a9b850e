/* SPDX-License-Identifier: ISC
 *
 * Completeness: see complete.h.
 */
#include "bundle/complete.h"

#include <string.h>

#include "base/buf.h"
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

json_t *
ir_complete_make(
    const char *uuid, const struct ir_record *r, const json_t *gaps)
{
	json_t *ledger = json_deep_copy(r->ledger);
	size_t missing = mark_gaps(ledger) + json_array_size(gaps) +
			 json_array_size(r->interrupted);

	return json_pack("{s:i, s:s, s:s, s:o, s:O, s:O}", "v", 1, "bundle",
	    uuid, "status", missing == 0 ? "complete" : "incomplete", "ledger",
	    ledger, "gaps", gaps, "interrupted", r->interrupted);
}

bool
ir_complete_ok(const json_t *doc)
{
	return strcmp(ir_json_str(doc, "status"), "complete") == 0;
}
