/* SPDX-License-Identifier: ISC
 *
 * Deviations in the journal of the bundle that the user named: see status.h.
 */
#include <stdio.h>

#include "cli/status.h"
#include "cli/statusparts.h"
#include "json/json.h"

/* Of a text: bytes.  Networks and images have names of any length. */
#define MAX_TEXT 2000

static json_t *
cut(const char *text)
{
	char s[MAX_TEXT + 1];

	snprintf(s, sizeof(s), "%s", text);
	return ir_json_text(s);
}

void
ir_status_record(struct ir_cli *cli, const json_t *before, const json_t *o)
{
	static bool warned;
	struct ir_err err;
	const json_t *d;
	size_t i;

	json_array_foreach (json_object_get(o, "deviations"), i, d) {
		int rc;

		if (ir_json_true(d, "ours") ||
		    !ir_status_is_new(json_object_get(before, "deviations"), d))
			continue;
		if ((rc = ir_cli_begin(cli, &err)) == -1 && !warned)
			ir_warn("what was found is in no journal: %s", err.msg);
		warned = rc == -1;
		if (rc != 1)
			return;
		ir_cli_record(cli, "observed",
		    json_pack("{s:O, s:o, s:s, s:o, s:O, s:o, s:O}",
			"container", json_object_get(o, "container"), "name",
			cut(ir_json_str(o, "name")), "what",
			ir_json_str(d, "what"), "detail",
			cut(ir_json_str(d, "detail")), "time",
			json_object_get(d, "time"), "by",
			cut(ir_json_str(d, "by")), "over",
			json_object_get(d, "over")));
	}
}
