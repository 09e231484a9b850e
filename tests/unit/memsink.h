/* SPDX-License-Identifier: ISC
 *
 * A sink in memory, for tests: what was written, and how it was closed.
 */
#ifndef IR_TESTS_MEMSINK_H
#define IR_TESTS_MEMSINK_H

#include "base/buf.h"
#include "base/sink.h"

#define MEMSINK_FILES 64

struct memfile {
	struct ir_stream stream;
	struct memsink *sink;
	char path[256];
	struct ir_buf data;
	bool closed;
	char gap[1024]; /* "" if it is whole */
};

struct memsink {
	struct ir_sink sink;
	struct memfile files[MEMSINK_FILES];
	size_t n;
	struct ir_buf changes; /* "what|undo|why\n" */
	const char *had;       /* the path that has() says yes to, or NULL */
	size_t full;           /* a write beyond so many bytes fails; 0: none */
};

/** memsink_init(m), memsink_free(m). */
void memsink_init(struct memsink *m);
void memsink_free(struct memsink *m);

/** memsink_file(m, path): what was written there, or NULL. */
struct memfile *memsink_file(struct memsink *m, const char *path);

#endif
