/* SPDX-License-Identifier: ISC
 *
 * One answer of HTTP/1.1 (RFC 9112), out of bytes that come in any pieces.  It
 * is a stranger's: what is not as the standard has it is refused, and what may
 * be read in two ways too, for then an answer could be made to look whole that
 * is not, or longer.
 */
#ifndef IR_NET_ANSWER_H
#define IR_NET_ANSWER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/buf.h"
#include "base/err.h"

/* Who takes it; -1 with err set ends the reading. */
struct ir_answer_taker {
	/* A header field of the final answer, its value without white space
	 * around it. */
	int (*field)(
	    void *arg, const char *name, const char *value, struct ir_err *err);
	/* A piece of the body, n > 0. */
	int (*body)(void *arg, const void *p, size_t n, struct ir_err *err);
	void *arg;
};

struct ir_answer {
	const struct ir_answer_taker *taker;
	enum {
		IR_ANSWER_STATUS,
		IR_ANSWER_FIELDS,
		IR_ANSWER_LENGTH,    /* a body of left bytes */
		IR_ANSWER_UNTIL_END, /* one that the connection's end ends */
		IR_ANSWER_CHUNK_SIZE,
		IR_ANSWER_CHUNK, /* left bytes of it */
		IR_ANSWER_CHUNK_END,
		IR_ANSWER_TRAILER,
		IR_ANSWER_DONE,
	} state;
	bool bodiless; /* asked with HEAD */
	bool keep;     /* the connection can be used again */
	bool chunked;
	bool measured; /* there is a Content-Length */
	bool refused;  /* err is ours, not the taker's */
	long status;   /* of the final answer; 0 until it is known */
	uint64_t left;
	uint64_t head; /* bytes of status lines, header and trailer */
	struct ir_buf line;
};

/** ir_answer_init(a, head, taker): for the answer to HEAD, or another method.
 * taker must live as long.  Released by ir_answer_free(). */
void ir_answer_init(
    struct ir_answer *a, bool head, const struct ir_answer_taker *taker);
void ir_answer_free(struct ir_answer *a);

/** ir_answer_feed(a, p, n, err): how many bytes it took: all, unless the
 * answer is done (state).  -1: IR_EPROTO and a->refused if it is no answer as
 * it should be (the message says why, and not whose it is); or what the taker
 * failed with. */
ssize_t ir_answer_feed(
    struct ir_answer *a, const void *p, size_t n, struct ir_err *err);

/** ir_answer_end(a): the connection has come to an orderly end; whether the
 * answer is whole. */
bool ir_answer_end(struct ir_answer *a);

#endif
