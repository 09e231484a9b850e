/* SPDX-License-Identifier: ISC
 *
 * The dispatcher: `ir NAME ...` runs ir-NAME, from the directory that ir itself
 * is in, else from PATH.  It links none of the libraries, so that it costs
 * nothing.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define EX_USAGE 64

static const struct {
	const char *name, *what;
} commands[] = {
    {"open", "start an evidence bundle for a case"},
    {"isolate", "take a container off every network; --undo puts it back"},
    {"pause", "freeze a container; --undo thaws it"},
    {"status", "whether what was contained still is; who undid it"},
    {"capture", "collect everything, most volatile first"},
    {"diff", "what was changed, from the bundle, with content"},
    {"exec", "run a command inside a container, on record"},
    {"rebuild", "put a clean container in its place, keep the bad one"},
    {"seal", "close the bundle: manifests and signature"},
    {"custody", "hand a sealed bundle over, receive it, show who held it"},
    {"export", "pack a sealed bundle into one file, to hand it over"},
    {"import", "unpack such a file, and verify it"},
    {"verify", "check a bundle, anywhere, without an engine"},
};

static void
usage(FILE *f)
{
	fputs("Usage: ir COMMAND [ARGUMENT]...\n"
	      "Container incident response with signed evidence.\n\n",
	    f);
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		fprintf(
		    f, "  ir %-9s %s\n", commands[i].name, commands[i].what);
	fputs("\nA whole incident, in this order:\n"
	      "  ir open INC-2026-041\n"
	      "  ir isolate web\n"
	      "  ir pause web\n"
	      "  ir capture web\n"
	      "  ir diff web\n"
	      "  ir rebuild web\n"
	      "  ir seal\n"
	      "  ir verify INC-2026-041_*/\n"
	      "\nir COMMAND --help tells more, as does man ir.\n",
	    f);
}

/* Returns only when there is no such program. */
static void
run_beside(char **argv)
{
	char self[PATH_MAX], path[PATH_MAX + 300];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	char *slash;

	if (n > 0) {
		self[n] = '\0';
		if ((slash = strrchr(self, '/')) != NULL)
			*slash = '\0';
		snprintf(path, sizeof(path), "%s/%s", self, argv[0]);
		execv(path, argv);
	}
	execvp(argv[0], argv);
}

static int
dispatch(const char *name, char **argv)
{
	char program[256];

	if (strlen(name) > 64 || strchr(name, '/') != NULL ||
	    strspn(name, "abcdefghijklmnopqrstuvwxyz-") != strlen(name)) {
		fputs("ir: that is not a command; ir --help lists them\n",
		    stderr);
		return EX_USAGE;
	}
	snprintf(program, sizeof(program), "ir-%s", name);
	argv[0] = program;
	run_beside(argv);
	if (errno != ENOENT) {
		fprintf(stderr, "ir: cannot run %s: %s\n", program,
		    strerror(errno));
		return 71; /* EX_OSERR */
	}
	fprintf(
	    stderr, "ir: %s is not a command; ir --help lists them\n", name);
	return EX_USAGE;
}

int
main(int argc, char **argv)
{
	static char help[] = "--help";
	char *asked[] = {NULL, help, NULL};

	if (argc < 2) {
		usage(stderr);
		return EX_USAGE;
	}
	if (strcmp(argv[1], "--version") == 0) {
		printf("ir (ir-tools) %s\n", PACKAGE_VERSION);
		return 0;
	}
	if (strcmp(argv[1], "help") == 0 && argc > 2)
		return dispatch(argv[2], asked);
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
	    strcmp(argv[1], "help") == 0) {
		usage(stdout);
		return ferror(stdout) || fflush(stdout) != 0 ? 74 : 0;
	}
	return dispatch(argv[1], argv + 1);
}
