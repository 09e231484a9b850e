/* SPDX-License-Identifier: ISC
 *
 * A new file: see outfile.h.
 */
#include "bundle/outfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/signal.h"

struct outfile {
	struct ir_stream stream;
	int dirfd, fd;
	const char *name; /* for messages too */
	char *tmp;        /* NULL for standard output */
	struct ir_sha256 *hash;
	struct ir_outfile_result *r;
	uint64_t size;
	uint64_t sent; /* of these, on the way to the disk */
};

/* The disk has work while more is read, so that fsync(2) has less. */
#define SEND (32u << 20)

static void
send_off(struct outfile *o)
{
	if (o->tmp == NULL || o->size - o->sent < SEND)
		return;
	sync_file_range(o->fd, (off_t)o->sent, (off_t)(o->size - o->sent),
	    SYNC_FILE_RANGE_WRITE);
	o->sent = o->size;
}

static int
outfile_write(
    struct ir_stream *s, const void *data, size_t n, struct ir_err *err)
{
	struct outfile *o = (struct outfile *)s;
	const char *p = data;

	ir_sha256_update(o->hash, p, n);
	o->size += n;
	while (n > 0) {
		ssize_t w = write(o->fd, p, n);

		if (ir_interrupted())
			return ir_fail(err, IR_EINTR,
			    "interrupted while writing %s", o->name);
		if (w == -1 && errno != EINTR)
			return ir_fail_errno(err, "writing %s", o->name);
		if (w > 0) {
			p += w;
			n -= (size_t)w;
		}
	}
	send_off(o);
	return 0;
}

static int
finish(struct outfile *o, struct ir_err *err)
{
	int fd = o->fd;

	if (ir_sha256_peek(o->hash, o->r->sha256, err) == -1)
		return -1;
	o->r->size = o->size;
	if (o->tmp == NULL)
		return 0;
	if (fsync(fd) == -1)
		return ir_fail_errno(err, "writing %s", o->name);
	o->fd = -1;
	if (close(fd) == -1)
		return ir_fail_errno(err, "writing %s", o->name);
	return ir_rename_new(o->dirfd, o->tmp, o->name, err);
}

static int
outfile_close(struct ir_stream *s, const char *gap, struct ir_err *err)
{
	struct outfile *o = (struct outfile *)s;
	int rc = gap == NULL ? finish(o, err) : 0;

	if (o->tmp != NULL) {
		if (gap != NULL || rc == -1)
			unlinkat(o->dirfd, o->tmp, 0);
		if (o->fd != -1)
			close(o->fd);
		free(o->tmp);
	}
	ir_sha256_free(o->hash);
	free(o);
	return rc;
}

static struct outfile *
make(const char *name, struct ir_outfile_result *r, struct ir_err *err)
{
	struct outfile *o = calloc(1, sizeof(*o));

	if (o == NULL) {
		ir_fail_mem(err);
		return NULL;
	}
	*o = (struct outfile){
	    .stream = {outfile_write, outfile_close},
	    .fd = -1,
	    .name = name,
	    .hash = ir_sha256_new(err),
	    .r = r,
	};
	if (o->hash != NULL)
		return o;
	free(o);
	return NULL;
}

static int
create(struct outfile *o, struct ir_err *err)
{
	if ((o->tmp = ir_temp_name(o->dirfd, o->name, err)) == NULL)
		return -1;
	o->fd =
	    ir_open_beneath(o->dirfd, o->tmp, O_WRONLY | O_CREAT | O_EXCL, err);
	return o->fd != -1 ? 0 : ir_wrap(err, "cannot write %s", o->name);
}

struct ir_stream *
ir_outfile_open(int dirfd, const char *name, struct ir_outfile_result *r,
    struct ir_err *err)
{
	struct outfile *o = make(name, r, err);
	struct ir_err ignored;

	if (o == NULL)
		return NULL;
	o->dirfd = dirfd;
	if (create(o, err) == 0)
		return &o->stream;
	outfile_close(&o->stream, err->msg, &ignored);
	return NULL;
}

struct ir_stream *
ir_outfile_stdout(struct ir_outfile_result *r, struct ir_err *err)
{
	struct outfile *o = make("standard output", r, err);

	if (o == NULL)
		return NULL;
	o->fd = STDOUT_FILENO;
	return &o->stream;
}
