/* SPDX-License-Identifier: ISC
 *
 * Where acquired bytes go.  A collector writes to a sink and does not know
 * whether that is a bundle, memory in a test, or nothing in a dry run.
 */
#ifndef IR_BASE_SINK_H
#define IR_BASE_SINK_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

/* One file being written. */
struct ir_stream {
	/* Takes n bytes, all of them, or fails. */
	int (*write)(
	    struct ir_stream *, const void *p, size_t n, struct ir_err *);
	/* Ends the file and frees the stream, whatever it returns.
	 * gap is NULL when everything was written; else it says why the file
	 * is short, and the sink keeps and marks what there is. */
	int (*close)(struct ir_stream *, const char *gap, struct ir_err *);
};

/* A place for files.  Paths are relative, of [A-Za-z0-9._+@=-] and '/'. */
struct ir_sink {
	/* Starts a new file; nothing is ever overwritten: a path that is
	 * taken fails with IR_EEXIST. */
	struct ir_stream *(*open)(
	    struct ir_sink *, const char *path, struct ir_err *);
	/* Whether that file is there already, from a run that was cut off and
	 * that this one goes on with: then it is not to be fetched again. */
	bool (*has)(struct ir_sink *, const char *path);
	/* Declares a change about to be made to the target: what is done, how
	 * it is undone ("" if it cannot be), why.  Made before the change. */
	int (*change)(struct ir_sink *, const char *what, const char *undo,
	    const char *why, struct ir_err *);
	/* Whether a whole file of that path is there, whoever wrote it, now or
	 * in an earlier run: what is had once is not taken again.  May be
	 * NULL: that cannot be told. */
	bool (*whole)(struct ir_sink *, const char *path);
};

/** ir_sink_whole(sink, path): the same, and false if it cannot be told. */
bool ir_sink_whole(struct ir_sink *sink, const char *path);

/** ir_sink_put(sink, path, p, n, err): one whole file. */
int ir_sink_put(struct ir_sink *sink, const char *path, const void *p, size_t n,
    struct ir_err *err);

#endif
