/* SPDX-License-Identifier: ISC
 *
 * The file systems of a captured container and of its image, in whichever form
 * a bundle has them: a tar of all of it, or layers.
 */
#ifndef IR_CLI_TREES_H
#define IR_CLI_TREES_H

#include "bundle/layers.h"
#include "bundle/lookup.h"
#include "tree/tree.h"

struct ir_trees {
	struct ir_tree *before, *after; /* the image's, the container's */
	char *before_path, *after_path; /* what they are in, in the bundle */
	size_t nfds;
	int fds[IR_MAX_LAYERS + 4];
	struct ir_layers layers;
};

/** ir_trees_open(dirfd, c, t, err): reads both: 1; 0 if one is not there, which
 * is then said to people; or -1.  Released by ir_trees_close() in any case. */
int ir_trees_open(int dirfd, const struct ir_capture *c, struct ir_trees *t,
    struct ir_err *err);
void ir_trees_close(struct ir_trees *t);

#endif
