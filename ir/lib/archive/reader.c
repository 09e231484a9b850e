/* SPDX-License-Identifier: ISC
 *
 * A tar's members: see reader.h.
 */
#include "archive/reader.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <inttypes.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include "archive/tarend.h"
#include "base/limits.h"
#include "base/signal.h"

#define CHUNK (256u << 10)

struct ir_tar {
	struct archive *a;
	struct ir_tarend *end;
	locale_t c;
	char *name;
	struct ir_source *in;
	uint64_t max, members;
	uint64_t done;        /* where the content given so far of m ends */
	struct ir_err failed; /* in fill(): code is IR_OK if it did not */
	struct ir_tar_member m;
	struct ir_tar_xattr *xattrs;
	char chunk[CHUNK];
};

/* The next bytes, for libarchive. */
static la_ssize_t
fill(struct archive *a, void *arg, const void **p)
{
	struct ir_tar *t = arg;
	ssize_t n = -1;

	/* What is compressed can go on for long without being read from. */
	if (ir_interrupted())
		ir_fail(&t->failed, IR_EINTR, "interrupted while reading %s",
		    t->name);
	else
		n = t->in->read(t->in, t->chunk, CHUNK, &t->failed);
	if (n == -1) {
		archive_set_error(a, EIO, "%s", "cannot read");
		return ARCHIVE_FATAL;
	}
	ir_tarend_feed(t->end, t->chunk, (size_t)n);
	*p = t->chunk;
	return n;
}

static int
start(struct ir_tar *t, struct ir_err *err)
{
	if (archive_read_support_format_tar(t->a) == ARCHIVE_OK &&
	    archive_read_support_filter_none(t->a) == ARCHIVE_OK &&
	    archive_read_open2(t->a, t, NULL, fill, NULL, NULL) == ARCHIVE_OK)
		return 0;
	if (t->failed.code == IR_OK)
		return ir_fail(err, IR_EFORMAT, "%s: %s", t->name,
		    archive_error_string(t->a));
	*err = t->failed;
	return -1;
}

struct ir_tar *
ir_tar_open(
    struct ir_source *in, uint64_t max, const char *name, struct ir_err *err)
{
	struct ir_tar *t = calloc(1, sizeof(*t));
	locale_t was;
	int rc;

	if (t == NULL) {
		in->close(in);
		ir_fail_mem(err);
		return NULL;
	}
	t->in = in;
	t->max = max;
	t->name = strdup(name);
	t->end = ir_tarend_new(err);
	t->a = archive_read_new();
	t->c = newlocale(LC_ALL_MASK, "C", (locale_t)0);
	if (t->name == NULL || t->end == NULL || t->a == NULL ||
	    t->c == (locale_t)0) {
		ir_fail_mem(err);
		ir_tar_close(t);
		return NULL;
	}
	was = uselocale(t->c);
	rc = start(t, err);
	uselocale(was);
	if (rc == 0)
		return t;
	ir_tar_close(t);
	return NULL;
}

void
ir_tar_close(struct ir_tar *t)
{
	if (t == NULL)
		return;
	if (t->a != NULL)
		archive_read_free(t->a);
	if (t->c != (locale_t)0)
		freelocale(t->c);
	t->in->close(t->in);
	ir_tarend_free(t->end);
	free(t->xattrs);
	free(t->name);
	free(t);
}

/* What libarchive's answer other than success means. */
static int
refused(struct ir_tar *t, struct ir_err *err)
{
	const char *why = archive_error_string(t->a);

	if (t->failed.code != IR_OK) {
		*err = t->failed;
		return -1;
	}
	return ir_fail(err, IR_EFORMAT, "%s: member %" PRIu64 ": %s", t->name,
	    t->members, why != NULL ? why : "malformed");
}

static int
compare_xattrs(const void *x, const void *y)
{
	const struct ir_tar_xattr *a = x, *b = y;

	return strcmp(a->name, b->name);
}

static int
take_xattrs(struct ir_tar *t, struct archive_entry *e, struct ir_err *err)
{
	int n = archive_entry_xattr_reset(e);

	free(t->xattrs);
	t->xattrs = NULL;
	t->m.xattrs = NULL;
	t->m.nxattrs = 0;
	if (archive_entry_acl_types(e) != 0)
		return ir_fail(err, IR_EFORMAT,
		    "%s: %s: has an access control list, which no engine "
		    "writes",
		    t->name, t->m.path);
	if (n <= 0)
		return 0;
	t->xattrs = calloc((size_t)n, sizeof(t->xattrs[0]));
	if (t->xattrs == NULL)
		return ir_fail_mem(err);
	for (size_t i = 0; i < (size_t)n; i++)
		archive_entry_xattr_next(e, &t->xattrs[i].name,
		    &t->xattrs[i].value, &t->xattrs[i].len);
	qsort(t->xattrs, (size_t)n, sizeof(t->xattrs[0]), compare_xattrs);
	t->m.xattrs = t->xattrs;
	t->m.nxattrs = (size_t)n;
	return 0;
}

static char
type_of(struct archive_entry *e)
{
	if (archive_entry_hardlink(e) != NULL)
		return 'h';
	switch (archive_entry_filetype(e)) {
	case AE_IFREG:
		return '-';
	case AE_IFDIR:
		return 'd';
	case AE_IFLNK:
		return 'l';
	case AE_IFCHR:
		return 'c';
	case AE_IFBLK:
		return 'b';
	case AE_IFIFO:
		return 'p';
	default:
		return '?';
	}
}

static int
take(struct ir_tar *t, struct archive_entry *e, struct ir_err *err)
{
	struct ir_tar_member *m = &t->m;
	int64_t uid = archive_entry_uid(e), gid = archive_entry_gid(e);
	int64_t size = archive_entry_size(e);

	*m = (struct ir_tar_member){
	    .path = archive_entry_pathname(e),
	    .type = type_of(e),
	    .mode = archive_entry_perm(e) & 07777,
	    .uid = (uint32_t)uid,
	    .gid = (uint32_t)gid,
	    .mtime = archive_entry_mtime(e),
	    .mtime_ns = (uint32_t)archive_entry_mtime_nsec(e),
	    .at = archive_filter_bytes(t->a, 0), /* headers are consumed */
	};
	if (m->path == NULL)
		return ir_fail(err, IR_EFORMAT,
		    "%s: member %" PRIu64 " has no name", t->name, t->members);
	if (m->type == '?' || uid != m->uid || gid != m->gid || size < 0)
		return ir_fail(err, IR_EFORMAT,
		    "%s: %s: its type, owner or size cannot be", t->name,
		    m->path);
	if (m->type == '-') {
		m->size = (uint64_t)size;
		m->sparse = archive_entry_sparse_reset(e) > 0;
	} else if (m->type == 'c' || m->type == 'b') {
		m->major = (uint32_t)archive_entry_rdevmajor(e);
		m->minor = (uint32_t)archive_entry_rdevminor(e);
	} else if (m->type == 'l')
		m->link = archive_entry_symlink(e);
	else if (m->type == 'h')
		m->link = archive_entry_hardlink(e);
	if ((m->type == 'l' || m->type == 'h') && m->link == NULL)
		return ir_fail(err, IR_EFORMAT, "%s: %s: a link to nothing",
		    t->name, m->path);
	return take_xattrs(t, e, err);
}

/* After the last member: reads what is left, and compares notes. */
static int
ended(struct ir_tar *t, struct ir_err *err)
{
	const void *p;
	la_ssize_t n, more = 0;

	while ((n = fill(t->a, t, &p)) > 0 && more <= IR_MAX_TAR_PADDING)
		more += n;
	if (n < 0)
		return refused(t, err);
	if (more > IR_MAX_TAR_PADDING)
		return ir_fail(err, IR_EFORMAT,
		    "%s: goes on for more than %u bytes after its end", t->name,
		    IR_MAX_TAR_PADDING);
	if (ir_tarend_check(t->end, err) == -1) {
		err->code = IR_EFORMAT; /* no engine is at the other end */
		return ir_wrap(err, "%s", t->name);
	}
	if (ir_tarend_entries(t->end) != t->members)
		return ir_fail(err, IR_EFORMAT,
		    "%s: can be read in two ways, with %" PRIu64 " or %" PRIu64
		    " members",
		    t->name, t->members, ir_tarend_entries(t->end));
	return 0;
}

/* Whether a header was read without loss.  Of some losses libarchive only
 * leaves a message, and says ARCHIVE_OK. */
static bool
understood(const struct ir_tar *t, int rc)
{
	const char *why = archive_error_string(t->a);

	if (rc != ARCHIVE_OK && rc != ARCHIVE_WARN)
		return false;
	return why == NULL ? rc == ARCHIVE_OK
			   : strstr(why, "can't be converted from") != NULL;
}

static const struct ir_tar_member *
next(struct ir_tar *t, struct ir_err *err)
{
	struct archive_entry *e;
	int rc = archive_read_next_header(t->a, &e);

	if (rc == ARCHIVE_EOF) {
		if (ended(t, err) == 0)
			err->code = IR_OK;
		return NULL;
	}
	t->members++;
	t->done = 0;
	if (!understood(t, rc)) {
		refused(t, err);
		return NULL;
	}
	if (t->members > t->max) {
		ir_fail(err, IR_EFORMAT, "%s: more than %" PRIu64 " members",
		    t->name, t->max);
		return NULL;
	}
	return take(t, e, err) == 0 ? &t->m : NULL;
}

const struct ir_tar_member *
ir_tar_next(struct ir_tar *t, struct ir_err *err)
{
	locale_t was = uselocale(t->c);
	const struct ir_tar_member *m = next(t, err);

	uselocale(was);
	return m;
}

bool
ir_tar_plain(const struct ir_tar *t)
{
	return ir_tarend_plain(t->end);
}

static int
misfit(const struct ir_tar *t, struct ir_err *err)
{
	return ir_fail(err, IR_EFORMAT,
	    "%s: %s: its content does not fit its size", t->name, t->m.path);
}

/* libarchive passes over a map of holes that it finds impossible, and then
 * goes by it. */
int
ir_tar_data(struct ir_tar *t, const void **p, size_t *n, uint64_t *offset,
    struct ir_err *err)
{
	const struct ir_tar_member *m = &t->m;
	la_int64_t at = 0;
	int rc;

	do
		rc = archive_read_data_block(t->a, p, n, &at);
	while (rc == ARCHIVE_OK && *n == 0);
	*offset = (uint64_t)at;
	if (rc == ARCHIVE_EOF)
		return m->sparse || t->done == m->size ? 0 : misfit(t, err);
	if (rc != ARCHIVE_OK)
		return refused(t, err);
	if (m->sparse ? *offset < t->done : *offset != t->done)
		return misfit(t, err);
	if (*offset > m->size || *n > m->size - *offset)
		return misfit(t, err);
	t->done = *offset + *n;
	return 1;
}
