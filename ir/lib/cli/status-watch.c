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
	json_t *seen; /* the last look */
	bool lost;    /* the engine does not answer */
	bool until_broken;
	bool broken;    /* something was, if for a moment */
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

static void
tell_all(struct watch *w, const json_t *list)
{
	const json_t *o, *before;
	size_t i;

	if (w->seen == NULL)
		ir_status_print(list);
	if (w->seen == NULL && json_array_size(list) == 0 && !w->until_broken)
		ir_status_tell(IR_PLAIN,
		    "nothing is on record; ir isolate or ir pause is waited "
		    "for");
	json_array_foreach (list, i, o) {
		before = find(w->seen, o);
		if (before != NULL && ir_status_same(before, o))
			continue;
		if (before != NULL) {
			w->broken |= ir_status_news(before, o);
		} else if (w->seen != NULL) {
			json_auto_t *one = json_pack("[O]", o);

			ir_status_print(one);
		}
		ir_status_record(w->cli, before, o);
		ir_result(json_incref((json_t *)(uintptr_t)o));
	}
	json_array_foreach (w->seen, i, o)
		if (find(list, o) == NULL)
			ir_status_tell(IR_PLAIN, "%s is not on record any more",
			    ir_json_str(o, "name"));
}

/* Whether the engine answered; says so when that changes. */
static bool
is_there(struct watch *w, const struct ir_err *engine)
{
	bool lost = engine->code != IR_OK;

	if (lost != w->lost && lost)
		ir_status_tell(IR_WARN,
		    "the engine does not answer, and is waited for: "
		    "%s",
		    engine->msg);
	else if (lost != w->lost)
		ir_status_tell(IR_GOOD, "the engine answers again");
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

/* What to end with once there is nothing more to wait for; -1: go on.  What
 * happened between two looks counts, too, though it is over. */
static int
verdict(const struct watch *w)
{
	const json_t *o;
	size_t i, on_record = 0;

	if (!w->until_broken)
		return -1;
	if (w->broken || ir_status_code(w->seen) == IR_STATUS_BROKEN)
		return IR_STATUS_BROKEN;
	json_array_foreach (w->seen, i, o)
		on_record += strcmp(ir_json_str(o, "verdict"), "none") != 0 &&
			     ir_json_int(o, "code") != IR_ENOENT;
	if (on_record > 0)
		return -1;
	ir_say("nothing is on record that could be broken");
	return IR_ENOENT;
}

int
ir_status_watch(struct ir_cli *cli, char **names, int n, int seconds,
    bool until_broken, struct ir_err *err)
{
	struct watch w = {.cli = cli,
	    .names = names,
	    .n = n,
	    .seconds = seconds,
	    .until_broken = until_broken};
	int rc, code = -1;

	while ((rc = look(&w, err)) == 0) {
		code = verdict(&w);
		if (ir_interrupted() || code != -1)
			break;
		wait_for_change(&w);
		if (ir_interrupted())
			break;
	}
	if (code == -1)
		code = ir_status_code(w.seen) == IR_STATUS_BROKEN
			   ? IR_STATUS_BROKEN
			   : IR_OK;
	json_decref(w.seen);
	if (rc == -1 && !(ir_interrupted() && err->code == IR_EINTR))
		return -1;
	return code;
}
