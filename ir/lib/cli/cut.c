/* SPDX-License-Identifier: ISC
 *
 * Cutting a container off: see cut.h.
 */
#include "cli/cut.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/time.h"
#include "cli/cutting.h"
#include "cli/policy.h"
#include "docker/container.h"
#include "docker/networks.h"
#include "host/filter.h"
#include "host/host.h"
#include "host/links.h"
#include "host/state.h"
#include "json/json.h"

static size_t
outward(const json_t *links, bool up_only)
{
	size_t i, n = 0;
	const json_t *l;

	json_array_foreach (links, i, l)
		n += ir_json_true(l, "outward") &&
		     (!up_only || ir_json_true(l, "peer.up"));
	return n;
}

/* A container in the host's own network: told by its cgroup, or not at all. */
static int
pick_for_host_mode(struct ir_cutting *t, struct ir_err *err)
{
	if (strcmp(t->c->wish, "auto") != 0)
		return ir_docker_networks_mode(t->inspect, err);
	if (t->host == NULL || !ir_host_has_cgroup(t->host))
		return ir_fail(err, IR_EPROTO,
		    "%s uses the host's own network, which no engine can cut "
		    "for one container, and here on the host it cannot be "
		    "done, either (%s): pause it (ir pause %s)",
		    t->name,
		    t->host == NULL ? t->no_host.msg : "it has no cgroup",
		    t->name);
	t->c->method = "cgroup";
	return 0;
}

/* Whether its links can be cut here; if not, why. */
static int
can_cut_links(struct ir_cutting *t, struct ir_err *err)
{
	if (t->host == NULL) {
		*err = t->no_host;
		return -1;
	}
	if ((t->links = ir_host_links(t->host, err)) == NULL ||
	    ir_host_links_can_cut(t->links, err) == -1)
		return -1;
	return 0;
}

static int
pick_api(struct ir_cutting *t, struct ir_err *err)
{
	struct ir_err ignored;

	t->c->method = "api";
	if (t->host != NULL && t->links == NULL)
		t->links = ir_host_links(t->host, &ignored);
	return ir_docker_networks_mode(t->inspect, err);
}

static int
pick(struct ir_cutting *t, struct ir_err *err)
{
	const char *mode = ir_json_str(t->inspect, "HostConfig.NetworkMode");
	bool only_link =
	    strcmp(t->c->wish, "link") == 0 || ir_cutting_keeps(t->c);
	struct ir_err why;

	if (strcmp(mode, "host") == 0)
		return pick_for_host_mode(t, err);
	if (strcmp(t->c->wish, "api") == 0)
		return pick_api(t, err);
	if (can_cut_links(t, &why) == 0) {
		t->c->method = ir_cutting_keeps(t->c) ? "filter" : "link";
		return 0;
	}
	if (only_link)
		return ir_fail(err, why.code,
		    "%s cannot be cut on the host: %s", t->name, why.msg);
	if (ir_cutting_on_record(t, &why))
		return 0;
	if (ir_json_true(t->inspect, "State.Running"))
		ir_say("%s is cut by the engine, not by its link: %s", t->name,
		    why.msg);
	return pick_api(t, err);
}

/* Whether the filter is there, whole, and lets in just those. */
static bool
filter_stands(struct ir_cutting *t)
{
	json_auto_t *found = NULL;
	struct ir_err err;

	return ir_host_filter_look(t->host, &found, &err) == 0 &&
	       ir_json_true(found, "holds") &&
	       ir_json_same_set(json_object_get(found, "keep"), t->c->keep);
}

static bool
is_cut(struct ir_cutting *t)
{
	const char *method = t->c->method;

	if (strcmp(method, "api") == 0)
		return ir_cutting_endpoints(t) == 0;
	if (strcmp(method, "link") == 0)
		return outward(t->links, true) == 0;
	return filter_stands(t);
}

/* What a restart would undo: new links, which nobody has cut. */
static bool
ends_with_a_restart(const struct ir_cutting *t)
{
	return strcmp(t->c->method, "api") != 0;
}

/* The restart policy that there was, for the record. */
static int
record_policy(struct ir_cutting *t, struct ir_err *err)
{
	json_auto_t *policy = NULL;

	if (ir_policy_before(t->cli, IR_ISOLATE, t->inspect, &policy, err) ==
	    -1)
		return ends_with_a_restart(t) ? -1 : 0;
	ir_policy_note(t->c->record, policy);
	if (policy != NULL && ends_with_a_restart(t) &&
	    json_object_set(t->c->record, "restart", policy) == -1)
		return ir_fail_mem(err);
	return 0;
}

/* That an engine cannot is said; what was interrupted is to be run again. */
static int
hold_policy(struct ir_cutting *t, struct ir_err *err)
{
	if (json_object_get(t->c->record, "restart") == NULL ||
	    ir_policy_hold(t->cli, IR_ISOLATE, t->inspect, err) == 0) {
		const char *was = ir_json_str(t->c->record, "restart.Name");

		if (*was != '\0' && !t->cli->dry_run && !t->c->already)
			ir_say("the restart policy of %s, %s, is no until ir "
			       "isolate --undo",
			    t->name, was);
		return 0;
	}
	if (err->code == IR_EINTR)
		return ir_fail(err, IR_EINTR,
		    "%s is cut off, but interrupted before its restart policy "
		    "was set to no: run it again",
		    t->name);
	ir_warn("%s is isolated as long as it runs: once restarted it has new "
		"links: %s",
	    t->name, err->msg);
	return 0;
}

/* After a run that ended between the cut and this. */
static int
hold_policy_again(struct ir_cutting *t, struct ir_err *err)
{
	struct ir_isolation i;
	struct ir_err lost;

	if (t->cli->dry_run)
		return 0;
	if (ir_isolation_load(t->cli, t->inspect, NULL, &i, &lost) == 0)
		json_object_set(t->c->record, "restart",
		    (json_t *)(uintptr_t)ir_policy_held(i.actions.records));
	ir_isolation_free(&i);
	return hold_policy(t, err);
}

/* The record of the engine's, and of what is done here. */
static int
make_record(struct ir_cutting *t, struct ir_err *err)
{
	json_t *r = t->c->record;

	bool api = strcmp(t->c->method, "api") == 0;

	if (ir_cutting_note_hidden(t, err) == -1)
		return -1;
	if (json_object_set_new(r, "method", json_string(t->c->method)) == -1 ||
	    json_object_set_new(r, "started",
		json_string(ir_json_str(t->inspect, "State.StartedAt"))) ==
		-1 ||
	    (t->links != NULL && !api &&
		json_object_set(r, "links", t->links) == -1) ||
	    (ir_cutting_keeps(t->c) &&
		json_object_set(r, "keep", (json_t *)(uintptr_t)t->c->keep) ==
		    -1))
		return ir_fail_mem(err);
	return 0;
}

/* Sockets, routes and the like, before they are gone.  What cannot be had is
 * said, and does not hold up the cut. */
static int
save_state(struct ir_cutting *t, struct ir_err *err)
{
	ir_auto_buf struct ir_buf tar = IR_BUF_INIT;
	ir_auto_free char *path =
	    ir_action_path(t->cli, IR_ISOLATE, t->id, ".network.tar", err);
	json_t *ledger = NULL;
	int rc;

	if (path == NULL || ir_host_state(t->host, &tar, &ledger, err) == -1)
		return -1;
	json_object_set_new(t->c->record, "state_ledger", ledger);
	rc = t->cli->bundle != NULL
		 ? ir_cli_put(t->cli, path, tar.p, tar.len, err)
		 : ir_put_file(AT_FDCWD, path, tar.p, tar.len, err);
	if (rc == -1)
		return -1;
	json_object_set_new(t->c->record, "state", ir_json_text(path));
	return 0;
}

static int
save(struct ir_cutting *t, struct ir_err *err)
{
	struct ir_err lost;

	if (t->host != NULL && save_state(t, &lost) == -1)
		ir_warn("the sockets and routes of %s are not saved: %s",
		    t->name, lost.msg);
	t->c->where = ir_isolation_save(t->cli, t->c->record, err);
	return t->c->where != NULL ? 0 : -1;
}

/* What the cut left, by what is to be seen on the host. */
static int
verify(struct ir_cutting *t, struct ir_err *err)
{
	const char *method = t->c->method;

	if (t->cli->dry_run)
		return 0;
	if ((strcmp(method, "filter") == 0 || strcmp(method, "cgroup") == 0) &&
	    !filter_stands(t))
		return ir_fail(err, IR_EPROTO,
		    "the packet filter of %s is not what was just made: it has "
		    "a new link, or somebody else changes it: run it again",
		    t->name);
	return ir_cutting_hidden(
	    t, t->after != NULL ? t->after : t->links, err);
}

static int
already(struct ir_cutting *t, struct ir_err *err)
{
	if (strcmp(t->c->method, "api") == 0)
		return t->cli->dry_run ||
			       (ir_cutting_by_api(t, err) == 0 &&
				   ir_cutting_was_hidden(t, err) == 0)
			   ? 0
			   : -1;
	t->c->seen = true;
	return hold_policy_again(t, err) == -1
		   ? -1
		   : ir_cutting_hidden(t, t->links, err);
}

static int
run(struct ir_cutting *t, struct ir_err *err)
{
	t->c->record =
	    ir_docker_networks_record(t->cli->engine, t->inspect, err);
	if (t->c->record == NULL || pick(t, err) == -1)
		return -1;
	if (t->c->by_record)
		return 0;
	if (make_record(t, err) == -1)
		return -1;
	t->c->already = is_cut(t);
	if (t->c->already)
		return already(t, err);
	if (record_policy(t, err) == -1 ||
	    (!t->cli->dry_run && save(t, err) == -1))
		return -1;
	t->began = ir_mono_ns();
	if (ir_cutting_do(t, err) == -1)
		return -1;
	t->c->ms = (double)(ir_mono_ns() - t->began) / 1e6;
	if (ends_with_a_restart(t) && hold_policy(t, err) == -1)
		return -1;
	return verify(t, err);
}

int
ir_cut(struct ir_cli *cli, const json_t *inspect, struct ir_cut *c,
    struct ir_err *err)
{
	struct ir_err mode;
	struct ir_cutting t = {.cli = cli,
	    .inspect = inspect,
	    .id = ir_json_str(inspect, "Id"),
	    .name = ir_docker_name(inspect),
	    .c = c};
	int rc;

	t.host = ir_host_of(inspect, &t.no_host);
	rc = run(&t, err);
	c->only_freeze = rc == -1 && err->code == IR_EPROTO &&
			 !ir_cutting_keeps(c) && strcmp(c->wish, "auto") == 0 &&
			 ir_docker_networks_mode(inspect, &mode) == -1;
	c->leaks = t.host != NULL ? ir_host_resolver_leaks(t.host) : -1;
	ir_host_close(t.host);
	json_decref(t.links);
	json_decref(t.after);
	return rc;
}

void
ir_cut_free(struct ir_cut *c)
{
	json_decref(c->record);
	free(c->where);
}
