/* SPDX-License-Identifier: ISC
 *
 * A deterministic tar: see writer.h.
 */
#include "archive/writer.h"

#include <archive.h>
#include <archive_entry.h>
#include <inttypes.h>
#include <locale.h>
#include <stdbool.h>
#include <stdlib.h>

/* How much goes down at once; a multiple of the record. */
#define BLOCK (100 * IR_TAR_RECORD)

struct ir_tar_writer {
	struct archive *a;
	struct archive_entry *e;
	locale_t c;
	struct ir_stream *below;
	uint64_t left;        /* of the present file */
	struct ir_err failed; /* in drain(): code is IR_OK if it did not */
	bool over;            /* nothing more goes down ... */
	bool freeing;         /* ... and nothing more need come */
};

/* What libarchive gives, to the stream below.  libarchive does not hear of a
 * failure: after one in a header it would not release its buffer.  It does when
 * it is freed: else it would fill up a file that is not whole, by terabytes. */
static la_ssize_t
drain(struct archive *a, void *arg, const void *p, size_t n)
{
	struct ir_tar_writer *w = arg;

	(void)a;
	if (!w->over && w->below->write(w->below, p, n, &w->failed) == -1)
		w->over = true;
	return w->freeing ? ARCHIVE_FATAL : (la_ssize_t)n;
}

static bool
ok(const struct ir_tar_writer *w, int rc)
{
	return rc == ARCHIVE_OK && w->failed.code == IR_OK;
}

static int
refused(const struct ir_tar_writer *w, struct ir_err *err)
{
	const char *why = archive_error_string(w->a);

	if (w->failed.code == IR_OK)
		return ir_fail(err, IR_EINTERNAL, "cannot write a tar: %s",
		    why != NULL ? why : "libarchive does not say why");
	*err = w->failed;
	return -1;
}

static int
start(struct ir_tar_writer *w, struct ir_err *err)
{
	if (archive_write_set_format_pax_restricted(w->a) != ARCHIVE_OK ||
	    archive_write_add_filter_none(w->a) != ARCHIVE_OK ||
	    archive_write_set_bytes_per_block(w->a, BLOCK) != ARCHIVE_OK ||
	    archive_write_set_bytes_in_last_block(w->a, IR_TAR_RECORD) !=
		ARCHIVE_OK ||
	    archive_write_open2(w->a, w, NULL, drain, NULL, NULL) != ARCHIVE_OK)
		return refused(w, err);
	return 0;
}

struct ir_tar_writer *
ir_tar_create(struct ir_stream *below, struct ir_err *err)
{
	struct ir_tar_writer *w = calloc(1, sizeof(*w));
	struct ir_err ignored;

	if (w == NULL) {
		below->close(below, "out of memory", &ignored);
		ir_fail_mem(err);
		return NULL;
	}
	w->below = below;
	w->a = archive_write_new();
	w->e = archive_entry_new();
	w->c = newlocale(LC_ALL_MASK, "C", (locale_t)0);
	if (w->a == NULL || w->e == NULL || w->c == (locale_t)0)
		ir_fail_mem(err);
	else if (start(w, err) == 0)
		return w;
	ir_tar_finish(w, err->msg, &ignored);
	return NULL;
}

static int
add(struct ir_tar_writer *w, const char *path, uint64_t size,
    struct ir_err *err)
{
	archive_entry_clear(w->e);
	archive_entry_set_pathname(w->e, path);
	archive_entry_set_filetype(w->e, AE_IFREG);
	archive_entry_set_perm(w->e, 0600);
	archive_entry_set_uid(w->e, 0);
	archive_entry_set_gid(w->e, 0);
	archive_entry_set_mtime(w->e, 0, 0);
	archive_entry_set_size(w->e, (la_int64_t)size);
	if (!ok(w, archive_write_header(w->a, w->e)))
		return refused(w, err);
	w->left = size;
	return 0;
}

int
ir_tar_add(struct ir_tar_writer *w, const char *path, uint64_t size,
    struct ir_err *err)
{
	locale_t was;
	int rc;

	if (w->left != 0)
		return ir_fail(err, IR_EINTERNAL,
		    "%" PRIu64 " bytes are missing before %s", w->left, path);
	if (size > INT64_MAX)
		return ir_fail(
		    err, IR_EFORMAT, "%s: no file is that large", path);
	was = uselocale(w->c);
	rc = add(w, path, size, err);
	uselocale(was);
	return rc;
}

int
ir_tar_put(struct ir_tar_writer *w, const void *p, size_t n, struct ir_err *err)
{
	la_ssize_t took;

	if (n > w->left)
		return ir_fail(err, IR_EINTERNAL,
		    "more than the size of a file was given for it");
	if (n == 0)
		return 0;
	/* It takes less than it is given without a word. */
	took = archive_write_data(w->a, p, n);
	if (took < 0 || (size_t)took != n || w->failed.code != IR_OK)
		return refused(w, err);
	w->left -= n;
	return 0;
}

static int
end(struct ir_tar_writer *w, struct ir_err *err)
{
	locale_t was;
	int rc;

	if (w->left != 0)
		return ir_fail(err, IR_EINTERNAL,
		    "%" PRIu64 " bytes are missing at the end", w->left);
	was = uselocale(w->c);
	rc = archive_write_close(w->a);
	uselocale(was);
	return ok(w, rc) ? 0 : refused(w, err);
}

int
ir_tar_finish(struct ir_tar_writer *w, const char *gap, struct ir_err *err)
{
	struct ir_err second;
	int rc = gap == NULL ? end(w, err) : 0;

	w->over = w->freeing = true;
	archive_write_free(w->a);
	archive_entry_free(w->e);
	if (w->c != (locale_t)0)
		freelocale(w->c);
	if (rc == -1)
		w->below->close(w->below, err->msg, &second);
	else
		rc = w->below->close(w->below, gap, err);
	free(w);
	return rc;
}
