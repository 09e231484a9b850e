/* SPDX-License-Identifier: ISC
 *
 * A tar with everything that a file system knows of its files (pax interchange
 * format, POSIX.1-2017): owners, nanoseconds, extended attributes (as
 * SCHILY.xattr, which engines read), holes (GNU.sparse, 1.0), devices, links.
 * It is written by hand: which bytes come out depends on what goes in and on no
 * version of a library, and names are bytes that nobody converts.
 */
#ifndef IR_ARCHIVE_LAYER_H
#define IR_ARCHIVE_LAYER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "archive/reader.h"
#include "base/err.h"
#include "base/sink.h"

/* Where in a file there is content. */
struct ir_tar_piece {
	uint64_t at, len;
};

/* What readers of tar take for the records of one member: archive/tar of Go
 * refuses more than 1 MiB, and so does libarchive. */
#define IR_LAYER_RECORDS (768u << 10)

struct ir_layer;

/** ir_layer_create(below, err): the tar goes to below, in large writes.  Takes
 * below, in a failure too.  Ended by ir_layer_finish(). */
struct ir_layer *ir_layer_create(struct ir_stream *below, struct ir_err *err);

/** ir_layer_add(w, m, pieces, n, err): a member begins; the one before must be
 * whole, else IR_EINTERNAL.  All of m counts but its "at"; a directory's path
 * gets its slash here.  If m->sparse, only the n pieces of its content are to
 * be put, in order.  IR_EFORMAT for a name of an attribute that pax cannot
 * hold, or more records than IR_LAYER_RECORDS: then nothing was written. */
int ir_layer_add(struct ir_layer *w, const struct ir_tar_member *m,
    const struct ir_tar_piece *pieces, size_t n, struct ir_err *err);

/** ir_layer_put(w, p, n, err): the next n bytes of its content. */
int ir_layer_put(
    struct ir_layer *w, const void *p, size_t n, struct ir_err *err);

/** ir_layer_left(w): how many are still due. */
uint64_t ir_layer_left(const struct ir_layer *w);

/** ir_layer_xattr_ok(name): whether pax can hold an attribute of that name. */
bool ir_layer_xattr_ok(const char *name);

/** ir_layer_finish(w, gap, err): ends the tar and closes the stream below; w is
 * gone, whatever it returns.  With a gap (struct ir_stream) no end is
 * written: no reader takes the tar for whole. */
int ir_layer_finish(struct ir_layer *w, const char *gap, struct ir_err *err);

#endif
