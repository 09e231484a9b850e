/* SPDX-License-Identifier: ISC
 *
 * A walk through a directory: see walk.h.
 *
 * It goes down by names and up by "..", which must be where it came from: no
 * path is ever given to the kernel as a whole, so none can be too long for it.
 * The outermost levels stay open; of those further in, which only somebody
 * makes who wants to hide something, only the innermost is.
 */
#include "overlay/walk.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/signal.h"

/* Levels that stay open: more than any tree has that was made to be used. */
#define OPEN_LEVELS 64

struct level {
	DIR *d;     /* NULL if it was closed ... */
	long at;    /* ... there */
	size_t len; /* of its path */
	dev_t dev;
	ino_t ino;
};

struct walk {
	const struct ir_walk *w;
	struct level *levels;
	size_t n, cap;
	char *path;
	dev_t dev; /* of the top */
};

static int
miss(struct walk *k, const char *why, struct ir_err *err)
{
	if (k->w->missed == NULL)
		return 0;
	return k->w->missed(k->w->arg, k->path, why, err);
}

static int
miss_errno(struct walk *k, struct ir_err *err)
{
	return miss(k, strerror(errno), err);
}

static int
open_below(int dir, const char *name)
{
	return openat(
	    dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

/* A level, for the directory fd, which is taken: 1; 0 if it is missed. */
static int
push(struct walk *k, int fd, struct ir_err *err)
{
	struct level *l;
	struct stat st;

	if (k->n == k->cap) {
		size_t cap = k->cap > 0 ? k->cap * 2 : 32;
		void *p = reallocarray(k->levels, cap, sizeof(k->levels[0]));

		if (p == NULL) {
			close(fd);
			return ir_fail_mem(err);
		}
		k->levels = p;
		k->cap = cap;
	}
	l = &k->levels[k->n];
	*l = (struct level){.len = strlen(k->path)};
	if (fstat(fd, &st) == -1 || (l->d = fdopendir(fd)) == NULL) {
		close(fd);
		return miss_errno(k, err);
	}
	l->dev = st.st_dev;
	l->ino = st.st_ino;
	if (k->n++ > OPEN_LEVELS) {
		l[-1].at = telldir(l[-1].d);
		closedir(l[-1].d);
		l[-1].d = NULL;
	}
	return 1;
}

/* The level above again, from the one that is left: 1; 0 if it is not where it
 * was, which only happens while the container runs. */
static int
reopen(struct level *up, int below)
{
	struct stat st;
	int fd = open_below(below, "..");

	if (fd == -1)
		return 0;
	if (fstat(fd, &st) == 0 && st.st_dev == up->dev &&
	    st.st_ino == up->ino && (up->d = fdopendir(fd)) != NULL) {
		seekdir(up->d, up->at);
		return 1;
	}
	close(fd);
	return 0;
}

/* Leaves the innermost level, and those above that were moved away. */
static int
pop(struct walk *k, struct ir_err *err)
{
	struct level *l = &k->levels[--k->n];
	int rc = 0;

	if (k->n > 0 && l[-1].d == NULL && !reopen(&l[-1], dirfd(l->d))) {
		k->path[l[-1].len] = '\0';
		rc = miss(k, "it was moved while it was read", err);
		while (k->n > 0 && k->levels[k->n - 1].d == NULL)
			k->n--;
	}
	closedir(l->d);
	return rc;
}

static int
descend(struct walk *k, const struct ir_walk_entry *e, struct ir_err *err)
{
	int fd = open_below(e->dir, e->name), rc;

	if (fd == -1)
		return miss_errno(k, err);
	rc = push(k, fd, err);
	return rc == -1 ? -1 : 0;
}

/* One entry of the innermost level, whose path is len bytes. */
static int
entry(struct walk *k, size_t len, const char *name, struct ir_err *err)
{
	struct ir_walk_entry e = {.depth = k->n, .name = name};
	size_t n = strlen(name);
	int rc;

	if (len + 1 + n >= IR_MAX_TREE_PATH)
		return miss(k, "it holds something with too long a path", err);
	if (len > 0)
		k->path[len++] = '/';
	memcpy(k->path + len, name, n + 1);
	e.path = k->path;
	e.dir = dirfd(k->levels[k->n - 1].d);
	if (fstatat(e.dir, name, &e.st, AT_SYMLINK_NOFOLLOW) == -1)
		return miss_errno(k, err);
	if (e.st.st_dev != k->dev)
		return miss(k, "another file system is mounted there", err);
	rc = k->w->visit(k->w->arg, &e, err);
	if (rc == IR_WALK_ON && S_ISDIR(e.st.st_mode))
		return descend(k, &e, err);
	return rc == -1 ? -1 : 0;
}

static int
all(struct walk *k, struct ir_err *err)
{
	int rc = 0;

	while (rc == 0 && k->n > 0) {
		struct level *l = &k->levels[k->n - 1];
		struct dirent *d;

		k->path[l->len] = '\0';
		errno = 0;
		if ((d = readdir(l->d)) == NULL) {
			if (errno != 0)
				rc = miss_errno(k, err);
			if (rc == 0)
				rc = pop(k, err);
		} else if (strcmp(d->d_name, ".") != 0 &&
			   strcmp(d->d_name, "..") != 0)
			rc = entry(k, l->len, d->d_name, err);
		if (rc == 0 && ir_interrupted())
			rc = ir_fail(err, IR_EINTR, "interrupted");
	}
	return rc;
}

static int
begin(struct walk *k, int top, struct ir_err *err)
{
	struct ir_walk_entry e = {.path = "", .dir = top, .name = "."};
	int fd, rc;

	if (fstat(top, &e.st) == -1)
		return ir_fail_errno(err, "a directory of the container");
	k->dev = e.st.st_dev;
	if ((rc = k->w->visit(k->w->arg, &e, err)) != IR_WALK_ON)
		return rc == -1 ? -1 : 0;
	if ((fd = open_below(top, ".")) == -1)
		return ir_fail_errno(err, "a directory of the container");
	return push(k, fd, err) == -1 ? -1 : all(k, err);
}

int
ir_walk(int top, const struct ir_walk *w, struct ir_err *err)
{
	struct walk k = {.w = w};
	int rc;

	if ((k.path = calloc(1, IR_MAX_TREE_PATH)) == NULL)
		return ir_fail_mem(err);
	rc = begin(&k, top, err);
	while (k.n > 0)
		if (k.levels[--k.n].d != NULL)
			closedir(k.levels[k.n].d);
	free(k.levels);
	free(k.path);
	return rc;
}
