/* SPDX-License-Identifier: ISC
 *
 * What a file of the bundle is called until it is whole, and its directories.
 */
#ifndef IR_BUNDLE_OPENING_H
#define IR_BUNDLE_OPENING_H

#include <stdbool.h>

#include "bundle/stream.h"

struct ir_opening {
	char *path, *part; /* in the bundle: "data/x", "data/x.part" */
	bool again;        /* the part has another name: it is a second take */
	int fd;            /* of the part, empty, for writing */
};

/** ir_opening_start(b, path, o, err): path is below data/, and fit for it;
 * o->fd is -1 at first.  IR_EEXIST if the file is there, or somebody else
 * writes it. ir_opening_end() in any case. */
int ir_opening_start(struct ir_bundle_sink *b, const char *path,
    struct ir_opening *o, struct ir_err *err);
void ir_opening_end(struct ir_opening *o);

#endif
