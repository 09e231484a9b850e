/* SPDX-License-Identifier: ISC
 *
 * ir-isolate: takes a container off every network, and puts it back as it was.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "cli/addresses.h"
#include "cli/cli.h"
#include "cli/cut.h"
#include "cli/dryrun.h"
#include "cli/isolation.h"
#include "cli/targets.h"
#include "docker/container.h"
#include "docker/networks.h"
#include "docker/sharing.h"
#include "json/json.h"

/* Done, but something that matters is not as it was. */
#define NOT_AS_BEFORE 10

static struct {
	bool undo;
	const char *from, *method;
	const char *keep_from[IR_OPTION_VALUES];
} opt = {.method = "auto"};

static json_t *keep; /* the addresses of keep_from */

static const struct ir_option options[] = {
    {'u', "undo", NULL, "connect it again, as it was, and compare", &opt.undo,
	NULL},
    {0, "from", "FILE", "with --undo: the record to go by", NULL, &opt.from},
    {'m', "method", "HOW",
	"link: on the host; api: by the engine; auto: link if it can be", NULL,
	&opt.method},
    {0, "keep-from", "ADDR...", "let this address in, an analyst's", NULL,
	opt.keep_from},
    IR_OPTION_END,
};

/* "front, www" without what is no string. */
static void
add_list(struct ir_buf *b, const char *what, const json_t *list)
{
	size_t i;
	const json_t *v;

	json_array_foreach (list, i, v)
		if (json_is_string(v))
			ir_buf_printf(b, "%s%s", i == 0 ? what : ", ",
			    json_string_value(v));
}

static void
print_endpoints(const json_t *record)
{
	char short_id[13] = "";
	size_t i;
	const json_t *e;

	strncat(short_id, ir_json_str(record, "container"), 12);
	json_array_foreach (json_object_get(record, "endpoints"), i, e) {
		ir_auto_buf struct ir_buf b = IR_BUF_INIT;
		const char *six = ir_json_str(e, "endpoint.GlobalIPv6Address");
		json_auto_t *settings = ir_docker_endpoint_settings(
		    json_object_get(e, "endpoint"), short_id);

		ir_buf_printf(&b, "%s%s%s",
		    ir_json_str(e, "endpoint.IPAddress"),
		    *six != '\0' ? " " : "", six);
		add_list(
		    &b, "  aliases ", json_object_get(settings, "Aliases"));
		add_list(&b, "  links ", json_object_get(settings, "Links"));
		ir_out(IR_PLAIN, "  %-20s %s", ir_json_str(e, "name"),
		    b.p != NULL ? b.p : "");
	}
}

/* What a cut network leaves open: CVE-2024-29018; measured on 20.10, mended in
 * 26.0, whose API is 1.45. */
static void
warn_resolver(const struct ir_cli *cli, const json_t *inspect, int leaks)
{
	const char *name = ir_docker_name(inspect);

	if (leaks == 0 || ir_docker_is_podman(cli->engine) ||
	    !ir_json_true(inspect, "State.Running") ||
	    ir_json_true(inspect, "State.Paused") ||
	    strtod(ir_docker_api(cli->engine), NULL) >= 1.45)
		return;
	ir_warn("names can still be resolved from inside, through the engine's "
		"own resolver%s: data can leak so; pause it too (ir pause %s)",
	    leaks == 1 ? "" : ", if the host's resolver is on loopback", name);
}

/* Those that live in its network namespace lost their networks with it. */
static int
warn_sharers(struct ir_cli *cli, const json_t *inspect, json_t **also,
    struct ir_err *err)
{
	size_t i;
	const json_t *v;

	if ((*also = ir_docker_sharing_network(cli->engine, inspect, err)) ==
	    NULL)
		return -1;
	json_array_foreach (*also, i, v)
		ir_warn("%s uses its network namespace and is cut off with it",
		    json_string_value(v));
	return 0;
}

static json_t *
result(const char *action, const json_t *inspect, const json_t *record,
    const char *where)
{
	return json_pack("{s:s, s:s, s:o, s:O?, s:o}", "action", action,
	    "container", ir_json_str(inspect, "Id"), "name",
	    ir_json_text(ir_docker_name(inspect)), "networks",
	    json_object_get(record, "endpoints"), "record",
	    where != NULL ? ir_json_text(where) : json_null());
}

static size_t
count_links(const json_t *record)
{
	size_t i, n = 0;
	const json_t *l;

	json_array_foreach (json_object_get(record, "links"), i, l)
		n += ir_json_true(l, "outward");
	return n;
}

static const char *
plural(size_t n)
{
	return n == 1 ? "" : "s";
}

/* How it is cut off, and how that is known. */
static void
describe(const struct ir_cut *c, char text[160])
{
	size_t links = count_links(c->record);
	size_t n = json_array_size(json_object_get(c->record, "endpoints"));

	if (strcmp(c->method, "link") == 0)
		snprintf(text, 160,
		    "%zu link%s down on the host, seen there; its addresses, "
		    "ports and connections stay",
		    links, plural(links));
	else if (strcmp(c->method, "filter") == 0)
		snprintf(text, 160,
		    "a packet filter on the host's end of %zu link%s lets only "
		    "the addresses through that were named",
		    links, plural(links));
	else if (strcmp(c->method, "cgroup") == 0)
		snprintf(text, 160,
		    "a packet filter on the host drops all "
		    "that its processes send and receive");
	else
		snprintf(text, 160, "cut off %zu network%s; the engine %s", n,
		    plural(n),
		    c->seen ? "and its own network namespace both "
			      "show none"
			    : "shows none");
}

static void
report_cut(const json_t *inspect, const struct ir_cut *c, json_t *also)
{
	const char *name = ir_docker_name(inspect);
	json_t *j = result("isolate", inspect, c->record, c->where);
	char how[160];

	describe(c, how);
	if (c->already) {
		ir_out(IR_GOOD, "%s is already isolated: %s", name, how);
	} else {
		ir_out(
		    IR_GOOD, "%s is isolated: %s (%.0f ms)", name, how, c->ms);
		print_endpoints(c->record);
		ir_say("recorded in %s; ir isolate --undo %s puts it back",
		    c->where, name);
	}
	json_object_set_new(j, "method", json_string(c->method));
	json_object_set_new(j, "already", json_boolean(c->already));
	json_object_set_new(j, "seen_from_host", json_boolean(c->seen));
	json_object_set_new(j, "us", json_integer((json_int_t)(c->ms * 1000)));
	json_object_set(j, "links", json_object_get(c->record, "links"));
	json_object_set(j, "keep", json_object_get(c->record, "keep"));
	json_object_set(j, "state", json_object_get(c->record, "state"));
	json_object_set_new(j, "also_cut", also);
	ir_result(j);
}

/* A network that people may have taken for an isolation. */
static void
say_internal(const json_t *record)
{
	size_t i;
	const json_t *e;

	json_array_foreach (json_object_get(record, "endpoints"), i, e)
		if (ir_json_true(e, "inspect.Internal"))
			ir_say("network %s is internal, which kept it from "
			       "other networks, not from its host: by the "
			       "gateway it reached that until now",
			    ir_json_str(e, "name"));
}

static int
cut(struct ir_cli *cli, const json_t *inspect, struct ir_err *err)
{
	struct ir_cut c = {.wish = opt.method, .keep = keep};
	json_t *also;
	struct ir_err later;

	if (ir_cut(cli, inspect, &c, err) == -1) {
		ir_cut_free(&c);
		return -1;
	}
	if (!cli->dry_run) {
		if (warn_sharers(cli, inspect, &also, &later) == -1) {
			ir_warn(
			    "who else is cut off is not known: %s", later.msg);
			also = json_null();
		}
		report_cut(inspect, &c, also);
		say_internal(c.record);
		warn_resolver(cli, inspect, c.leaks);
	}
	ir_cut_free(&c);
	return IR_OK;
}

static void
print_difference(const json_t *d)
{
	struct ir_err err;
	ir_auto_free char *before =
	    ir_json_line(json_object_get(d, "before"), &err);
	ir_auto_free char *now = ir_json_line(json_object_get(d, "now"), &err);
	bool matters = ir_json_true(d, "matters");

	ir_out(matters ? IR_BAD : IR_DIM, "  %s  %s %s: %s, was %s",
	    matters ? "DIFFERENT" : "new      ", ir_json_str(d, "network"),
	    ir_json_str(d, "field"), now != NULL ? now : "?",
	    before != NULL ? before : "?");
}

/* True if one of them matters.  The ids of endpoints, new each time, take one
 * line. */
static bool
print_differences(const json_t *list)
{
	size_t i, ids = 0;
	bool matters = false;
	const json_t *d;

	json_array_foreach (list, i, d) {
		matters |= ir_json_true(d, "matters");
		if (strcmp(ir_json_str(d, "field"), "EndpointID") == 0)
			ids++;
		else
			print_difference(d);
	}
	if (ids > 0)
		ir_out(IR_DIM, "  new        endpoint id on %zu network%s", ids,
		    ids == 1 ? "" : "s");
	return matters;
}

/* What is now, against the record; and the mark that it is over. */
static int
conclude(struct ir_cli *cli, const struct ir_isolation *i,
    const json_t *inspect, const json_t *diff, struct ir_err *err)
{
	const char *name = ir_docker_name(inspect);
	bool matters;
	json_t *j = result("undo", inspect, i->record, i->actions.where);

	ir_out(IR_GOOD, "%s is connected again, by %s", name, i->actions.where);
	print_endpoints(i->record);
	matters = print_differences(diff);
	json_object_set(j, "differences", (json_t *)(uintptr_t)diff);
	ir_result(j);
	if (ir_json_true(inspect, "State.Running"))
		ir_say("connections that were open before the cut may go on: "
		       "look at them");
	if (ir_isolation_undone(cli, i, inspect, diff, err) == -1)
		return -1;
	if (matters)
		ir_complain("%s is not in all as it was: see above", name);
	return matters ? NOT_AS_BEFORE : IR_OK;
}

static int
undo(struct ir_cli *cli, const json_t *inspect, bool chosen, struct ir_err *err)
{
	struct ir_isolation i;
	json_auto_t *diff = NULL;
	int rc = ir_isolation_load(cli, inspect, opt.from, &i, err);

	if (rc == 0 && i.record == NULL && chosen)
		rc = 0; /* it was none of those that were isolated */
	else if (rc == 0 && i.record == NULL)
		rc = ir_fail(err, IR_ENOENT,
		    "no isolation of %s is on record, neither in a bundle nor "
		    "here: name its file with --from",
		    ir_docker_name(inspect));
	else if (rc == 0)
		rc = ir_cut_undo(cli, inspect, &i, &diff, err);
	if (rc == 0 && diff != NULL)
		rc = conclude(cli, &i, inspect, diff, err);
	ir_isolation_free(&i);
	return rc;
}

/* The one to act on: that whose network it uses. */
static int
act_on(
    struct ir_cli *cli, const json_t *inspect, bool chosen, struct ir_err *err)
{
	json_auto_t *owner = NULL;

	if (ir_docker_network_owner(cli->engine, inspect, &owner, err) == -1 &&
	    err->code != IR_ENOENT)
		return -1;
	if (owner != NULL) {
		ir_say("%s uses the network of %s, so that is acted on",
		    ir_docker_name(inspect), ir_docker_name(owner));
		inspect = owner;
	}
	return opt.undo ? undo(cli, inspect, chosen, err)
			: cut(cli, inspect, err);
}

static int
act(struct ir_cli *cli, const json_t *inspect, bool chosen, struct ir_err *err)
{
	struct ir_dryrun dry;
	int rc;

	if (!cli->dry_run)
		return act_on(cli, inspect, chosen, err);
	ir_dryrun_start(&dry, cli->engine, inspect);
	ir_dryrun_watch(&dry);
	rc = act_on(cli, inspect, chosen, err);
	if (rc == -1)
		ir_dryrun_drop(&dry);
	return rc == -1 ? -1 : ir_dryrun_end(&dry, err);
}

static int
check_options(int argc, struct ir_err *err)
{
	if (strcmp(opt.method, "auto") != 0 &&
	    strcmp(opt.method, "link") != 0 && strcmp(opt.method, "api") != 0)
		return ir_fail(err, IR_EUSAGE,
		    "--method=%s: it is auto, link or api", opt.method);
	if (opt.from != NULL && (!opt.undo || argc != 1))
		return ir_fail(err, IR_EUSAGE,
		    "--from goes with --undo, and one container");
	if (opt.keep_from[0] != NULL && opt.undo)
		return ir_fail(
		    err, IR_EUSAGE, "--keep-from does not go with --undo");
	if (opt.keep_from[0] != NULL && strcmp(opt.method, "api") == 0)
		return ir_fail(err, IR_EUSAGE,
		    "--keep-from takes a filter on the host: an engine can cut "
		    "all or nothing, so it does not go with --method=api");
	return 0;
}

static int
run(struct ir_cli *cli, int argc, char **argv, struct ir_err *err)
{
	int rc;

	if (check_options(argc, err) == -1 ||
	    ir_addresses(opt.keep_from, &keep, err) == -1)
		return -1;
	rc = ir_targets_run(cli, argv, argc, act, err);
	json_decref(keep);
	return rc;
}

static const char *const examples[] = {
    "ir isolate web",
    "off every network, its published ports dead; all else goes on",
    "ir isolate web worker db",
    "three at once",
    "ir isolate --same-network-as web",
    "web, and whatever it could reach in one step",
    "ir isolate --keep-from 10.0.0.7 web",
    "the same, but an analyst at that address still gets in",
    "ir isolate --dry-run web",
    "what would be called, and who else would feel it",
    "ir isolate --undo web",
    "connected again, with its addresses, aliases and links, and compared",
    NULL,
};

static const char *const exits[] = {
    "0",
    "it is isolated, or was already; with --undo: connected as it was",
    "10",
    "with --undo: connected, but a difference that matters is left",
    NULL,
};

static const struct ir_program program = {
    .name = "ir-isolate",
    .operands = "CONTAINER...",
    .what = "Takes containers off every network, reversibly.",
    .uses = IR_USES_ENGINE | IR_USES_BUNDLE | IR_RECORDS | IR_USES_KEY |
	    IR_CAN_DRY_RUN | IR_CHOOSES,
    .min = 0,
    .max = -1,
    .options = options,
    .examples = examples,
    .exits = exits,
    .run = run,
};

int
main(int argc, char **argv)
{
	return ir_cli_main(&program, argc, argv);
}
