/* SPDX-License-Identifier: ISC
 *
 * What the engine tells of what happened: see statusparts.h.  It keeps the last
 * 256 events only, and none over its own restart.
 *
 * Docker puts a container's labels among the attributes of its events, over its
 * own: an image can say with which signal it was killed.  Such an attribute is
 * not believed.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "base/time.h"
#include "cli/statusparts.h"
#include "json/json.h"

/* What Docker keeps. */
#define DOCKER_KEEPS 256

/* Those that are kept of one look.  podman keeps all that ever were. */
#define MAX_KEPT 20000

struct reading {
	struct ir_status *s;
	const json_t *ids;
	json_t *forged; /* {id: {attribute: true}}: it has such a label */
	uint64_t began; /* ir_mono_ns() */
	size_t n, odd;
	bool dropped; /* events that were kept before */
};

/* The attributes that are read, and the one action that has them. */
static const struct {
	const char *attribute, *action, *as;
} wanted[] = {
    {"signal", "kill", "signal"},
    {"exitCode", "die", "exit"},
    {"oldName", "rename", "old"},
};

/* "exec_start: sh -c id" is an exec_start of "sh -c id"; podman has words of
 * its own, and no command. */
static void
split(const char *action, json_t *kept)
{
	size_t n = strcspn(action, ":");

	json_object_set_new(kept, "action",
	    strcmp(action, "exec") == 0     ? json_string("exec_start")
	    : strcmp(action, "remove") == 0 ? json_string("destroy")
					    : json_stringn(action, n));
	if (ir_starts(action, "exec_") && action[n] == ':') {
		size_t len = strlen(action + n + 1);

		if (len > IR_STATUS_COMMAND)
			len = IR_STATUS_COMMAND;
		while (len > 0 && json_object_set_new(kept, "exec",
				      json_stringn(action + n + 1, len)) == -1)
			len--; /* within a character */
	}
}

/* Those of the labels that are looked at, which is all that is left of a
 * container that was removed. */
static json_t *
labels_of(const json_t *attributes)
{
	json_t *labels = json_object();

	for (size_t i = 0; ir_status_labels[i] != NULL; i++)
		json_object_set(labels, ir_status_labels[i],
		    json_object_get(attributes, ir_status_labels[i]));
	return labels;
}

static void
take_attributes(
    struct reading *r, const char *id, const json_t *attributes, json_t *kept)
{
	const char *action = ir_json_str(kept, "action");

	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
		json_t *v = json_object_get(attributes, wanted[i].attribute);

		if (!json_is_string(v))
			continue;
		if (strcmp(action, wanted[i].action) == 0) {
			json_object_set(kept, wanted[i].as, v);
			continue;
		}
		if (ir_starts(action, "exec_"))
			continue;
		if (json_object_get(r->forged, id) == NULL)
			json_object_set_new(r->forged, id, json_object());
		json_object_set_new(
		    json_object_get(r->forged, id), wanted[i].as, json_true());
	}
	if (strcmp(action, "destroy") == 0)
		json_object_set_new(kept, "labels", labels_of(attributes));
}

/* The older half goes. */
static void
make_room(struct reading *r)
{
	json_t *newer = json_array();

	for (size_t i = MAX_KEPT / 2; i < json_array_size(r->s->events); i++)
		json_array_append(newer, json_array_get(r->s->events, i));
	json_decref(r->s->events);
	r->s->events = newer;
	r->dropped = true;
}

static void
keep(struct reading *r, const json_t *e)
{
	const char *type = ir_json_str(e, "Type");
	const json_t *attributes = ir_json_at(e, "Actor.Attributes");
	bool network = strcmp(type, "network") == 0;
	const char *id = ir_json_str(e, "Actor.ID");
	bool named =
	    network && json_object_get(attributes, "container") != NULL;
	json_t *kept;

	/* podman's has the container as actor, and does not name the network.
	 */
	if (named)
		id = ir_json_str(attributes, "container");
	if ((!network && strcmp(type, "container") != 0) ||
	    json_object_get(r->ids, id) == NULL)
		return;
	if (json_array_size(r->s->events) >= MAX_KEPT)
		make_room(r);
	kept = json_pack(
	    "{s:s, s:I}", "id", id, "t", (json_int_t)ir_status_event_at(e));
	split(ir_json_str(e, "Action"), kept);
	if (named) {
		json_object_set(
		    kept, "network", json_object_get(attributes, "name"));
		json_object_set(kept, "of", ir_json_at(e, "Actor.ID"));
	} else if (!network) {
		take_attributes(r, id, attributes, kept);
	}
	if (json_array_append_new(r->s->events, kept) == -1)
		r->s->failed = true;
}

/* An ir_status_event_fn. */
static int
take(void *arg, const json_t *e, struct ir_err *err)
{
	struct reading *r = arg;
	int64_t t = ir_status_event_at(e);

	if (ir_mono_ns() - r->began > IR_DOCKER_CALL_MS * UINT64_C(1000000))
		return ir_fail(
		    err, IR_ETIMEOUT, "the engine's events do not end");
	r->n++;
	if (e == NULL) {
		r->odd++;
		return 0;
	}
	if (t > 0 && (r->s->reach == 0 || t < r->s->reach))
		r->s->reach = t;
	keep(r, e);
	return 0;
}

/* Takes away what labels forged: it may have been read before that was
 * known. */
static void
disbelieve(struct reading *r)
{
	size_t i;
	json_t *e, *v;
	const char *key;

	json_array_foreach (r->s->events, i, e)
		json_object_foreach (
		    json_object_get(r->forged, ir_json_str(e, "id")), key, v)
			json_object_del(e, key);
}

static void
tell(struct reading *r, const struct ir_err *failed)
{
	struct ir_status *s = r->s;
	struct ir_err err;

	if (failed != NULL)
		s->events_why = ir_asprintf(&err, "%s", failed->msg);
	else if (r->odd > 0)
		s->events_why = ir_asprintf(
		    &err, "%zu of the engine's events cannot be read", r->odd);
	else if (r->dropped)
		s->events_why = ir_asprintf(
		    &err, "there are too many events to look at all");
}

void
ir_status_events(struct ir_status *s, const json_t *ids, int64_t since)
{
	struct reading r = {.s = s, .ids = ids, .began = ir_mono_ns()};
	int64_t now = ir_status_now() + s->skew;
	struct ir_err err;
	int rc;

	s->events = json_array();
	r.forged = json_object();
	/* The engine compares whole seconds; podman's own is 2 s late. */
	rc = ir_status_stream(s->cli->engine,
	    ir_docker_is_podman(s->cli->engine) ? since / IR_SECOND - 1 : 0,
	    now / IR_SECOND + (ir_docker_is_podman(s->cli->engine) ? 2 : 1),
	    take, &r, &err);
	/* Its events are in a file that is not cut. */
	if (ir_docker_is_podman(s->cli->engine))
		s->reach = since;
	else
		s->young = rc == 0 && r.n < DOCKER_KEEPS;
	disbelieve(&r);
	tell(&r, rc == -1 ? &err : NULL);
	json_decref(r.forged);
}

int64_t
ir_status_event_time(const json_t *event)
{
	return (int64_t)ir_json_int(event, "t");
}

const json_t *
ir_status_event(const struct ir_status_one *o, const char *action,
    int64_t after, int64_t before)
{
	const json_t *events = o->s->events;

	for (size_t i = json_array_size(events); i-- > 0;) {
		const json_t *e = json_array_get(events, i);
		int64_t t = ir_status_event_time(e);

		if (t >= after && (before == 0 || t <= before) &&
		    strcmp(ir_json_str(e, "action"), action) == 0 &&
		    strcmp(ir_json_str(e, "id"), o->id) == 0)
			return e;
	}
	return NULL;
}

bool
ir_status_is_start(const struct ir_status_one *o, const json_t *connect)
{
	const json_t *e;
	bool after = false, dead = false;
	size_t i;

	json_array_foreach (o->s->events, i, e) {
		const char *action = ir_json_str(e, "action");

		after |= e == connect;
		if (strcmp(ir_json_str(e, "id"), o->id) != 0 ||
		    (strcmp(action, "start") != 0 &&
			strcmp(action, "die") != 0))
			continue;
		if (after)
			return *action == 's';
		dead = *action == 'd';
	}
	return dead;
}

json_t *
ir_status_unseen(const struct ir_status *s, int64_t since)
{
	if (s->events_why != NULL)
		return ir_json_text(s->events_why);
	if (s->reach == 0 || s->reach > since)
		return json_string("events do not reach back so far");
	return NULL;
}
