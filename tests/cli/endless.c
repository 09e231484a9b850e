/* SPDX-License-Identifier: ISC
 *
 * Writes to a bundle until it is killed, which is what tests/cli/kill.t does:
 *
 *	endless BUNDLE KEY SEED
 *
 * Files of all sizes, two at a time, in pieces of all sizes; outcomes, changes
 * and other lines between them; gaps.  All of it follows from SEED.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/limits.h"
#include "bundle/bundle.h"
#include "crypto/key.h"

#define BUF (1u << 20)

static uint64_t state;
static char *buf;

/* Marsaglia's xorshift64. */
static uint64_t
next(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state;
}

/* Mostly small; one in 16 passes a chunk. */
static uint64_t
any_size(void)
{
	uint64_t r = next() % 16;

	return r == 0  ? IR_CHUNK_BYTES + next() % (4u << 20)
	       : r < 4 ? next() % (8u << 20)
		       : next() % (64u << 10);
}

struct file {
	struct ir_stream *stream;
	uint64_t left;
};

static int
start(struct ir_bundle *b, struct file *f, struct ir_err *err)
{
	static unsigned n;
	struct ir_sink *sink = ir_bundle_sink(b);
	ir_auto_free char *path =
	    ir_asprintf(err, "run-%u/%u", ir_bundle_run(b), n++);

	f->left = any_size();
	f->stream = sink->open(sink, path, err);
	return f->stream != NULL ? 0 : -1;
}

static int
finish(struct file *f, struct ir_err *err)
{
	struct ir_stream *s = f->stream;

	f->stream = NULL;
	return s->close(s, next() % 8 == 0 ? "a gap" : NULL, err);
}

static int
more(struct file *f, struct ir_err *err)
{
	uint64_t n = next() % 4 == 0 ? BUF : 1 + next() % 5000;

	if (n > f->left)
		n = f->left;
	buf[next() % BUF] ^= (char)next();
	f->left -= n;
	return f->stream->write(f->stream, buf, (size_t)n, err);
}

static int
say(struct ir_bundle *b, struct ir_err *err)
{
	struct ir_sink *sink = ir_bundle_sink(b);

	switch (next() % 64) {
	case 0:
		return ir_bundle_outcome(b, "c", "t", IR_COLLECTED, "", 1, err);
	case 1:
		return sink->change(sink, "what", "undo", "why", err);
	case 2:
		return ir_bundle_event(b, "api", json_object(), err);
	default:
		return 0;
	}
}

static int
write_on(struct ir_bundle *b, struct ir_err *err)
{
	struct file files[2] = {{NULL, 0}, {NULL, 0}};

	for (;;) {
		struct file *f = &files[next() % 2];
		int rc = say(b, err);

		if (rc == 0 && f->stream == NULL)
			rc = start(b, f, err);
		else if (rc == 0 && f->left == 0)
			rc = finish(f, err);
		else if (rc == 0)
			rc = more(f, err);
		if (rc == -1)
			return -1;
	}
}

int
main(int argc, char **argv)
{
	struct ir_bundle_who who = {.id = "alice@lab",
	    .name = "",
	    .role = "",
	    .org = "",
	    .program = "endless",
	    .version = "1",
	    .exe_sha256 = "",
	    .argv = argv};
	struct ir_bundle *b = NULL;
	struct ir_err err = {.msg = "endless BUNDLE KEY SEED"};

	buf = calloc(1, BUF);
	if (argc == 4 && buf != NULL &&
	    (who.key = ir_key_load(argv[2], &err)) != NULL &&
	    (b = ir_bundle_open(argv[1], &err)) != NULL &&
	    ir_bundle_begin(b, &who, NULL, &err) == 0) {
		state = strtoull(argv[3], NULL, 10) + 1;
		write_on(b, &err);
	}
	fprintf(stderr, "endless: %s\n", err.msg);
	return 1;
}
