/* SPDX-License-Identifier: ISC
 *
 * A container that stands still while it is captured: paused, and thawed again,
 * whatever happens in between; also by the next capture, if this one is killed.
 */
#ifndef IR_CLI_STANDSTILL_H
#define IR_CLI_STANDSTILL_H

#include <stdbool.h>
#include <stdint.h>

#include "cli/cli.h"
#include "cli/places.h"
#include "collectors/collector.h"

struct ir_standstill {
	bool held;         /* by us, now ... */
	unsigned since;    /* ... and before by this run, which was cut off */
	uint64_t began_ns; /* 0: it was never held */
	double ms;         /* how long it stood still */
};

/** ir_standstill_begin(cli, t, p, needed, s, err): pauses a running container,
 * if that is needed and t->live is not set; one that is paused stays so.  One
 * that a capture paused which was cut off, as p says, is held from then on.
 * What is done is declared before.  s is 0 at first. */
int ir_standstill_begin(struct ir_cli *cli, const struct ir_target *t,
    const struct ir_places *p, bool needed, struct ir_standstill *s,
    struct ir_err *err);

/** ir_standstill_end(cli, t, s, err): thaws it if it is held, also after an
 * interruption. */
int ir_standstill_end(struct ir_cli *cli, const struct ir_target *t,
    struct ir_standstill *s, struct ir_err *err);

#endif
