/* SPDX-License-Identifier: ISC
 *
 * ir-isolate: takes a container off every network, and puts it back as it was.
 */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "cli/cli.h"
#include "cli/dryrun.h"
#include "cli/isolation.h"
#include "docker/container.h"
#include "docker/networks.h"
#include "docker/sharing.h"
#include "json/json.h"

/* Done, but something that matters is not as it was. */
#define NOT_AS_BEFORE 10

static struct {
	bool undo;
	const char *from;
} opt;

static const struct ir_option options[] = {
    {'u', "undo", NULL, "connect it again, as it was, and compare", &opt.undo,
	NULL},
    {0, "from", "FILE", "with --undo: the record to go by", NULL, &opt.from},
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

/* What a cut network leaves open. */
static void
warn_what_is_left(const struct ir_cli *cli, const json_t *inspect)
{
	const char *name = ir_docker_name(inspect);

	if (ir_docker_is_podman(cli->engine) ||
	    !ir_json_true(inspect, "State.Running") ||
	    ir_json_true(inspect, "State.Paused"))
		return;
	/* CVE-2024-29018; measured on 20.10, whose API is 1.41. */
	if (strtod(ir_docker_api(cli->engine), NULL) < 1.42)
		ir_warn("names can still be resolved from inside, through the "
			"engine's own resolver, which leaks data where the "
			"host's resolver is on loopback: pause it too (ir "
			"pause %s)",
		    name);
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

static void
report_cut(const json_t *inspect, const json_t *record, const char *where,
    bool seen, json_t *also)
{
	const char *name = ir_docker_name(inspect);
	size_t n = json_array_size(json_object_get(record, "endpoints"));
	const char *how = seen ? "the engine and its own network namespace "
				 "both show none"
			       : "the engine shows none";
	json_t *j = result("isolate", inspect, record, where);

	if (n == 0) {
		ir_out(IR_GOOD, "%s is already isolated: %s", name, how);
	} else {
		ir_out(IR_GOOD, "%s is isolated: cut off %zu network%s; %s",
		    name, n, n == 1 ? "" : "s", how);
		print_endpoints(record);
		ir_say("recorded in %s; ir isolate --undo %s puts it back",
		    where, name);
	}
	json_object_set_new(j, "already", json_boolean(n == 0));
	json_object_set_new(j, "seen_from_host", json_boolean(seen));
	json_object_set_new(j, "also_cut", also);
	ir_result(j);
}

static int
cut(struct ir_cli *cli, const json_t *inspect, struct ir_err *err)
{
	ir_auto_free char *where = NULL;
	json_t *also;
	struct ir_err later;
	bool seen;

	if (ir_docker_networks_mode(inspect, err) == -1)
		return -1;
	json_auto_t *record =
	    ir_docker_networks_record(cli->engine, inspect, err);
	if (record == NULL ||
	    ir_isolation_cut(cli, record, &where, &seen, err) == -1)
		return -1;
	if (cli->dry_run)
		return IR_OK;
	if (warn_sharers(cli, inspect, &also, &later) == -1) {
		ir_warn("who else is cut off is not known: %s", later.msg);
		also = json_null();
	}
	report_cut(inspect, record, where, seen, also);
	warn_what_is_left(cli, inspect);
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

static void
declare_undo(struct ir_cli *cli, const json_t *record)
{
	size_t i;
	const json_t *e;

	json_array_foreach (json_object_get(record, "endpoints"), i, e)
		ir_cli_change(cli, "ir isolate", "the isolation is over",
		    "container %.12s: connected to network %s again",
		    ir_json_str(record, "container"), ir_json_str(e, "name"));
}

/* What is now, against the record; and the mark that it is over. */
static int
conclude(struct ir_cli *cli, const struct ir_isolation *i, const char *id,
    struct ir_err *err)
{
	json_auto_t *now = ir_docker_inspect(cli->engine, id, err);
	json_auto_t *diff =
	    now != NULL ? ir_docker_networks_compare(i->record, now) : NULL;
	bool matters;
	json_t *j;

	if (now == NULL)
		return -1;
	if (diff == NULL)
		return ir_fail_mem(err);
	ir_out(IR_GOOD, "%s is connected again, by %s", ir_docker_name(now),
	    i->actions.where);
	print_endpoints(i->record);
	matters = print_differences(diff);
	j = result("undo", now, i->record, i->actions.where);
	json_object_set(j, "differences", diff);
	ir_result(j);
	if (ir_json_true(now, "State.Running"))
		ir_say("connections that were open before the cut may go on: "
		       "look at them");
	if (ir_isolation_undone(cli, i, now, diff, err) == -1)
		return -1;
	if (matters)
		ir_complain("%s is not in all as it was: see above",
		    ir_docker_name(now));
	return matters ? NOT_AS_BEFORE : IR_OK;
}

static int
undo(struct ir_cli *cli, const json_t *inspect, struct ir_err *err)
{
	struct ir_isolation i;
	int rc = ir_isolation_load(cli, inspect, opt.from, &i, err);

	if (rc == 0 && i.record == NULL)
		rc = ir_fail(err, IR_ENOENT,
		    "no isolation of %s is on record, neither in a bundle nor "
		    "here: name its file with --from",
		    ir_docker_name(inspect));
	if (rc == 0) {
		declare_undo(cli, i.record);
		rc = ir_docker_networks_restore(cli->engine, i.record, err);
		if (rc == -1)
			ir_wrap(err,
			    "%s is not wholly connected again; run it "
			    "again when this is solved",
			    ir_docker_name(inspect));
	}
	if (rc == 0 && !cli->dry_run)
		rc = conclude(cli, &i, ir_json_str(inspect, "Id"), err);
	ir_isolation_free(&i);
	return rc;
}

static int
run(struct ir_cli *cli, int argc, char **argv, struct ir_err *err)
{
	struct ir_dryrun dry;
	int rc;

	(void)argc;
	if (opt.from != NULL && !opt.undo)
		return ir_fail(err, IR_EUSAGE, "--from goes with --undo");
	json_auto_t *inspect = ir_docker_find(cli->engine, argv[0], err);
	if (inspect == NULL)
		return -1;
	if (cli->dry_run) {
		ir_dryrun_start(&dry, cli->engine, inspect);
		ir_dryrun_watch(&dry);
	}
	rc = opt.undo ? undo(cli, inspect, err) : cut(cli, inspect, err);
	if (!cli->dry_run)
		return rc;
	if (rc == -1)
		ir_dryrun_drop(&dry);
	return rc == -1 ? -1 : ir_dryrun_end(&dry, err);
}

static const char *const examples[] = {
    "ir isolate web",
    "off every network, its published ports closed; all else goes on",
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
    .operands = "CONTAINER",
    .what = "Takes a container off every network, reversibly.",
    .uses = IR_USES_ENGINE | IR_USES_BUNDLE | IR_RECORDS | IR_USES_KEY |
	    IR_CAN_DRY_RUN,
    .min = 1,
    .max = 1,
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
