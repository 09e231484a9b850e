/* SPDX-License-Identifier: ISC
 *
 * A bundle out of one file: see import.h.
 */
#include "bundle/import.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "archive/reader.h"
#include "base/buf.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/text.h"
#include "bundle/bag.h"
#include "bundle/custody.h"
#include "bundle/items.h"
#include "bundle/names.h"
#include "bundle/packed.h"
#include "json/json.h"

struct import {
	const struct ir_import_options *o;
	struct ir_imported *res;
	const char *file; /* for messages */
	struct ir_tar *tar;
	char *top;       /* the directory that all members lie in */
	char *name;      /* what is made beneath parent, ... */
	char *tmp;       /* ... and what it is called until then */
	int parent, dir; /* dir: tmp; -1 until it is made */
	struct ir_items items;
	struct ir_faults faults;
	uint64_t payload, most; /* bytes of data/, and how many may be */
	uint64_t files, most_files;
	uint64_t total; /* bytes of all files, as far as that is known */
};

/* The first fault, if there is one. */
static int
refuse_faults(const struct import *x, struct ir_err *err)
{
	const json_t *f = json_array_get(x->faults.list, 0);

	if (f == NULL)
		return 0;
	return ir_fail(err, IR_EFORMAT, "%s: %s/%s: %s", x->file, x->top,
	    ir_json_str(f, "object"), ir_json_str(f, "what"));
}

static int
make_dir(struct import *x, struct ir_err *err)
{
	static const char *const dirs[] = {"custody", "journal", "data"};

	if ((x->tmp = ir_temp_name(x->parent, x->name, err)) == NULL)
		return -1;
	if (mkdirat(x->parent, x->tmp, 0700) == -1)
		return ir_fail_errno(err, "cannot make %s", x->res->dir);
	x->dir =
	    ir_open_beneath(x->parent, x->tmp, O_RDONLY | O_DIRECTORY, err);
	if (x->dir == -1)
		return -1;
	for (size_t i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++)
		if (ir_make_dirs(x->dir, dirs[i], err) == -1)
			return -1;
	return 0;
}

/* Where it is to be: o->dir, or the top of the tar in this directory. */
static int
place(struct import *x, struct ir_err *err)
{
	const char *dir = x->o->dir != NULL ? x->o->dir : x->top;

	/* Whoever is told must not take it for an option, or standard input. */
	x->res->dir = ir_asprintf(err, "%s%s", dir[0] == '-' ? "./" : "", dir);
	if (x->res->dir == NULL)
		return -1;
	if ((x->parent = ir_open_parent(dir, &x->name, err)) == -1)
		return -1;
	return make_dir(x, err);
}

/* The member's path in the bundle, "" for the top itself, or NULL. */
static const char *
below_top(struct import *x, const char *path, struct ir_err *err)
{
	size_t n = strcspn(path, "/");

	if (!ir_bundle_path_ok(path) || strchr(".-", path[0]) != NULL)
		ir_fail(err, IR_EFORMAT,
		    "%s: is no name for a file in a packed bundle: %s", x->file,
		    path);
	else if (x->top == NULL) {
		if ((x->top = strndup(path, n)) == NULL)
			ir_fail_mem(err);
		else if (place(x, err) == 0)
			return path + n + (path[n] == '/');
	} else if (strlen(x->top) == n && strncmp(x->top, path, n) == 0)
		return path + n + (path[n] == '/');
	else
		ir_fail(err, IR_EFORMAT,
		    "%s: %s: does not lie in %s, as those before it do",
		    x->file, path, x->top);
	return NULL;
}

static const char *
kind(const struct ir_tar_member *m)
{
	switch (m->type) {
	case '-':
		return m->sparse        ? "a file with holes"
		       : m->nxattrs > 0 ? "a file with extended attributes"
					: NULL;
	case 'l':
		return "a symbolic link";
	case 'h':
		return "a hard link";
	case 'p':
		return "a FIFO";
	default:
		return "a device";
	}
}

/* The seal says how much there is to come. */
static int
check_amount(const struct import *x, const char *path, struct ir_err *err)
{
	char files[32];

	if (x->payload <= x->most && x->files <= x->most_files)
		return 0;
	ir_files(files, x->most_files);
	return ir_fail(err, IR_EFORMAT,
	    "%s: %s/%s: with it there is more than was sealed, which is "
	    "%" PRIu64 " bytes in %s",
	    x->file, x->top, path, x->most, files);
}

static int
check_room(const struct import *x, uint64_t size, struct ir_err *err)
{
	char needed[16], room[16];
	struct statvfs fs;

	if (fstatvfs(x->dir, &fs) == -1)
		return ir_fail_errno(err, "%s", x->name);
	if (size / fs.f_frsize < fs.f_bavail)
		return 0;
	ir_size(needed, size);
	ir_size(room, (uint64_t)fs.f_bavail * fs.f_frsize);
	return ir_fail(err, IR_EIO,
	    "%s: %s are to come, and there is room for %s only", x->name,
	    needed, room);
}

static int
read_seal(struct import *x, struct ir_err *err)
{
	size_t len;
	ir_auto_free char *text =
	    ir_read_beneath(x->dir, IR_CUSTODY_SEAL, IR_MAX_CUSTODY, &len, err);
	json_auto_t *seal = NULL;

	if (text != NULL)
		seal = ir_json_parse(text, len, IR_CUSTODY_SEAL, err);
	if (seal == NULL)
		return ir_wrap(err, "%s", x->file);
	if (sscanf(ir_json_str(seal, "seal.payload_oxum"),
		"%" SCNu64 ".%" SCNu64, &x->most, &x->most_files) != 2)
		return ir_fail(err, IR_EFORMAT,
		    "%s: %s/" IR_CUSTODY_SEAL
		    ": does not say how much was sealed",
		    x->file, x->top);
	x->res->sealed = true;
	x->total = x->most - x->payload + x->res->bytes;
	if (check_amount(x, IR_CUSTODY_SEAL, err) == -1)
		return -1;
	return check_room(x, x->most - x->payload, err);
}

/* Whether it may come at all; then it is in x->items. */
static int
admit(struct import *x, const struct ir_tar_member *m, const char *path,
    struct ir_err *err)
{
	const char *what = kind(m);
	struct ir_item *it;

	if (what != NULL)
		return ir_fail(err, IR_EFORMAT,
		    "%s: %s: is %s: a bundle has plain files only", x->file,
		    m->path, what);
	if (!ir_packed_has(path, false))
		return ir_fail(err, IR_EFORMAT,
		    "%s: %s: has no place in a bundle", x->file, m->path);
	if (ir_items_get(&x->items, path) != NULL)
		return ir_fail(err, IR_EFORMAT, "%s: %s: is there twice",
		    x->file, m->path);
	if (ir_items_place(&x->items, path, m->size, &x->faults, &it, err) ==
		-1 ||
	    refuse_faults(x, err) == -1)
		return -1;
	it->here = true;
	if (ir_items_payload(it)) {
		x->payload += m->size;
		x->files++;
	} else if (x->res->sealed)
		x->total += m->size;
	if (check_amount(x, path, err) == -1)
		return -1;
	return check_room(x, m->size, err);
}

static int
fill(
    struct import *x, const struct ir_tar_member *m, int fd, struct ir_err *err)
{
	uint64_t at;
	const void *p;
	size_t n;
	int rc;

	while ((rc = ir_tar_data(x->tar, &p, &n, &at, err)) == 1) {
		if (ir_write_all(fd, p, n, m->path, err) == -1)
			return -1;
		x->res->bytes += n;
		if (x->o->progress != NULL)
			x->o->progress(x->o->arg, x->res->bytes, x->total);
	}
	return rc;
}

/* A new file, and the directories that it lies in. */
static int
create(struct import *x, const char *path, struct ir_err *err)
{
	ir_auto_free char *dir = strdup(path);
	char *slash = dir != NULL ? strrchr(dir, '/') : NULL;
	int fd = -1;

	if (dir == NULL)
		return ir_fail_mem(err);
	if (slash != NULL)
		*slash = '\0';
	if (slash == NULL || ir_make_dirs(x->dir, dir, err) == 0)
		fd = ir_open_beneath(
		    x->dir, path, O_WRONLY | O_CREAT | O_EXCL, err);
	if (fd == -1 && (err->code == IR_EEXIST || err->code == IR_ENOENT))
		ir_fail(err, IR_EFORMAT,
		    "%s: %s/%s: cannot be beside those before it: a name is "
		    "that of a file and of a directory",
		    x->file, x->top, path);
	return fd;
}

static int
take(struct import *x, const struct ir_tar_member *m, struct ir_err *err)
{
	ir_auto_free char *name = strdup(m->path);
	size_t n = strlen(m->path);
	const char *path;
	int fd, rc;

	if (name == NULL)
		return ir_fail_mem(err);
	if (m->type == 'd' && n > 0 && name[n - 1] == '/')
		name[n - 1] = '\0';
	if ((path = below_top(x, name, err)) == NULL)
		return -1;
	if (m->type == 'd')
		return 0;
	if (admit(x, m, path, err) == -1 || (fd = create(x, path, err)) == -1)
		return -1;
	rc = fill(x, m, fd, err);
	if (close(fd) == -1 && rc == 0)
		rc = ir_fail_errno(err, "writing %s", m->path);
	if (rc == -1)
		return -1;
	x->res->files++;
	return strcmp(path, IR_CUSTODY_SEAL) == 0 ? read_seal(x, err) : 0;
}

static int
take_all(struct import *x, struct ir_err *err)
{
	const struct ir_tar_member *m;

	while ((m = ir_tar_next(x->tar, err)) != NULL)
		if (take(x, m, err) == -1)
			return -1;
	if (err->code != IR_OK)
		return -1;
	if (ir_items_get(&x->items, IR_BAGIT) == NULL ||
	    ir_items_get(&x->items, IR_CUSTODY_OPEN) == NULL)
		return ir_fail(err, IR_EFORMAT,
		    "%s: is no bundle: it has no " IR_BAGIT
		    " or no " IR_CUSTODY_OPEN,
		    x->file);
	if (ir_items_fold(&x->items, &x->faults, err) == -1)
		return -1;
	return refuse_faults(x, err);
}

/* Its final name, once all of it is on the disk. */
static int
settle(struct import *x, struct ir_err *err)
{
	if (syncfs(x->dir) == -1)
		return ir_fail_errno(err, "writing %s", x->name);
	return ir_rename_new(x->parent, x->tmp, x->name, err);
}

/* Only what was made here goes; the names are of no use after that. */
static void
take_away(struct import *x)
{
	for (size_t i = x->items.n; i-- > 0;) {
		char *path = x->items.v[i]->path, *slash;

		unlinkat(x->dir, path, 0);
		while ((slash = strrchr(path, '/')) != NULL) {
			*slash = '\0';
			unlinkat(x->dir, path, AT_REMOVEDIR);
		}
	}
	unlinkat(x->dir, "custody", AT_REMOVEDIR);
	unlinkat(x->dir, "journal", AT_REMOVEDIR);
	unlinkat(x->dir, "data", AT_REMOVEDIR);
	unlinkat(x->parent, x->tmp, AT_REMOVEDIR);
}

static void
import_free(struct import *x)
{
	ir_tar_close(x->tar);
	if (x->dir != -1)
		close(x->dir);
	if (x->parent != -1)
		close(x->parent);
	ir_items_free(&x->items);
	json_decref(x->faults.list);
	free(x->top);
	free(x->name);
	free(x->tmp);
}

int
ir_bundle_import(const char *file, const struct ir_import_options *o,
    struct ir_imported *res, struct ir_err *err)
{
	struct import x = {
	    .o = o,
	    .res = res,
	    .file = strcmp(file, "-") == 0 ? "standard input" : file,
	    .parent = -1,
	    .dir = -1,
	    .faults = {json_array(), IR_VALID},
	    .most = UINT64_MAX,
	    .most_files = UINT64_MAX,
	};
	struct ir_source *in = ir_packed_open(file, o->id, err);
	int rc = -1;

	*res = (struct ir_imported){0};
	if (in != NULL)
		x.tar = ir_tar_open(in, IR_MAX_BUNDLE_FILES, x.file, err);
	if (x.tar != NULL && (rc = take_all(&x, err)) == 0)
		rc = settle(&x, err);
	if (rc == -1) {
		if (err->code == IR_EEXIST)
			ir_fail(err, IR_EEXIST,
			    "%s: is there already, and nothing is overwritten: "
			    "give another DIR",
			    res->dir);
		if (x.tmp != NULL)
			take_away(&x);
		free(res->dir);
		res->dir = NULL;
	}
	import_free(&x);
	return rc;
}
