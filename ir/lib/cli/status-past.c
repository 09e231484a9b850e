/* SPDX-License-Identifier: ISC
 *
 * What came undone and was done again, by whomever, between two looks: it does
 * not break the containment as it is now, but did for a while.  Only events
 * tell of it.  See statusparts.h.
 */
#include <stdio.h>
#include <string.h>

#include "cli/actions.h"
#include "cli/statusparts.h"
#include "json/json.h"

/* Names of networks: bytes. */
#define MAX_NAMES 100

/* Each time that something was so for a while. */
struct spells {
	int n;
	int64_t us;         /* all of them */
	const json_t *last; /* the event with which the last one began */
};

struct past {
	struct ir_status_one *o;
	struct spells thawed, joined;
	const json_t *thaw; /* it is thawed, by that event */
	json_t *on;         /* {network: when it was connected to it} */
	char names[MAX_NAMES];
};

/* When it was first contained so, of what stands; 0: never. */
static int64_t
since(const struct ir_status_one *o, const char *kind)
{
	int64_t first = 0;
	const json_t *r;
	size_t i;

	json_array_foreach (o->records, i, r) {
		int64_t t =
		    ir_status_record_time(o->s, json_object_get(r, "record"));

		if (strcmp(ir_json_str(r, "kind"), kind) == 0 &&
		    (first == 0 || t < first))
			first = t;
	}
	return first;
}

static void
add(struct spells *s, const json_t *from, const json_t *to)
{
	s->n++;
	s->us += ir_status_event_time(to) - ir_status_event_time(from);
	s->last = from;
}

static void
name(struct past *p, const char *network)
{
	size_t n = strlen(p->names);

	if (strstr(p->names, network) == NULL)
		snprintf(p->names + n, sizeof(p->names) - n, "%s%.64s",
		    n > 0 ? ", " : "", network);
}

/* One that ends is told of otherwise. */
static void
thaws(struct past *p, const json_t *e, const char *action)
{
	if (strcmp(action, "unpause") == 0) {
		json_auto_t *ours =
		    ir_status_ours_to(p->o, "unpause", ir_status_event_time(e));

		p->thaw = ours == NULL ? e : NULL;
	} else if (strcmp(action, "pause") == 0 && p->thaw != NULL) {
		add(&p->thawed, p->thaw, e);
		p->thaw = NULL;
	} else if (strcmp(action, "die") == 0) {
		p->thaw = NULL;
	}
}

static void
joins(struct past *p, const json_t *e, const char *action)
{
	const char *network = ir_json_str(e, "network");
	json_t *from;

	if (strcmp(action, "connect") == 0 && !ir_status_is_start(p->o, e)) {
		json_auto_t *ours = ir_status_connect_ours(
		    p->o->s, ir_json_str(e, "of"), ir_status_event_time(e));

		if (ours == NULL)
			json_object_set(p->on, network, (json_t *)(uintptr_t)e);
	} else if (strcmp(action, "disconnect") == 0 &&
		   (from = json_object_get(p->on, network)) != NULL) {
		add(&p->joined, from, e);
		name(p, network);
		json_object_del(p->on, network);
	}
}

static void
tell(struct past *p, const struct spells *s, const char *what, json_t *by,
    const char *detail, const char *more)
{
	json_t *d;

	if (s->n == 0) {
		json_decref(by);
		return;
	}
	d = ir_status_deviates(p->o, what, ir_status_event_time(s->last), by,
	    NULL, "%s%s for %.1f s%s, and contained again since", detail, more,
	    (double)s->us / IR_SECOND, s->n > 1 ? " in all" : "");
	if (s->n > 1)
		json_object_set_new(d, "times", json_integer(s->n));
	ir_status_over(d);
}

void
ir_status_past(struct ir_status_one *o)
{
	struct past p = {.o = o, .on = json_object()};
	int64_t paused = since(o, IR_PAUSE), isolated = since(o, IR_ISOLATE);
	const json_t *e;
	size_t i;

	json_array_foreach (o->s->events, i, e) {
		const char *action = ir_json_str(e, "action");
		int64_t t = ir_status_event_time(e);

		if (strcmp(ir_json_str(e, "id"), o->id) != 0)
			continue;
		if (paused != 0 && t > paused)
			thaws(&p, e, action);
		if (isolated != 0 && t > isolated)
			joins(&p, e, action);
	}
	tell(&p, &p.thawed, "thawed",
	    p.thawed.n > 0 ? ir_status_thawed_by(o, p.thawed.last, paused)
			   : NULL,
	    "was thawed", "");
	tell(&p, &p.joined, "reconnected",
	    p.joined.n > 0 ? ir_status_connected_by(o, p.joined.last, isolated)
			   : NULL,
	    "was connected to network ", p.names);
	json_decref(p.on);
}
