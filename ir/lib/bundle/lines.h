/* SPDX-License-Identifier: ISC
 *
 * Lines of a file that nobody vouches for: no line is longer than a limit, and
 * memory is bounded by it.
 */
#ifndef IR_BUNDLE_LINES_H
#define IR_BUNDLE_LINES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

struct ir_lines {
	int fd;
	const char *path;
	char *buf;
	size_t max, start, end;
};

/** ir_lines_open(l, dirfd, path, max, err): path is beneath dirfd and stays
 * the caller's; max counts the line feed.  ir_lines_close() releases. */
int ir_lines_open(struct ir_lines *l, int dirfd, const char *path, size_t max,
    struct ir_err *err);
void ir_lines_close(struct ir_lines *l);

/** ir_lines_next(l, p, n, err): 1 and a line with its line feed (the last may
 * have none), valid until the next call; 0 at the end; -1 on failure, which is
 * IR_EFORMAT for a line beyond max. */
int ir_lines_next(
    struct ir_lines *l, const char **p, size_t *n, struct ir_err *err);

#define ir_auto_lines __attribute__((cleanup(ir_lines_close)))

#endif
