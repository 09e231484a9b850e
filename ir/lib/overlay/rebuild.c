/* SPDX-License-Identifier: ISC
 *
 * The tar of a layer, put together again: see rebuild.h.
 */
#include "overlay/rebuild.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "archive/gzip.h"
#include "base/file.h"
#include "base/signal.h"
#include "overlay/split.h"

#define CHUNK (1u << 20)

struct rebuild {
	struct ir_overlay_rebuild *r;
	int dir;
	char *chunk;
};

static void
wrong(struct rebuild *k, const struct ir_split_entry *e, const char *what)
{
	if (k->r->wrong++ == 0)
		snprintf(
		    k->r->what, sizeof(k->r->what), "%s %s", e->bytes.p, what);
}

/* The file, whatever has become of it: -1 if it is none any more.  As when it
 * was unpacked, a link on the way leads to within the directory. */
static int
open_file(struct rebuild *k, const struct ir_split_entry *e)
{
	struct open_how how = {
	    .flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC |
		     O_NOATIME,
	    .resolve =
		RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_XDEV,
	};
	struct stat st;
	int fd =
	    (int)syscall(SYS_openat2, k->dir, e->bytes.p, &how, sizeof(how));

	if (fd == -1) {
		wrong(k, e, errno == ENOENT ? "is gone" : strerror(errno));
		return -1;
	}
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode)) {
		if ((uint64_t)st.st_size != e->size)
			wrong(k, e, "has another size");
		return fd;
	}
	wrong(k, e, "is another thing");
	close(fd);
	return -1;
}

static int
put(struct rebuild *k, const void *p, size_t n, struct ir_err *err)
{
	if (ir_interrupted())
		return ir_fail(err, IR_EINTR, "interrupted");
	return k->r->put != NULL ? k->r->put(k->r->arg, p, n, err) : 0;
}

/* Of an open file, or of none; *crc is that of what was read. */
static int
copy(
    struct rebuild *k, int fd, uint64_t left, uint64_t *crc, struct ir_err *err)
{
	ssize_t n = fd != -1 ? 1 : 0;

	while (left > 0) {
		size_t want = left < CHUNK ? (size_t)left : CHUNK;

		if (n > 0)
			n = read(fd, k->chunk, want);
		if (n == -1 && errno == EINTR) {
			n = 1;
			continue;
		}
		if (n <= 0) {
			memset(k->chunk, 0, want);
			n = 0;
		} else
			want = (size_t)n;
		if (k->r->put == NULL)
			*crc = ir_split_crc(*crc, k->chunk, want);
		if (put(k, k->chunk, want, err) == -1)
			return -1;
		left -= want;
	}
	return 0;
}

static int
file(struct rebuild *k, const struct ir_split_entry *e, struct ir_err *err)
{
	uint64_t before = k->r->wrong, crc = 0;
	int fd, rc;

	if (e->size == 0)
		return 0;
	fd = open_file(k, e);
	if (fd != -1 && e->size > CHUNK)
		posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
	rc = copy(k, fd, e->size, &crc, err);
	if (fd != -1)
		close(fd);
	if (rc == 0 && k->r->put == NULL && e->summed && crc != e->crc &&
	    k->r->wrong == before)
		wrong(k, e, "has another content");
	return rc;
}

static int
all(struct rebuild *k, struct ir_split *s, struct ir_err *err)
{
	const struct ir_split_entry *e;
	int rc = 0;

	while (rc == 0 && (e = ir_split_next(s, err)) != NULL)
		rc = e->file ? file(k, e, err)
			     : put(k, e->bytes.p, e->bytes.len, err);
	return rc == 0 && err->code != IR_OK ? -1 : rc;
}

int
ir_overlay_rebuild(
    int split, int dir, struct ir_overlay_rebuild *r, struct ir_err *err)
{
	static const char name[] = "tar-split.json.gz";
	struct rebuild k = {.r = r, .dir = dir, .chunk = malloc(CHUNK)};
	struct ir_source *in = ir_source_fd(split, name, err);
	struct ir_split *s = NULL;
	int rc = -1;

	r->wrong = 0;
	if (in != NULL && (in = ir_gzip_source(in, name, err)) != NULL)
		s = ir_split_open(in, name, err);
	if (s != NULL)
		rc = k.chunk != NULL ? all(&k, s, err) : ir_fail_mem(err);
	ir_split_close(s);
	free(k.chunk);
	return rc;
}
