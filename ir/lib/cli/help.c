/* SPDX-License-Identifier: ISC
 *
 * --help: see help.h.
 */
#include "cli/help.h"

#include <stdio.h>
#include <string.h>

static const char *const common_exits[] = {
    "64",
    "the command line is wrong",
    "65",
    "data is malformed, or not what it should be",
    "66",
    "no such container, bundle, key or file",
    "69",
    "the engine cannot be reached",
    "73",
    "would overwrite something; the bundle is sealed",
    "74",
    "reading or writing failed; the disk is full",
    "75",
    "a deadline passed",
    "76",
    "the engine refused, or broke off",
    "77",
    "no permission",
    "130",
    "interrupted; what was collected is kept",
    NULL,
};

static bool
has(const char *const *exits, const char *code)
{
	for (; exits != NULL && exits[0] != NULL; exits += 2)
		if (strcmp(exits[0], code) == 0)
			return true;
	return false;
}

/* Those that are not told of already. */
static void
print_exits(const char *const *exits, const char *const *told)
{
	for (; exits != NULL && exits[0] != NULL; exits += 2)
		if (!has(told, exits[0]))
			printf("  %3s  %s\n", exits[0], exits[1]);
}

void
ir_cli_help(const struct ir_program *p, const struct ir_option *const tables[])
{
	printf("Usage: %s [OPTION]... %s\n%s\n\nOptions:\n", p->name,
	    p->operands, p->what);
	for (size_t i = 0; tables[i] != NULL; i++)
		ir_options_help(tables[i]);
	if (p->examples != NULL)
		printf("\nExamples:\n");
	for (const char *const *e = p->examples; e != NULL && *e != NULL;
	     e += 2)
		printf("  %s\n        %s\n", e[0], e[1]);
	printf("\nExit status:\n");
	print_exits(p->exits, NULL);
	print_exits(common_exits, p->exits);
	printf("\nThe manual: man %s\n", p->name);
}
