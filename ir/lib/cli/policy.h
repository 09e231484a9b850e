/* SPDX-License-Identifier: ISC
 *
 * The restart policy of a container that is contained: set to "no", so that
 * the engine does not start it anew, and put back when the last action that
 * asked for it is undone.
 *
 * In an action's record it is "restart":{"Name","MaximumRetryCount"}, the one
 * that is to be put back; "policy" is its name, also where nothing is.
 */
#ifndef IR_CLI_POLICY_H
#define IR_CLI_POLICY_H

#include <jansson.h>

#include "cli/actions.h"
#include "cli/cli.h"

/** ir_policy_held(records): the one that the oldest of the records that has any
 * holds, borrowed; NULL if none has. */
const json_t *ir_policy_held(const json_t *records);

/** ir_policy_before(cli, kind, inspect, policy, err): *policy, the caller owns
 * it, is what an undo of this action, of that kind, is to put back: the policy
 * that there is, or, if it is "no" already, the one that another action's
 * standing record holds.  NULL if it was "no" before, too. */
int ir_policy_before(struct ir_cli *cli, const char *kind,
    const json_t *inspect, json_t **policy, struct ir_err *err);

/** ir_policy_note(record, policy): what ir_policy_before() found, as the
 * record's "policy". */
void ir_policy_note(json_t *record, const json_t *policy);

/** ir_policy_hold(cli, kind, inspect, err): declares, sets it to "no", and asks
 * the engine whether it is.  0 also if it is so already.  Where an engine
 * cannot (podman), the message says what follows from that. */
int ir_policy_hold(struct ir_cli *cli, const char *kind, const json_t *inspect,
    struct ir_err *err);

/** ir_policy_release(cli, kind, inspect, records, err): puts back the one that
 * is held, and asks the engine; unless another
 * action on the container still stands that holds one too, or somebody has set
 * another meanwhile, which both is said.  1 if it was put back, 0 if there was
 * nothing to be, -1. */
int ir_policy_release(struct ir_cli *cli, const char *kind,
    const json_t *inspect, const json_t *records, struct ir_err *err);

#endif
