/* SPDX-License-Identifier: ISC
 *
 * A sink in front of another one, for one container: counts what goes through,
 * and knows which files were taken whole and which were cut short, so that a
 * collector can be run a second time and takes only what is missing.
 */
#ifndef IR_CLI_TALLY_H
#define IR_CLI_TALLY_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/sink.h"

struct ir_tally {
	struct ir_sink sink; /* the one to write to */
	struct ir_sink *to;  /* where it goes */
	/* Since ir_tally_turn(): */
	uint64_t bytes;
	unsigned gaps; /* files that were cut short */
	/* Told after each write, unless it is NULL. */
	void (*progress)(void *arg, const char *path, uint64_t bytes);
	void *arg;

	/* Private. */
	json_t *whole; /* {"<path>": true} */
};

/** ir_tally_start(t, to, err): in front of to; t is 0 at first, but for
 * progress.  ir_tally_free() in any case. */
int ir_tally_start(struct ir_tally *t, struct ir_sink *to, struct ir_err *err);
void ir_tally_free(struct ir_tally *t);

/** ir_tally_turn(t): the next collector's. */
void ir_tally_turn(struct ir_tally *t);

#endif
