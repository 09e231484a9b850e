/* SPDX-License-Identifier: ISC
 *
 * A directory of overlayfs as a layer: see layer.h.
 */
#include "overlay/layer.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/text.h"
#include "overlay/content.h"
#include "overlay/links.h"

#define WHITEOUT ".wh."
#define OPAQUE   ".wh..wh..opq"

struct take {
	struct ir_overlay_take *t;
	struct ir_layer *w;
	struct ir_overlay_scratch s;
	struct ir_overlay_links *links;
	char target[PATH_MAX];            /* of a symlink */
	char path[IR_MAX_TREE_PATH + 32]; /* that is made up */
};

static int
omit(struct take *k, const struct ir_walk_entry *e, const char *what,
    struct ir_err *err)
{
	return k->t->omitted(k->t->arg, e->path, what, err);
}

static int
omit_errno(struct take *k, const struct ir_walk_entry *e, struct ir_err *err)
{
	return omit(k, e, strerror(errno), err);
}

static int
unfit(struct take *k, const struct ir_walk_entry *e, const char *what,
    struct ir_err *err)
{
	k->t->unfit = true;
	return omit(k, e, what, err) == -1 ? -1 : IR_WALK_PAST;
}

static void
describe(struct ir_tar_member *m, char type, const struct ir_walk_entry *e)
{
	const struct stat *st = &e->st;

	*m = (struct ir_tar_member){
	    .path = e->path,
	    .type = type,
	    .mode = st->st_mode & 07777,
	    .uid = st->st_uid,
	    .gid = st->st_gid,
	    .mtime = st->st_mtim.tv_sec,
	    .mtime_ns = (uint32_t)st->st_mtim.tv_nsec,
	};
}

static int
add(struct take *k, const struct ir_walk_entry *e,
    const struct ir_tar_member *m, struct ir_err *err)
{
	if (ir_layer_add(k->w, m, k->s.pieces, k->s.npieces, err) == -1)
		return err->code == IR_EFORMAT ? omit(k, e, err->msg, err) : -1;
	k->t->entries++;
	return 1;
}

/* The marker that name in the directory of e is not there any more. */
static int
marker(struct take *k, const struct ir_walk_entry *e, const char *before,
    const char *name, struct ir_err *err)
{
	size_t dir = S_ISDIR(e->st.st_mode) ? strlen(e->path) + 1
					    : strlen(e->path) - strlen(e->name);
	struct ir_tar_member m;

	snprintf(k->path, sizeof(k->path), "%.*s%s%s%s", (int)dir, e->path,
	    S_ISDIR(e->st.st_mode) ? "/" : "", before, name);
	describe(&m, '-', e);
	m.path = k->path;
	m.mode = 0600;
	return add(k, e, &m, err) == -1 ? -1 : 0;
}

static int
directory(struct take *k, const struct ir_walk_entry *e, struct ir_err *err)
{
	enum ir_overlay_mark mark;
	const char *why = NULL;
	struct ir_tar_member m;
	int rc;

	describe(&m, 'd', e);
	if (ir_overlay_attributes(&k->s, e, -1, &m, &mark, &why, err) == -1)
		return -1;
	if (mark == IR_OVERLAY_FOREIGN)
		return unfit(
		    k, e, "a directory that was renamed, with all in it", err);
	if ((why != NULL && omit(k, e, why, err) == -1) ||
	    (rc = add(k, e, &m, err)) == -1)
		return -1;
	if (rc == 0)
		return IR_WALK_PAST;
	if (mark == IR_OVERLAY_OPAQUE && marker(k, e, "", OPAQUE, err) == -1)
		return -1;
	return IR_WALK_ON;
}

/* What has neither content nor other files in it. */
static int
special(struct take *k, const struct ir_walk_entry *e, char type,
    struct ir_err *err)
{
	enum ir_overlay_mark mark;
	const char *why = NULL;
	struct ir_tar_member m;
	ssize_t n;

	describe(&m, type, e);
	if (type == 'l') {
		n = readlinkat(e->dir, e->name, k->target, PATH_MAX - 1);
		if (n == -1)
			return omit_errno(k, e, err);
		k->target[n] = '\0';
		m.link = k->target;
	} else if (type != 'p') {
		m.major = major(e->st.st_rdev);
		m.minor = minor(e->st.st_rdev);
	}
	if (ir_overlay_attributes(&k->s, e, -1, &m, &mark, &why, err) == -1 ||
	    (why != NULL && omit(k, e, why, err) == -1))
		return -1;
	return add(k, e, &m, err) == -1 ? -1 : 0;
}

/* The file that was opened. */
static int
opened(struct take *k, struct ir_walk_entry *e, int fd, struct ir_err *err)
{
	enum ir_overlay_mark mark;
	const char *why = NULL;
	struct ir_tar_member m;
	struct stat after;
	int rc;

	describe(&m, '-', e);
	m.size = (uint64_t)e->st.st_size;
	if (ir_overlay_attributes(&k->s, e, fd, &m, &mark, &why, err) == -1)
		return -1;
	if (mark == IR_OVERLAY_FOREIGN)
		return unfit(k, e, "a file without its content", err) == -1 ? -1
									    : 0;
	if (why != NULL && omit(k, e, why, err) == -1)
		return -1;
	why = NULL;
	if (e->st.st_blocks < e->st.st_size / 512 &&
	    ir_overlay_holes(&k->s, fd, &m) == -1)
		return omit_errno(k, e, err);
	if ((rc = add(k, e, &m, err)) != 1)
		return rc;
	if (ir_overlay_content(&k->s, fd, &m, k->w, &why, err) == -1)
		return -1;
	k->t->bytes += m.size;
	if (why == NULL && fstat(fd, &after) == 0 &&
	    (after.st_size != e->st.st_size ||
		after.st_ctim.tv_sec != e->st.st_ctim.tv_sec ||
		after.st_ctim.tv_nsec != e->st.st_ctim.tv_nsec))
		why = "it changed while it was read";
	return why != NULL ? omit(k, e, why, err) : 0;
}

static int
regular(struct take *k, const struct ir_walk_entry *e, struct ir_err *err)
{
	struct ir_walk_entry now = *e;
	const char *first = NULL;
	int fd, rc;

	if (e->st.st_nlink > 1 &&
	    (first = ir_overlay_links_first(k->links, e, err)) == NULL &&
	    err->code != IR_OK)
		return -1;
	if (first != NULL) {
		struct ir_tar_member m;

		describe(&m, 'h', e);
		m.link = first;
		return add(k, e, &m, err) == -1 ? -1 : 0;
	}
	k->s.npieces = 0;
	if ((fd = ir_overlay_file(e, k->t->live, &now.st)) == -1)
		return omit_errno(k, e, err);
	rc = opened(k, &now, fd, err);
	close(fd);
	return rc;
}

static int
visit(void *arg, const struct ir_walk_entry *e, struct ir_err *err)
{
	struct take *k = arg;

	if (e->depth == 0)
		return IR_WALK_ON;
	if (ir_starts(e->name, WHITEOUT))
		return unfit(k, e, "a name that means a deleted file", err);
	switch (e->st.st_mode & S_IFMT) {
	case S_IFDIR:
		return directory(k, e, err);
	case S_IFREG:
		return regular(k, e, err);
	case S_IFLNK:
		return special(k, e, 'l', err);
	case S_IFBLK:
		return special(k, e, 'b', err);
	case S_IFIFO:
		return special(k, e, 'p', err);
	case S_IFSOCK:
		return omit(k, e, "a socket", err);
	default:
		if (e->st.st_rdev != 0)
			return special(k, e, 'c', err);
		k->t->deleted++;
		return marker(k, e, WHITEOUT, e->name, err);
	}
}

static int
missed(void *arg, const char *path, const char *why, struct ir_err *err)
{
	struct take *k = arg;

	return k->t->omitted(k->t->arg, path, why, err);
}

int
ir_overlay_layer(int top, struct ir_stream *out, struct ir_overlay_take *t,
    struct ir_err *err)
{
	struct take *k = calloc(1, sizeof(*k));
	struct ir_walk w = {visit, missed, k};
	struct ir_err second;
	int rc = -1;

	if (k == NULL || ir_overlay_scratch_new(&k->s, err) == -1) {
		free(k);
		ir_fail_mem(err);
		out->close(out, err->msg, &second);
		return -1;
	}
	k->t = t;
	k->links = ir_overlay_links_new(err);
	if ((k->w = ir_layer_create(out, err)) != NULL) {
		if (k->links != NULL)
			rc = ir_walk(top, &w, err);
		if (rc == 0)
			rc = ir_layer_finish(k->w, NULL, err);
		else
			ir_layer_finish(k->w, err->msg, &second);
	}
	ir_overlay_links_free(k->links);
	ir_overlay_scratch_free(&k->s);
	free(k);
	return rc;
}
