/* SPDX-License-Identifier: ISC
 *
 * --dry-run: live targets are resolved and read; what would be called, and who
 * else would feel it, is printed, and with --json given as one object:
 * {"dry_run":true,"container","name","calls":[{"method","path","body"}],
 * "notes":[..],"shared":[..]}, and "warnings" where there are any to be had.
 */
#ifndef IR_CLI_DRYRUN_H
#define IR_CLI_DRYRUN_H

#include "docker/docker.h"

struct ir_dryrun {
	struct ir_docker *engine;
	const json_t *inspect;
	json_t *calls, *notes;
	json_t *warnings; /* whatever belongs into the result, or NULL; taken by
			   * ir_dryrun_end() */
};

/** ir_dryrun_start(d, engine, inspect): of the container with that inspect
 * document, which the caller keeps. */
void ir_dryrun_start(
    struct ir_dryrun *d, struct ir_docker *engine, const json_t *inspect);

/** ir_dryrun_call(d, method, body, fmt, ...): a call that would be made; body
 * may be NULL and stays the caller's. */
void ir_dryrun_call(struct ir_dryrun *d, const char *method, const json_t *body,
    const char *fmt, ...) __attribute__((format(printf, 4, 5)));

/** ir_dryrun_watch(d): from here on a call to the engine that would change
 * anything is not made, but listed as by ir_dryrun_call() (see
 * ir_docker_rehearse()): the program does what it always does. */
void ir_dryrun_watch(struct ir_dryrun *d);

/** ir_dryrun_note(d, fmt, ...): something else worth knowing. */
void ir_dryrun_note(struct ir_dryrun *d, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/** ir_dryrun_end(d, err): finds who shares with the container, prints all, and
 * releases; the exit code, or -1. */
int ir_dryrun_end(struct ir_dryrun *d, struct ir_err *err);

/** ir_dryrun_drop(d): releases, when something failed before the end. */
void ir_dryrun_drop(struct ir_dryrun *d);

#endif
