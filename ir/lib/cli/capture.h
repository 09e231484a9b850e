/* SPDX-License-Identifier: ISC
 *
 * The capture of one container: which collectors run, in their order, each
 * within its deadline, and what came of each.
 */
#ifndef IR_CLI_CAPTURE_H
#define IR_CLI_CAPTURE_H

#include <jansson.h>
#include <stdbool.h>

#include "cli/cli.h"

/* What the options ask for, the same for all containers. */
struct ir_capture_wish {
	bool live;   /* do not pause */
	bool commit; /* leave an evidence image */
	bool fresh;  /* never go on with a capture that was cut off */
};

/** ir_capture(cli, w, inspect, err): the container with that inspect document
 * into the bundle; prints the ledger, gives the result.  The exit code: 10 if
 * something that was asked for is missing; or -1. */
int ir_capture(struct ir_cli *cli, const struct ir_capture_wish *w,
    const json_t *inspect, struct ir_err *err);

/** ir_capture_rehearse(cli, w, inspect, err): says what would be called. */
int ir_capture_rehearse(struct ir_cli *cli, const struct ir_capture_wish *w,
    const json_t *inspect, struct ir_err *err);

#endif
