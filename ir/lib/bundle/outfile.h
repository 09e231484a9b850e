/* SPDX-License-Identifier: ISC
 *
 * A new file that is hashed as it is written.  It has a temporary name,
 * ".NAME.XXXXXXXX.tmp" beside its place, until it is whole and synced, and
 * nothing is overwritten.
 */
#ifndef IR_BUNDLE_OUTFILE_H
#define IR_BUNDLE_OUTFILE_H

#include <stdint.h>

#include "base/err.h"
#include "base/sink.h"
#include "crypto/digest.h"

struct ir_outfile_result {
	uint64_t size;
	char sha256[IR_SHA256_HEX];
};

/** ir_outfile_open(dirfd, name, r, err): name beneath dirfd, one part; both are
 * the caller's and stay, as does r, which is set when the stream is closed
 * whole.  With a gap, the file goes.  IR_EEXIST if there is such a file. */
struct ir_stream *ir_outfile_open(int dirfd, const char *name,
    struct ir_outfile_result *r, struct ir_err *err);

/** ir_outfile_stdout(r, err): the same for standard output, which is neither
 * synced nor taken back. */
struct ir_stream *ir_outfile_stdout(
    struct ir_outfile_result *r, struct ir_err *err);

#endif
