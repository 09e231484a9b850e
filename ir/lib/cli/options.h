/* SPDX-License-Identifier: ISC
 *
 * The command line: one table says what a program takes, and the parser, the
 * help and the completion all follow it.
 */
#ifndef IR_CLI_OPTIONS_H
#define IR_CLI_OPTIONS_H

#include <stdbool.h>

#include "base/err.h"

struct ir_option {
	char letter;        /* 'u', or 0 if there is only a long name */
	const char *name;   /* "undo" */
	const char *arg;    /* "FILE"; "KEY..." if it may be given several
			     * times; NULL for a flag */
	const char *help;   /* one line */
	bool *flag;         /* set to true, when arg is NULL */
	const char **value; /* set to the argument, else; for several, an
			     * array of IR_OPTION_VALUES, ended by a NULL */
};

#define IR_OPTION_VALUES 64

/* Options that are of several programs. */
struct ir_options {
	const struct ir_option *table;
	/* Whether what was given can be used: not -1; or NULL. */
	int (*check)(struct ir_err *err);
};

/* Ends a table. */
#define IR_OPTION_END                           \
	{                                       \
		0, NULL, NULL, NULL, NULL, NULL \
	}

/** ir_options_parse(tables, argc, argv, err): sets what the options name and
 * returns the index of the first operand; options may stand among operands,
 * "--" ends them.  tables is a NULL-terminated list of tables.  Wrong ones are
 * IR_EUSAGE. */
int ir_options_parse(const struct ir_option *const tables[], int argc,
    char **argv, struct ir_err *err);

/** ir_options_help(table): prints its lines on stdout. */
void ir_options_help(const struct ir_option *table);

#endif
