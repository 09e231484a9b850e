/* SPDX-License-Identifier: ISC
 *
 * What a bundle has on record as contained, and nobody undid: who closes the
 * bundle should not forget about it.
 */
#ifndef IR_CLI_CONTAINED_H
#define IR_CLI_CONTAINED_H

#include <jansson.h>

#include "cli/cli.h"

/** ir_contained(cli, err): by the records in the bundle alone, without a look
 * at any engine; the caller owns it:
 *
 *   [{"container":"<64 hex>","name":"web","isolated":true,"paused":true,
 *     "undo":["ir pause --undo web","ir isolate --undo web"]}] */
json_t *ir_contained(struct ir_cli *cli, struct ir_err *err);

/** ir_contained_print(list): a line for each. */
void ir_contained_print(const json_t *list);

#endif
