/* SPDX-License-Identifier: ISC
 *
 * A captured container, or an image, in a file that engines load: an OCI image
 * layout in a tar, with the manifest.json of docker save beside its index, so
 * that all versions of docker load, podman load and skopeo take it.
 */
#ifndef IR_CLI_IMAGEFILE_H
#define IR_CLI_IMAGEFILE_H

#include <stddef.h>

#include "bundle/outfile.h"

struct ir_image_file {
	char *name; /* under which it is loaded, the caller frees */
	char id[IR_SHA256_HEX];
	size_t layers;
	size_t unproven; /* of those, that are not what the image says */
	struct ir_outfile_result out;
};

/** ir_image_file(dir, what, out, f, err): of the bundle in dir, what is a
 * container's name or id, or the beginning of an image's id; into the file out,
 * or to standard output if that is "-".  The same bundle gives the same file.
 * IR_ENOENT if it is not in the bundle, or its file system is not; IR_EFORMAT
 * if a file is not what it was when it was acquired.  A failure leaves no file.
 */
int ir_image_file(const char *dir, const char *what, const char *out,
    struct ir_image_file *f, struct ir_err *err);

#endif
