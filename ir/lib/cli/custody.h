/* SPDX-License-Identifier: ISC
 *
 * The custody of a sealed bundle: who held it and what was done, shown; a
 * receipt for it; what comes before an act, and after.
 */
#ifndef IR_CLI_CUSTODY_H
#define IR_CLI_CUSTODY_H

#include "bundle/verdict.h"
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

/* What verifying came to before it is put on record. */
struct ir_custody_checked {
	char head[65]; /* of the newest act that was there */
	enum ir_verdict verdict;
};

/** ir_custody_check(cli, type, condition, checked, err): verifies before an act
 * of that type, "receive" or "verify".  IR_EFORMAT for what is HOSTILE, and for
 * what is received and worse than TIME, unless condition (or NULL) says in what
 * state it came; IR_EUSAGE if nobody is trusted and there is no condition;
 * IR_EPERM if it is not who's turn. */
int ir_custody_check(struct ir_cli *cli, const char *type,
    const char *condition, struct ir_custody_checked *checked,
    struct ir_err *err);

/** ir_custody_stamp(cli, entry, stamp): ir_cli_stamp() for an act of the bundle
 * of cli; its exit code. */
int ir_custody_stamp(struct ir_cli *cli, const char *entry, json_t **stamp);

#endif
