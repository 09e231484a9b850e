/* SPDX-License-Identifier: ISC
 *
 * ir-exec: runs a command inside a container, for the analyst who must look,
 * and records all of it.
 */
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/session.h"
#include "docker/container.h"

static struct ir_session_wish wish;
static const char *env[IR_OPTION_VALUES + 1];

static const struct ir_option options[] = {
    {'i', "interactive", NULL, "pass standard input on to it", &wish.input,
	NULL},
    {'t', "tty", NULL, "give it a terminal", &wish.tty, NULL},
    {'e', "env", "NAME=VALUE...", "set an environment variable", NULL, env},
    {'u', "user", "USER", "run it as that user of the container", NULL,
	&wish.user},
    {'w', "workdir", "PATH", "run it in that directory of the container", NULL,
	&wish.workdir},
    {0, "privileged", NULL, "with all rights on the host: it can break out",
	&wish.privileged, NULL},
    IR_OPTION_END,
};

static int
run(struct ir_cli *cli, int argc, char **argv, struct ir_err *err)
{
	json_auto_t *inspect = NULL;

	(void)argc;
	for (size_t i = 0; env[i] != NULL; i++)
		if (strchr(env[i], '=') == NULL || env[i][0] == '=')
			return ir_fail(err, IR_EUSAGE,
			    "--env: %s is not NAME=VALUE", env[i]);
	if (wish.tty && wish.input && !isatty(STDIN_FILENO))
		return ir_fail(err, IR_EUSAGE,
		    "--tty and --interactive take a terminal, and standard "
		    "input is none");
	if (wish.tty && cli->json)
		return ir_fail(err, IR_EUSAGE,
		    "--json: a session at a terminal is not for a program");
	if ((inspect = ir_docker_find(cli->engine, argv[0], err)) == NULL)
		return -1;
	wish.argv = argv + 1;
	wish.env = env;
	return ir_session(cli, &wish, inspect, err);
}

static const char *const examples[] = {
    "ir exec web -- ps aux",
    "what ps says inside of it, recorded",
    "ir exec -it web -- sh",
    "look around; asciinema play shows it again",
    NULL,
};

static const char *const exits[] = {
    "N",
    "that of the command, if it ran to its end",
    NULL,
};

static const struct ir_program program = {
    .name = "ir-exec",
    .operands = "CONTAINER COMMAND ...",
    .what = "Runs a command inside a container, and records all of it.",
    .uses = IR_USES_ENGINE | IR_NEEDS_BUNDLE | IR_RECORDS | IR_USES_KEY |
	    IR_CAN_DRY_RUN,
    .min = 2,
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
