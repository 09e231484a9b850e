/* SPDX-License-Identifier: ISC
 *
 * Who else runs on this engine: looked at once for all containers that are
 * acted on, by a thread of its own, so that nothing waits for it that need not.
 */
#ifndef IR_CLI_SURVEY_H
#define IR_CLI_SURVEY_H

#include <jansson.h>

#include "cli/cli.h"

/** ir_survey_start(cli): begins, unless it has begun; from any thread.
 * ir_survey_end() is to follow before the program ends. */
void ir_survey_start(const struct ir_cli *cli);

/** ir_survey(unseen): waits for it: an array of the inspect documents of all
 * containers that run, or are paused, borrowed until ir_survey_end().  *unseen,
 * unless NULL, is how many there was no time for; -1 if the engine did not even
 * list them. */
const json_t *ir_survey(int *unseen);

void ir_survey_end(void);

#endif
