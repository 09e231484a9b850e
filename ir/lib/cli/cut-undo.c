/* SPDX-License-Identifier: ISC
 *
 * The way back from a cut: see cut.h.
 */
#include "cli/cut.h"

#include <string.h>

#include "cli/dryrun.h"
#include "cli/policy.h"
#include "docker/container.h"
#include "docker/networks.h"
#include "host/filter.h"
#include "host/host.h"
#include "host/links.h"
#include "json/json.h"

/* The links that the first cut on the host found. */
static const json_t *
links_before(const struct ir_isolation *i)
{
	size_t k;
	const json_t *r;

	json_array_foreach (i->actions.records, k, r)
		if (json_object_get(r, "links") != NULL)
			return json_object_get(r, "links");
	return NULL;
}

/* What is going to be done, and nothing else. */
static void
declare(struct ir_cli *cli, const json_t *inspect, const struct ir_isolation *i)
{
	const char *id = ir_json_str(i->record, "container");
	size_t k;
	const json_t *e;

	if (links_before(i) != NULL)
		ir_cli_change(cli, "ir isolate", "the isolation is over",
		    "container %.12s: its links are up again on the host", id);
	if (ir_isolation_filters(i))
		ir_cli_change(cli, "ir isolate", "the isolation is over",
		    "container %.12s: its packet filter is taken away", id);
	json_array_foreach (json_object_get(i->record, "endpoints"), k, e)
		if (!ir_docker_networks_has(inspect, ir_json_str(e, "name")))
			ir_cli_change(cli, "ir isolate",
			    "the isolation is over",
			    "container %.12s: connected to network %s again",
			    id, ir_json_str(e, "name"));
}

/* Whether the engine cut it as well, and has made new links, by us or by
 * somebody before; podman has no ids of endpoints. */
static bool
are_new(const json_t *inspect, const struct ir_isolation *is,
    const json_t *differences)
{
	size_t i;
	const json_t *d;

	json_array_foreach (json_object_get(is->record, "endpoints"), i, d)
		if (!ir_docker_networks_has(inspect, ir_json_str(d, "name")))
			return true;
	json_array_foreach (differences, i, d)
		if (strcmp(ir_json_str(d, "field"), "EndpointID") == 0 ||
		    strcmp(ir_json_str(d, "field"), "MacAddress") == 0)
			return true;
	return false;
}

static const json_t *
link_named(const json_t *links, const char *name)
{
	size_t i;
	const json_t *l;

	json_array_foreach (links, i, l)
		if (strcmp(ir_json_str(l, "name"), name) == 0)
			return l;
	return NULL;
}

static int
differs(json_t *out, const char *link, const char *field, const json_t *before,
    const json_t *now, struct ir_err *err)
{
	json_t *j = json_pack("{s:s, s:s, s:O?, s:O?, s:b}", "network", link,
	    "field", field, "before", before, "now", now, "matters", 1);

	return j != NULL && json_array_append_new(out, j) == 0
		   ? 0
		   : ir_fail_mem(err);
}

/* What of each link is not as it was before the cut. */
static int
compare_links(
    json_t *out, const json_t *before, const json_t *now, struct ir_err *err)
{
	static const char *const fields[] = {
	    "mac", "mtu", "up", "carrier", "addresses"};
	size_t i;
	const json_t *was;

	json_array_foreach (before, i, was) {
		const char *name = ir_json_str(was, "name");
		const json_t *is = link_named(now, name);

		if (!ir_json_true(was, "outward"))
			continue;
		for (size_t k = 0; k < sizeof(fields) / sizeof(fields[0]);
		     k++) {
			const json_t *a = json_object_get(was, fields[k]);
			const json_t *b = json_object_get(is, fields[k]);

			if (!json_equal(a, b) &&
			    differs(out, name, fields[k], a, b, err) == -1)
				return -1;
		}
	}
	return 0;
}

/* Its links up, and no filter any more. */
static int
undo_here(struct ir_host *host, const struct ir_isolation *i, json_t **links,
    struct ir_err *err)
{
	if (ir_host_links_set(host, true, links, err) == -1)
		return -1;
	return ir_isolation_filters(i) ? ir_host_filter_remove(host, err) : 0;
}

static int
undo_on_host(struct ir_cli *cli, const json_t *inspect,
    const struct ir_isolation *i, json_t **links, struct ir_err *err)
{
	const char *name = ir_docker_name(inspect);
	struct ir_host *host;
	struct ir_err why;
	int rc;

	if (!ir_json_true(inspect, "State.Running")) {
		ir_say("%s does not run: its links ended with it", name);
		return cli->dry_run || !ir_isolation_filters(i)
			   ? 0
			   : ir_host_filter_remove_id(
				 ir_json_str(inspect, "Id"), err);
	}
	host = ir_host_of(inspect, &why);
	if (host == NULL)
		return ir_fail(err, why.code,
		    "%s was cut off on its host, and only there it can be "
		    "undone: %s",
		    name, why.msg);
	if (cli->dry_run) {
		ir_dryrun_note(
		    cli->dry, "do on this host: its links up, its filter away");
		rc = 0;
	} else if (strcmp(ir_json_str(i->record, "method"), "cgroup") == 0) {
		rc = ir_host_filter_remove(host, err);
	} else {
		rc = undo_here(host, i, links, err);
	}
	ir_host_close(host);
	return rc;
}

static int
undo(struct ir_cli *cli, const json_t *inspect, const struct ir_isolation *i,
    json_t **links, struct ir_err *err)
{
	if (ir_isolation_on_host(i) &&
	    undo_on_host(cli, inspect, i, links, err) == -1)
		return -1;
	if (ir_docker_networks_restore(cli->engine, i->record, err) == -1)
		return -1;
	return ir_policy_release(
		   cli, IR_ISOLATE, inspect, i->actions.records, err) == -1
		   ? -1
		   : 0;
}

/* A restart in the meantime made new links, which nobody had cut. */
static int
compare_start(json_t *out, const struct ir_isolation *i, const json_t *now,
    struct ir_err *err)
{
	const char *was = ir_json_str(i->record, "started");
	json_auto_t *before = json_string(was);

	if (!ir_isolation_on_host(i) || *was == '\0' ||
	    strcmp(was, ir_json_str(now, "State.StartedAt")) == 0)
		return 0;
	return differs(out, "", "started", before,
	    ir_json_at(now, "State.StartedAt"), err);
}

static int
compare(struct ir_cli *cli, const json_t *inspect, const struct ir_isolation *i,
    const json_t *links, json_t **differences, struct ir_err *err)
{
	json_auto_t *now =
	    ir_docker_inspect(cli->engine, ir_json_str(inspect, "Id"), err);

	if (now == NULL)
		return -1;
	*differences = ir_docker_networks_compare(i->record, now);
	if (*differences == NULL)
		return ir_fail_mem(err);
	if (compare_start(*differences, i, now, err) == -1)
		return -1;
	if (links == NULL || are_new(inspect, i, *differences))
		return 0;
	return compare_links(*differences, links_before(i), links, err);
}

int
ir_cut_undo(struct ir_cli *cli, const json_t *inspect,
    const struct ir_isolation *i, json_t **differences, struct ir_err *err)
{
	json_auto_t *links = NULL;

	*differences = NULL;
	declare(cli, inspect, i);
	if (undo(cli, inspect, i, &links, err) == -1)
		return ir_wrap(err,
		    "%s is not wholly connected again; run it again when this "
		    "is solved",
		    ir_docker_name(inspect));
	return cli->dry_run ? 0
			    : compare(cli, inspect, i, links, differences, err);
}
