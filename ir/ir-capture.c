/* SPDX-License-Identifier: ISC
 *
 * ir-capture: everything that can be had of a container, most volatile first,
 * into the bundle, with a ledger of what was not.
 */
#include <string.h>

#include "cli/capture.h"
#include "cli/cli.h"
#include "cli/places.h"
#include "cli/targets.h"
#include "docker/container.h"

static struct ir_capture_wish wish;
/* The container is not there any more; perhaps some of it is in the bundle. */
static void
say_lost(struct ir_cli *cli, const char *name)
{
	unsigned lost =
	    cli->bundle != NULL ? ir_resume_lost(cli->bundle, name) : 0;

	if (lost != 0)
		ir_warn("the capture of %s in run %u was cut off and cannot be "
			"gone on with: what it has is kept, and ir seal states "
			"what is missing",
		    name, lost);
}

static int
act(struct ir_cli *cli, const json_t *inspect, bool chosen, struct ir_err *err)
{
	int rc = wish.estimate  ? ir_capture_estimate(cli, &wish, inspect, err)
		 : cli->dry_run ? ir_capture_rehearse(cli, &wish, inspect, err)
				: ir_capture(cli, &wish, inspect, err);

	/* Of those that nobody named, one may end and be gone at any time. */
	if (rc == -1 && chosen && err->code == IR_ENOENT) {
		ir_say("%s was removed meanwhile", ir_docker_name(inspect));
		rc = 0;
	}
	return rc;
}

static int
run(struct ir_cli *cli, int argc, char **argv, struct ir_err *err)
{
	int rc;

	if (ir_targets_named(argc, err) == -1 ||
	    ir_capture_wishes(&wish, err) == -1)
		return -1;
	ir_targets_limit(wish.jobs);
	rc = ir_targets_run(cli, argv, argc, act, err);
	if (rc == IR_ENOENT || (rc == -1 && err->code == IR_ENOENT))
		for (int i = 0; i < argc; i++)
			say_lost(cli, argv[i]);
	return rc;
}

static const char *const examples[] = {
    "ir capture web",
    "everything about web into the open bundle",
    "ir capture web worker db",
    "three, several at a time; --all, --label and --same-network-as choose",
    "ir capture --profile=triage web",
    "what is gone soonest, in seconds; no whole tree",
    "ir capture --only=logs,changes web",
    "only these; what is there of them is in ir-capture(1)",
    "ir capture --commit web",
    "and an evidence image on the engine, for docker run --network none",
    "ir capture --dry-run web",
    "what would be called, and who shares its networks and volumes",
    NULL,
};

static const char *const exits[] = {
    "0",
    "all of it was collected",
    "10",
    "something that was asked for is missing; the ledger has the reasons",
    NULL,
};

static const struct ir_program program = {
    .name = "ir-capture",
    .operands = "CONTAINER...",
    .what = "Collects containers into the bundle, most volatile things first.",
    .uses = IR_USES_ENGINE | IR_NEEDS_BUNDLE | IR_RECORDS | IR_USES_KEY |
	    IR_CAN_DRY_RUN | IR_CHOOSES,
    .min = 0,
    .max = -1,
    .options = ir_capture_options,
    .examples = examples,
    .exits = exits,
    .run = run,
};

int
main(int argc, char **argv)
{
	return ir_cli_main(&program, argc, argv);
}
