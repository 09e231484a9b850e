/* SPDX-License-Identifier: ISC
 *
 * One file of a directory of overlayfs: its attributes and its content; for
 * layer.c.
 */
#ifndef IR_OVERLAY_CONTENT_H
#define IR_OVERLAY_CONTENT_H

#include "archive/layer.h"
#include "overlay/walk.h"

/* Used again for each file. */
struct ir_overlay_scratch {
	char *names, *values;
	struct ir_tar_xattr *xattrs;
	struct ir_tar_piece *pieces;
	size_t npieces, cap;
	char *chunk;
};

int ir_overlay_scratch_new(struct ir_overlay_scratch *s, struct ir_err *err);
void ir_overlay_scratch_free(struct ir_overlay_scratch *s);

/* What overlayfs itself has to say of a file. */
enum ir_overlay_mark {
	IR_OVERLAY_PLAIN,
	IR_OVERLAY_OPAQUE,  /* hides what is below */
	IR_OVERLAY_FOREIGN, /* redirected, or without its content */
};

/** ir_overlay_attributes(s, e, fd, m, mark, why, err): the attributes of e into
 * m, but for those of overlayfs, which become *mark; fd is e opened, or -1.
 * *why says what could not be had of them, or is NULL. */
int ir_overlay_attributes(struct ir_overlay_scratch *s,
    const struct ir_walk_entry *e, int fd, struct ir_tar_member *m,
    enum ir_overlay_mark *mark, const char **why, struct ir_err *err);

/** ir_overlay_file(e, live, st): e, a regular file, opened to be read, whatever
 * has become of it since; -1 with errno set, EAGAIN if it is another thing now.
 * st is that of what was opened. */
int ir_overlay_file(const struct ir_walk_entry *e, bool live, struct stat *st);

/** ir_overlay_holes(s, fd, m): if it has holes that are worth it, m->sparse is
 * set and s->pieces are what lies between; -1 with errno set. */
int ir_overlay_holes(
    struct ir_overlay_scratch *s, int fd, struct ir_tar_member *m);

/** ir_overlay_content(s, fd, m, w, why, err): all that is due of the member w
 * is at; *why says what was wrong with it: then the rest is zeros. */
int ir_overlay_content(struct ir_overlay_scratch *s, int fd,
    const struct ir_tar_member *m, struct ir_layer *w, const char **why,
    struct ir_err *err);

#endif
