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
 * link was cut, the engine goes on to show it. */
static bool
was_left(const json_t *record, const char *name, const json_t *endpoint)
{
	const char *method = ir_json_str(record, "method");
	const json_t *before = recorded(record, name);

	if (*method == '\0' || strcmp(method, "api") == 0)
		return false;
	return before != NULL && strcmp(ir_json_str(before, "EndpointID"),
				     ir_json_str(endpoint, "EndpointID")) == 0;
}

/* The last connect to that network. */
static const json_t *
connected(const struct ir_status_one *o, const char *name, int64_t since)
{
	const json_t *e;
	int64_t before = 0;

	while ((e = ir_status_event(o, "connect", since, before)) != NULL) {
		if (strcmp(ir_json_str(e, "network"), name) == 0 ||
		    json_object_get(e, "network") == NULL)
			return e;
		before = ir_status_event_time(e) - 1;
	}
	return NULL;
}

static json_t *
connected_by(const struct ir_status_one *o, const json_t *connect,
    const char *network, int64_t since)
{
	struct ir_err err;
	json_t *by;

	if (connect == NULL)
		return ir_status_unseen(o->s, since);
	ir_auto_free char *path =
	    ir_asprintf(&err, "/networks/%s/connect", network);
	by = path != NULL ? ir_status_ours(o->s, "POST", path,
				ir_status_event_time(connect))
			  : NULL;
	return by != NULL ? by
			  : json_string("a call to the engine's API (docker "
					"network connect)");
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

static void
reconnected(struct ir_status_one *o, const char *name, const json_t *endpoint,
    int64_t since)
{
	const char *network = ir_json_str(endpoint, "NetworkID");
	const char *ip = ir_json_str(endpoint, "IPAddress");
	const json_t *connect = connected(o, name, since);

	ir_status_deviates(o, "reconnected", ir_status_event_time(connect),
	    connected_by(o, connect, network, since), o->todo_isolate,
	    "connected to network %s%s%s%s", name, *ip != '\0' ? " as " : "",
	    ip,
	    is_internal(o, network)
		? ", an internal one, from which it reaches the host by its "
		  "gateway"
		: "");
}

void
ir_status_networks(struct ir_status_one *o, const json_t *record)
{
	int64_t since = ir_status_record_time(o->s, record);
	const char *name;
	json_t *e;

	json_object_foreach (
	    ir_json_at(o->inspect, "NetworkSettings.Networks"), name, e)
		if (ir_docker_networks_has(o->inspect, name) &&
		    strcmp(name, "none") != 0 &&
		    (strcmp(name, "host") != 0 ||
			strcmp(ir_json_str(record, "mode"), "host") != 0) &&
		    !was_left(record, name, e))
			reconnected(o, name, e, since);
}

static void
renamed(struct ir_status_one *o)
{
	const char *now = ir_docker_name(o->inspect);
	const json_t *e = ir_status_event(o, "rename", o->first, 0);
	struct ir_err err;
	json_t *by = NULL;

	if (strcmp(now, o->name) == 0)
		return;
	ir_auto_free char *path =
	    ir_asprintf(&err, "/containers/%s/rename", o->id);
	if (e == NULL)
		by = ir_status_unseen(o->s, o->first);
	else if (path != NULL)
		by =
		    ir_status_ours(o->s, "POST", path, ir_status_event_time(e));
	if (e != NULL && by == NULL)
		by = json_string("a call to the engine's API (docker rename)");
	ir_status_deviates(o, "renamed", ir_status_event_time(e), by, NULL,
	    "renamed to %s", now);
}

/* Whether a pause set the policy to "no". */
static bool
policy_was_taken(const struct ir_status_one *o)
{
	size_t i;
	const json_t *r;

	json_array_foreach (o->records, i, r)
		if (ir_json_at(r, "record.restart.Name") != NULL)
			return true;
	return false;
}

void
ir_status_settings(struct ir_status_one *o)
{
	const char *policy =
	    ir_json_str(o->inspect, "HostConfig.RestartPolicy.Name");
	const json_t *e = ir_status_event(o, "update", o->last, 0);
	struct ir_err err;

	renamed(o);
	if (!policy_was_taken(o) || *policy == '\0' ||
	    strcmp(policy, "no") == 0)
		return;
	/* podman cannot change it: it is as it was when we were told so. */
	if (e == NULL && ir_docker_is_podman(o->s->cli->engine)) {
		json_object_set_new(o->now, "policy", json_string(policy));
		return;
	}
	ir_auto_free char *todo =
	    ir_asprintf(&err, "docker update --restart=no %.12s", o->id);
	ir_status_deviates(o, "restart-policy", ir_status_event_time(e),
	    e != NULL
		? json_string("a call to the engine's API (docker update)")
		: ir_status_unseen(o->s, o->last),
	    todo,
	    "its restart policy is %s again: it may come back once it "
	    "ends",
	    policy);
}
