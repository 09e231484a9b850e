/* SPDX-License-Identifier: ISC
 *
 * The layers of an image, rebuilt from the engine's disk, once for all images
 * and containers of a bundle: images/blobs/sha256/DIGEST, as in an OCI image
 * layout, uncompressed.
 */
#ifndef IR_COLLECTORS_LAYERS_H
#define IR_COLLECTORS_LAYERS_H

#include "collectors/collector.h"
#include "overlay/store.h"

/** ir_layers_take(t, o, sink, note, err): all layers of o, the image's
 * configuration, and t->image_dir/layers.json, which says what they are.  1 if
 * each is what its digest says; 0 if one is not, or the configuration is not
 * there, and then note is the finding, and all that is on the disk is kept;
 * else note is for the ledger.  -1 if it cannot be read. */
int ir_layers_take(const struct ir_target *t, const struct ir_overlay *o,
    struct ir_sink *sink, struct ir_err *note, struct ir_err *err);

#endif
