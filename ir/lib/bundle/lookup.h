/* SPDX-License-Identifier: ISC
 *
 * Finding what was captured: for programs that read a bundle without an
 * engine.
 */
#ifndef IR_BUNDLE_LOOKUP_H
#define IR_BUNDLE_LOOKUP_H

#include <jansson.h>

#include "base/err.h"

struct ir_capture {
	char *id;    /* 64 hex digits of the container */
	char *dir;   /* "data/containers/<id>" or ".../run-NNNN" */
	char *image; /* "data/images/<64 hex>" of the image it ran */
	json_t *inspect;
};

/** ir_bundle_capture(dirfd, name, c, err): the newest capture, with a whole
 * file system if there is one (filesystem.tar, or layer.tar), of the container
 * with that name or unambiguous id prefix; name NULL means the only one in the
 * bundle. IR_ENOENT lists what is there.  Released by ir_capture_free(). */
int ir_bundle_capture(
    int dirfd, const char *name, struct ir_capture *c, struct ir_err *err);
void ir_capture_free(struct ir_capture *c);

#endif
