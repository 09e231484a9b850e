/* SPDX-License-Identifier: ISC
 *
 * ir-status: whether what was contained still is.
 */
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/status.h"

/* How often to look at what gives no event: seconds. */
#define INTERVAL     5
#define MAX_INTERVAL 3600

static struct {
	bool watch, until_broken;
	const char *interval;
} opt;

static const struct ir_option options[] = {
    {'w', "watch", NULL, "stay, and tell each change as it comes", &opt.watch,
	NULL},
    {0, "until-broken", NULL, "with --watch: end when something is broken",
	&opt.until_broken, NULL},
    {0, "interval", "SEC", "with --watch: how often to look at links (5)", NULL,
	&opt.interval},
    IR_OPTION_END,
};

static int
seconds(int *out, struct ir_err *err)
{
	char *end = NULL;
	long n =
	    opt.interval != NULL ? strtol(opt.interval, &end, 10) : INTERVAL;

	if ((end != NULL && (*end != '\0' || end == opt.interval)) || n < 1 ||
	    n > MAX_INTERVAL)
		return ir_fail(err, IR_EUSAGE,
		    "--interval %s: not a number of seconds from 1 to %d",
		    opt.interval, MAX_INTERVAL);
	*out = (int)n;
	return 0;
}

static int
run(struct ir_cli *cli, int argc, char **argv, struct ir_err *err)
{
	json_auto_t *list = NULL;
	struct ir_err engine;
	const json_t *o;
	size_t i;
	int n = 0;

	if (!opt.watch && (opt.until_broken || opt.interval != NULL))
		return ir_fail(err, IR_EUSAGE, "%s goes with --watch",
		    opt.until_broken ? "--until-broken" : "--interval");
	if (seconds(&n, err) == -1)
		return -1;
	if (opt.watch)
		return ir_status_watch(
		    cli, argv, argc, n, opt.until_broken, err);
	if ((list = ir_status_look(cli, argv, argc, &engine, err)) == NULL)
		return -1;
	if (json_array_size(list) == 0)
		ir_say("nothing is contained, as far as records tell: neither "
		       "a bundle nor this directory has one");
	ir_status_print(list);
	json_array_foreach (list, i, o) {
		ir_status_record(cli, NULL, o);
		ir_result(json_incref((json_t *)(uintptr_t)o));
	}
	return ir_status_code(list);
}

static const char *const examples[] = {
    "ir status",
    "each contained container: whether it holds, else what happened, and who",
    "ir status web db || ir pause web db",
    "these two: freeze both unless all holds",
    "ir status --watch --until-broken || ir pause --all",
    "stay until one of them is thawed, reconnected, replaced ..., and then act",
    NULL,
};

static const char *const exits[] = {
    "0",
    "all of them are as they were left",
    "10",
    "something is not: it is broken, or gone",
    "66",
    "nothing is on record of one that was named, or to guard",
    NULL,
};

static const struct ir_program program = {
    .name = "ir-status",
    .operands = "[CONTAINER]...",
    .what = "Shows whether contained containers are still as they were left.",
    .uses = IR_USES_ENGINE | IR_USES_BUNDLE | IR_OR_SEALED | IR_USES_KEY |
	    IR_NEEDS_KEY,
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
