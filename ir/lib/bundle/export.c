/* SPDX-License-Identifier: ISC
 *
 * A bundle into one file: see export.h.
 */
#include "bundle/export.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive/writer.h"
#include "archive/zstd.h"
#include "base/buf.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/signal.h"
#include "bundle/bag.h"
#include "bundle/custody.h"
#include "bundle/names.h"
#include "bundle/packed.h"
#include "bundle/scan.h"

#define CHUNK (1u << 20)

struct exporting {
	const struct ir_export_options *o;
	struct ir_exported *res;
	const char *dir;
	char *top; /* the name of its directory */
	int dirfd;
	int lock; /* .open, or -1 */
	struct ir_items items;
	struct ir_faults faults;
	struct ir_tar_writer *tar;
	uint64_t done;
	char *chunk;
};

static int
name_top(struct exporting *x, struct ir_err *err)
{
	ir_auto_free char *real = realpath(x->dir, NULL);

	if (real == NULL)
		return ir_fail_errno(err, "%s", x->dir);
	if ((x->top = ir_asprintf(err, "%s", basename(real))) == NULL)
		return -1;
	if (!ir_bundle_path_ok(x->top) || strchr(".-", x->top[0]) != NULL)
		return ir_fail(err, IR_EFORMAT,
		    "%s: its directory cannot have this name in a tar: rename "
		    "it, with letters, digits and ._+@=- only",
		    x->top);
	return 0;
}

/* Whoever writes to an open bundle holds a shared lock. */
static int
lock_open(struct exporting *x, struct ir_err *err)
{
	x->lock = ir_open_beneath(x->dirfd, IR_OPEN, O_RDONLY, err);
	if (x->lock == -1)
		return err->code == IR_ENOENT ? 0 : -1;
	if (flock(x->lock, LOCK_EX | LOCK_NB) == 0)
		return 0;
	if (errno != EWOULDBLOCK)
		return ir_fail_errno(err, "cannot lock %s", x->dir);
	return ir_fail(err, IR_EEXIST,
	    "%s: another program is still writing to it: try again when it "
	    "has ended",
	    x->dir);
}

/* What is odd in the directory would be odd at the other end, and then nobody
 * could say who put it there. */
static int
examine(struct exporting *x, struct ir_err *err)
{
	if (ir_bag_state(x->dirfd) == IR_BAG_NONE)
		return ir_fail(err, IR_EFORMAT,
		    "%s: is no bundle: it has no " IR_BAGIT, x->dir);
	if (ir_scan(x->dirfd, &x->items, &x->faults, err) == -1 ||
	    ir_items_fold(&x->items, &x->faults, err) == -1)
		return -1;
	x->res->sealed = ir_items_here(&x->items, IR_CUSTODY_SEAL) &&
			 ir_items_here(&x->items, IR_CUSTODY_SEAL ".sig");
	for (size_t i = 0; i < x->items.n; i++) {
		if (!ir_packed_has(x->items.v[i]->path, x->res->sealed))
			ir_fault(&x->faults, IR_CONTENT, x->items.v[i]->path,
			    "has no place in a bundle: take it out, or see "
			    "what ir verify says");
		x->res->bytes += x->items.v[i]->size;
	}
	x->res->files = x->items.n;
	if (ir_faults_refuse(&x->faults, err) == -1)
		return -1;
	if (!x->res->sealed && !x->o->unsealed)
		return ir_fail(err, IR_EFORMAT,
		    "%s: is not sealed: close it with ir seal, or hand it over "
		    "as it is with --unsealed",
		    x->dir);
	return x->res->sealed ? 0 : lock_open(x, err);
}

static int
put(struct exporting *x, const void *p, size_t n, struct ir_err *err)
{
	if (ir_tar_put(x->tar, p, n, err) == -1)
		return -1;
	x->done += n;
	if (x->o->progress != NULL)
		x->o->progress(x->o->arg, x->done, x->res->bytes);
	return 0;
}

static int
changed(const struct ir_item *it, struct ir_err *err)
{
	return ir_fail(err, IR_EFORMAT,
	    "%s: changed while it was exported: nothing is exported", it->path);
}

/* Its size is in the tar already: not a byte less, and not one more. */
static int
copy(struct exporting *x, const struct ir_item *it, struct ir_source *in,
    struct ir_err *err)
{
	uint64_t left = it->size;
	ssize_t n;

	while (left > 0) {
		n = in->read(in, x->chunk, left < CHUNK ? left : CHUNK, err);
		if (n == -1)
			return -1;
		if (n == 0)
			return changed(it, err);
		if (put(x, x->chunk, (size_t)n, err) == -1)
			return -1;
		left -= (uint64_t)n;
	}
	n = in->read(in, x->chunk, 1, err);
	return n <= 0 ? (int)n : changed(it, err);
}

static int
add_payload(struct exporting *x, const struct ir_item *it, struct ir_err *err)
{
	ir_auto_source struct ir_source *in = NULL;
	uint64_t size;
	int fd = ir_open_regular(x->dirfd, it->path, &size, err);

	if (fd == -1)
		return err->code == IR_ENOENT ? changed(it, err) : -1;
	posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
	if ((in = ir_source_fd(fd, it->path, err)) == NULL)
		return -1;
	return size == it->size ? copy(x, it, in, err) : changed(it, err);
}

static int
add(struct exporting *x, const struct ir_item *it, struct ir_err *err)
{
	ir_auto_free char *path = ir_asprintf(err, "%s/%s", x->top, it->path);

	if (path == NULL || ir_tar_add(x->tar, path, it->size, err) == -1)
		return -1;
	if (it->text != NULL)
		return put(x, it->text, it->size, err);
	return add_payload(x, it, err);
}

static int
add_all(struct exporting *x, struct ir_err *err)
{
	for (int rank = 0; rank <= IR_PACKED_PAYLOAD; rank++)
		for (size_t i = 0; i < x->items.n; i++) {
			const struct ir_item *it = x->items.v[i];

			if (ir_packed_rank(it->path) == rank &&
			    add(x, it, err) == -1)
				return -1;
		}
	return 0;
}

/* Through all that is to be around the tar.  Takes below. */
static int
pack(struct exporting *x, struct ir_stream *below, struct ir_err *err)
{
	struct ir_err second;

	if (x->o->to != NULL)
		below = ir_age_encrypt(below, x->o->to, err);
	if (below != NULL && x->o->zst)
		below = ir_zstd_stream(below, err);
	if (below == NULL || (x->tar = ir_tar_create(below, err)) == NULL)
		return -1;
	if (add_all(x, err) == 0)
		return ir_tar_finish(x->tar, NULL, err);
	ir_tar_finish(x->tar, err->msg, &second);
	return -1;
}

/* A file within the bundle would be one too many there. */
static int
refuse_within(const struct exporting *x, int fd, struct ir_err *err)
{
	struct stat bundle, st, last = {0};
	int at = dup(fd), up;

	if (at == -1 || fstat(x->dirfd, &bundle) == -1)
		return ir_fail_errno(err, "%s", x->dir);
	while (fstat(at, &st) == 0 &&
	       (st.st_ino != last.st_ino || st.st_dev != last.st_dev)) {
		if (st.st_ino == bundle.st_ino && st.st_dev == bundle.st_dev) {
			close(at);
			return ir_fail(err, IR_EUSAGE,
			    "the file would lie within the bundle: name "
			    "another place with -o");
		}
		last = st;
		up = openat(at, "..", O_PATH | O_DIRECTORY | O_CLOEXEC);
		close(at);
		if ((at = up) == -1)
			break;
	}
	if (at != -1)
		close(at);
	return 0;
}

static char *
default_name(const struct exporting *x, struct ir_err *err)
{
	return ir_asprintf(err, "%s.tar%s%s", x->top, x->o->zst ? ".zst" : "",
	    x->o->to != NULL ? ".age" : "");
}

static bool
is_dir(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* Whether this process is in the bundle's own directory. */
static bool
in_bundle(const struct exporting *x)
{
	struct stat here, bundle;

	return stat(".", &here) == 0 && fstat(x->dirfd, &bundle) == 0 &&
	       here.st_ino == bundle.st_ino && here.st_dev == bundle.st_dev;
}

/* The path of the file. */
static char *
place(const struct exporting *x, struct ir_err *err)
{
	const char *out = x->o->out;
	ir_auto_free char *name = default_name(x, err);

	if (name == NULL)
		return NULL;
	if (out == NULL)
		return ir_asprintf(
		    err, "%s%s", in_bundle(x) ? "../" : "", name);
	if (!is_dir(out))
		return ir_asprintf(err, "%s", out);
	return ir_asprintf(
	    err, "%s%s%s", out, out[strlen(out) - 1] == '/' ? "" : "/", name);
}

static int
to_file(struct exporting *x, struct ir_err *err)
{
	ir_auto_free char *name = NULL;
	ir_auto_close int fd = ir_open_parent(x->res->file, &name, err);
	struct ir_stream *s;
	int rc = -1;

	if (fd == -1)
		return -1;
	if (refuse_within(x, fd, err) == -1)
		return -1;
	s = ir_outfile_open(fd, name, &x->res->out, err);
	if (s != NULL)
		rc = pack(x, s, err);
	if (rc == -1 && err->code == IR_EEXIST)
		ir_fail(err, IR_EEXIST,
		    "%s: is there already, and nothing is overwritten: choose "
		    "another name with -o",
		    x->res->file);
	return rc;
}

static int
export_it(struct exporting *x, struct ir_err *err)
{
	bool to_stdout = x->o->out != NULL && strcmp(x->o->out, "-") == 0;
	struct ir_stream *s;

	x->dirfd = open(x->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (x->dirfd == -1)
		return ir_fail_errno(err, "%s", x->dir);
	if ((x->chunk = malloc(CHUNK)) == NULL)
		return ir_fail_mem(err);
	if (name_top(x, err) == -1 || examine(x, err) == -1)
		return -1;
	x->res->file = to_stdout ? ir_asprintf(err, "-") : place(x, err);
	if (x->res->file == NULL)
		return -1;
	if (!to_stdout)
		return to_file(x, err);
	if ((s = ir_outfile_stdout(&x->res->out, err)) == NULL)
		return -1;
	return pack(x, s, err);
}

int
ir_bundle_export(const char *dir, const struct ir_export_options *o,
    struct ir_exported *res, struct ir_err *err)
{
	struct exporting x = {.o = o,
	    .res = res,
	    .dir = dir,
	    .dirfd = -1,
	    .lock = -1,
	    .faults = {json_array(), IR_VALID}};
	int rc;

	*res = (struct ir_exported){0};
	rc = export_it(&x, err);
	if (rc == -1) {
		free(res->file);
		res->file = NULL;
	}
	if (x.lock != -1)
		close(x.lock);
	if (x.dirfd != -1)
		close(x.dirfd);
	ir_items_free(&x.items);
	json_decref(x.faults.list);
	free(x.top);
	free(x.chunk);
	return rc;
}
