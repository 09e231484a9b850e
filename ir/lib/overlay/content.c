/* SPDX-License-Identifier: ISC
 *
 * One file of a directory of overlayfs: see content.h.
 */
#include "overlay/content.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/signal.h"
#include "base/text.h"

/* The kernel's own limits on the list of names, and on a value (xattr(7)). */
#define NAMES  (64u << 10)
#define VALUES (512u << 10)
#define XATTRS 4096u

#define CHUNK (1u << 20)

/* A file with more holes than this is no file that anybody works with; 16 bytes
 * of memory each. */
#define MAX_PIECES 262144u

#define OVERLAY "trusted.overlay."

int
ir_overlay_scratch_new(struct ir_overlay_scratch *s, struct ir_err *err)
{
	*s = (struct ir_overlay_scratch){
	    .names = malloc(NAMES),
	    .values = malloc(VALUES),
	    .xattrs = calloc(XATTRS, sizeof(s->xattrs[0])),
	    .chunk = malloc(CHUNK),
	};
	if (s->names != NULL && s->values != NULL && s->xattrs != NULL &&
	    s->chunk != NULL)
		return 0;
	ir_overlay_scratch_free(s);
	return ir_fail_mem(err);
}

void
ir_overlay_scratch_free(struct ir_overlay_scratch *s)
{
	free(s->names);
	free(s->values);
	free(s->xattrs);
	free(s->pieces);
	free(s->chunk);
	*s = (struct ir_overlay_scratch){0};
}

/* Where an attribute is looked up: none of the calls takes a directory. */
struct place {
	int fd;
	char path[64 + 256];
};

static ssize_t
list(const struct place *p, char *to, size_t n)
{
	return p->fd != -1 ? flistxattr(p->fd, to, n)
			   : llistxattr(p->path, to, n);
}

static ssize_t
get(const struct place *p, const char *name, void *to, size_t n)
{
	return p->fd != -1 ? fgetxattr(p->fd, name, to, n)
			   : lgetxattr(p->path, name, to, n);
}

static enum ir_overlay_mark
mark_of(const char *name, const char *value, size_t n)
{
	const char *what = name + strlen(OVERLAY);

	if (strcmp(what, "redirect") == 0 || strcmp(what, "metacopy") == 0 ||
	    strcmp(what, "whiteout") == 0)
		return IR_OVERLAY_FOREIGN;
	if (strcmp(what, "opaque") == 0)
		return n == 1 && *value == 'y' ? IR_OVERLAY_OPAQUE
					       : IR_OVERLAY_FOREIGN;
	return IR_OVERLAY_PLAIN; /* origin, impure, nlink, ... */
}

int
ir_overlay_attributes(struct ir_overlay_scratch *s,
    const struct ir_walk_entry *e, int fd, struct ir_tar_member *m,
    enum ir_overlay_mark *mark, const char **why, struct ir_err *err)
{
	struct place p = {.fd = fd};
	size_t n = 0, used = 0;
	ssize_t len, got;

	(void)err;
	*mark = IR_OVERLAY_PLAIN;
	m->xattrs = s->xattrs;
	m->nxattrs = 0;
	if (fd == -1)
		snprintf(p.path, sizeof(p.path), "/proc/self/fd/%d/%s", e->dir,
		    e->name);
	if ((len = list(&p, s->names, NAMES)) == -1) {
		*why = errno == EOPNOTSUPP ? *why : "its attributes";
		return 0;
	}
	for (const char *a = s->names; a < s->names + len; a += strlen(a) + 1) {
		got = get(&p, a, s->values + used, VALUES - used);
		if (ir_starts(a, OVERLAY)) {
			if (got >= 0 && *mark != IR_OVERLAY_FOREIGN) {
				enum ir_overlay_mark is =
				    mark_of(a, s->values + used, (size_t)got);

				*mark = is != IR_OVERLAY_PLAIN ? is : *mark;
			}
			continue;
		}
		if (got == -1 || n == XATTRS || !ir_layer_xattr_ok(a)) {
			*why = "some of its attributes";
			continue;
		}
		s->xattrs[n++] = (struct ir_tar_xattr){
		    .name = a, .value = s->values + used, .len = (size_t)got};
		used += (size_t)got;
	}
	m->nxattrs = n;
	return 0;
}

int
ir_overlay_file(const struct ir_walk_entry *e, bool live, struct stat *st)
{
	int flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
	char self[64];
	int at, fd;

	/* Opening a device does things to it. */
	at = live ? openat(e->dir, e->name, O_PATH | O_NOFOLLOW | O_CLOEXEC)
		  : openat(e->dir, e->name, flags | O_NOATIME);
	if (at == -1 || fstat(at, st) == -1)
		goto fail;
	if (!S_ISREG(st->st_mode)) {
		errno = EAGAIN;
		goto fail;
	}
	if (!live)
		return at;
	snprintf(self, sizeof(self), "/proc/self/fd/%d", at);
	fd = open(self, (flags | O_NOATIME) & ~O_NOFOLLOW);
	close(at);
	return fd;
fail:
	if (at != -1) {
		int why = errno;

		close(at);
		errno = why;
	}
	return -1;
}

static int
add_piece(struct ir_overlay_scratch *s, uint64_t at, uint64_t len)
{
	if (s->npieces == MAX_PIECES) {
		errno = EFBIG;
		return -1;
	}
	if (s->npieces == s->cap) {
		size_t cap = s->cap > 0 ? s->cap * 2 : 64;
		void *p = reallocarray(s->pieces, cap, sizeof(s->pieces[0]));

		if (p == NULL)
			return -1;
		s->pieces = p;
		s->cap = cap;
	}
	s->pieces[s->npieces++] = (struct ir_tar_piece){at, len};
	return 0;
}

/* A text file is left whole, so that it can be shown. */
int
ir_overlay_holes(struct ir_overlay_scratch *s, int fd, struct ir_tar_member *m)
{
	off_t size = (off_t)m->size, from = 0, to;

	s->npieces = 0;
	if (m->size <= IR_MAX_DIFF_TEXT)
		return 0;
	while (from < size) {
		from = lseek(fd, from, SEEK_DATA);
		if (from == -1 && errno != ENXIO)
			return -1;
		if (from == -1 || from >= size)
			break;
		if ((to = lseek(fd, from, SEEK_HOLE)) == -1)
			return -1;
		if (to > size)
			to = size;
		if (add_piece(s, (uint64_t)from, (uint64_t)(to - from)) == -1)
			return -1;
		from = to;
	}
	m->sparse = s->npieces != 1 || s->pieces[0].at != 0 ||
		    s->pieces[0].len != m->size;
	/* Its end, so that who fills the holes comes to its size. */
	if (m->sparse && from != size)
		return add_piece(s, m->size, 0);
	return 0;
}

static int
fill_up(struct ir_overlay_scratch *s, struct ir_layer *w, struct ir_err *err)
{
	if (ir_layer_left(w) > 0)
		memset(s->chunk, 0, CHUNK);
	for (uint64_t left; (left = ir_layer_left(w)) > 0;) {
		if (ir_interrupted())
			return ir_fail(err, IR_EINTR, "interrupted");
		if (ir_layer_put(
			w, s->chunk, left < CHUNK ? left : CHUNK, err) == -1)
			return -1;
	}
	return 0;
}

static int
piece(struct ir_overlay_scratch *s, int fd, uint64_t at, uint64_t n,
    struct ir_layer *w, const char **why, struct ir_err *err)
{
	while (n > 0) {
		ssize_t got =
		    pread(fd, s->chunk, n < CHUNK ? n : CHUNK, (off_t)at);

		if (ir_interrupted())
			return ir_fail(err, IR_EINTR, "interrupted");
		if (got == -1 && errno == EINTR)
			continue;
		if (got == -1)
			*why = "its content, by an error in reading it, beyond "
			       "which are zeros";
		else if (got == 0)
			*why = "it shrank while it was read, and zeros are in "
			       "the place of what went";
		if (got <= 0)
			return 0;
		if (ir_layer_put(w, s->chunk, (size_t)got, err) == -1)
			return -1;
		at += (uint64_t)got;
		n -= (uint64_t)got;
	}
	return 0;
}

int
ir_overlay_content(struct ir_overlay_scratch *s, int fd,
    const struct ir_tar_member *m, struct ir_layer *w, const char **why,
    struct ir_err *err)
{
	size_t n = m->sparse ? s->npieces : 1;
	struct ir_tar_piece whole = {0, m->size};
	const struct ir_tar_piece *p = m->sparse ? s->pieces : &whole;

	if (m->size > CHUNK)
		posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
	for (size_t i = 0; i < n && *why == NULL; i++)
		if (piece(s, fd, p[i].at, p[i].len, w, why, err) == -1)
			return -1;
	return fill_up(s, w, err);
}
