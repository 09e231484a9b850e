/* SPDX-License-Identifier: ISC
 *
 * The recording of a session at a terminal: an asciicast, version 2, which
 * asciinema plays, and beside it, byte for byte, what was typed and written.
 */
#ifndef IR_CLI_CAST_H
#define IR_CLI_CAST_H

#include <stdbool.h>

#include "base/err.h"
#include "base/sink.h"

struct ir_cast;

enum ir_cast_stream {
	IR_CAST_STDIN,
	IR_CAST_STDOUT,
	IR_CAST_STDERR,
};

/** ir_cast_new(sink, base, width, height, command, err): base.cast, and as
 * soon as there is something for them base.stdin, base.stdout, base.stderr.
 * Ended by ir_cast_end(). */
struct ir_cast *ir_cast_new(struct ir_sink *sink, const char *base,
    unsigned int width, unsigned int height, const char *command,
    struct ir_err *err);

/** ir_cast_put(c, stream, p, n, err): n bytes went by.  In the cast stdout and
 * stderr are both "o"; what is no UTF-8 is U+FFFD there.  After
 * IR_MAX_SESSION bytes nothing more is recorded, which is no error. */
int ir_cast_put(struct ir_cast *c, enum ir_cast_stream stream, const void *p,
    size_t n, struct ir_err *err);

/** ir_cast_resize(c, width, height, err): the terminal has another size. */
int ir_cast_resize(struct ir_cast *c, unsigned int width, unsigned int height,
    struct ir_err *err);

/** ir_cast_full(c): whether some of it was not recorded. */
bool ir_cast_full(const struct ir_cast *c);

/** ir_cast_end(c, gap, err): closes all, and releases it; gap is NULL, or why
 * the session was cut short.  NULL is fine. */
int ir_cast_end(struct ir_cast *c, const char *gap, struct ir_err *err);

#endif
