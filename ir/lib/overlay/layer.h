/* SPDX-License-Identifier: ISC
 *
 * A directory of overlayfs as a layer of an image (OCI Image Format, "Image
 * Layer Filesystem Changeset"): what was added or changed as it is, what was
 * deleted as ".wh.NAME", a directory that hides those below as ".wh..wh..opq".
 * What a tar cannot hold is told one by one.
 */
#ifndef IR_OVERLAY_LAYER_H
#define IR_OVERLAY_LAYER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/sink.h"

struct ir_overlay_take {
	/* Told of what the tar lacks, or has otherwise than it was: what is
	 * fit to follow the path, "a socket".  -1 with err set ends it. */
	int (*omitted)(
	    void *arg, const char *path, const char *what, struct ir_err *err);
	void *arg;
	bool live; /* the container runs: a name can become another thing */

	/* Out. */
	uint64_t entries, bytes; /* members of the tar; their content */
	uint64_t deleted;        /* of those, whiteouts */
	bool unfit; /* of what is omitted, something could be had from an
		     * engine's export: only a layer cannot say it */
};

/** ir_overlay_layer(top, out, t, err): the directory top as a tar to out; takes
 * out, in a failure too, and closes it.  Memory does not grow with the tree.
 * Times of access stay as they are. */
int ir_overlay_layer(int top, struct ir_stream *out, struct ir_overlay_take *t,
    struct ir_err *err);

#endif
