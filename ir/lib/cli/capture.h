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
#include "collectors/collector.h"

/* What the options ask for, the same for all containers. */
struct ir_capture_wish {
	bool live;       /* do not pause */
	bool commit;     /* leave an evidence image ... */
	bool drop_image; /* ... and remove it again at the end */
	bool fresh;      /* never go on with a capture that was cut off */
	bool by_engine;  /* read no file from its disk */
	bool memory;
	bool estimate; /* only say how much it would be */
	enum ir_profile profile;
	const char *only, *skip; /* names of collectors, or NULL */
	int64_t since;           /* as of struct ir_target */
	uint64_t volume_limit;
	const char *scope; /* these three, as they were given */
	long deadline_ms;  /* instead of the collectors' own, or 0 */
	unsigned jobs;     /* containers at a time */
};

extern const struct ir_option ir_capture_options[];

/** ir_capture_wishes(w, err): what was given; IR_EUSAGE says what is wrong with
 * it. */
int ir_capture_wishes(struct ir_capture_wish *w, struct ir_err *err);

/* How a collector comes to run. */
enum ir_choice {
	IR_LEFT_OUT,
	IR_CHOSEN, /* by the profile */
	IR_NAMED,  /* by the responder, who is told if it cannot be had */
};

/** ir_capture_choice(w, k, why): why is set to the reason if it is left
 * out. */
enum ir_choice ir_capture_choice(const struct ir_capture_wish *w,
    const struct ir_collector *k, const char **why);

/** ir_capture(cli, w, inspect, err): the container with that inspect document
 * into the bundle; prints the ledger, gives the result.  The exit code: 10 if
 * something that was asked for is missing; or -1. */
int ir_capture(struct ir_cli *cli, const struct ir_capture_wish *w,
    const json_t *inspect, struct ir_err *err);

/** ir_capture_estimate(cli, w, inspect, err): says how much would be taken,
 * and how long that lasts; takes nothing. */
int ir_capture_estimate(struct ir_cli *cli, const struct ir_capture_wish *w,
    const json_t *inspect, struct ir_err *err);

/** ir_capture_rehearse(cli, w, inspect, err): says what would be called. */
int ir_capture_rehearse(struct ir_cli *cli, const struct ir_capture_wish *w,
    const json_t *inspect, struct ir_err *err);

#endif
