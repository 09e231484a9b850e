/* SPDX-License-Identifier: ISC
 *
 * A tar of plain files that depends on nothing but their names and contents
 * (libarchive, pax restricted): mode 0600, owner 0:0 without names, time 0, an
 * extended header only where a name or a size does not fit ustar.  The length
 * of the whole is a multiple of 10240 bytes, tar's usual record.
 */
#ifndef IR_ARCHIVE_WRITER_H
#define IR_ARCHIVE_WRITER_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/sink.h"

#define IR_TAR_RECORD 10240u

struct ir_tar_writer;

/** ir_tar_create(below, err): the tar goes to below.  Takes below, in a failure
 * too.  Ended by ir_tar_finish(). */
struct ir_tar_writer *ir_tar_create(
    struct ir_stream *below, struct ir_err *err);

/** ir_tar_add(w, path, size, err): a file begins; the one before must be whole,
 * else IR_EINTERNAL. */
int ir_tar_add(struct ir_tar_writer *w, const char *path, uint64_t size,
    struct ir_err *err);

/** ir_tar_put(w, p, n, err): the next n bytes of it; more than its size are
 * IR_EINTERNAL. */
int ir_tar_put(
    struct ir_tar_writer *w, const void *p, size_t n, struct ir_err *err);

/** ir_tar_finish(w, gap, err): ends the tar and closes the stream below; w is
 * gone, whatever it returns.  With a gap (struct ir_stream) no end is written:
 * no reader takes the tar for whole. */
int ir_tar_finish(struct ir_tar_writer *w, const char *gap, struct ir_err *err);

#endif
