/* SPDX-License-Identifier: ISC
 *
 * The layers of an image that a bundle holds: what images/ID/layers.json says
 * (ir-bundle(5), "Layers").
 */
#ifndef IR_BUNDLE_LAYERS_H
#define IR_BUNDLE_LAYERS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "crypto/digest.h"

#define IR_LAYERS_JSON "layers.json"
#define IR_LAYER_TAR   "layer.tar"
#define IR_INIT_TAR    "init.tar"

/* Layers of one image: what engines take. */
#define IR_MAX_LAYERS 128u

struct ir_layers {
	char *config; /* path in the bundle of the image's configuration; it
		       * need not be there */
	size_t n;
	struct {
		char *path;
		char diff[IR_SHA256_HEX]; /* what the image says of it */
		bool proven; /* it was that, when it was acquired */
	} v[IR_MAX_LAYERS];
};

/** ir_bundle_layers(dirfd, image, l, err): those of the image in that
 * directory, "data/images/<64 hex>": 1; 0 if its layers are not in the bundle;
 * or -1. Released by ir_layers_free() in any case. */
int ir_bundle_layers(
    int dirfd, const char *image, struct ir_layers *l, struct ir_err *err);
void ir_layers_free(struct ir_layers *l);

#endif
