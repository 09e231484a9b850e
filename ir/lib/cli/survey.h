/* SPDX-License-Identifier: ISC
 *
 * Who else runs on this engine and matters: looked at once for all containers
 * that are acted on, by a thread of its own, so that nothing waits for it that
 * need not.
 */
#ifndef IR_CLI_SURVEY_H
#define IR_CLI_SURVEY_H

#include <jansson.h>

#include "cli/cli.h"

/** ir_survey_start(cli, inspect): begins, unless it has begun; from any thread.
 * inspect is a container that runs, and tells whether this is the engine's
 * host: there only those are asked for that restart others, or share a PID or
 * IPC namespace, which the kernel tells; elsewhere everybody.  ir_survey_end()
 * is to follow before the program ends. */
void ir_survey_start(const struct ir_cli *cli, const json_t *inspect);

/** ir_survey(unseen): waits for it: an array of the inspect documents of those,
 * running or paused, borrowed until ir_survey_end().  *unseen, unless NULL, is
 * how many there was no time for; -1 if the engine did not even list them. */
const json_t *ir_survey(int *unseen);

/** ir_survey_strangers(inspect, n): a process that is in the container's own
 * PID namespace, but in no container's cgroup, and so goes on when that is
 * frozen; *n is how many.  0 and 0 if there is none, or it cannot be told.
 * Waits, too. */
pid_t ir_survey_strangers(const json_t *inspect, int *n);

void ir_survey_end(void);

#endif
