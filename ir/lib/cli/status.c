/* SPDX-License-Identifier: ISC
 *
 * Contained containers as they are now: see status.h.
 */
#include "cli/status.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/signal.h"
#include "base/text.h"
#include "cli/actions.h"
#include "cli/statusparts.h"
#include "docker/container.h"
#include "docker/networks.h"
#include "json/json.h"

/* Clocks that differ by less are taken for the same: the engine's answer took
 * its time, too. */
#define SAME_CLOCK (2 * IR_SECOND)

/* At one that ends or is restarted just then: as long as that may take. */
#define MAX_LOOKS 20

const char *const ir_status_labels[] = {"com.docker.swarm.service.id",
    "com.docker.swarm.task.id", "com.docker.compose.project",
    "com.docker.compose.service", "autoheal",
    "com.centurylinklabs.watchtower.enable", "io.kubernetes.pod.name", NULL};

int64_t
ir_status_skew(struct ir_docker *d)
{
	struct ir_err err;
	int64_t asked = ir_status_now();
	json_auto_t *info = ir_docker_info(d, &err);
	int64_t now = ir_status_now();
	int64_t t = ir_status_time(ir_json_str(info, "SystemTime"));
	int64_t skew = t - (asked + now) / 2;
	static int64_t last; /* so that times are the same look after look */

	if (t != 0 &&
	    (t < asked + last - SAME_CLOCK || t > now + last + SAME_CLOCK))
		last = skew;
	return last;
}

static void
read_record(struct ir_status_one *o, const json_t *entry)
{
	const json_t *r = json_object_get(entry, "record");
	int64_t t = ir_status_record_time(o->s, r);
	bool isolate = strcmp(ir_json_str(entry, "kind"), IR_ISOLATE) == 0;
	const char *how = ir_json_str(r, isolate ? "method" : "how");

	if (*how == '\0')
		how = isolate ? "api" : "engine";
	if (o->first == 0 || t < o->first)
		o->first = t;
	if (t > o->last)
		o->last = t;
	o->name = ir_json_str(r, "name");
	json_array_append_new(o->left,
	    json_pack("{s:s, s:s, s:O?, s:o, s:O}", "what",
		isolate ? "isolated" : "paused", "how", how, "keep",
		json_object_get(r, "keep"), "time", ir_status_text(o->s, t),
		"record", json_object_get(entry, "where")));
}

/* With the addresses that were let in. */
static void
isolate_again(struct ir_status_one *o, const char *handle)
{
	char *p = o->todo_isolate;
	size_t room = sizeof(o->todo_isolate), i, k;
	const json_t *l, *a;

	snprintf(p, room, "ir isolate");
	json_array_foreach (o->left, i, l)
		json_array_foreach (json_object_get(l, "keep"), k, a) {
			const char *s = json_string_value(a);
			size_t n = strlen(p);

			if (s != NULL &&
			    strspn(s, "0123456789abcdef.:") == strlen(s) &&
			    n + strlen(s) + 100 < room)
				snprintf(p + n, room - n, " --keep-from %s", s);
		}
	snprintf(p + strlen(p), room - strlen(p), " %s", handle);
}

static void
commands(struct ir_status_one *o)
{
	char handle[IR_DOCKER_HANDLE];

	ir_docker_handle(handle, ir_docker_name(o->inspect), o->id);
	snprintf(o->todo_pause, sizeof(o->todo_pause), "ir pause %s", handle);
	isolate_again(o, handle);
	snprintf(
	    o->todo_capture, sizeof(o->todo_capture), "ir capture %s", handle);
}

static void
see_now(struct ir_status_one *o)
{
	json_t *networks = json_array(), *e;
	const char *name;
	int64_t started =
	    ir_status_time(ir_json_str(o->inspect, "State.StartedAt"));

	json_object_foreach (
	    ir_json_at(o->inspect, "NetworkSettings.Networks"), name, e)
		if (strcmp(name, "none") != 0 &&
		    ir_docker_networks_has(o->inspect, name))
			json_array_append_new(networks, json_string(name));
	o->now = json_pack("{s:s, s:s, s:I, s:o, s:o, s:s}", "name",
	    ir_docker_name(o->inspect), "state",
	    ir_json_str(o->inspect, "State.Status"), "pid",
	    ir_json_int(o->inspect, "State.Pid"), "started",
	    ir_status_text(o->s, started), "networks", networks, "host",
	    "not running");
}

const json_t *
ir_status_isolation(const struct ir_status_one *o)
{
	const json_t *r, *last = NULL;
	size_t i;

	json_array_foreach (o->records, i, r)
		if (strcmp(ir_json_str(r, "kind"), IR_ISOLATE) == 0 &&
		    strcmp(ir_json_str(r, "record.time"),
			ir_json_str(last, "time")) >= 0)
			last = json_object_get(r, "record");
	return last;
}

static void
compare(struct ir_status_one *o)
{
	const json_t *isolation = ir_status_isolation(o), *r;
	size_t i;

	if (json_array_size(o->records) == 0)
		return;
	ir_status_lifecycle(o);
	if (isolation != NULL)
		ir_status_networks(o, isolation);
	json_array_foreach (o->records, i, r)
		if (strcmp(ir_json_str(r, "kind"), IR_PAUSE) == 0)
			ir_status_thawed(o, json_object_get(r, "record"));
	ir_status_host(o);
	ir_status_past(o);
	ir_status_execs(o);
	ir_status_settings(o);
	ir_status_others(o);
}

/* What all of it says; why if nothing can be said. */
static const char *
verdict(const struct ir_status_one *o)
{
	const json_t *d;
	size_t i;

	if (json_array_size(o->records) == 0)
		return "none";
	json_array_foreach (o->deviations, i, d)
		if (strcmp(ir_json_str(d, "what"), "removed") == 0)
			return "gone";
	json_array_foreach (o->deviations, i, d)
		if (!ir_json_true(d, "ours") && !ir_json_true(d, "over"))
			return "broken";
	return o->why.code == IR_OK ? "holds" : "unknown";
}

static json_t *
object(struct ir_status_one *o)
{
	json_t *j = json_pack("{s:s, s:o, s:s, s:O, s:O, s:O}", "container",
	    o->id, "name", ir_json_text(o->name), "verdict", verdict(o), "left",
	    o->left, "now", o->now, "deviations", o->deviations);

	if (strcmp(ir_json_str(j, "verdict"), "unknown") == 0)
		json_object_update_new(
		    j, json_pack("{s:o, s:i}", "why", ir_json_text(o->why.msg),
			   "code", (int)o->why.code));
	if (j == NULL)
		o->s->failed = true;
	return j;
}

/* What is on record of it, and what it is by the engine; what cannot be read is
 * o->why. */
static void
begin(struct ir_status_one *o, struct ir_status *s, const char *id,
    const json_t *records)
{
	const json_t *r;
	size_t i;

	*o = (struct ir_status_one){.s = s,
	    .id = id,
	    .name = "",
	    .records = json_array(),
	    .left = json_array(),
	    .now = json_object(),
	    .deviations = json_array(),
	    .why = s->engine};
	json_array_foreach (records, i, r)
		if (strcmp(ir_json_str(r, "record.container"), id) == 0) {
			json_array_append(o->records, (json_t *)(uintptr_t)r);
			read_record(o, r);
		}
	if (s->engine.code == IR_OK)
		o->inspect = ir_docker_inspect(s->cli->engine, id, &o->why);
}

/* Whether it ended after the engine said that it runs. */
static bool
ended_since(const struct ir_status_one *o)
{
	return ir_json_true(o->inspect, "State.Running") &&
	       ir_status_event(o, "die",
		   ir_status_time(ir_json_str(o->inspect, "State.StartedAt")),
		   0) != NULL;
}

static void
find(struct ir_status_one *o)
{
	if (o->inspect != NULL) {
		o->s->stale |= ended_since(o);
		o->why.code = IR_OK;
		o->labels = ir_json_at(o->inspect, "Config.Labels");
		if (*o->name == '\0')
			o->name = ir_docker_name(o->inspect);
		commands(o);
		json_decref(o->now);
		see_now(o);
		compare(o);
	} else if (o->s->engine.code == IR_OK && o->why.code == IR_ENOENT) {
		o->labels = json_object_get(
		    ir_status_event(o, "destroy", 0, 0), "labels");
		ir_status_removed(o);
		ir_status_others(o);
	}
}

static json_t *
end(struct ir_status_one *o)
{
	json_t *j = object(o);

	json_decref(o->records);
	json_decref(o->left);
	json_decref(o->now);
	json_decref(o->deviations);
	json_decref(o->inspect);
	return j;
}

/* When the first of them was contained. */
static int64_t
begin_of(const struct ir_status *s, const json_t *records)
{
	int64_t first = ir_status_now() + s->skew;
	const json_t *r;
	size_t i;

	json_array_foreach (records, i, r) {
		int64_t t =
		    ir_status_record_time(s, json_object_get(r, "record"));

		if (t != 0 && t < first)
			first = t;
	}
	return first;
}

/* The events are read last, so that they tell of all that is seen. */
static void
look(struct ir_status *s, const json_t *records, char **names, int n,
    json_t *out)
{
	struct ir_status_one *all;
	json_auto_t *ids = NULL;
	size_t count = 0;
	const char *id;
	json_t *v;

	if ((s->list = ir_docker_list(s->cli->engine, &s->engine)) != NULL) {
		s->engine.code = IR_OK;
		s->skew = ir_status_skew(s->cli->engine);
	}
	ids = ir_status_chosen(s, records, names, n, out);
	if ((all = calloc(json_object_size(ids) + 1, sizeof(*all))) == NULL) {
		s->failed = true;
		return;
	}
	json_object_foreach (ids, id, v)
		begin(&all[count++], s, id, records);
	if (s->list != NULL && json_array_size(records) > 0)
		ir_status_events(s, ids, begin_of(s, records));
	for (size_t i = 0; i < count; i++) {
		find(&all[i]);
		json_array_append_new(out, end(&all[i]));
	}
	free(all);
}

json_t *
ir_status_look(struct ir_cli *cli, char **names, int n, struct ir_err *engine,
    struct ir_err *err)
{
	const struct timespec wait = {0, 100 * 1000000};
	json_auto_t *records = ir_actions_standing(cli, err);
	json_t *out = records != NULL ? json_array() : NULL;
	struct ir_status s = {.stale = out != NULL};

	for (int i = 0; s.stale && i < MAX_LOOKS && !ir_interrupted(); i++) {
		if (i > 0)
			nanosleep(&wait, NULL);
		s = (struct ir_status){.cli = cli};
		json_array_clear(out);
		look(&s, records, names, n, out);
		*engine = s.engine;
		json_decref(s.list);
		json_decref(s.events);
		json_decref(s.calls);
		free(s.events_why);
	}
	if (out == NULL || (!s.failed && !ir_interrupted()))
		return out;
	json_decref(out);
	ir_fail(err, s.failed ? IR_EINTERNAL : IR_EINTR,
	    s.failed ? "out of memory" : "interrupted");
	return NULL;
}

int
ir_status_code(const json_t *list)
{
	int unknown = 0;
	bool broken = false, none = false;
	const json_t *j;
	size_t i;

	json_array_foreach (list, i, j) {
		const char *v = ir_json_str(j, "verdict");

		broken |= strcmp(v, "broken") == 0 || strcmp(v, "gone") == 0;
		none |= strcmp(v, "none") == 0;
		if (unknown == 0)
			unknown = (int)ir_json_int(j, "code");
	}
	if (broken)
		return IR_STATUS_BROKEN;
	return unknown != 0 ? unknown : none ? IR_ENOENT : IR_OK;
}
