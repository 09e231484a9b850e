/* SPDX-License-Identifier: ISC
 *
 * ir-capture: everything that can be had of a container, most volatile first,
 * into the bundle, with a ledger of what was not.
 */
#include "cli/capture.h"
#include "cli/cli.h"
#include "cli/places.h"
#include "docker/container.h"

static struct ir_capture_wish wish;

static const struct ir_option options[] = {
    {'c', "commit", NULL,
	"also leave an image ir-evidence/CASE:NAME on the engine", &wish.commit,
	NULL},
    {0, "fresh", NULL, "take everything anew, even if a capture was cut off",
	&wish.fresh, NULL},
    {0, "live", NULL, "do not pause a running container (its tree may tear)",
	&wish.live, NULL},
    IR_OPTION_END,
};

/* The container is not there any more; perhaps some of it is in the bundle. */
static int
gone(struct ir_cli *cli, const char *name, struct ir_err *err)
{
	unsigned lost = 0;

	if (err->code == IR_ENOENT && cli->bundle != NULL)
		lost = ir_resume_lost(cli->bundle, name);
	if (lost != 0)
		ir_warn("the capture of %s in run %u was cut off and cannot be "
			"gone on with: what it has is kept, and ir seal states "
			"what is missing",
		    name, lost);
	return -1;
}

static int
run(struct ir_cli *cli, int argc, char **argv, struct ir_err *err)
{
	json_auto_t *inspect = ir_docker_find(cli->engine, argv[0], err);

	(void)argc;
	if (inspect == NULL)
		return gone(cli, argv[0], err);
	return cli->dry_run ? ir_capture_rehearse(cli, &wish, inspect, err)
			    : ir_capture(cli, &wish, inspect, err);
}

static const char *const examples[] = {
    "ir capture web",
    "everything about web into the open bundle",
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
    "something is missing; the reasons are printed and in the ledger",
    NULL,
};

static const struct ir_program program = {
    .name = "ir-capture",
    .operands = "CONTAINER",
    .what = "Collects a container into the bundle, most volatile things "
	    "first.",
    .uses = IR_USES_ENGINE | IR_NEEDS_BUNDLE | IR_RECORDS | IR_USES_KEY |
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
