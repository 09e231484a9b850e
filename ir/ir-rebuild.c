/* SPDX-License-Identifier: ISC
 *
 * ir-rebuild: a clean container, made from the original image, in the place of
 * a compromised one, which is kept.
 */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "cli/cli.h"
#include "cli/dryrun.h"
#include "cli/rebuild.h"
#include "docker/container.h"
#include "docker/networks.h"
#include "docker/replace.h"
#include "docker/sharing.h"
#include "json/json.h"

/* A day: nobody waits longer for a container to become healthy. */
#define MAX_SECONDS 86400

static struct {
	const char *name_old, *from, *timeout, *settle;
	bool stop_old;
} opt = {NULL, NULL, "60", "3", false};

static const struct ir_option options[] = {
    {0, "name-old", "NAME",
	"what the old one is called then (default: NAME-evidence-CASE)", NULL,
	&opt.name_old},
    {0, "from", "FILE",
	"the record of its isolation (default: in the bundle, or here)", NULL,
	&opt.from},
    {0, "timeout", "SEC", "how long it may take to become healthy (60)", NULL,
	&opt.timeout},
    {0, "settle", "SEC", "without a health check: how long it must stay up (3)",
	NULL, &opt.settle},
    {0, "stop-old", NULL, "kill the old one instead of freezing it",
	&opt.stop_old, NULL},
    IR_OPTION_END,
};

static int
seconds(const char *s, const char *what, int *ms, struct ir_err *err)
{
	char *end;
	long n = strtol(s, &end, 10);

	if (*s == '\0' || *end != '\0' || n < 0 || n > MAX_SECONDS)
		return ir_fail(err, IR_EUSAGE,
		    "%s %s: not a number of seconds from 0 to %d", what, s,
		    MAX_SECONDS);
	*ms = (int)n * 1000;
	return 0;
}

/* Where the data is that a clean image does not clean. */
static json_t *
volumes(const json_t *inspect)
{
	json_t *out = json_array();
	size_t i;
	const json_t *m;

	json_array_foreach (json_object_get(inspect, "Mounts"), i, m) {
		const char *type = ir_json_str(m, "Type");
		const char *what = strcmp(type, "volume") == 0
				       ? ir_json_str(m, "Name")
				       : ir_json_str(m, "Source");

		if (strcmp(type, "tmpfs") == 0)
			continue;
		ir_warn("%s %s is attached again at %s, as it is: what was "
			"done to it is still there, and it is written to again",
		    type, what, ir_json_str(m, "Destination"));
		json_array_append_new(out,
		    json_pack("{s:s, s:s, s:s}", "type", type, "source", what,
			"destination", ir_json_str(m, "Destination")));
	}
	return out;
}

static void
print_differences(const json_t *list, const char *key)
{
	size_t i;
	const json_t *d;

	json_array_foreach (list, i, d) {
		struct ir_err err;
		ir_auto_free char *before =
		    ir_json_line(json_object_get(d, "before"), &err);
		ir_auto_free char *now =
		    ir_json_line(json_object_get(d, "now"), &err);

		ir_warn("not as before: %s%s%s: %s, was %s",
		    ir_json_str(d, "network"), key, ir_json_str(d, "field"),
		    now != NULL ? now : "?", before != NULL ? before : "?");
	}
}

/* What matters of the networks. */
static json_t *
network_differences(const struct ir_rebuild *r, const json_t *now)
{
	struct ir_err err;
	json_auto_t *wanted = ir_docker_networks_for(
	    r->networks, ir_json_str(now, "Id"), r->name, &err);
	json_auto_t *all = ir_docker_networks_compare(wanted, now);
	json_t *out = json_array();
	size_t i;
	json_t *d;

	json_array_foreach (all, i, d)
		if (ir_json_true(d, "matters"))
			json_array_append(out, d);
	return out;
}

/* Those that hold on to the old one by its id. */
static void
warn_sharers(const struct ir_rebuild *r)
{
	struct ir_err err;
	json_auto_t *names =
	    ir_docker_sharing_network(r->cli->engine, r->old, &err);
	size_t i;
	const json_t *v;

	json_array_foreach (names, i, v)
		ir_warn("%s uses the network namespace of the old container "
			"and stays with it: make it again",
		    json_string_value(v));
}

static int
report(struct ir_rebuild *r, struct ir_err *err)
{
	json_auto_t *now = ir_docker_inspect(r->cli->engine, r->new_id, err);
	json_t *fields, *nets, *result;

	if (now == NULL)
		return -1;
	fields = ir_docker_differences(r->old, now);
	nets = network_differences(r, now);
	print_differences(fields, "");
	print_differences(nets, " ");
	warn_sharers(r);
	ir_out(IR_GOOD, "%s is clean and %s; the old one is kept as %s",
	    r->name, r->healthy ? "healthy" : "up", r->evidence);
	result = json_pack("{s:s, s:s, s:s, s:s, s:s, s:b, s:O, s:o, s:o, s:o}",
	    "container", r->id, "evidence", r->evidence, "name", r->name, "new",
	    r->new_id, "image", ir_json_str(r->image, "Id"), "healthy",
	    r->healthy, "steps", r->steps, "volumes", volumes(r->old),
	    "differences", fields, "network_differences", nets);
	ir_result(json_incref(result));
	return ir_rebuild_save(r, "rebuild-end", result, err);
}

static int
rebuild(struct ir_rebuild *r, const char *name, struct ir_err *err)
{
	struct ir_dryrun dry;
	struct ir_err second;
	int rc;

	if (ir_rebuild_prepare(r, name, err) == -1)
		return -1;
	if (r->cli->dry_run) {
		ir_dryrun_start(&dry, r->cli->engine, r->old);
		ir_dryrun_watch(&dry);
	}
	rc = ir_rebuild_run(r, err);
	if (r->cli->dry_run && rc == -1)
		ir_dryrun_drop(&dry);
	else if (r->cli->dry_run)
		return ir_dryrun_end(&dry, err);
	if (rc == 0)
		return report(r, err);
	if (!r->cli->dry_run &&
	    ir_rebuild_save(r, "rebuild-end",
		json_pack("{s:s, s:O, s:o}", "container", r->id, "steps",
		    r->steps, "failed", ir_json_text(err->msg)),
		&second) == -1)
		ir_warn("%s", second.msg);
	return -1;
}

static int
run(struct ir_cli *cli, int argc, char **argv, struct ir_err *err)
{
	struct ir_rebuild r = {
	    .cli = cli,
	    .name_old = opt.name_old,
	    .from = opt.from,
	    .stop_old = opt.stop_old,
	};
	int rc;

	(void)argc;
	if (seconds(opt.timeout, "--timeout", &r.timeout_ms, err) == -1 ||
	    seconds(opt.settle, "--settle", &r.settle_ms, err) == -1)
		return -1;
	rc = rebuild(&r, argv[0], err);
	ir_rebuild_free(&r);
	return rc;
}

static const char *const examples[] = {
    "ir rebuild web",
    "web again, from the image it was made from; the old one is kept, frozen",
    "ir rebuild --dry-run web",
    "what would be called, and who else would feel it",
    "ir rebuild --settle 10 --name-old web-case-7 web",
    "it must stay up for 10 s, and the old one gets that name",
    NULL,
};

static const char *const exits[] = {
    "0",
    "the new one is up, and the old one kept",
    "76",
    "it did not come up, or the engine refused: all is put back as it was",
    NULL,
};

static const struct ir_program program = {
    .name = "ir-rebuild",
    .operands = "CONTAINER",
    .what = "Puts a clean container in the place of a compromised one.",
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
