/* SPDX-License-Identifier: ISC
 *
 * A bundle that comes as a tar (bundle/packed.h), in one pass: nothing is
 * extracted, and memory holds what is outside data/ and the names of the rest.
 */
#ifndef IR_BUNDLE_UNTAR_H
#define IR_BUNDLE_UNTAR_H

#include "archive/reader.h"
#include "base/limits.h"
#include "bundle/content.h"

struct ir_untar {
	struct ir_tar *tar;
	const struct ir_tar_member *m; /* read last, and not yet used */
	char *top;                     /* the directory that all lies in */
	char last[IR_MAX_PATH];        /* the name of the file before */
	uint64_t excess;               /* bytes that no journal accounts for */
};

/** ir_untar_open(u, src, name, err): takes src, in a failure too; released by
 * ir_untar_close(). */
int ir_untar_open(struct ir_untar *u, struct ir_source *src, const char *name,
    struct ir_err *err);
void ir_untar_close(struct ir_untar *u);

/** ir_untar_tags(u, l, f, err): takes in all that stands before data/, as
 * ir_scan() does.  HOSTILE besides what ir_items_place() refuses: anything but
 * plain files, files in another order than that of a packed bundle, twice, or
 * in another directory; a tar that is none, or not whole. */
int ir_untar_tags(struct ir_untar *u, struct ir_items *l, struct ir_faults *f,
    struct ir_err *err);

/** ir_untar_data(u, c, err): takes in the rest, hashing what c finds worth it.
 * A tar that holds far more bytes than its journals account for is HOSTILE, and
 * not read to its end. */
int ir_untar_data(struct ir_untar *u, struct ir_content *c, struct ir_err *err);

#endif
