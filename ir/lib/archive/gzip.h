/* SPDX-License-Identifier: ISC
 *
 * What gzip compressed (RFC 1952), as a filter (libarchive).
 */
#ifndef IR_ARCHIVE_GZIP_H
#define IR_ARCHIVE_GZIP_H

#include "base/err.h"
#include "base/source.h"

/** ir_gzip_source(below, name, err): the decompressed bytes of below.  Takes
 * below, in a failure too; name is copied, for messages.  IR_EFORMAT for what
 * is not gzip, or breaks off.  It does not bound the output: whoever reads
 * does. */
struct ir_source *ir_gzip_source(
    struct ir_source *below, const char *name, struct ir_err *err);

#endif
