/* SPDX-License-Identifier: ISC
 *
 * What of a containment only its host shows: links, the packet filter, frozen
 * and stopped processes.  The engine is not believed where this can be seen.
 * See statusparts.h.
 */
#include <stdio.h>
#include <string.h>

#include "cli/actions.h"
#include "cli/statusparts.h"
#include "docker/networks.h"
#include "host/filter.h"
#include "host/freezer.h"
#include "host/host.h"
#include "host/links.h"
#include "host/processes.h"
#include "host/state.h"
#include "json/json.h"

#define ROOT "somebody with root on the host"

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

/* How many networks the engine shows. */
static size_t
networks(const struct ir_status_one *o)
{
	return json_array_size(json_object_get(o->now, "networks"));
}

/* What holds it on the host does so no longer: by what is told already, a
 * connect or a restart, or for its own sake. */
static void
undone(struct ir_status_one *o, const json_t *record, const char *what,
    const char *by, const char *says)
{
	json_t *d,
	    *cause = ir_status_restarted(o, record) != 0 ? o->restart : NULL;
	size_t i;

	json_array_foreach (o->deviations, i, d)
		if (cause == NULL && is(d, "what", "reconnected"))
			cause = d;
	if (cause != NULL)
		ir_status_follows(o, cause, what, o->todo_isolate, "%s", says);
	else
		ir_status_deviates(o, what, 0,
		    by != NULL ? json_string(by) : NULL, o->todo_isolate, "%s",
		    says);
}

/* One link that leads out of the container's network namespace. */
static void
check_link(struct ir_status_one *o, const json_t *record, const json_t *link)
{
	const char *name = ir_json_str(link, "name");
	char says[100];

	if (is_by_api(record)) {
		if (networks(o) == 0)
			ir_status_deviates(o, "interface", 0, NULL,
			    o->todo_pause,
			    "it has an interface, %s, although the engine "
			    "shows no network",
			    name);
	} else if (is(record, "method", "link") &&
		   ir_json_true(link, "carrier") &&
		   (ir_status_restarted(o, record) == 0 || networks(o) == 0)) {
		snprintf(says, sizeof(says),
		    "its link %s is up: it is on the network again", name);
		undone(o, record, "link-up",
		    "somebody with root on the host, or the engine", says);
	}
}

static int
check_links(struct ir_status_one *o, const json_t *record, struct ir_host *h,
    struct ir_err *err)
{
	json_auto_t *links = NULL;
	const json_t *l;
	size_t i, n = 0;

	if ((links = ir_host_links(h, err)) == NULL)
		return -1;
	json_array_foreach (links, i, l)
		if (ir_json_true(l, "outward")) {
			check_link(o, record, l);
			n++;
		}
	if (n < networks(o))
		ir_status_deviates(o, "hidden", 0, NULL, o->todo_pause,
		    "the engine shows more networks than links lead out of it: "
		    "a process within took one away, or hides it");
	return 0;
}

static int
check_filter(struct ir_status_one *o, const json_t *record, struct ir_host *h,
    struct ir_err *err)
{
	json_t *found = NULL;

	if (ir_host_filter_look(h, &found, err) == -1)
		return -1;
	if (found == NULL)
		undone(o, record, "filter-gone", ROOT,
		    "its packet filter is gone: it is on the network again");
	else if (!ir_json_true(found, "holds"))
		undone(o, record, "filter-changed", NULL,
		    "its packet filter does not hold it any more: it has "
		    "another link or cgroup, or somebody changed the rules");
	if (found != NULL && !ir_json_same_set(json_object_get(record, "keep"),
				 json_object_get(found, "keep")))
		undone(o, record, "filter-changed", ROOT,
		    "its packet filter lets in others than it did");
	json_object_set(o->now, "dropped", json_object_get(found, "dropped"));
	json_decref(found);
	return 0;
}

static void
check_resolver(struct ir_status_one *o, struct ir_host *h)
{
	if (ir_docker_resolves_for_all(o->s->cli->engine, o->inspect) &&
	    ir_host_resolver_leaks(h) == 1)
		ir_status_deviates(o, "resolver", 0, NULL, o->todo_pause,
		    "it runs, and names are still resolved from inside by the "
		    "engine's own resolver, which leaks data");
}

static int
check_isolation(struct ir_status_one *o, const json_t *record,
    struct ir_host *h, struct ir_err *err)
{
	check_resolver(o, h);
	if (!is(record, "method", "cgroup") &&
	    check_links(o, record, h, err) == -1)
		return -1;
	return is(record, "method", "filter") || is(record, "method", "cgroup")
		   ? check_filter(o, record, h, err)
		   : 0;
}

static void
check_pause(struct ir_status_one *o, const json_t *record, struct ir_host *h)
{
	struct ir_err err;
	int running = 0;

	if (is(record, "how", "signal")) {
		if (ir_status_restarted(o, record) != 0)
			ir_status_follows(o, o->restart, "thawed",
			    o->todo_pause, "it is not stopped");
		else if (ir_host_stopped(h, &running, &err) == 0)
			ir_status_deviates(o, "thawed", 0,
			    json_string("SIGCONT, by somebody with root on the "
					"host or by a process within"),
			    o->todo_pause, "thawed: %d of its processes run",
			    running);
	} else if (ir_json_true(o->inspect, "State.Paused") &&
		   ir_host_frozen(h, &err) == 0) {
		ir_status_deviates(o, "thawed", 0, json_string(ROOT),
		    o->todo_pause,
		    "the engine shows it as paused, but its processes are not "
		    "frozen");
	}
}

/* What was done on the host, and cannot be seen there, is not known to hold. */
static void
cannot_tell(struct ir_status_one *o, const struct ir_err *why)
{
	const json_t *l;
	size_t i;

	json_object_set_new(o->now, "host", ir_json_text(why->msg));
	json_array_foreach (o->left, i, l)
		if (is(l, "how", "link") || is(l, "how", "filter") ||
		    is(l, "how", "cgroup") || is(l, "how", "signal")) {
			ir_fail(&o->why, why->code,
			    "it was %s on its host, which cannot be seen: %s",
			    ir_json_str(l, "what"), why->msg);
			return;
		}
}

static int
check(struct ir_status_one *o, struct ir_host *h, struct ir_err *err)
{
	const json_t *isolation = ir_status_isolation(o), *r;
	size_t i;

	json_array_foreach (o->records, i, r)
		if (is(r, "kind", IR_PAUSE))
			check_pause(o, json_object_get(r, "record"), h);
	if (isolation == NULL || check_isolation(o, isolation, h, err) == 0)
		return 0;
	return ir_wrap(err, "its links cannot be checked");
}

void
ir_status_host(struct ir_status_one *o)
{
	struct ir_err err;
	struct ir_host *h;

	if (!ir_json_true(o->inspect, "State.Running"))
		return;
	h = ir_host_of(o->inspect, &err);
	json_object_set_new(o->now, "host", json_string("seen"));
	if (h == NULL)
		cannot_tell(o, &err);
	else if (check(o, h, &err) == -1)
		o->why = err;
	ir_host_close(h);
}
