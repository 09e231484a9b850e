/* SPDX-License-Identifier: ISC
 *
 * How Docker Engine remembers the tar of a layer that it unpacked
 * (github.com/vbatts/tar-split, tar/storage): lines of JSON that are, in turn,
 * bytes of the tar as they are, and files whose content is to be put there.
 *
 *	{"type":2,"payload":"BASE64","position":0}
 *	{"type":1,"name":"etc/passwd","size":3,"payload":"BASE64 of its CRC-64",
 *	 "position":1}			or "name_raw":"BASE64" if it is no UTF-8
 */
#ifndef IR_OVERLAY_SPLIT_H
#define IR_OVERLAY_SPLIT_H

#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/source.h"

struct ir_split_entry {
	bool file;
	struct ir_buf bytes; /* of the tar, or the name of the file, which has
			      * a NUL nowhere but after it */
	uint64_t size;       /* of the file's content */
	bool summed;         /* there is ... */
	uint64_t crc;        /* ... a checksum of it, as ir_split_crc() has */
};

struct ir_split;

/** ir_split_open(in, name, err): in gives such lines, not compressed; takes in,
 * in a failure too.  Freed by ir_split_close(). */
struct ir_split *ir_split_open(
    struct ir_source *in, const char *name, struct ir_err *err);
void ir_split_close(struct ir_split *s); /* NULL is fine */

/** ir_split_next(s, err): the next entry, which lives until the next call; NULL
 * with err->code IR_OK after the last.  IR_EFORMAT for anything else, for a
 * position out of turn, and for a line of more than IR_MAX_SPLIT_LINE. */
const struct ir_split_entry *ir_split_next(
    struct ir_split *s, struct ir_err *err);

/** ir_split_crc(crc, p, n): CRC-64 (ISO 3309, reflected, as hash/crc64 of Go
 * has it) of what crc is of and n more bytes; begins at 0. */
uint64_t ir_split_crc(uint64_t crc, const void *p, size_t n);

#endif
