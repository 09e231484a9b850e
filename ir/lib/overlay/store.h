/* SPDX-License-Identifier: ISC
 *
 * Where Docker Engine's overlay2 driver keeps a container and its image on this
 * host.  Below the engine's root directory:
 *
 *	image/overlay2/layerdb/mounts/CONTAINER/{mount-id,init-id,parent}
 *	image/overlay2/layerdb/sha256/CHAIN/{cache-id,diff,parent,
 *						tar-split.json.gz}
 *	image/overlay2/imagedb/content/sha256/IMAGE
 *	overlay2/ID/diff
 *
 * (moby, layer/filestore.go and image/fs.go).  Only the root directory itself
 *is taken from what an engine says; that a container of this id, which is
 *random, is in it shows that it is the right one.  Everything in it is opened
 *beneath it and through no symbolic link.
 */
#ifndef IR_OVERLAY_STORE_H
#define IR_OVERLAY_STORE_H

#include <stddef.h>

#include "base/err.h"
#include "crypto/digest.h"

/* Layers of an image; engines stop at 125 (moby, layer/layer_store.go). */
#define IR_OVERLAY_LAYERS 128

/* The name of a directory of a layer: 64 digits, and "-init". */
#define IR_OVERLAY_ID 80

struct ir_overlay_layer_id {
	char diff[IR_SHA256_HEX];  /* of its tar: DiffID */
	char chain[IR_SHA256_HEX]; /* of it and all below: ChainID */
	char cache[IR_OVERLAY_ID]; /* its directory */
};

struct ir_overlay {
	int root;
	char mount[IR_OVERLAY_ID]; /* the container's own directory ... */
	char init[IR_OVERLAY_ID];  /* ... and what the engine put below it */
	size_t n;
	struct ir_overlay_layer_id layers[IR_OVERLAY_LAYERS]; /* lowest first */
};

/** ir_overlay_open(root, id, o, err): the container with that id, 64 hex
 * digits, of the engine whose root directory this is.  IR_ENOENT if it is not
 * here, IR_EPERM, IR_EFORMAT if something in there is not as it should be: each
 * says why, fit to follow "cannot be read on this host: ".  ir_overlay_close()
 * in any case. */
int ir_overlay_open(
    const char *root, const char *id, struct ir_overlay *o, struct ir_err *err);
void ir_overlay_close(struct ir_overlay *o);

/** ir_overlay_dir(o, id, err): overlay2/id/diff. */
int ir_overlay_dir(
    const struct ir_overlay *o, const char *id, struct ir_err *err);

/** ir_overlay_split(o, layer, err): how its tar is put together. */
int ir_overlay_split(const struct ir_overlay *o,
    const struct ir_overlay_layer_id *layer, struct ir_err *err);

/** ir_overlay_config(o, image, len, err): the configuration of that image, 64
 * hex digits, which is the hash of it: IR_EFORMAT if it is not.  The caller
 * frees it. */
char *ir_overlay_config(const struct ir_overlay *o, const char *image,
    size_t *len, struct ir_err *err);

#endif
