/* SPDX-License-Identifier: ISC
 *
 * What the files of capture.h have of one another.
 */
#ifndef IR_CLI_CAPTUREPARTS_H
#define IR_CLI_CAPTUREPARTS_H

#include "cli/capture.h"
#include "cli/places.h"
#include "cli/standstill.h"
#include "cli/tally.h"
#include "collectors/collector.h"

/* One run over one container. */
struct ir_capturing {
	struct ir_cli *cli;
	const struct ir_capture_wish *wish;
	struct ir_target t;
	struct ir_host *host;
	struct ir_err no_host;
	struct ir_places places;
	char *repo, *tag;
	char mark[64];
	struct ir_standstill still;
	struct ir_tally tally;
	bool shared; /* the running collector's work was done for another */
	uint64_t told_ns; /* when progress was told last */
	json_t *ledger;   /* [{"collector","outcome","why","bytes","us"}] */
	unsigned missing;
};

/** ir_capturing_aim(c, cli, w, inspect, err): who is captured; c is 0 at first.
 * ir_capturing_free() in any case. */
int ir_capturing_aim(struct ir_capturing *c, struct ir_cli *cli,
    const struct ir_capture_wish *w, const json_t *inspect, struct ir_err *err);
void ir_capturing_free(struct ir_capturing *c);

/* The ledger: a line for people, one in the journal and one in the result. */

/** ir_capturing_told(c, k, how, why, ms, err): how k ended; why is "" if that
 * needs no reason. */
int ir_capturing_told(struct ir_capturing *c, const struct ir_collector *k,
    enum ir_collected how, const char *why, double ms, struct ir_err *err);

/** ir_capturing_kept(c, k, run, how, err): that k did its work in a run that
 * was cut off. */
int ir_capturing_kept(struct ir_capturing *c, const struct ir_collector *k,
    unsigned run, enum ir_outcome how, struct ir_err *err);

#endif
