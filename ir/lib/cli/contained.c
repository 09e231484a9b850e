/* SPDX-License-Identifier: ISC
 *
 * What a bundle has on record as contained: see contained.h.
 */
#include "cli/contained.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "cli/actions.h"
#include "docker/container.h"
#include "json/json.h"

static json_t *
entry_of(json_t *list, const json_t *record, struct ir_err *err)
{
	const char *id = ir_json_str(record, "container");
	json_t *j;
	size_t i;

	json_array_foreach (list, i, j)
		if (strcmp(ir_json_str(j, "container"), id) == 0)
			return j;
	j = json_pack("{s:s, s:s, s:b, s:b}", "container", id, "name",
	    ir_json_str(record, "name"), "isolated", 0, "paused", 0);
	if (json_array_append_new(list, j) == -1) {
		ir_fail_mem(err);
		return NULL;
	}
	return j;
}

/* First it may run again, then be reached: what it does then is seen. */
static int
add_undo(json_t *j, struct ir_err *err)
{
	char handle[IR_DOCKER_HANDLE], text[IR_DOCKER_HANDLE + 32];
	json_t *list = json_array();
	int rc = 0;

	ir_docker_handle(
	    handle, ir_json_str(j, "name"), ir_json_str(j, "container"));
	for (int i = IR_ACTION_KINDS; i-- > 0;) {
		const char *kind = ir_action_kinds[i];

		if (!ir_json_true(
			j, strcmp(kind, IR_PAUSE) == 0 ? "paused" : "isolated"))
			continue;
		snprintf(text, sizeof(text), "ir %s --undo %s", kind, handle);
		rc |= json_array_append_new(list, json_string(text));
	}
	rc |= json_object_set_new(j, "undo", list);
	return rc == 0 ? 0 : ir_fail_mem(err);
}

json_t *
ir_contained(struct ir_cli *cli, struct ir_err *err)
{
	json_auto_t *all = ir_actions_standing(cli, err);
	json_auto_t *list = json_array();
	const json_t *a;
	json_t *j;
	size_t i;

	if (all == NULL)
		return NULL;
	json_array_foreach (all, i, a) {
		const json_t *record = json_object_get(a, "record");

		/* Those in the current directory are not the bundle's. */
		if (record == NULL ||
		    !ir_starts(ir_json_str(a, "where"), "data/"))
			continue;
		if ((j = entry_of(list, record, err)) == NULL)
			return NULL;
		json_object_set_new(j,
		    strcmp(ir_json_str(a, "kind"), IR_PAUSE) == 0 ? "paused"
								  : "isolated",
		    json_true());
	}
	json_array_foreach (list, i, j)
		if (add_undo(j, err) == -1)
			return NULL;
	return json_incref(list);
}

void
ir_contained_print(const json_t *list)
{
	const json_t *j, *undo;
	size_t i;

	json_array_foreach (list, i, j) {
		bool both =
		    ir_json_true(j, "isolated") && ir_json_true(j, "paused");

		undo = json_object_get(j, "undo");
		ir_out(IR_WARN, "contained %s is %s still, on record: %s%s%s",
		    ir_json_str(j, "name"),
		    both                        ? "isolated and paused"
		    : ir_json_true(j, "paused") ? "paused"
						: "isolated",
		    json_string_value(json_array_get(undo, 0)),
		    both ? "; " : "",
		    both ? json_string_value(json_array_get(undo, 1)) : "");
	}
}
