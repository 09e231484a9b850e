/* SPDX-License-Identifier: ISC
 *
 * One run at a time for each container: what one sees, records and does is not
 * to be pulled from under it by another, whichever directory or bundle that
 * keeps its records in.
 *
 * Whose turn it is, a lock says on a file in /run/ir-tools, or, for who is not
 * root, in $XDG_RUNTIME_DIR/ir-tools; the kernel takes it from a run that ends
 * in any way.  Where there is no such directory, nobody waits.
 */
#ifndef IR_CLI_TURN_H
#define IR_CLI_TURN_H

#include <jansson.h>
#include <stdbool.h>

#include "cli/cli.h"
#include "cli/targets.h"

/** ir_in_turn(cli, inspect, chosen, act, err): act on that container, as it is
 * when its turn has come.  That is waited for, which is said, but not for ever:
 * nobody who hangs may keep it from being contained.  A dry run never waits. */
int ir_in_turn(struct ir_cli *cli, const json_t *inspect, bool chosen,
    ir_target_fn act, struct ir_err *err);

#endif
