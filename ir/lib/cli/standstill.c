/* SPDX-License-Identifier: ISC
 *
 * A container that stands still while it is captured: see standstill.h.
 */
#include "cli/standstill.h"

#include <time.h>

#include "base/signal.h"
#include "base/time.h"
#include "collectors/copy.h"
#include "docker/container.h"
#include "json/json.h"

/* A capture that was killed left it paused.  This one thaws it, as that one
 * would have. */
static void
adopt(const struct ir_target *t, const struct ir_resume *r,
    struct ir_standstill *s)
{
	int64_t since;

	ir_say("%s has been paused since run %u, which was cut off; it is "
	       "thawed at the end, as it would have been",
	    t->name, r->frozen);
	s->held = true;
	s->since = r->frozen;
	s->began_ns = ir_mono_ns();
	if (ir_time_parse(r->frozen_at, &since) == 0 && time(NULL) > since)
		s->ms = (double)(time(NULL) - since) * 1e3;
}

static int
freeze(struct ir_cli *cli, const struct ir_target *t, struct ir_standstill *s,
    struct ir_err *err)
{
	ir_cli_change(cli, "unpaused at its end",
	    "to read a tree that stands still", IR_CAPTURE_PAUSES, t->id);
	if (ir_docker_pause(t->engine, t->id, err) == -1)
		return ir_wrap(err,
		    "cannot pause %s (--live captures it running)", t->name);
	s->held = true;
	s->began_ns = ir_mono_ns();
	return ir_still(t, err);
}

int
ir_standstill_begin(struct ir_cli *cli, const struct ir_target *t,
    const struct ir_places *p, bool needed, struct ir_standstill *s,
    struct ir_err *err)
{
	bool paused = ir_json_true(t->inspect, "State.Paused");

	if (!ir_json_true(t->inspect, "State.Running"))
		return 0;
	if (paused && p->before.frozen != 0) {
		adopt(t, &p->before, s);
		return 0;
	}
	if (paused) {
		ir_say("%s is paused already, and stays so; ir pause --undo "
		       "thaws it",
		    t->name);
		return 0;
	}
	if (!needed)
		return 0;
	if (ir_stopped(t->inspect)) {
		ir_say("every process of %s is stopped already, and stays so; "
		       "ir pause --undo lets them go",
		    t->name);
		return 0;
	}
	if (p->resumes != 0)
		ir_say("%s ran on since then: what is kept is older than what "
		       "is taken now",
		    t->name);
	if (!t->live)
		return freeze(cli, t, s, err);
	ir_warn("%s goes on running: its tree may tear, and what is read can "
		"be out of date",
	    t->name);
	return 0;
}

int
ir_standstill_end(struct ir_cli *cli, const struct ir_target *t,
    struct ir_standstill *s, struct ir_err *err)
{
	int rc;

	if (!s->held)
		return 0;
	if (s->since != 0)
		ir_cli_change(cli, "ir pause",
		    "a capture that was cut off had paused it",
		    "container %.12s: unpaused", t->id);
	ir_interruptible(false);
	rc = ir_docker_unpause(t->engine, t->id, err);
	ir_interruptible(true);
	if (rc == -1)
		return ir_wrap(err,
		    "%s is still paused; ir pause --undo thaws it", t->name);
	s->held = false;
	s->ms += (double)(ir_mono_ns() - s->began_ns) / 1e6;
	ir_cli_record(cli, "window",
	    json_pack("{s:s, s:I}", "container", t->id, "paused_us",
		(json_int_t)(s->ms * 1000)));
	return 0;
}
