/* SPDX-License-Identifier: ISC
 *
 * What --help prints, from the table that a program is.
 */
#ifndef IR_CLI_HELP_H
#define IR_CLI_HELP_H

#include "cli/cli.h"

/** ir_cli_help(p, tables): tables has all options of p, NULL-terminated. */
void ir_cli_help(
    const struct ir_program *p, const struct ir_option *const tables[]);

#endif
