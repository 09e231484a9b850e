/* SPDX-License-Identifier: ISC
 *
 * Watching contained containers: see status.h.  The engine tells of most
 * changes by an event, upon which all is looked at anew; what gives none, such
 * as a link, is looked at when the request for events ends, which is every few
 * seconds.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "base/signal.h"
#include "base/text.h"
#include "base/time.h"
#include "cli/status.h"
#include "cli/statusparts.h"
#include "json/json.h"

/* So that a storm of events does not make a storm of looks: milliseconds. */
#define REST_MS 200

/* The engine's clock is known to two seconds. */
#define BEFORE 3

/* A request for events is never longer: seconds, less than a stall. */
#define MAX_ROUND (IR_DOCKER_STALL_MS / 2000)

struct watch {
	struct ir_cli *cli;
	char **names;
	int n, seconds;
	json_t *seen;   /* the last look */
	bool lost;      /* the engine does not answer */
	bool stirred;   /* an event came that matters */
	int64_t newest; /* when the newest event was */
};

static void
rest(uint64_t ms)
{
	const struct timespec step = {0, 20 * 1000000};
	uint64_t until = ir_mono_ns() + ms * 1000000;

	while (!ir_interrupted() && ir_mono_ns() < until)
		nanosleep(&step, NULL);
}

static bool
is_watched(const struct watch *w, const char *id)
{
	const json_t *o;
	size_t i;

	json_array_foreach (w->seen, i, o)
		if (strcmp(ir_json_str(o, "container"), id) == 0)
			return true;
	return false;
}

/* Whether it can change what we found. */
static bool
matters(const struct watch *w, const json_t *e)
{
	static const char *const of_others[] = {
	    "create", "start", "rename", "destroy", "remove"};
	static const char *const of_none[] = {
	    "exec_create", "exec_die", "health_status", "top"};
	const char *action = ir_json_str(e, "Action");

	if (strcmp(ir_json_str(e, "Type"), "network") == 0)
		return is_watched(
			   w, ir_json_str(e, "Actor.Attributes.container")) ||
		       is_watched(w, ir_json_str(e, "Actor.ID"));
	if (strcmp(ir_json_str(e, "Type"), "container") != 0)
		return false;
	for (size_t i = 0; i < sizeof(of_others) / sizeof(of_others[0]); i++)
		if (strcmp(action, of_others[i]) == 0)
			return true;
	for (size_t i = 0; i < sizeof(of_none) / sizeof(of_none[0]); i++)
		if (ir_starts(action, of_none[i]))
			return false;
	return is_watched(w, ir_json_str(e, "Actor.ID"));
}

/* An ir_status_event_fn: ends the stream at the first that matters. */
static int
take(void *arg, const json_t *e, struct ir_err *err)
{
	struct watch *w = arg;
	int64_t t = ir_status_event_at(e);

	if (e == NULL || t <= w->newest)
		return 0;
	w->newest = t;
	w->stirred = matters(w, e);
	return w->stirred ? ir_fail(err, IR_EINTR, "an event") : 0;
}

/* Until something happens, or it is time to look. */
static void
wait_for_change(struct watch *w)
{
	uint64_t began = ir_mono_ns(), took;
	uint64_t ms =
	    (uint64_t)(w->seconds < MAX_ROUND ? w->seconds : MAX_ROUND) * 1000;
	int64_t now =
	    (ir_status_now() + ir_status_skew(w->cli->engine)) / IR_SECOND;
	struct ir_err err;

	w->stirred = false;
	ir_status_stream(w->cli->engine, now - BEFORE,
	    now + (int64_t)(ms / 1000), take, w, &err);
	took = (ir_mono_ns() - began) / 1000000;
	if (w->stirred)
		rest(REST_MS);
	else if (took < ms)
		rest(ms - took);
}

/* A line on a change, with the time; or the object itself. */
static void tell(enum ir_style style, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

static void
tell(enum ir_style style, const char *fmt, ...)
{
	char now[IR_TIME_SIZE], *text;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vasprintf(&text, fmt, ap);
	va_end(ap);
	if (n == -1)
		return;
	ir_time_now(now);
	ir_out(style, "%.8sZ %s", now + 11, text);
	free(text);
}

/* Those of a that b has not. */
static void
tell_deviations(const json_t *o, const json_t *a, const json_t *b, bool news)
{
	const json_t *d;
	size_t i;

	json_array_foreach (a, i, d) {
		const char *detail = ir_json_str(d, "detail");
		const char *by = ir_json_str(d, "by");
		const char *todo = ir_json_str(d, "todo");

		if (ir_status_known(b, ir_json_str(d, "what"), detail))
			continue;
		if (news)
			tell(ir_json_true(d, "ours") ? IR_PLAIN : IR_BAD,
			    "%s %s%s%s%s%s", ir_json_str(o, "name"), detail,
			    *by != '\0' ? ", by " : "", by,
			    *todo != '\0' ? "; next: " : "", todo);
		else
			tell(IR_PLAIN, "%s no longer: %s",
			    ir_json_str(o, "name"), detail);
	}
}

static const json_t *
find(const json_t *list, const json_t *like)
{
	const json_t *o;
	size_t i;

	json_array_foreach (list, i, o)
		if (json_equal(json_object_get(o, "container"),
			json_object_get(like, "container")) &&
		    strcmp(ir_json_str(o, "name"), ir_json_str(like, "name")) ==
			0)
			return o;
	return NULL;
}

static bool
is_same(const json_t *a, const json_t *b)
{
	static const char *const fields[] = {
	    "verdict", "left", "deviations", "why"};

	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		if (!json_equal(json_object_get(a, fields[i]),
			json_object_get(b, fields[i])) &&
		    json_object_get(a, fields[i]) !=
			json_object_get(b, fields[i]))
			return false;
	return strcmp(ir_json_str(a, "now.state"),
		   ir_json_str(b, "now.state")) == 0;
}

/* One that was seen before, and is not the same now. */
static void
tell_change(const json_t *before, const json_t *now)
{
	const char *v = ir_json_str(now, "verdict");
	const char *was = ir_json_str(before, "verdict");
	const char *name = ir_json_str(now, "name");
	struct ir_err err;

	tell_deviations(now, json_object_get(now, "deviations"),
	    json_object_get(before, "deviations"), true);
	tell_deviations(now, json_object_get(before, "deviations"),
	    json_object_get(now, "deviations"), false);
	if (!json_equal(json_object_get(now, "left"),
		json_object_get(before, "left"))) {
		ir_auto_free char *left = ir_status_left(now, &err);

		tell(IR_PLAIN, "%s is on record as: %s", name,
		    left != NULL && *left != '\0' ? left : "nothing any more");
	}
	if (strcmp(ir_json_str(now, "now.state"),
		ir_json_str(before, "now.state")) != 0 &&
	    *ir_json_str(now, "now.state") != '\0')
		tell(IR_PLAIN, "%s is %s, it was %s", name,
		    ir_json_str(now, "now.state"),
		    ir_json_str(before, "now.state"));
	if (strcmp(v, was) != 0 && strcmp(v, "holds") == 0)
		tell(IR_GOOD, "%s holds", name);
	if (strcmp(v, was) != 0 && strcmp(v, "unknown") == 0)
		tell(IR_WARN, "%s is not known to hold: %s", name,
		    ir_json_str(now, "why"));
}

static void
tell_all(const struct watch *w, const json_t *list)
{
	const json_t *o, *before;
	size_t i;

	if (w->seen == NULL)
		ir_status_print(list);
	json_array_foreach (list, i, o) {
		before = find(w->seen, o);
		if (before != NULL && is_same(before, o))
			continue;
		if (before != NULL) {
			tell_change(before, o);
		} else if (w->seen != NULL) {
			json_auto_t *one = json_pack("[O]", o);

			ir_status_print(one);
		}
		ir_result(json_incref((json_t *)(uintptr_t)o));
	}
	json_array_foreach (w->seen, i, o)
		if (find(list, o) == NULL)
			tell(IR_PLAIN, "%s is not on record any more",
			    ir_json_str(o, "name"));
}

/* Whether the engine answered; says so when that changes. */
static bool
is_there(struct watch *w, const struct ir_err *engine)
{
	bool lost = engine->code != IR_OK;

	if (lost != w->lost && lost)
		tell(IR_WARN,
		    "the engine does not answer, and is waited for: "
		    "%s",
		    engine->msg);
	else if (lost != w->lost)
		tell(IR_GOOD, "the engine answers again");
	if (lost != w->lost)
		ir_result(
		    json_pack("{s:s, s:o}", "engine", lost ? "lost" : "back",
			"why", lost ? ir_json_text(engine->msg) : json_null()));
	w->lost = lost;
	return !lost;
}

/* One more look; -1 if it cannot be done at all. */
static int
look(struct watch *w, struct ir_err *err)
{
	struct ir_err engine;
	json_t *list = ir_status_look(w->cli, w->names, w->n, &engine, err);

	if (list == NULL)
		return -1;
	if (is_there(w, &engine) || w->seen == NULL) {
		tell_all(w, list);
		json_decref(w->seen);
		w->seen = list;
	} else {
		json_decref(list);
	}
	/* Whoever reads along reads now. */
	return ir_out_flush() == 0
		   ? 0
		   : ir_fail(err, IR_EIO, "cannot write to standard output");
}

int
ir_status_watch(struct ir_cli *cli, char **names, int n, int seconds,
    bool until_broken, struct ir_err *err)
{
	struct watch w = {
	    .cli = cli, .names = names, .n = n, .seconds = seconds};
	bool broken = false;
	int rc;

	while ((rc = look(&w, err)) == 0) {
		broken = ir_status_code(w.seen) == IR_STATUS_BROKEN;
		if (ir_interrupted() || (broken && until_broken))
			break;
		wait_for_change(&w);
		if (ir_interrupted())
			break;
	}
	json_decref(w.seen);
	if (rc == -1 && !(ir_interrupted() && err->code == IR_EINTR))
		return -1;
	return broken ? IR_STATUS_BROKEN : IR_OK;
}
