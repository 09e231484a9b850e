/* SPDX-License-Identifier: ISC
 *
 * The tar of a layer of an image, put together again from what the engine's
 * disk has of it.  If it is the tar that it should be, no file of that layer
 * was touched since it was unpacked.
 */
#ifndef IR_OVERLAY_REBUILD_H
#define IR_OVERLAY_REBUILD_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct ir_overlay_rebuild {
	/* Takes the tar's bytes; NULL if only the files are to be checked. */
	int (*put)(void *arg, const void *p, size_t n, struct ir_err *err);
	void *arg;

	/* Out: files that are not there, or of another size; if there is no
	 * put, also those of another content.  The first is named in what. */
	uint64_t wrong;
	char what[512];
};

/** ir_overlay_rebuild(split, dir, r, err): split is the layer's
 * tar-split.json.gz, dir its directory; the first is taken.  The tar has zeros
 * where content is missing, so that all else of it is there.  Symbolic links
 * are taken within dir.  IR_EFORMAT if split itself is wrong. */
int ir_overlay_rebuild(
    int split, int dir, struct ir_overlay_rebuild *r, struct ir_err *err);

#endif
