/* SPDX-License-Identifier: ISC
 *
 * Acting on many containers in one call: which ones, several at a time, each
 * with its own connection, output and outcome.  One that cannot be found or
 * fails never keeps the others from being contained.
 */
#ifndef IR_CLI_TARGETS_H
#define IR_CLI_TARGETS_H

#include "cli/cli.h"

/* --all, --label KEY[=VALUE]..., --same-network-as CONTAINER. */
extern const struct ir_option ir_targets_options[];

/* Acts on one container: the exit code, or -1 with err set.  cli is this
 * thread's own, with an engine of its own; what is printed comes out in one
 * piece.  chosen: nobody named it, it is one of those that an option chose. */
typedef int (*ir_target_fn)(
    struct ir_cli *cli, const json_t *inspect, bool chosen, struct ir_err *err);

/** ir_targets_named(n, err): 0 if there are operands or one of these options;
 * else IR_EUSAGE. */
int ir_targets_named(int n, struct ir_err *err);

/** ir_targets_limit(n): from now on at most n at a time. */
void ir_targets_limit(unsigned n);

/** ir_targets_run(cli, names, n, act, err): act for each container that is
 * named, or chosen by the options.  One named container is acted on right here,
 * and its failure is err.  Several: what failed is said for each, and the exit
 * code is that of the first, in the order of names, that is not 0; the rest is
 * done in any case.  The container that this
 * program itself runs in is never chosen.  A dry run goes one by one. */
int ir_targets_run(struct ir_cli *cli, char **names, int n, ir_target_fn act,
    struct ir_err *err);

#endif
