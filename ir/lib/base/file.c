/* SPDX-License-Identifier: ISC
 *
 * Files: see file.h.
 */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/text.h"

static int
open_name(int dirfd, const char *name, int flags)
{
	struct stat st;
	int fd;

	if (strcmp(name, "..") == 0) {
		errno = EXDEV;
		return -1;
	}
	fd = openat(dirfd, name, flags | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd == -1 && errno == ENOTDIR &&
	    fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW) == 0)
		errno = S_ISLNK(st.st_mode) ? ELOOP : ENOTDIR;
	return fd;
}

/* What openat2() does, for kernels before 5.6, sandboxes that do not know it,
 * and valgrind: name by name, following nothing; ".." is refused anywhere. */
static int
walk_beneath(int dirfd, const char *path, int flags)
{
	ir_auto_free char *copy = strdup(path);
	int at = dirfd, fd, saved;
	char *name = copy, *slash;

	if (copy == NULL)
		return -1;
	if (*copy == '/') {
		errno = EXDEV;
		return -1;
	}
	for (;;) {
		if ((slash = strchr(name, '/')) != NULL)
			*slash = '\0';
		fd = open_name(
		    at, name, slash != NULL ? O_PATH | O_DIRECTORY : flags);
		saved = errno;
		if (at != dirfd)
			close(at);
		errno = saved;
		if (fd == -1 || slash == NULL)
			return fd;
		at = fd;
		name = slash + 1;
	}
}

int
ir_open_beneath(int dirfd, const char *path, int flags, struct ir_err *err)
{
	struct open_how how;
	int fd;

	memset(&how, 0, sizeof(how));
	how.flags = (uint64_t)(flags | O_CLOEXEC | O_NONBLOCK);
	how.mode = flags & O_CREAT ? 0600 : 0;
	how.resolve =
	    RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
	fd = (int)syscall(SYS_openat2, dirfd, path, &how, sizeof(how));
	if (fd == -1 && errno == ENOSYS)
		fd = walk_beneath(dirfd, path, flags | O_NONBLOCK);
	if (fd == -1 && (errno == ELOOP || errno == EXDEV))
		return ir_fail(err, IR_EFORMAT,
		    "%s: leads through a symbolic link or out of its directory",
		    path);
	if (fd == -1)
		return ir_fail_errno(err, "%s", path);
	return fd;
}

int
ir_open_regular(int dirfd, const char *path, uint64_t *size, struct ir_err *err)
{
	struct stat st;
	int fd = ir_open_beneath(dirfd, path, O_RDONLY, err);

	if (fd == -1)
		return -1;
	if (fstat(fd, &st) == -1)
		ir_fail_errno(err, "%s", path);
	else if (!S_ISREG(st.st_mode))
		ir_fail(err, IR_EFORMAT, "%s: not a regular file", path);
	else if (st.st_nlink != 1)
		ir_fail(err, IR_EFORMAT, "%s: has more than one link", path);
	else {
		*size = (uint64_t)st.st_size;
		return fd;
	}
	close(fd);
	return -1;
}

static char *
read_all(int fd, const char *name, size_t max, size_t *len, struct ir_err *err)
{
	struct ir_buf b = IR_BUF_INIT;
	char chunk[16384];
	ssize_t n;

	while ((n = read(fd, chunk, sizeof(chunk))) != 0) {
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1) {
			ir_fail_errno(err, "%s", name);
			goto fail;
		}
		if ((size_t)n > max - b.len) {
			ir_fail(err, IR_EFORMAT, "%s: larger than %zu bytes",
			    name, max);
			goto fail;
		}
		ir_buf_add(&b, chunk, (size_t)n);
	}
	*len = b.len;
	return ir_buf_take(&b, err);
fail:
	ir_buf_free(&b);
	return NULL;
}

char *
ir_read_beneath(
    int dirfd, const char *path, size_t max, size_t *len, struct ir_err *err)
{
	uint64_t size;
	char *p;
	int fd = ir_open_regular(dirfd, path, &size, err);

	if (fd == -1)
		return NULL;
	p = read_all(fd, path, max, len, err);
	close(fd);
	return p;
}

char *
ir_read_file(const char *path, size_t max, size_t *len, struct ir_err *err)
{
	char *p;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd == -1) {
		ir_fail_errno(err, "%s", path);
		return NULL;
	}
	p = read_all(fd, path, max, len, err);
	close(fd);
	return p;
}

DIR *
ir_open_dir(int dirfd, const char *path, struct ir_err *err)
{
	int fd = ir_open_beneath(dirfd, path, O_RDONLY | O_DIRECTORY, err);
	DIR *d = fd != -1 ? fdopendir(fd) : NULL;

	if (d == NULL && fd != -1) {
		ir_fail_errno(err, "%s", path);
		close(fd);
	}
	return d;
}

int
ir_open_parent(const char *path, char **name, struct ir_err *err)
{
	ir_auto_free char *a = strdup(path), *b = strdup(path);
	int fd;

	*name = NULL;
	if (a == NULL || b == NULL)
		return ir_fail_mem(err);
	fd = open(dirname(a), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd == -1)
		return ir_fail_errno(err, "%s", path);
	if ((*name = ir_asprintf(err, "%s", basename(b))) != NULL)
		return fd;
	close(fd);
	return -1;
}

bool
ir_exists(int dirfd, const char *path)
{
	struct stat st;

	return fstatat(dirfd, path, &st, AT_SYMLINK_NOFOLLOW) == 0;
}

int
ir_open_input(const char *path, struct ir_err *err)
{
	bool standard = strcmp(path, "-") == 0;
	int fd = standard ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0)
			  : open(path, O_RDONLY | O_CLOEXEC);

	return fd != -1 ? fd
			: ir_fail_errno(
			      err, "%s", standard ? "standard input" : path);
}

int
ir_write_all(
    int fd, const void *data, size_t n, const char *name, struct ir_err *err)
{
	const char *p = data;

	while (n > 0) {
		ssize_t w = write(fd, p, n);

		if (w == -1 && errno == EINTR)
			continue;
		if (w == -1)
			return ir_fail_errno(err, "writing %s", name);
		p += w;
		n -= (size_t)w;
	}
	return 0;
}

static int
sync_dir_of(int dirfd, const char *path, struct ir_err *err)
{
	char copy[IR_MAX_PATH];
	int fd, rc = 0;

	if (strlen(path) >= sizeof(copy))
		return ir_fail(err, IR_EFORMAT, "%s: path too long", path);
	strcpy(copy, path);
	fd = openat(dirfd, dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd == -1 || fsync(fd) == -1)
		rc = ir_fail_errno(err, "syncing the directory of %s", path);
	if (fd != -1)
		close(fd);
	return rc;
}

static int
rename_new(int dirfd, const char *from, const char *to, struct ir_err *err)
{
	if (renameat2(dirfd, from, dirfd, to, RENAME_NOREPLACE) == -1)
		return ir_fail_errno(err, "%s", to);
	return 0;
}

int
ir_rename_new(int dirfd, const char *from, const char *to, struct ir_err *err)
{
	int rc = rename_new(dirfd, from, to, err);

	return rc == 0 ? sync_dir_of(dirfd, to, err) : -1;
}

char *
ir_temp_name(int dirfd, const char *name, struct ir_err *err)
{
	char random[37];

	if (ir_exists(dirfd, name)) {
		ir_fail(err, IR_EEXIST,
		    "%s: is there already, and nothing is overwritten", name);
		return NULL;
	}
	if (ir_uuid4(random, err) == -1)
		return NULL;
	return ir_asprintf(err, ".%s.%.8s.tmp", name, random);
}

static int
put_file(int dirfd, const char *path, const void *p, size_t n, bool sync,
    struct ir_err *err)
{
	ir_auto_free char *tmp = ir_asprintf(err, "%s.tmp", path);
	int fd, rc;

	if (tmp == NULL)
		return -1;
	fd = ir_open_beneath(dirfd, tmp, O_WRONLY | O_CREAT | O_EXCL, err);
	if (fd == -1)
		return -1;
	rc = ir_write_all(fd, p, n, path, err);
	if (rc == 0 && sync && fsync(fd) == -1)
		rc = ir_fail_errno(err, "writing %s", path);
	if (close(fd) == -1 && rc == 0)
		rc = ir_fail_errno(err, "writing %s", path);
	if (rc == 0)
		rc = rename_new(dirfd, tmp, path, err);
	if (rc == 0 && sync)
		rc = sync_dir_of(dirfd, path, err);
	if (rc == -1)
		unlinkat(dirfd, tmp, 0);
	return rc;
}

int
ir_put_file(
    int dirfd, const char *path, const void *p, size_t n, struct ir_err *err)
{
	return put_file(dirfd, path, p, n, true, err);
}

int
ir_put_note(
    int dirfd, const char *path, const void *p, size_t n, struct ir_err *err)
{
	return put_file(dirfd, path, p, n, false, err);
}

/* The file system has no files without a name. */
#define NAMELESS (-2)

/* A file without a name: its descriptor, or NAMELESS. */
static int
put_nameless(int dirfd, const struct ir_new_file *f, struct ir_err *err)
{
	int fd = openat(dirfd, ".", O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600);

	if (fd == -1 &&
	    (errno == EOPNOTSUPP || errno == EISDIR || errno == EINVAL))
		return NAMELESS;
	if (fd == -1)
		return ir_fail_errno(err, "%s", f->name);
	if (ir_write_all(fd, f->p, f->n, f->name, err) == 0) {
		if (fsync(fd) == 0)
			return fd;
		ir_fail_errno(err, "writing %s", f->name);
	}
	close(fd);
	return -1;
}

static int
name_file(int dirfd, const struct ir_new_file *f, int fd, struct ir_err *err)
{
	char self[64];

	if (fd == NAMELESS)
		return ir_put_file(dirfd, f->name, f->p, f->n, err);
	snprintf(self, sizeof(self), "/proc/self/fd/%d", fd);
	if (linkat(AT_FDCWD, self, dirfd, f->name, AT_SYMLINK_FOLLOW) == -1)
		return ir_fail_errno(err, "%s", f->name);
	return 0;
}

int
ir_put_files(
    int dirfd, const struct ir_new_file *v, size_t n, struct ir_err *err)
{
	int fds[IR_PUT_FILES], rc = 0;
	size_t made = 0, named = 0;

	while (rc == 0 && made < n) {
		fds[made] = put_nameless(dirfd, &v[made], err);
		if (fds[made] == -1)
			rc = -1;
		else
			made++;
	}
	for (; rc == 0 && named < n; named += rc == 0)
		rc = name_file(dirfd, &v[named], fds[named], err);
	if (rc == 0 && fsync(dirfd) == -1)
		rc = ir_fail_errno(err, "syncing the directory of %s", v->name);
	while (rc == -1 && named > 0)
		unlinkat(dirfd, v[--named].name, 0);
	while (made > 0)
		if (fds[--made] >= 0)
			close(fds[made]);
	return rc;
}

int
ir_make_dirs(int dirfd, const char *path, struct ir_err *err)
{
	char part[IR_MAX_PATH];
	size_t i = 0;

	do {
		int fd;

		while (path[i] != '\0' && (path[i] != '/' || i == 0))
			i++;
		if (i >= sizeof(part))
			return ir_fail(
			    err, IR_EFORMAT, "%s: path too long", path);
		memcpy(part, path, i);
		part[i] = '\0';
		if (mkdirat(dirfd, part, 0700) == -1 && errno != EEXIST)
			return ir_fail_errno(err, "%s", part);
		fd = ir_open_beneath(dirfd, part, O_RDONLY | O_DIRECTORY, err);
		if (fd == -1)
			return -1;
		close(fd);
	} while (path[i] != '\0' && path[++i] != '\0');
	return 0;
}
