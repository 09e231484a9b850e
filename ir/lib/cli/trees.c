/* SPDX-License-Identifier: ISC
 *
 * The file systems of a captured container: see trees.h.
 */
#include "cli/trees.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/file.h"
#include "cli/cli.h"

/* Opens a file of the bundle, to be closed with t: 1; 0 if it is not there. */
static int
open_file(int dirfd, const char *path, struct ir_trees *t, int *fd,
    struct ir_err *err)
{
	uint64_t size;

	if ((*fd = ir_open_regular(dirfd, path, &size, err)) == -1)
		return err->code == IR_ENOENT ? 0 : -1;
	t->fds[t->nfds++] = *fd;
	return 1;
}

/* The same of dir/file, whose path is *path then, for the caller to free. */
static int
open_in(int dirfd, const char *dir, const char *file, struct ir_trees *t,
    char **path, int *fd, struct ir_err *err)
{
	if ((*path = ir_asprintf(err, "%s/%s", dir, file)) == NULL)
		return -1;
	return open_file(dirfd, *path, t, fd, err);
}

/* What becomes of a side that is not there. */
static int
missing(int dirfd, const char *dir, const char *whose, struct ir_err *err)
{
	static const char *const parts[] = {
	    "filesystem.tar.part", IR_LAYER_TAR ".part"};

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		ir_auto_free char *part =
		    ir_asprintf(err, "%s/%s", dir, parts[i]);

		if (part == NULL)
			return -1;
		if (faccessat(dirfd, part, F_OK, AT_SYMLINK_NOFOLLOW) == 0) {
			ir_complain("the %s's file system was cut short, and "
				    "cannot be compared: %s",
			    whose, part);
			return 0;
		}
	}
	ir_complain("the %s's file system was not captured: %s/filesystem.tar "
		    "is not there",
	    whose, dir);
	return 0;
}

/* What the engine put below the container's own layer, if that is there. */
static int
open_init(int dirfd, const struct ir_capture *c, struct ir_trees *t,
    char **name, struct ir_tree_layer *l, struct ir_err *err)
{
	int rc = open_in(dirfd, c->dir, IR_INIT_TAR, t, name, &l->fd, err);

	l->name = *name;
	return rc;
}

/* The image's layers, and what the engine puts upon them in every container. */
static int
stack_image(int dirfd, const struct ir_capture *c, struct ir_trees *t,
    struct ir_err *err)
{
	struct ir_tree_layer v[IR_MAX_LAYERS + 1];
	ir_auto_free char *init = NULL;
	size_t n = 0;
	int rc;

	for (; n < t->layers.n; n++) {
		v[n].name = t->layers.v[n].path;
		rc = open_file(dirfd, v[n].name, t, &v[n].fd, err);
		if (rc != 1)
			return rc == 0
				   ? ir_fail(err, IR_ENOENT,
					 "%s: is not in the bundle", v[n].name)
				   : -1;
	}
	if ((rc = open_init(dirfd, c, t, &init, &v[n], err)) == -1)
		return -1;
	n += rc == 1;
	t->before = ir_tree_stack(NULL, v, n, err);
	return t->before != NULL ? 1 : -1;
}

static int
open_before(int dirfd, const struct ir_capture *c, struct ir_trees *t,
    struct ir_err *err)
{
	int fd, rc;

	rc = open_in(
	    dirfd, c->image, "filesystem.tar", t, &t->before_path, &fd, err);
	if (rc == 1)
		t->before = ir_tree_read(fd, t->before_path, err);
	if (rc != 0)
		return t->before != NULL ? 1 : -1;
	if ((rc = ir_bundle_layers(dirfd, c->image, &t->layers, err)) == 0)
		return missing(dirfd, c->image, "image", err);
	free(t->before_path);
	t->before_path =
	    rc == 1 ? ir_asprintf(err, "%s/" IR_LAYERS_JSON, c->image) : NULL;
	return t->before_path != NULL ? stack_image(dirfd, c, t, err) : -1;
}

/* The container's own layer upon those. */
static int
open_after(int dirfd, const struct ir_capture *c, struct ir_trees *t, int fd,
    const char *path, struct ir_err *err)
{
	ir_auto_free char *init = NULL;
	struct ir_tree_layer v[2];
	int rc = open_init(dirfd, c, t, &init, &v[0], err);

	if (rc == -1)
		return -1;
	v[rc] = (struct ir_tree_layer){fd, path};
	t->after = ir_tree_stack(t->before, v, (size_t)rc + 1, err);
	return t->after != NULL ? 1 : -1;
}

int
ir_trees_open(int dirfd, const struct ir_capture *c, struct ir_trees *t,
    struct ir_err *err)
{
	bool layer = false;
	int fd, rc, before;

	*t = (struct ir_trees){0};
	rc = open_in(
	    dirfd, c->dir, "filesystem.tar", t, &t->after_path, &fd, err);
	if (rc == 0) {
		free(t->after_path);
		rc = open_in(
		    dirfd, c->dir, IR_LAYER_TAR, t, &t->after_path, &fd, err);
		layer = true;
	}
	if (rc == -1)
		return -1;
	if (rc == 0 && missing(dirfd, c->dir, "container", err) == -1)
		return -1;
	if ((before = open_before(dirfd, c, t, err)) != 1 || rc == 0)
		return before == -1 ? -1 : 0;
	if (layer)
		return open_after(dirfd, c, t, fd, t->after_path, err);
	t->after = ir_tree_read(fd, t->after_path, err);
	return t->after != NULL ? 1 : -1;
}

void
ir_trees_close(struct ir_trees *t)
{
	ir_tree_free(t->after);
	ir_tree_free(t->before);
	for (size_t i = 0; i < t->nfds; i++)
		close(t->fds[i]);
	free(t->before_path);
	free(t->after_path);
	ir_layers_free(&t->layers);
	*t = (struct ir_trees){0};
}
