/* SPDX-License-Identifier: ISC
 *
 * Log messages written as Docker's json-file driver writes them, byte for
 * byte: {"log":"text\n","stream":"stdout","time":"..."} and a line feed, with
 * that driver's escapes.  A text goes out as it comes in, so that no message,
 * however long, is held in memory.
 */
#ifndef IR_DOCKER_LOGJSON_H
#define IR_DOCKER_LOGJSON_H

#include <stdbool.h>
#include <stddef.h>

#include "docker/logs.h"

struct ir_docker_logjson;

/** ir_docker_logjson_new(fn, arg, counts, err): a writer to fn; NULL when out
 * of memory. */
struct ir_docker_logjson *ir_docker_logjson_new(ir_http_body_fn fn, void *arg,
    struct ir_docker_log_counts *counts, struct ir_err *err);
void ir_docker_logjson_free(struct ir_docker_logjson *w); /* NULL is fine */

/** ir_docker_logjson_begin(w, stream, time): begins an object, after ending
 * the one under way; stream must last until its end. */
void ir_docker_logjson_begin(
    struct ir_docker_logjson *w, const char *stream, const char *time);

/** ir_docker_logjson_text(w, p, n): adds to the text of the object under way.
 * After IR_MAX_LOG_TEXT bytes another object takes the rest. */
void ir_docker_logjson_text(
    struct ir_docker_logjson *w, const char *p, size_t n);

/** ir_docker_logjson_end(w): ends the object under way, if any. */
void ir_docker_logjson_end(struct ir_docker_logjson *w);
bool ir_docker_logjson_within(const struct ir_docker_logjson *w);

/** ir_docker_logjson_check(w, flush, err): -1 with fn's own error if fn has
 * failed; first hands over what is buffered if flush is set. */
int ir_docker_logjson_check(
    struct ir_docker_logjson *w, bool flush, struct ir_err *err);

#endif
