/* SPDX-License-Identifier: ISC
 *
 * The cut itself, by each of its ways: see cutting.h.
 */
#include "cli/cutting.h"

#include <string.h>

#include "base/buf.h"
#include "cli/dryrun.h"
#include "host/filter.h"
#include "host/links.h"
#include "json/json.h"

/* Before it is done; a dry run only says so. */
static void
declare_links(struct ir_cutting *t, const char *what)
{
	size_t i;
	const json_t *l;

	json_array_foreach (t->links, i, l) {
		const char *peer = ir_json_str(l, "peer.name");

		if (!ir_json_true(l, "outward"))
			continue;
		if (t->cli->dry_run)
			ir_dryrun_note(t->cli->dry,
			    "do on this host: %s, the end of %s: %s", peer,
			    ir_json_str(l, "name"), what);
		ir_cli_change(t->cli, "ir isolate --undo",
		    "so that it can reach nobody, and nobody it",
		    "container %.12s: %s, the host's end of its link %s: %s",
		    t->id, peer, ir_json_str(l, "name"), what);
	}
}

/* Where one stood that let somebody in, nobody is to be let in now.  To ask nft
 * of every container would take longer than the cut. */
static int
remove_filter(struct ir_cutting *t, struct ir_err *err)
{
	struct ir_isolation i;
	bool stands =
	    ir_isolation_load(t->cli, t->inspect, NULL, &i, err) == -1 ||
	    ir_isolation_filters(&i);

	ir_isolation_free(&i);
	if (!stands)
		return 0;
	ir_say("no address is let in to %s any more", t->name);
	return ir_host_filter_remove(t->host, err);
}

static int
cut_links(struct ir_cutting *t, struct ir_err *err)
{
	declare_links(t, "set down");
	if (t->cli->dry_run)
		return 0;
	if (ir_host_links_set(t->host, false, &t->after, err) == -1)
		return -1;
	return remove_filter(t, err);
}

static int
filter_links(struct ir_cutting *t, struct ir_err *err)
{
	ir_auto_buf struct ir_buf what = IR_BUF_INIT;
	size_t i;
	const json_t *v;

	ir_buf_puts(&what, "all is dropped but for");
	json_array_foreach (t->c->keep, i, v)
		ir_buf_printf(&what, " %s", json_string_value(v));
	declare_links(t, what.p != NULL ? what.p : "");
	if (t->cli->dry_run)
		return 0;
	if (ir_host_filter_links(t->host, t->c->keep, err) == -1)
		return -1;
	/* One that was cut off before lets them in from here on. */
	return ir_host_links_set(t->host, true, &t->after, err);
}

/* What of it goes past a filter by cgroup. */
static void
warn_leaks(struct ir_cutting *t)
{
	struct ir_err err;
	int leaks = ir_host_filter_leaks(t->host, &err);

	if (leaks == -1)
		ir_warn("what goes past the filter is not known: %s", err.msg);
	else if (leaks & IR_HOST_LEAK_RAW)
		ir_warn("it may send raw packets (CAP_NET_RAW), which no "
			"filter by cgroup holds: pause it too (ir pause %s)",
		    t->name);
	if (leaks > 0 && leaks & IR_HOST_LEAK_ADMIN)
		ir_warn("it may change the host's network (CAP_NET_ADMIN), and "
			"with that the filter: pause it too (ir pause %s)",
		    t->name);
}

static int
filter_cgroup(struct ir_cutting *t, struct ir_err *err)
{
	json_auto_t *none = json_array();

	if (t->cli->dry_run) {
		ir_dryrun_note(t->cli->dry,
		    "do on this host: all packets of its cgroup are dropped");
		return 0;
	}
	ir_cli_change(t->cli, "ir isolate --undo",
	    "so that it can reach nobody, and nobody it",
	    "container %.12s: all packets of its cgroup are dropped", t->id);
	if (ir_host_filter_cgroup(
		t->host, t->c->keep != NULL ? t->c->keep : none, err) == 0) {
		warn_leaks(t);
		return 0;
	}
	return ir_wrap(err,
	    "%s uses the host's own network, and cannot be cut "
	    "off by its cgroup: pause it (ir pause %s)",
	    t->name, t->name);
}

static int
cut_here(struct ir_cutting *t, struct ir_err *err)
{
	const char *method = t->c->method;
	int rc;

	if (strcmp(method, "link") == 0)
		rc = cut_links(t, err);
	else if (strcmp(method, "filter") == 0)
		rc = filter_links(t, err);
	else
		rc = filter_cgroup(t, err);
	t->c->seen = rc == 0;
	return rc;
}

int
ir_cutting_by_api(struct ir_cutting *t, struct ir_err *err)
{
	return ir_isolation_cut_api(t->cli, t->c->record, &t->c->seen, err);
}

/* By the way that was picked; if the link turns out not to go down, by the
 * engine after all. */
int
ir_cutting_do(struct ir_cutting *t, struct ir_err *err)
{
	struct ir_err why;

	if (strcmp(t->c->method, "api") == 0)
		return ir_cutting_by_api(t, err);
	if (cut_here(t, err) == 0)
		return 0;
	if (strcmp(t->c->method, "link") != 0 ||
	    strcmp(t->c->wish, "auto") != 0 || ir_cutting_endpoints(t) == 0)
		return -1;
	ir_warn("%s: %s; so the engine cuts it", t->name, err->msg);
	t->c->method = "api";
	why = *err;
	return ir_cutting_by_api(t, err) == 0 ? 0 : ir_wrap(err, "%s", why.msg);
}
