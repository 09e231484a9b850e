/* SPDX-License-Identifier: ISC
 *
 * A bundle that comes as a tar: see untar.h.
 */
#include "bundle/untar.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/text.h"
#include "bundle/hashing.h"
#include "bundle/names.h"
#include "bundle/packed.h"

/* What an honest bundle may hold beyond what its journals attest: its
 * completeness.json, and the last bytes of files that were cut short. */
#define MAX_EXCESS (4u * IR_MAX_JSON)

int
ir_untar_open(struct ir_untar *u, struct ir_source *src, const char *name,
    struct ir_err *err)
{
	*u = (struct ir_untar){0};
	u->tar = ir_tar_open(src, IR_MAX_BUNDLE_FILES, name, err);
	return u->tar != NULL ? 0 : -1;
}

void
ir_untar_close(struct ir_untar *u)
{
	ir_tar_close(u->tar);
	free(u->top);
	*u = (struct ir_untar){0};
}

/* The name within the bundle, or NULL with a fault if it can be none. */
static const char *
name_of(struct ir_untar *u, struct ir_faults *f)
{
	const char *path = u->m->path, *slash = strchr(path, '/');
	size_t n = slash != NULL ? (size_t)(slash - path) : 0;

	if (u->top == NULL && n > 0)
		u->top = strndup(path, n);
	if (u->m->type != '-')
		ir_fault(f, IR_HOSTILE, path, "is not a plain file");
	else if (u->m->sparse || u->m->nxattrs > 0)
		ir_fault(f, IR_HOSTILE, path,
		    "has holes or extended attributes, which no file of a "
		    "bundle has");
	else if (n == 0 || u->top == NULL || strlen(u->top) != n ||
		 strncmp(u->top, path, n) != 0 || !ir_bundle_path_ok(u->top))
		ir_fault(f, IR_HOSTILE, path,
		    "does not lie in the one directory of the bundle");
	else
		return slash + 1;
	return NULL;
}

/* Whether it may follow the file before: so that none is there twice. */
static bool
in_order(struct ir_untar *u, const char *path)
{
	int was = ir_packed_rank(u->last), is = ir_packed_rank(path);

	if (u->last[0] != '\0' &&
	    (is < was || (is == was && strcmp(path, u->last) <= 0)))
		return false;
	if (strlen(path) >= sizeof(u->last))
		return false;
	strcpy(u->last, path);
	return true;
}

/* The next file: 1 with its item, 0 at the end or after a fault. */
static int
next(struct ir_untar *u, struct ir_items *l, struct ir_faults *f,
    struct ir_item **it, struct ir_err *err)
{
	const char *path;

	*it = NULL;
	if ((path = name_of(u, f)) == NULL)
		return 0;
	if (!in_order(u, path)) {
		ir_fault(f, IR_HOSTILE, path,
		    "is there twice, or not in the order of ir export: unpack "
		    "it (ir import) and verify the directory");
		return 0;
	}
	if (ir_items_place(l, path, u->m->size, f, it, err) == -1)
		return -1;
	return *it != NULL;
}

/* Reads the next header: 1, or 0 at the end, or when it is malformed. */
static int
header(struct ir_untar *u, struct ir_faults *f, struct ir_err *err)
{
	if ((u->m = ir_tar_next(u->tar, err)) != NULL)
		return 1;
	if (err->code != IR_OK)
		return ir_fault_err(f, IR_HOSTILE, "tar", err);
	if (!ir_tar_plain(u->tar))
		ir_fault(f, IR_HOSTILE, "tar",
		    "has headers that ir export does not write, and that not "
		    "all programs understand in the same way: unpack it (ir "
		    "import) and verify the directory");
	return 0;
}

static int
text(struct ir_untar *u, struct ir_item *it, struct ir_err *err)
{
	ir_auto_buf struct ir_buf b = IR_BUF_INIT;
	uint64_t at;
	const void *p;
	size_t n;
	char *all;
	int rc;

	while ((rc = ir_tar_data(u->tar, &p, &n, &at, err)) == 1)
		ir_buf_add(&b, p, n);
	if (rc == -1)
		return -1;
	n = b.len;
	if ((all = ir_buf_take(&b, err)) == NULL)
		return -1;
	ir_items_text(it, all, n);
	return 0;
}

int
ir_untar_tags(struct ir_untar *u, struct ir_items *l, struct ir_faults *f,
    struct ir_err *err)
{
	struct ir_item *it;
	int rc;

	while ((rc = header(u, f, err)) == 1) {
		const char *slash = strchr(u->m->path, '/');

		if (slash != NULL && ir_starts(slash, "/data/"))
			break; /* ir_untar_data() goes on from here */
		if ((rc = next(u, l, f, &it, err)) != 1)
			break;
		if (text(u, it, err) == -1) {
			rc = ir_fault_err(f, IR_HOSTILE, it->path, err);
			break;
		}
	}
	if (rc == 1 && u->last[0] == '\0')
		ir_fault(f, IR_HOSTILE, u->m->path,
		    "is the first: the tar begins with data/, and is not in "
		    "the order of ir export: "
		    "unpack it (ir import) and verify the directory");
	ir_items_sort(l);
	return rc == -1 ? -1 : 0;
}

/* How much of it nothing accounts for.  Sizes are signed, so that what blows
 * itself up when it is decompressed is seen before it does. */
static bool
accounted(struct ir_untar *u, const struct ir_item *it)
{
	uint64_t due = it->claim != IR_CLAIM_NONE ? it->bytes : 0;

	if (it->left != NULL)
		due = it->left->size;
	else if (ir_items_part(it)) /* it was being written, up to a chunk */
		due += IR_CHUNK_BYTES;
	if (it->size > due)
		u->excess += it->size - due;
	return u->excess <= MAX_EXCESS;
}

static int
hash(struct ir_untar *u, struct ir_content *c, struct ir_item *it,
    uint64_t *done, struct ir_err *err)
{
	struct ir_hashing h;
	const void *p;
	uint64_t at;
	size_t n;
	int rc;

	if (ir_hashing_start(&h, it, err) == -1)
		return -1;
	while ((rc = ir_tar_data(u->tar, &p, &n, &at, err)) == 1) {
		if ((rc = ir_hashing_feed(&h, p, n, err)) == -1)
			break;
		*done += n;
		if (c->progress != NULL)
			c->progress(c->arg, *done, c->most);
	}
	if (rc == 0)
		rc = ir_hashing_end(&h, err);
	ir_hashing_free(&h);
	return rc;
}

int
ir_untar_data(struct ir_untar *u, struct ir_content *c, struct ir_err *err)
{
	struct ir_faults *f = c->faults;
	struct ir_item *it;
	uint64_t done = 0;
	int rc = u->m != NULL;
	bool due;

	for (; rc == 1; rc = header(u, f, err)) {
		if ((rc = next(u, c->items, f, &it, err)) != 1)
			break;
		due = ir_content_due(c, it);
		if (!accounted(u, it)) {
			ir_fault(f, IR_HOSTILE, it->path,
			    "makes it far more than the journals account for: "
			    "the rest was not read");
			rc = 0;
			break;
		}
		if (due)
			rc = ir_items_parsed(it) ? text(u, it, err)
						 : hash(u, c, it, &done, err);
		if (rc == -1) {
			rc = ir_fault_err(f, IR_HOSTILE, it->path, err);
			break;
		}
	}
	ir_items_sort(c->items);
	return rc == -1 ? -1 : 0;
}
