/* SPDX-License-Identifier: ISC
 *
 * A container's logs, both streams with time stamps, as the engine's json-file
 * driver writes them: {"log":"text\n","stream":"stdout","time":"..."}, one
 * object a line.
 */
#ifndef IR_DOCKER_LOGS_H
#define IR_DOCKER_LOGS_H

#include <stdint.h>

#include "docker/docker.h"

struct ir_docker_log_counts {
	uint64_t lines;     /* objects written */
	uint64_t replaced;  /* bytes that were not UTF-8 and became U+FFFD, as
			     * the json-file driver does */
	uint64_t unstamped; /* lines for which the engine gave no time */
};

struct ir_docker_log_wish {
	bool tty;      /* Config.Tty: then the stream is raw, and everything
			* is stdout */
	int64_t since; /* only what has this time or a later one, in seconds
			* since the epoch; 0: all */
	uint64_t tail; /* only so many lines of the end; 0: all */
};

/** ir_docker_logs(d, id, w, fn, arg, counts, err): unless w->tty is set, it
 * comes from the engine in frames of an 8-byte header (Engine API,
 * ContainerAttach).  A message without a time has
 * Go's zero time.  What was not UTF-8 when the container wrote it is U+FFFD
 * already when the json-file driver gives it.  Constant memory: a line longer
 * than 1 MiB is split into several objects, as the driver splits at 16 KiB.  A
 * stream that ends within a frame is IR_EPROTO.  A log driver that cannot be
 * read is IR_EPROTO with the engine's words. */
int ir_docker_logs(struct ir_docker *d, const char *id,
    const struct ir_docker_log_wish *w, ir_http_body_fn fn, void *arg,
    struct ir_docker_log_counts *counts, struct ir_err *err);

/* The converter itself, for tests: feed, then end. */
struct ir_docker_demux;
struct ir_docker_demux *ir_docker_demux_new(bool tty, ir_http_body_fn fn,
    void *arg, struct ir_docker_log_counts *counts, struct ir_err *err);
int ir_docker_demux_feed(
    void *demux, const void *p, size_t n, struct ir_err *err);
int ir_docker_demux_end(struct ir_docker_demux *x, struct ir_err *err);
void ir_docker_demux_free(struct ir_docker_demux *x);

#endif
