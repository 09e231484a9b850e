/* SPDX-License-Identifier: ISC
 *
 * Whether a contained container still lives the life in which we left it:
 * removed, stopped, restarted, thawed.  See statusparts.h.
 */
#include <stdio.h>
#include <string.h>

#include "cli/statusparts.h"
#include "json/json.h"

int64_t
ir_status_restarted(const struct ir_status_one *o, const json_t *record)
{
	int64_t t = ir_status_time(ir_json_str(o->inspect, "State.StartedAt"));
	int64_t was = ir_status_time(ir_json_str(record, "started"));

	if (!ir_json_true(o->inspect, "State.Running") ||
	    (was != 0 ? t == was : t <= ir_status_record_time(o->s, record)))
		return 0;
	return t;
}

/* How often it was started since it was contained, as far as that is seen. */
static int
count_starts(const struct ir_status_one *o)
{
	const json_t *e;
	int64_t before = 0;
	int n = 0;

	while ((e = ir_status_event(o, "start", o->first, before)) != NULL) {
		before = ir_status_event_time(e) - 1;
		n++;
	}
	return n;
}

/* It is over where it was contained again since. */
static void
restarted(struct ir_status_one *o, int64_t t, bool again)
{
	bool paused = ir_json_true(o->inspect, "State.Paused");
	int n = count_starts(o);

	o->restart =
	    ir_status_deviates(o, "restarted", t, ir_status_started_by(o, t),
		paused ? o->todo_capture : o->todo_pause,
		"restarted%s: what was in its memory is gone",
		again    ? ", and contained again since"
		: paused ? ", and paused since"
			 : ", and runs");
	if (n > 1)
		json_object_set_new(o->restart, "times", json_integer(n));
	if (again)
		ir_status_over(o->restart);
}

static void
stopped(struct ir_status_one *o, int64_t t)
{
	const char *thawed = ir_status_event(o, "unpause", o->last, t) != NULL
				 ? "; it was thawed before, so its own code ran"
				 : "";

	ir_status_deviates(o, "stopped", t, ir_status_ended_by(o, t),
	    o->todo_capture,
	    "not running any more (%s, exit code %lld): what was in its "
	    "memory is gone%s",
	    ir_json_str(o->inspect, "State.Status"),
	    (long long)ir_json_int(o->inspect, "State.ExitCode"), thawed);
}

/* Whether the last thing that we did was to kill it. */
static bool
was_killed(const struct ir_status_one *o)
{
	const json_t *last =
	    json_array_get(o->left, json_array_size(o->left) - 1);

	return strcmp(ir_json_str(last, "how"), "kill") == 0;
}

void
ir_status_lifecycle(struct ir_status_one *o)
{
	size_t i, n = 0;
	const json_t *r;
	int64_t at = 0, t;

	json_array_foreach (o->records, i, r)
		if ((t = ir_status_restarted(
			 o, json_object_get(r, "record"))) != 0) {
			at = t;
			n++;
		}
	if (at != 0)
		restarted(o, at, n < json_array_size(o->records));
	t = ir_status_time(ir_json_str(o->inspect, "State.FinishedAt"));
	if (!ir_json_true(o->inspect, "State.Running") && t > o->last &&
	    !was_killed(o))
		stopped(o, t);
}

void
ir_status_thawed(struct ir_status_one *o, const json_t *record)
{
	int64_t since = ir_status_record_time(o->s, record);
	const json_t *unpause;

	/* Of one that ended that is told already. */
	if (strcmp(ir_json_str(record, "how"), "engine") != 0 ||
	    ir_json_true(o->inspect, "State.Paused") ||
	    !ir_json_true(o->inspect, "State.Running"))
		return;
	if (ir_status_restarted(o, record) != 0) {
		ir_status_follows(
		    o, o->restart, "thawed", o->todo_pause, "it is not paused");
		return;
	}
	unpause = ir_status_event(o, "unpause", since, 0);
	ir_status_deviates(o, "thawed", ir_status_event_time(unpause),
	    ir_status_thawed_by(o, unpause, since), o->todo_pause,
	    "thawed: it runs");
}

void
ir_status_removed(struct ir_status_one *o)
{
	const json_t *destroy = ir_status_event(o, "destroy", o->first, 0);
	int64_t t = ir_status_event_time(destroy);
	const json_t *die = ir_status_event(o, "die", o->first, 0);
	const char *exit = ir_json_str(die, "exit");

	ir_status_deviates(o, "removed", t,
	    destroy != NULL ? ir_status_removed_by(o, t)
			    : ir_status_unseen(o->s, o->first),
	    "journalctl -u docker",
	    "removed%s%.8s%s: its memory and its "
	    "filesystem are gone",
	    *exit != '\0' ? " (exit code " : "", exit,
	    *exit != '\0' ? ")" : "");
}
