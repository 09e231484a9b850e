/* SPDX-License-Identifier: ISC
 *
 * Whether an isolated container is off the networks still, as the engine shows
 * it, and what else of its settings is not as it was.  See statusparts.h.
 */
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "cli/statusparts.h"
#include "docker/container.h"
#include "docker/networks.h"
#include "json/json.h"

/* The record's endpoint on that network. */
static const json_t *
recorded(const json_t *record, const char *name)
{
	const json_t *list = json_object_get(record, "endpoints"), *e;
	size_t i;

	json_array_foreach (list, i, e)
		if (strcmp(ir_json_str(e, "name"), name) == 0)
			return json_object_get(e, "endpoint");
	return NULL;
}

/* Whether that endpoint is how we left it: where only the host's end of the
 * link was cut, the engine goes on to show it; one that does not run has none,
 * but a start makes it. */
static bool
was_left(const struct ir_status_one *o, const json_t *record, const char *name,
    const json_t *endpoint)
{
	const char *method = ir_json_str(record, "method");
	const json_t *before = recorded(record, name);

	if (*method == '\0' || strcmp(method, "api") == 0 || before == NULL)
		return false;
	return !ir_json_true(o->inspect, "State.Running") ||
	       strcmp(ir_json_str(before, "EndpointID"),
		   ir_json_str(endpoint, "EndpointID")) == 0;
}

/* The last connect to that network which no start of the container made. */
static const json_t *
connected(const struct ir_status_one *o, const char *name, int64_t since)
{
	const json_t *e;
	int64_t before = 0;

	while ((e = ir_status_event(o, "connect", since, before)) != NULL) {
		if ((strcmp(ir_json_str(e, "network"), name) == 0 ||
			json_object_get(e, "network") == NULL) &&
		    !ir_status_is_start(o, e))
			return e;
		before = ir_status_event_time(e) - 1;
	}
	return NULL;
}

json_t *
ir_status_connect_ours(struct ir_status *s, const char *network, int64_t t)
{
	struct ir_err err;
	ir_auto_free char *path =
	    ir_asprintf(&err, "/networks/%s/connect", network);

	return path != NULL ? ir_status_ours(s, "POST", path, t) : NULL;
}

json_t *
ir_status_connected_by(
    const struct ir_status_one *o, const json_t *connect, int64_t since)
{
	json_t *by = connect != NULL ? ir_status_connect_ours(o->s,
					   ir_json_str(connect, "of"),
					   ir_status_event_time(connect))
				     : ir_status_unseen(o->s, since);

	if (by != NULL)
		return by;
	/* An engine tells of no connect to one that does not run. */
	return json_string(connect != NULL
			       ? "a call to the engine's API (docker network "
				 "connect)"
			       : "a call to the engine's API (docker network "
				 "connect) while it was stopped");
}

static bool
is_internal(struct ir_status_one *o, const char *network)
{
	struct ir_err err;
	ir_auto_buf struct ir_buf escaped = IR_BUF_INIT;

	ir_url_escape(&escaped, network);
	json_auto_t *doc = escaped.p != NULL
			       ? ir_docker_get(o->s->cli->engine, &err,
				     "/networks/%s", escaped.p)
			       : NULL;

	return ir_json_true(doc, "Internal");
}

/* Where the engine's word was not taken from it, a restart connects it anew to
 * all that it was on. */
static bool
is_by_restart(
    const struct ir_status_one *o, const json_t *record, const char *name)
{
	const char *method = ir_json_str(record, "method");

	return *method != '\0' && strcmp(method, "api") != 0 &&
	       ir_status_restarted(o, record) != 0 &&
	       recorded(record, name) != NULL;
}

static void
reconnected(struct ir_status_one *o, const json_t *record, const char *name,
    const json_t *endpoint)
{
	int64_t since = ir_status_record_time(o->s, record);
	const char *network = ir_json_str(endpoint, "NetworkID");
	const char *ip = ir_json_str(endpoint, "IPAddress");
	const json_t *connect = connected(o, name, since);
	const char *to = is_internal(o, network)
			     ? ", an internal one, from which it reaches the "
			       "host by its gateway"
			     : "";

	if (connect == NULL && is_by_restart(o, record, name))
		ir_status_follows(o, o->restart, "reconnected", o->todo_isolate,
		    "connected to network %s%s%s%s", name,
		    *ip != '\0' ? " as " : "", ip, to);
	else
		ir_status_deviates(o, "reconnected",
		    ir_status_event_time(connect),
		    ir_status_connected_by(o, connect, since), o->todo_isolate,
		    "connected to network %s%s%s%s", name,
		    *ip != '\0' ? " as " : "", ip, to);
}

void
ir_status_networks(struct ir_status_one *o, const json_t *record)
{
	const char *name;
	json_t *e;

	json_object_foreach (
	    ir_json_at(o->inspect, "NetworkSettings.Networks"), name, e)
		if (ir_docker_networks_has(o->inspect, name) &&
		    strcmp(name, "none") != 0 &&
		    (strcmp(name, "host") != 0 ||
			strcmp(ir_json_str(record, "mode"), "host") != 0) &&
		    !was_left(o, record, name, e))
			reconnected(o, record, name, e);
}

static void
renamed(struct ir_status_one *o)
{
	const char *now = ir_docker_name(o->inspect);
	const json_t *e = ir_status_event(o, "rename", o->first, 0);
	json_t *by;

	if (strcmp(now, o->name) == 0)
		return;
	by = e == NULL
		 ? ir_status_unseen(o->s, o->first)
		 : ir_status_ours_to(o, "rename", ir_status_event_time(e));
	if (e != NULL && by == NULL)
		by = json_string("a call to the engine's API (docker rename)");
	ir_status_deviates(o, "renamed", ir_status_event_time(e), by, NULL,
	    "renamed to %s", now);
}

/* The restart policy that it was left with. */
static const char *
policy_left(const struct ir_status_one *o)
{
	const char *left = "";
	const json_t *r;
	size_t i;

	json_array_foreach (o->records, i, r) {
		if (ir_json_at(r, "record.restart.Name") != NULL)
			return "no";
		left = ir_json_str(r, "record.policy");
	}
	return left;
}

static void
policy(struct ir_status_one *o)
{
	const char *now =
	    ir_json_str(o->inspect, "HostConfig.RestartPolicy.Name");
	const json_t *e = ir_status_event(o, "update", o->first, 0);
	json_t *by;
	struct ir_err err;

	if (strcmp(policy_left(o), "no") != 0 || *now == '\0' ||
	    strcmp(now, "no") == 0)
		return;
	/* podman cannot change it: it is as it was when we were told so. */
	if (e == NULL && ir_docker_is_podman(o->s->cli->engine)) {
		json_object_set_new(o->now, "policy", json_string(now));
		return;
	}
	ir_auto_free char *todo =
	    ir_asprintf(&err, "docker update --restart=no %.12s", o->id);
	by = e == NULL
		 ? ir_status_unseen(o->s, o->first)
		 : ir_status_ours_to(o, "update", ir_status_event_time(e));
	if (by == NULL && e != NULL)
		by = json_string("a call to the engine's API (docker update)");
	ir_status_deviates(o, "restart-policy", ir_status_event_time(e), by,
	    todo,
	    "its restart policy is %s, it was left as no: it may come back "
	    "once it ends",
	    now);
}

void
ir_status_settings(struct ir_status_one *o)
{
	renamed(o);
	policy(o);
}
