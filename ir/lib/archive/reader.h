/* SPDX-License-Identifier: ISC
 *
 * A tar's members, one after the other, without extracting anything
 * (libarchive, tar format only, no filters).
 *
 * libarchive alone is not strict: it takes a tar that breaks off between two
 * members for a whole one, and passes over what it does not know.  Every byte
 * it reads therefore also goes through archive/tarend.h, and at the end both
 * must have seen a whole archive with the same number of members.
 *
 * Names are bytes, in any locale.  libarchive converts the names of extended
 * headers to the locale's charset, and in a UTF-8 one even normalises them, so
 * that two files become one; in the C locale it leaves them alone and says
 * ARCHIVE_WARN.  It is therefore called in the C locale, and "... can't be
 * converted ..." is the one warning that is harmless; all others are errors.
 */
#ifndef IR_ARCHIVE_READER_H
#define IR_ARCHIVE_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/source.h"

struct ir_tar_xattr {
	const char *name;
	const void *value;
	size_t len;
};

/* All of it lives until the next call of ir_tar_next(). */
struct ir_tar_member {
	const char *path; /* as in the tar */
	char type;        /* '-', 'd', 'l', 'c', 'b', 'p'; 'h' another name of
			   * the file link */
	unsigned mode;    /* 07777 */
	uint32_t uid, gid;
	int64_t mtime; /* seconds since the epoch */
	uint32_t mtime_ns;
	uint64_t size;         /* of a file's content; else 0 */
	uint32_t major, minor; /* of a device */
	const char *link;      /* of 'l' and 'h'; else NULL */
	bool sparse;           /* has holes: ir_tar_data() leaves them out */
	const struct ir_tar_xattr *xattrs; /* in order of name */
	size_t nxattrs;
	int64_t at; /* where its content starts in the tar */
};

struct ir_tar;

/** ir_tar_open(in, max, name, err): the tar that in gives; more than max
 * members are refused.  Takes in, in a failure too.  name is copied, for
 * messages.  Freed by ir_tar_close(). */
struct ir_tar *ir_tar_open(
    struct ir_source *in, uint64_t max, const char *name, struct ir_err *err);
void ir_tar_close(struct ir_tar *t); /* NULL is fine */

/** ir_tar_next(t, err): the next member; NULL with err->code IR_OK after the
 * last one.  IR_EFORMAT for what is not a whole and well-formed tar; and
 * what reading from the source fails with. */
const struct ir_tar_member *ir_tar_next(struct ir_tar *t, struct ir_err *err);

/** ir_tar_plain(t): see ir_tarend_plain(); as far as it was read. */
bool ir_tar_plain(const struct ir_tar *t);

/** ir_tar_data(t, p, n, offset, err): the next piece of the member's content,
 * n > 0, and where in the content it belongs.  1, or 0 after the last one, or
 * -1: IR_EFORMAT also if they do not lie within its size, one after the other,
 * or, unless it is sparse, do not make up the whole of it. */
int ir_tar_data(struct ir_tar *t, const void **p, size_t *n, uint64_t *offset,
    struct ir_err *err);

#endif
