/* SPDX-License-Identifier: ISC
 *
 * Everything below a directory that a container filled: at any depth and in any
 * number, in memory that does not grow with it, and never through a symbolic
 * link.
 */
#ifndef IR_OVERLAY_WALK_H
#define IR_OVERLAY_WALK_H

#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#include "base/err.h"

struct ir_walk_entry {
	const char *path; /* below the top, "etc/passwd"; "" is the top */
	size_t depth;     /* of the top 0, of "etc" 1 */
	int dir;          /* the directory that it is in; of the top itself */
	const char *name; /* in that; "." of the top */
	struct stat st;   /* not followed */
};

enum ir_walk_next {
	IR_WALK_ON,   /* and into it, if it is a directory */
	IR_WALK_PAST, /* not into it */
};

struct ir_walk {
	/* Told of each entry, a directory before what is in it; returns one of
	 * enum ir_walk_next, or -1 with err set, which ends the walk. */
	int (*visit)(
	    void *arg, const struct ir_walk_entry *e, struct ir_err *err);
	/* May be NULL: told of what could not be looked at; path as above. */
	int (*missed)(
	    void *arg, const char *path, const char *why, struct ir_err *err);
	void *arg;
};

/** ir_walk(top, w, err): goes through all that is below the directory top, and
 * begins with that itself.  A path of IR_MAX_TREE_PATH bytes or more is missed.
 * IR_EINTR when the program is interrupted. */
int ir_walk(int top, const struct ir_walk *w, struct ir_err *err);

#endif
