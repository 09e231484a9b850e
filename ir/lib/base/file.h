/* SPDX-License-Identifier: ISC
 *
 * Files.  Every path below an untrusted directory is opened with openat2(2),
 * beneath it and through no symbolic link.  What is written gets a temporary
 * name, is synced, and is renamed only when it is whole.
 */
#ifndef IR_BASE_FILE_H
#define IR_BASE_FILE_H

#include <dirent.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <unistd.h>

#include "base/err.h"

/** ir_open_beneath(dirfd, path, flags, err): opens path beneath dirfd, through
 * no symlink and no mount trick (RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS);
 * O_CLOEXEC and O_NONBLOCK are added, so that a FIFO cannot block.  New files
 * get mode 0600. */
int ir_open_beneath(int dirfd, const char *path, int flags, struct ir_err *err);

/** ir_open_regular(dirfd, path, size, err): the same for reading, and only a
 * regular file with one link; *size is its size.  Anything else is
 * IR_EFORMAT. */
int ir_open_regular(
    int dirfd, const char *path, uint64_t *size, struct ir_err *err);

/** ir_open_dir(dirfd, path, err): the directory's entries, for readdir(3); "."
 * is dirfd's own.  Released by closedir(3). */
DIR *ir_open_dir(int dirfd, const char *path, struct ir_err *err);

/** ir_read_beneath(dirfd, path, max, len, err): a whole regular file of at
 * most max bytes, with a NUL after it; the caller frees.  NULL on failure. */
char *ir_read_beneath(
    int dirfd, const char *path, size_t max, size_t *len, struct ir_err *err);

/** ir_read_file(path, max, len, err): the same for a path that the user gave
 * (symlinks and several links are fine). */
char *ir_read_file(
    const char *path, size_t max, size_t *len, struct ir_err *err);

/** ir_open_parent(path, name, err): the directory that a path of the user's
 * lies in, and what it is called there: *name is the caller's to free, NULL
 * after a failure. */
int ir_open_parent(const char *path, char **name, struct ir_err *err);

/** ir_exists(dirfd, path): whether something has that name, be it a symbolic
 * link to nothing. */
bool ir_exists(int dirfd, const char *path);

/** ir_open_input(path, err): a path that the user gave, for reading; "-" is
 * standard input. */
int ir_open_input(const char *path, struct ir_err *err);

/** ir_write_all(fd, p, n, name, err): writes all n bytes. */
int ir_write_all(
    int fd, const void *p, size_t n, const char *name, struct ir_err *err);

/** ir_temp_name(dirfd, name, err): ".NAME.XXXXXXXX.tmp", for what is to become
 * name beneath dirfd, one part, when it is whole; the caller frees.  IR_EEXIST
 * if name is there. */
char *ir_temp_name(int dirfd, const char *name, struct ir_err *err);

/** ir_put_file(dirfd, path, p, n, err): a whole new file: temporary name,
 * write, fsync, rename that does not overwrite (IR_EEXIST), fsync of its
 * directory.  Nothing with the final name is left by a failure. */
int ir_put_file(
    int dirfd, const char *path, const void *p, size_t n, struct ir_err *err);

/** ir_put_note(dirfd, path, p, n, err): the same without waiting for the disk:
 * for what a crash of the machine may take. */
int ir_put_note(
    int dirfd, const char *path, const void *p, size_t n, struct ir_err *err);

/* A file to be made, by a name without a slash. */
struct ir_new_file {
	const char *name;
	const void *p;
	size_t n;
};

/** ir_put_files(dirfd, v, n, err): as ir_put_file(), for at most
 * IR_PUT_FILES files in the directory itself that belong together: all are on
 * the disk before the first gets its name, in the order given, and a failure
 * leaves none of them. */
#define IR_PUT_FILES 4
int ir_put_files(
    int dirfd, const struct ir_new_file *v, size_t n, struct ir_err *err);

/** ir_rename_new(dirfd, from, to, err): renames without overwriting, and
 * syncs the directory of the new name. */
int ir_rename_new(
    int dirfd, const char *from, const char *to, struct ir_err *err);

/** ir_make_dirs(dirfd, path, err): makes each missing directory of path
 * beneath dirfd, mode 0700; no symlink is followed. */
int ir_make_dirs(int dirfd, const char *path, struct ir_err *err);

static inline void
ir_auto_close_(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}
#define ir_auto_close __attribute__((cleanup(ir_auto_close_)))

#endif
