/* SPDX-License-Identifier: ISC
 *
 * The custody of a sealed bundle, shown: who held it, what was done, and a
 * receipt for it.
 */
#ifndef IR_CLI_CUSTODY_H
#define IR_CLI_CUSTODY_H

#include "cli/cli.h"

/** ir_custody_list(cli, err): who held it from when to when, and all acts, as a
 * table, or with --json {"bundle","uuid","case","holder","in_transit",
 * "disposed","verified":false,"held","acts"}; see holder.h for held.  What
 * cannot be a chain is shown all the same, and then it is IR_EFORMAT. */
int ir_custody_list(struct ir_cli *cli, struct ir_err *err);

/** ir_custody_receipt(cli, path, err): a receipt, into a new file, or to
 * standard output if path is NULL. */
int ir_custody_receipt(
    struct ir_cli *cli, const char *path, struct ir_err *err);

#endif
