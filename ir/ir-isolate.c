/* SPDX-License-Identifier: ISC
 *
 * ir-isolate: takes a container off every network, and puts it back as it was.
 */
#include <pthread.h>
#include <string.h>

#include "cli/addresses.h"
#include "cli/cli.h"
#include "cli/cut.h"
#include "cli/dryrun.h"
#include "cli/isolation.h"
#include "cli/pause.h"
#include "cli/targets.h"
#include "cli/turn.h"
#include "docker/container.h"
#include "docker/sharing.h"
#include "json/json.h"

/* Done, but something that matters is not as it was. */
#define NOT_AS_ASKED 10

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

/* Where no cut is possible, standing still contains it, too. */
static int
freeze_instead(struct ir_cli *cli, const json_t *inspect, struct ir_err *err)
{
	const char *name = ir_docker_name(inspect);
	struct ir_pause p = {0};
	int rc;

	ir_warn("%s", err->msg);
	rc = ir_pause_freeze(cli, inspect, &p, err);
	if (rc == 0 && !cli->dry_run) {
		ir_out(IR_GOOD,
		    "%s is paused instead: it reaches nobody as long as it "
		    "stands still; ir pause --undo %s thaws it",
		    name, name);
		ir_result(json_pack("{s:s, s:s, s:o}", "action", "pause",
		    "container", ir_json_str(inspect, "Id"), "name",
		    ir_json_text(name)));
	}
	ir_pause_free(&p);
	return rc == 0 ? NOT_AS_ASKED : -1;
}

static int
cut(struct ir_cli *cli, const json_t *inspect, bool chosen, struct ir_err *err)
{
	struct ir_cut c = {.wish = opt.method, .keep = keep};
	int rc = ir_cut(cli, inspect, &c, err);

	(void)chosen;
	if (rc == 0 && !cli->dry_run)
		ir_cut_report(cli, inspect, &c);
	else if (c.only_freeze)
		rc = freeze_instead(cli, inspect, err);
	ir_cut_free(&c);
	return rc;
}

/* Says what is now, and marks that it is over. */
static int
conclude(struct ir_cli *cli, const struct ir_isolation *i,
    const json_t *inspect, const json_t *diff, struct ir_err *err)
{
	bool matters = ir_cut_report_undo(inspect, i, diff);

	if (ir_isolation_undone(cli, i, inspect, diff, err) == -1)
		return -1;
	if (matters)
		ir_complain("%s is not in all as it was: see above",
		    ir_docker_name(inspect));
	return matters ? NOT_AS_ASKED : IR_OK;
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

/* True for the first who asks in this run: two that share a network are one
 * container to act on. */
static bool
claim(const char *id)
{
	static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	static json_t *ids; /* lasts as long as the program */
	bool first;

	pthread_mutex_lock(&lock);
	if (ids == NULL)
		ids = json_object();
	first = json_object_get(ids, id) == NULL;
	json_object_set_new(ids, id, json_true());
	pthread_mutex_unlock(&lock);
	return first;
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
	if (!claim(ir_json_str(inspect, "Id")))
		return IR_OK;
	return ir_in_turn(cli, inspect, chosen, opt.undo ? undo : cut, err);
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
	cli->dry = &dry;
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
    "it could not be cut off, and was paused instead; with --undo: connected, "
    "but a difference that matters is left",
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
