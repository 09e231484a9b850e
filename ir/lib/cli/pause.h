/* SPDX-License-Identifier: ISC
 *
 * Freezing a container, by the way that there is, and thawing it again.
 *
 *   engine  the engine freezes its cgroup: all processes at one instant.
 *   signal  root on the engine's host: SIGSTOP to every process, one after the
 *           other, where the engine cannot.
 *   kill    if asked for: SIGKILL; none of its code runs, its memory is lost.
 *
 * The record (actions.h, kind "pause") has moreover
 *
 *   "how":"engine", "signal" or "kill"
 *   "atomic":false                for "signal"
 *   "stopped_before":[{"pid","start"}]   with "signal": those that stood still
 *       before, and that an undo leaves so
 *   "restart":{"Name","MaximumRetryCount"}   see policy.h; or absent
 *   "started":State.StartedAt, "pid":State.Pid
 */
#ifndef IR_CLI_PAUSE_H
#define IR_CLI_PAUSE_H

#include <jansson.h>
#include <stdbool.h>

#include "cli/actions.h"
#include "cli/cli.h"

enum ir_pause_state {
	IR_PAUSE_DONE,        /* frozen, or thawed again */
	IR_PAUSE_KILLED,      /* it could not be frozen */
	IR_PAUSE_ALREADY,     /* there was nothing to do */
	IR_PAUSE_NOT_RUNNING, /* nothing runs that could be frozen */
};

/* One container's freezing or thawing. */
struct ir_pause {
	bool or_stop;             /* kill it, if nothing else can be done */
	struct ir_err not_frozen; /* why the engine could not; code 0: it did */

	enum ir_pause_state state;
	const char *how; /* as in the record; "" if it was not frozen by us */
	json_t *idle;    /* "stopped_before" of the record, or NULL */
	json_t *stopped; /* the same, of those that were sent SIGSTOP */
	double ms;       /* that the freezing took */

	bool kept;                /* ir_pause_keep() did what it is to do */
	struct ir_actions before; /* the records that stood before */
	char *where;              /* of the new one; NULL if there is none */
	json_t *policy; /* that was set to "no"; NULL if it was so before */
	struct ir_err policy_stays; /* why it was not; code 0: it was */

	bool anew;  /* undo: it was started anew after it had been frozen */
	bool freed; /* ... somebody else had thawed it */
	json_t *differences; /* ... from what the record holds: strings */
	json_t *namesake;    /* ... the record of another one of that name, if
			      * there is none of this one */
};

/** ir_pause_freeze(cli, inspect, p, err): freezes, verifies, keeps the record,
 * holds the restart policy.  What an earlier run left undone of this is done.
 * The record of what only it can put back, processes stopped by signal, is kept
 * before.  -1: it is not frozen; or it is, and the message says so, but no
 * record could be kept, which is said only where without a bundle just the
 * freeze is to be put back.  Released by ir_pause_free() in any case. */
int ir_pause_freeze(struct ir_cli *cli, const json_t *inspect,
    struct ir_pause *p, struct ir_err *err);

/** ir_pause_thaw(cli, inspect, p, err): puts the restart policy back, thaws,
 * verifies, compares, marks the records as undone. */
int ir_pause_thaw(struct ir_cli *cli, const json_t *inspect, struct ir_pause *p,
    struct ir_err *err);

void ir_pause_free(struct ir_pause *p);

/** ir_pause_keep(cli, inspect, p, err): loads the records that stand, finds the
 * policy, and writes the new record where one is due: unless it was already
 * frozen, and that is on record.  Once for each p. */
int ir_pause_keep(struct ir_cli *cli, const json_t *inspect, struct ir_pause *p,
    struct ir_err *err);

/** ir_pause_expect(cli, inspect, paused, err): 0 if the container is paused, or
 * is not: by the kernel where this is its host, else by the engine's word. */
int ir_pause_expect(
    struct ir_cli *cli, const json_t *inspect, bool paused, struct ir_err *err);

#endif
