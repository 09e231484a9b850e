/* SPDX-License-Identifier: ISC
 *
 * What became other between two looks at a contained container, for people who
 * watch: see statusparts.h.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/time.h"
#include "cli/status.h"
#include "cli/statusparts.h"
#include "json/json.h"

void
ir_status_tell(enum ir_style style, const char *fmt, ...)
{
	ir_auto_free char *line = NULL;
	char now[IR_TIME_SIZE], *text;
	struct ir_err err;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vasprintf(&text, fmt, ap);
	va_end(ap);
	if (n == -1)
		return;
	ir_time_now(now);
	line = ir_asprintf(&err, "%.8sZ %s", now + 11, text);
	free(text);
	if (line != NULL)
		ir_status_print_line(style, line);
}

static bool
is_like(const json_t *a, const json_t *b, const char *const *fields)
{
	for (; *fields != NULL; fields++)
		if (!json_equal(json_object_get(a, *fields),
			json_object_get(b, *fields)) &&
		    json_object_get(a, *fields) != json_object_get(b, *fields))
			return false;
	return true;
}

/* The one in the list that is alike in these fields. */
static const json_t *
like(const json_t *list, const json_t *d, const char *const *fields)
{
	const json_t *v;
	size_t i;

	json_array_foreach (list, i, v)
		if (is_like(v, d, fields))
			return v;
	return NULL;
}

/* "; so now: connected to network front, its link eth0 is up" */
static void
add_effects(struct ir_buf *b, const json_t *effects)
{
	const json_t *e;
	size_t i;

	json_array_foreach (effects, i, e)
		ir_buf_printf(b, "%s%s", i == 0 ? "; so now: " : ", ",
		    ir_json_str(e, "detail"));
}

static void
tell_new(const json_t *o, const json_t *d)
{
	ir_auto_buf struct ir_buf b = IR_BUF_INIT;
	const char *todo = ir_json_str(d, "todo");
	struct ir_err err;
	ir_auto_free char *who = ir_status_who(d, false, &err);

	if (who != NULL && *who != '\0')
		ir_buf_printf(&b, ", %s", who);
	add_effects(&b, json_object_get(d, "effects"));
	if (*todo != '\0')
		ir_buf_printf(&b, "; next: %s", todo);
	ir_status_tell(*todo == '\0' ? IR_PLAIN : IR_BAD, "%s %s%s",
	    ir_json_str(o, "name"), ir_json_str(d, "detail"),
	    b.p != NULL ? b.p : "");
}

bool
ir_status_is_new(const json_t *was, const json_t *d)
{
	static const char *const all[] = {
	    "what", "detail", "time", "over", "effects", NULL};

	return like(was, d, all) == NULL;
}

/* What is new; whether that is something bad.  Of what was so and is over it is
 * said that it is no longer so. */
static bool
tell_news(const json_t *o, const json_t *was, const json_t *now)
{
	static const char *const what[] = {"what", NULL};
	const json_t *d, *before;
	bool bad = false;
	size_t i;

	json_array_foreach (now, i, d) {
		before = like(was, d, what);
		if (!ir_status_is_new(was, d) ||
		    (ir_json_true(d, "over") && before != NULL &&
			!ir_json_true(before, "over")))
			continue;
		tell_new(o, d);
		bad |= !ir_json_true(d, "ours");
	}
	return bad;
}

static void
tell_ends(const json_t *o, const json_t *was, const json_t *now)
{
	static const char *const same[] = {"what", "detail", NULL};
	const json_t *d;
	size_t i;

	json_array_foreach (was, i, d)
		if (like(now, d, same) == NULL && !ir_json_true(d, "over"))
			ir_status_tell(IR_PLAIN, "%s no longer: %s",
			    ir_json_str(o, "name"), ir_json_str(d, "detail"));
}

bool
ir_status_same(const json_t *a, const json_t *b)
{
	static const char *const fields[] = {
	    "verdict", "left", "deviations", "why", NULL};

	return is_like(a, b, fields) && strcmp(ir_json_str(a, "now.state"),
					    ir_json_str(b, "now.state")) == 0;
}

bool
ir_status_news(const json_t *before, const json_t *now)
{
	const char *v = ir_json_str(now, "verdict");
	const char *was = ir_json_str(before, "verdict");
	const char *name = ir_json_str(now, "name");
	const char *state = ir_json_str(now, "now.state");
	const char *had = ir_json_str(before, "now.state");
	struct ir_err err;
	bool bad;

	bad = tell_news(now, json_object_get(before, "deviations"),
	    json_object_get(now, "deviations"));
	tell_ends(now, json_object_get(before, "deviations"),
	    json_object_get(now, "deviations"));
	if (!json_equal(json_object_get(now, "left"),
		json_object_get(before, "left"))) {
		ir_auto_free char *left = ir_status_left(now, &err);

		ir_status_tell(IR_PLAIN, "%s is on record as: %s", name,
		    left != NULL && *left != '\0' ? left : "nothing any more");
	}
	if (strcmp(state, had) != 0 && *state != '\0')
		ir_status_tell(IR_PLAIN, "%s is %s%s%s", name, state,
		    *had != '\0' ? ", it was " : "", had);
	if (strcmp(v, was) != 0 && strcmp(v, "holds") == 0)
		ir_status_tell(IR_GOOD, "%s holds", name);
	if (strcmp(v, was) != 0 && strcmp(v, "unknown") == 0)
		ir_status_tell(IR_WARN, "%s is not known to hold: %s", name,
		    ir_json_str(now, "why"));
	return bad;
}
