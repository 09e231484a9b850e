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

/** ir_docker_logs(d, id, tty, fn, arg, counts, err): tty is Config.Tty: then
 * the stream is raw and everything is stdout; else it comes in frames of an
 * 8-byte header (Engine API, ContainerAttach).  A message without a time has
 * Go's zero time.  What was not UTF-8 when the container wrote it is U+FFFD
 * already when the json-file driver gives it.  Constant memory: a line longer
 * than 1 MiB is split into several objects, as the driver splits at 16 KiB.  A
 * stream that ends within a frame is IR_EPROTO.  A log driver that cannot be
 * read is IR_EPROTO with the engine's words. */
int ir_docker_logs(struct ir_docker *d, const char *id, bool tty,
    ir_http_body_fn fn, void *arg, struct ir_docker_log_counts *counts,
    struct ir_err *err);

/* The converter itself, for tests: feed, then end. */
struct ir_docker_demux;
struct ir_docker_demux *ir_docker_demux_new(bool tty, ir_http_body_fn fn,
    void *arg, struct ir_docker_log_counts *counts, struct ir_err *err);
int ir_docker_demux_feed(
    void *demux, const void *p, size_t n, struct ir_err *err);
int ir_docker_demux_end(struct ir_docker_demux *x, struct ir_err *err);
void ir_docker_demux_free(struct ir_docker_demux *x);

#endif
