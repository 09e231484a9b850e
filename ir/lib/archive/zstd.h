/* SPDX-License-Identifier: ISC
 *
 * Zstandard (RFC 8878), as filters (libzstd).  The compressed form of the same
 * bytes is the same for one version of libzstd.
 */
#ifndef IR_ARCHIVE_ZSTD_H
#define IR_ARCHIVE_ZSTD_H

#include <stdint.h>

#include "base/err.h"
#include "base/sink.h"
#include "base/source.h"

/* The first bytes of a frame (RFC 8878, 3.1.1). */
#define IR_ZSTD_MAGIC     "\x28\xb5\x2f\xfd"
#define IR_ZSTD_MAGIC_LEN 4

/* Memory that a reader grants to the window of a frame, as its base-2
 * logarithm: 8 MiB is what RFC 8878, 3.1.1.1.2 asks decoders to support. */
#define IR_ZSTD_WINDOW_LOG 23

/** ir_zstd_source(below, name, err): the decompressed bytes of below: exactly
 * one frame, and nothing after it.  Takes below, in a failure too.  IR_EFORMAT
 * for what is no frame, is cut short, has a wrong checksum, wants a larger
 * window.  It does not bound the output: whoever reads knows how much is
 * due, and stops; that the frame is whole, only who reads to the end. */
struct ir_source *ir_zstd_source(
    struct ir_source *below, const char *name, struct ir_err *err);

/** ir_zstd_stream(below, err): what is written to it goes to below, compressed
 * at level 3 with a checksum.  Takes below, in a failure too, and closes it
 * when it is closed. */
struct ir_stream *ir_zstd_stream(struct ir_stream *below, struct ir_err *err);

#endif
