/* SPDX-License-Identifier: ISC
 *
 * The engine's answers byte for byte, as evidence wants them.
 */
#ifndef IR_DOCKER_RAW_H
#define IR_DOCKER_RAW_H

#include "docker/docker.h"

enum ir_docker_raw {
	IR_RAW_VERSION,   /* the engine's version */
	IR_RAW_INFO,      /* ... and what it says of its host */
	IR_RAW_CONTAINER, /* inspect; without sizes, which cost a walk of all
			     files */
	IR_RAW_EXEC,      /* an exec session */
	IR_RAW_TOP,       /* processes */
	IR_RAW_STATS,     /* one sample of the use of resources */
	IR_RAW_CHANGES,   /* [{"Path","Kind"}], or null when there are none */
	IR_RAW_EXPORT,    /* the filesystem as tar; a clean end does not prove
			   * that it is whole: see archive/tarend.h */
	IR_RAW_NETWORK,
	IR_RAW_IMAGE,
	IR_RAW_HISTORY, /* of an image */
};

/** ir_docker_raw(d, what, id, fn, arg, err): the answer goes to fn as it
 * arrives.  id is 64 hex digits, or for a network what its endpoint gives
 * (letters, digits, "_.-", at most 64), and NULL for the engine itself. */
int ir_docker_raw(struct ir_docker *d, enum ir_docker_raw what, const char *id,
    ir_http_body_fn fn, void *arg, struct ir_err *err);

/** ir_docker_events(d, since, until, fn, arg, err): JSON objects, one a line;
 * times are seconds since the epoch.  Ends by itself at until. */
int ir_docker_events(struct ir_docker *d, int64_t since, int64_t until,
    ir_http_body_fn fn, void *arg, struct ir_err *err);

/** ir_docker_events_past(d, since, fn, arg, err): those that there are by the
 * engine's own clock, without waiting for the end of a second. */
int ir_docker_events_past(struct ir_docker *d, int64_t since,
    ir_http_body_fn fn, void *arg, struct ir_err *err);

#endif
