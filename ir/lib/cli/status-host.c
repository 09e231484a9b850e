/* SPDX-License-Identifier: ISC
 *
 * What of a containment only its host shows: links, the packet filter, frozen
 * and stopped processes.  The engine is not believed where this can be seen.
 * See statusparts.h.
 */
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/file.h"
#include "cli/statusparts.h"
#include "docker/networks.h"
#include "host/cgroup.h"
#include "host/host.h"
#include "host/links.h"
#include "json/json.h"

/* A state of the freezer: a line or two. */
#define MAX_STATE 4096

static bool
is(const json_t *record, const char *field, const char *value)
{
	return strcmp(ir_json_str(record, field), value) == 0;
}

static bool
is_by_api(const json_t *record)
{
	return is(record, "method", "") || is(record, "method", "api");
}

/* Whether the engine shows a network at all. */
static bool
is_on_network(const json_t *inspect)
{
	const char *name;
	json_t *e;

	json_object_foreach (
	    ir_json_at(inspect, "NetworkSettings.Networks"), name, e)
		if (strcmp(name, "none") != 0 &&
		    ir_docker_networks_has(inspect, name))
			return true;
	return false;
}

static const json_t *
recorded_link(const json_t *record, const json_t *link)
{
	const json_t *list = json_object_get(record, "links"), *l;
	size_t i;

	json_array_foreach (list, i, l)
		if (ir_json_int(l, "index") == ir_json_int(link, "index") &&
		    strcmp(ir_json_str(l, "mac"), ir_json_str(link, "mac")) ==
			0)
			return l;
	return NULL;
}

/* One link that leads out of the container's network namespace. */
static void
check_link(struct ir_status_one *o, const json_t *record, const json_t *link)
{
	const char *name = ir_json_str(link, "name");
	bool open = ir_json_true(link, "carrier");

	if (is_by_api(record)) {
		if (!is_on_network(o->inspect))
			ir_status_deviates(o, "interface", 0, NULL,
			    o->todo_pause,
			    "it has an interface, %s, although the engine "
			    "shows no network",
			    name);
	} else if (is(record, "method", "link") && open) {
		ir_status_deviates(o, "link-up", 0,
		    json_string("somebody with root on the host, or the "
				"engine"),
		    o->todo_isolate,
		    "its link %s is up: it is on the network again", name);
	} else if (is(record, "method", "filter") && open &&
		   recorded_link(record, link) == NULL) {
		ir_status_deviates(o, "interface", 0, NULL, o->todo_isolate,
		    "its interface %s is new, and not behind the packet filter",
		    name);
	}
}

static void
check_links(struct ir_status_one *o, const json_t *record, struct ir_host *h)
{
	struct ir_err err;
	json_auto_t *links = NULL;
	const json_t *l;
	size_t i;

	if (is(record, "method", "cgroup"))
		return;
	if ((links = ir_host_links(h, &err)) == NULL) {
		json_object_set_new(o->now, "host", ir_json_text(err.msg));
		return;
	}
	json_array_foreach (links, i, l)
		if (ir_json_true(l, "outward"))
			check_link(o, record, l);
}

/* Whether the processes are frozen: 1, 0, or -1 if it cannot be told. */
static int
is_frozen(struct ir_host *h)
{
	struct ir_err err;
	ir_auto_free char *v1 = ir_host_cgroup_dir(h, "freezer", &err);
	ir_auto_free char *v2 =
	    v1 == NULL ? ir_host_cgroup_dir(h, "", &err) : NULL;
	ir_auto_free char *path = NULL, *state = NULL;
	size_t n;

	if (v1 != NULL)
		path = ir_asprintf(&err, "%s/freezer.state", v1);
	else if (v2 != NULL)
		path = ir_asprintf(&err, "%s/cgroup.events", v2);
	if (path != NULL)
		state = ir_read_file(path, MAX_STATE, &n, &err);
	if (state == NULL)
		return -1;
	if (v1 != NULL)
		return strstr(state, "THAWED") == NULL;
	return strstr(state, "frozen 1") != NULL;
}

static void
check_pause(struct ir_status_one *o, const json_t *record, struct ir_host *h)
{
	if (is(record, "how", "signal"))
		return;
	if (ir_json_true(o->inspect, "State.Paused") && is_frozen(h) == 0)
		ir_status_deviates(o, "thawed", 0,
		    json_string("somebody with root on the host"),
		    o->todo_pause,
		    "the engine shows it as paused, but its processes are not "
		    "frozen");
}

void
ir_status_host(struct ir_status_one *o)
{
	struct ir_err err;
	struct ir_host *h;
	const json_t *r;
	size_t i;

	if (!ir_json_true(o->inspect, "State.Running"))
		return;
	h = ir_host_open(o->id, ir_json_int(o->inspect, "State.Pid"), &err);
	json_object_set_new(o->now, "host",
	    h != NULL ? json_string("seen") : ir_json_text(err.msg));
	json_array_foreach (o->records, i, r) {
		const json_t *record = json_object_get(r, "record");

		if (h == NULL)
			break;
		if (is(r, "kind", "isolate"))
			check_links(o, record, h);
		else
			check_pause(o, record, h);
	}
	ir_host_close(h);
}
