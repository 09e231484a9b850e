/* SPDX-License-Identifier: ISC
 *
 * Who holds the evidence: see holder.h.
 */
#include "bundle/holder.h"

#include <string.h>

#include "json/json.h"

const char *
ir_holder_name(const struct ir_holder *h)
{
	return h->who != NULL ? json_string_value(h->who) : "";
}

const char *
ir_holder_to(const struct ir_holder *h)
{
	return h->to != NULL ? json_string_value(h->to) : "";
}

enum ir_turn
ir_holder_turn(const struct ir_holder *h, const char *type, const char *actor)
{
	bool holds = strcmp(ir_holder_name(h), actor) == 0;

	/* A key may be lost when the evidence is long gone. */
	if (h->disposed)
		return strcmp(type, "note") == 0 ||
			       strcmp(type, "key-compromise") == 0
			   ? IR_TURN_OK
			   : IR_TURN_DISPOSED;
	if (strcmp(type, "release") == 0 || strcmp(type, "dispose") == 0) {
		if (!holds)
			return IR_TURN_NOT_HOLDER;
		return h->to == NULL ? IR_TURN_OK : IR_TURN_IN_TRANSIT;
	}
	if (strcmp(type, "receive") == 0) {
		if (h->to == NULL)
			return IR_TURN_NOT_RELEASED;
		if (!holds && strcmp(ir_holder_to(h), actor) != 0)
			return IR_TURN_NOT_ADDRESSEE;
	}
	return IR_TURN_OK;
}

/* The last period ends, and unless who is NULL the next begins. */
static int
turn_over(struct ir_holder *h, const json_t *act, json_t *who, bool transit,
    struct ir_err *err)
{
	json_t *time = json_object_get(act, "time");
	json_t *last = json_array_get(h->held, json_array_size(h->held) - 1);
	bool receive = strcmp(ir_json_str(act, "type"), "receive") == 0;
	json_t *condition = json_object_get(act, "condition");
	json_t *verdict = ir_json_at(act, "verified.verdict");
	json_t *next;

	if (h->held == NULL && (h->held = json_array()) == NULL)
		return ir_fail_mem(err);
	if (last != NULL && json_object_set(last, "to", time) == -1)
		return ir_fail_mem(err);
	if (who == NULL)
		return 0;
	next = json_pack("{s:O, s:s, s:O, s:n, s:b, s:O?, s:O?}", "who", who,
	    "name", transit ? "" : ir_json_str(act, "actor.name"), "from", time,
	    "to", "in_transit", transit, "condition",
	    receive && json_is_string(condition) ? condition : NULL, "verdict",
	    receive && json_is_string(verdict) ? verdict : NULL);
	return json_array_append_new(h->held, next) == 0 ? 0 : ir_fail_mem(err);
}

static void
change(json_t **slot, json_t *to)
{
	json_decref(*slot);
	*slot = json_incref(to);
}

int
ir_holder_take(struct ir_holder *h, const json_t *act, struct ir_err *err)
{
	const char *type = ir_json_str(act, "type");
	json_t *actor = ir_json_at(act, "actor.id");
	json_t *to = json_object_get(act, "to");

	if (strcmp(type, "release") == 0) {
		if (!json_is_string(to))
			return ir_fail(err, IR_EFORMAT,
			    "releases it to nobody: its field to is no string");
		change(&h->to, to);
		return turn_over(h, act, to, true, err);
	}
	if (strcmp(type, "dispose") == 0) {
		h->disposed = true;
		change(&h->who, NULL);
		return turn_over(h, act, NULL, false, err);
	}
	if (strcmp(type, "open") != 0 && strcmp(type, "receive") != 0 &&
	    (strcmp(type, "seal") != 0 || json_equal(h->who, actor)))
		return 0;
	change(&h->who, actor);
	change(&h->to, NULL);
	return turn_over(h, act, actor, false, err);
}

void
ir_holder_free(struct ir_holder *h)
{
	json_decref(h->who);
	json_decref(h->to);
	json_decref(h->held);
	*h = (struct ir_holder){0};
}
