/* SPDX-License-Identifier: ISC
 *
 * Times and deviations, as all parts of ir_status_*() use them: see
 * statusparts.h.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "base/text.h"
#include "base/time.h"
#include "cli/statusparts.h"
#include "json/json.h"

int64_t
ir_status_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return (int64_t)ts.tv_sec * IR_SECOND + ts.tv_nsec / 1000;
}

/* What "+01:00" adds to UTC, in seconds; 0 for "Z". */
static int64_t
zone(const char *s)
{
	int h, m;
	char sign;

	if (sscanf(s, "%c%2d:%2d", &sign, &h, &m) != 3 ||
	    (sign != '+' && sign != '-'))
		return 0;
	return (sign == '-' ? -60 : 60) * (h * 60 + m);
}

int64_t
ir_status_time(const char *text)
{
	char whole[24];
	int64_t t, us = 0;

	/* The part without fraction and zone has 19 characters. */
	if (strlen(text) < 20)
		return 0;
	snprintf(whole, sizeof(whole), "%.19sZ", text);
	if (ir_time_parse(whole, &t) == -1 || !ir_time_plausible((time_t)t))
		return 0;
	text += 19;
	if (*text == '.') {
		int64_t unit = IR_SECOND / 10;

		for (text++; *text >= '0' && *text <= '9'; text++, unit /= 10)
			us += (*text - '0') * unit;
	}
	return (t - zone(text)) * IR_SECOND + us;
}

json_t *
ir_status_text(const struct ir_status *s, int64_t t)
{
	struct timespec ts;
	char text[IR_TIME_SIZE];

	t -= s->skew;
	ts.tv_sec = (time_t)(t / IR_SECOND);
	ts.tv_nsec = (long)(t % IR_SECOND) * 1000;
	if (t <= 0 || !ir_time_plausible(ts.tv_sec))
		return json_null();
	ir_time_format(text, ts);
	return json_string(text);
}

int64_t
ir_status_record_time(const struct ir_status *s, const json_t *record)
{
	int64_t t = ir_status_time(ir_json_str(record, "time"));

	return t == 0 ? 0 : t + s->skew;
}

bool
ir_status_known(const json_t *list, const char *what, const char *detail)
{
	size_t i;
	const json_t *d;

	json_array_foreach (list, i, d)
		if (strcmp(ir_json_str(d, "what"), what) == 0 &&
		    strcmp(ir_json_str(d, "detail"), detail) == 0)
			return true;
	return false;
}

/* Whether a run of ours did it, and of set purpose: what ir rebuild does with
 * the one that is contained.  Only what ir_status_ours() says begins so. */
static bool
is_meant(const char *what, const json_t *by)
{
	static const char *const meant[] = {
	    "renamed", "replaced", "stopped", "restart-policy"};

	for (size_t i = 0; i < sizeof(meant) / sizeof(meant[0]); i++)
		if (strcmp(what, meant[i]) == 0)
			return by != NULL &&
			       ir_starts(json_string_value(by), "ir ");
	return false;
}

json_t *
ir_status_deviates(struct ir_status_one *o, const char *what, int64_t when,
    json_t *by, const char *todo, const char *fmt, ...)
{
	json_t *d = NULL;
	char *detail;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vasprintf(&detail, fmt, ap);
	va_end(ap);
	if (n == -1) {
		json_decref(by);
		o->s->failed = true;
		return NULL;
	}
	if (!ir_status_known(o->deviations, what, detail)) {
		d = json_pack("{s:s, s:o, s:o, s:O, s:b, s:b, s:o, s:[]}",
		    "what", what, "detail", ir_json_text(detail), "time",
		    ir_status_text(o->s, when), "by",
		    by != NULL ? by : json_null(), "ours", is_meant(what, by),
		    "over", 0, "todo",
		    todo != NULL ? ir_json_text(todo) : json_null(), "effects");
		if (json_array_append_new(o->deviations, d) == -1) {
			o->s->failed = true;
			d = NULL;
		}
	}
	json_decref(by);
	free(detail);
	return d;
}

void
ir_status_over(json_t *d)
{
	json_object_set_new(d, "over", json_true());
	json_object_set_new(d, "todo", json_null());
}

void
ir_status_follows(struct ir_status_one *o, json_t *d, const char *what,
    const char *todo, const char *fmt, ...)
{
	json_t *effects = json_object_get(d, "effects");
	ir_auto_free char *detail = NULL;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vasprintf(&detail, fmt, ap);
	va_end(ap);
	if (n == -1) {
		detail = NULL;
		o->s->failed = true;
		return;
	}
	json_object_set_new(d, "over", json_false());
	if (todo != NULL)
		json_object_set_new(d, "todo", ir_json_text(todo));
	if (!ir_status_known(effects, what, detail))
		json_array_append_new(
		    effects, json_pack("{s:s, s:o}", "what", what, "detail",
				 ir_json_text(detail)));
}
