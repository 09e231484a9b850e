/* SPDX-License-Identifier: ISC
 *
 * What lies in a bundle's directory: see scan.h.
 */
#include "bundle/scan.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/signal.h"
#include "bundle/names.h"

static int scan_dir(int fd, const char *prefix, unsigned depth,
    struct ir_items *l, struct ir_faults *f, struct ir_err *err);

static int
take_file(int dirfd, const char *name, const char *path, const struct stat *st,
    struct ir_items *l, struct ir_faults *f, struct ir_err *err)
{
	struct ir_item *it;
	size_t len;
	char *text;

	if (!S_ISREG(st->st_mode)) {
		ir_fault(f, IR_HOSTILE, path, "is %s, not a plain file",
		    S_ISLNK(st->st_mode)    ? "a symbolic link"
		    : S_ISFIFO(st->st_mode) ? "a FIFO"
		    : S_ISSOCK(st->st_mode) ? "a socket"
					    : "a device");
		return 0;
	}
	if (st->st_nlink != 1) {
		ir_fault(f, IR_HOSTILE, path,
		    "has %lu links: it can be changed through another name",
		    (unsigned long)st->st_nlink);
		return 0;
	}
	if (ir_items_place(l, path, (uint64_t)st->st_size, f, &it, err) == -1)
		return -1;
	if (it == NULL || !ir_items_parsed(it))
		return 0;
	text = ir_read_beneath(dirfd, name, IR_MAX_TAG_FILE, &len, err);
	if (text == NULL) {
		it->here = false;
		/* A work file of a program that is running. */
		return err->code == IR_ENOENT
			   ? 0
			   : ir_fault_err(f, IR_HOSTILE, path, err);
	}
	ir_items_text(it, text, len);
	return 0;
}

static int
take(int dirfd, const char *name, const char *prefix, unsigned depth,
    struct ir_items *l, struct ir_faults *f, struct ir_err *err)
{
	ir_auto_free char *path = ir_asprintf(err, "%s%s", prefix, name);
	ir_auto_free char *below = ir_asprintf(err, "%s%s/", prefix, name);
	struct stat st;
	int fd;

	if (path == NULL || below == NULL)
		return -1;
	if (fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW) == -1)
		/* A work file of a program that is running. */
		return errno == ENOENT ? 0 : ir_fail_errno(err, "%s", path);
	if (!S_ISDIR(st.st_mode))
		return take_file(dirfd, name, path, &st, l, f, err);
	if (depth == IR_MAX_DEPTH || !ir_bundle_path_ok(path)) {
		ir_fault(f, IR_HOSTILE, path,
		    "is not a name for a directory in a bundle, or lies more "
		    "than %u levels deep",
		    IR_MAX_DEPTH);
		return 0;
	}
	fd = ir_open_beneath(dirfd, name, O_RDONLY | O_DIRECTORY, err);
	if (fd == -1)
		return ir_wrap(err, "%s", prefix);
	return scan_dir(fd, below, depth + 1, l, f, err);
}

/* Takes fd. */
static int
scan_dir(int fd, const char *prefix, unsigned depth, struct ir_items *l,
    struct ir_faults *f, struct ir_err *err)
{
	DIR *d = fdopendir(fd);
	struct dirent *e;
	int rc = 0;

	if (d == NULL) {
		close(fd);
		return ir_fail_errno(err, "%s", prefix);
	}
	errno = 0;
	while (rc == 0 && (e = readdir(d)) != NULL) {
		if (ir_interrupted())
			rc = ir_fail(err, IR_EINTR, "interrupted");
		else if (strcmp(e->d_name, ".") != 0 &&
			 strcmp(e->d_name, "..") != 0)
			rc = take(fd, e->d_name, prefix, depth, l, f, err);
		errno = 0;
	}
	if (rc == 0 && errno != 0)
		rc = ir_fail_errno(err, "%s", prefix);
	closedir(d);
	return rc;
}

int
ir_scan(int dirfd, struct ir_items *l, struct ir_faults *f, struct ir_err *err)
{
	int fd = ir_open_beneath(dirfd, ".", O_RDONLY | O_DIRECTORY, err);

	if (fd == -1 || scan_dir(fd, "", 0, l, f, err) == -1)
		return -1;
	ir_items_sort(l);
	return 0;
}
