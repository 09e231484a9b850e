/* SPDX-License-Identifier: ISC
 *
 * The documents of an image (OCI Image Format 1.0): for imagefile.c.
 */
#ifndef IR_CLI_IMAGEDOC_H
#define IR_CLI_IMAGEDOC_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "crypto/digest.h"

/* Bytes in the layout, by their digest. */
struct ir_image_blob {
	char sha[IR_SHA256_HEX];
	uint64_t size;
	int fd;     /* -1: text */
	char *text; /* the caller's */
	char *path; /* of fd, in the bundle */
};

/** ir_image_config(base, fresh, layers, n, created, comment): the configuration
 * of an image whose layers are these; base is that of the image it stands on,
 * and n - 1 of its layers unless fresh, and then all is one layer. */
json_t *ir_image_config(const json_t *base, bool fresh,
    const struct ir_image_blob *layers, size_t n, const char *created,
    const char *comment);

/** ir_image_manifest(config, layers, n), ir_image_index(manifest, name, tag),
 * ir_image_save(config, layers, n, name): the manifest, index.json, and the
 * manifest.json of docker save. */
json_t *ir_image_manifest(const struct ir_image_blob *config,
    const struct ir_image_blob *layers, size_t n);
json_t *ir_image_index(
    const struct ir_image_blob *manifest, const char *name, const char *tag);
json_t *ir_image_save(const struct ir_image_blob *config,
    const struct ir_image_blob *layers, size_t n, const char *name);

#endif
