/* SPDX-License-Identifier: ISC
 *
 * The programs that run, by content, and deleted files that are still open:
 * what has no name any more is gone when the last process that has it ends.
 * Each content is stored once, under its SHA-256.
 *
 * What lies on a file system that a process serves may never come: it is read
 * aside, and given up soon.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/aside.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/signal.h"
#include "base/text.h"
#include "base/time.h"
#include "collectors/copy.h"
#include "crypto/digest.h"
#include "host/answers.h"
#include "host/each.h"
#include "json/json.h"

/* So much is read at once. */
#define PIECE (256u << 10)

/* For one file that may not come. */
#define SERVED_MS 3000

/* Different files, and references to one, that are told. */
#define MAX_FOUND      4096u
#define MAX_REFERENCES 256u
/* How often one that may not come is waited for. */
#define MAX_SERVED 8u

/* One file, by whatever links of /proc it is reached. */
struct found {
	uint64_t inode;
	unsigned int major, minor;
	json_t *entry; /* in the index; borrowed */
};

struct run {
	const struct ir_target *t;
	struct ir_sink *sink;
	struct ir_host_answers *answers;
	const struct ir_host_one *one; /* the process under way */
	struct found *v;
	size_t n;
	json_t *index;
	json_t *stored; /* digests, as keys */
	unsigned served, missing;
	char why[200]; /* of the first that is */
};

/* A file to be stored; shared with the child that may do it. */
struct job {
	int fd; /* O_PATH */
	char sha256[IR_SHA256_HEX];
	uint64_t size;
	bool again; /* the content is stored already */
};

/* What both have. */
struct task {
	struct run *r;
	struct job *j;
};

static int
open_it(const struct job *j, struct ir_err *err)
{
	char self[64];
	int fd;

	snprintf(self, sizeof(self), "/proc/self/fd/%d", j->fd);
	fd = open(self, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOATIME);
	if (fd == -1 && errno == EPERM) /* of a user who is not known here */
		fd = open(self, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	return fd != -1 ? fd : ir_fail_errno(err, "opening it");
}

/* It may have changed since its name was found. */
static int
copy(const struct job *j, int fd, struct ir_stream *out, struct ir_err *err)
{
	ir_auto_free char *buf = malloc(PIECE);
	struct ir_sha256 *d = ir_sha256_new(err);
	int rc = d == NULL ? -1 : buf == NULL ? ir_fail_mem(err) : 0;
	char hex[IR_SHA256_HEX];
	ssize_t n = 1;

	for (uint64_t all = 0; rc == 0 && n > 0 && all <= j->size;
	     all += (uint64_t)n) {
		if ((n = read(fd, buf, PIECE)) == -1)
			rc = ir_fail_errno(err, "reading it");
		else
			rc = out->write(out, buf, (size_t)n, err);
		if (rc == 0)
			ir_sha256_update(d, buf, (size_t)n);
	}
	if (rc == 0)
		rc = ir_sha256_peek(d, hex, err);
	if (rc == 0 && strcmp(hex, j->sha256) != 0)
		rc = ir_fail(err, IR_EIO, "it changed while it was read");
	ir_sha256_free(d);
	return rc;
}

static int
store(struct run *r, struct ir_sink *sink, const struct job *j, int fd,
    struct ir_err *err)
{
	ir_auto_free char *path =
	    ir_asprintf(err, "%s/executables/%s", r->t->dir, j->sha256);
	struct ir_stream *out;
	struct ir_err second;
	int rc;

	if (path == NULL)
		return -1;
	if (sink->has(sink, path))
		return 0;
	if (lseek(fd, 0, SEEK_SET) == -1)
		return ir_fail_errno(err, "reading it again");
	if ((out = sink->open(sink, path, err)) == NULL)
		return -1;
	rc = copy(j, fd, out, err);
	if (rc == -1) {
		out->close(out, err->msg, &second);
		return -1;
	}
	return out->close(out, NULL, err);
}

/* Fit for ir_aside(). */
static int
take(void *arg, struct ir_sink *sink, struct ir_err *err)
{
	struct task *k = arg;
	ir_auto_close int fd = open_it(k->j, err);

	if (fd == -1 || ir_sha256_fd(fd, IR_MAX_RECOVERED, k->j->sha256,
			    &k->j->size, "it", err) == -1)
		return -1;
	k->j->again = json_object_get(k->r->stored, k->j->sha256) != NULL;
	return k->j->again ? 0 : store(k->r, sink, k->j, fd, err);
}

static int
take_served(struct run *r, struct task *k, struct ir_err *err)
{
	if (r->served++ < MAX_SERVED)
		return ir_aside(r->sink, SERVED_MS, take, k, err);
	return ir_fail(err, IR_ETIMEOUT,
	    "a process serves it, and others such did not come");
}

static void
miss(struct run *r, json_t *entry, const char *why)
{
	if (r->missing++ == 0)
		snprintf(r->why, sizeof(r->why), "%s: %s",
		    json_string_value(json_object_get(entry, "path")), why);
	json_object_set_new(entry, "why", ir_json_text(why));
}

/* The content of a file that was not seen before. */
static void
take_new(struct run *r, int fd, const struct statx *st, json_t *entry)
{
	struct job *j = mmap(NULL, sizeof(*j), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct task k = {r, j};
	struct ir_err why;
	int rc;

	if (j == MAP_FAILED || st->stx_size > IR_MAX_RECOVERED) {
		miss(r, entry, "larger than what is taken of one file");
		if (j != MAP_FAILED)
			munmap(j, sizeof(*j));
		return;
	}
	j->fd = fd;
	rc = ir_host_answers_fd(r->answers, fd) ? take(&k, r->sink, &why)
						: take_served(r, &k, &why);
	if (rc == 0) {
		json_object_set_new(entry, "sha256", json_string(j->sha256));
		json_object_set_new(
		    entry, "size", json_integer((json_int_t)j->size));
		json_object_set_new(r->stored, j->sha256, json_true());
	} else {
		miss(r, entry, why.msg);
	}
	munmap(j, sizeof(*j));
}

static json_t *
describe(const struct statx *st, const char *path)
{
	const struct timespec changed = {
	    st->stx_mtime.tv_sec, st->stx_mtime.tv_nsec};
	char mode[16], time[IR_TIME_SIZE];

	snprintf(mode, sizeof(mode), "%04o", st->stx_mode & 07777);
	ir_time_format(time, changed);
	return json_pack("{s:o, s:b, s:b, s:s, s:I, s:I, s:s, s:I, s:I, s:[]}",
	    "path", ir_json_text(path), "deleted", st->stx_nlink == 0, "memfd",
	    ir_starts(path, "/memfd:"), "mode", mode, "uid",
	    (json_int_t)st->stx_uid, "gid", (json_int_t)st->stx_gid, "modified",
	    time, "inode", (json_int_t)st->stx_ino, "size",
	    (json_int_t)st->stx_size, "processes");
}

static json_t *
find(const struct run *r, const struct statx *st)
{
	for (size_t i = r->n; i-- > 0;)
		if (r->v[i].inode == st->stx_ino &&
		    r->v[i].major == st->stx_dev_major &&
		    r->v[i].minor == st->stx_dev_minor)
			return r->v[i].entry;
	return NULL;
}

static json_t *
add(struct run *r, const struct statx *st, const char *path, struct ir_err *err)
{
	json_t *entry = describe(st, path);

	if (entry == NULL || json_array_append_new(r->index, entry) == -1) {
		ir_fail_mem(err);
		return NULL;
	}
	r->v[r->n++] = (struct found){
	    st->stx_ino, st->stx_dev_major, st->stx_dev_minor, entry};
	return entry;
}

/* What the link of the present process leads to; as says what it is for it.  Of
 * files that have a name only a program is of interest here. */
static int
follow(struct run *r, const char *link, const char *path, bool program,
    struct ir_err *err)
{
	ir_auto_close int fd = openat(r->one->dir, link, O_PATH | O_CLOEXEC);
	struct statx st;
	json_t *entry, *refs;

	/* The kernel is not to ask anybody; and it may be gone by now. */
	if (fd == -1 || statx(fd, "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC,
			    STATX_BASIC_STATS, &st) == -1)
		return 0;
	if (!S_ISREG(st.stx_mode) || (!program && st.stx_nlink > 0))
		return 0;
	if ((entry = find(r, &st)) == NULL) {
		if (r->n == MAX_FOUND) {
			r->missing++;
			snprintf(r->why, sizeof(r->why), "more than %u files",
			    MAX_FOUND);
			return 0;
		}
		if ((entry = add(r, &st, path, err)) == NULL)
			return -1;
		take_new(r, fd, &st, entry);
	}
	refs = json_object_get(entry, "processes");
	if (json_array_size(refs) < MAX_REFERENCES)
		json_array_append_new(refs, json_pack("{s:i, s:s}", "pid",
						(int)r->one->pid, "by", link));
	else
		json_object_set_new(entry, "more", json_true());
	return ir_interrupted() ? ir_fail(err, IR_EINTR, "interrupted") : 0;
}

static int
follow_fd(void *arg, const struct ir_host_fd *f, struct ir_err *err)
{
	char link[32];

	if (*f->target != '/')
		return 0;
	snprintf(link, sizeof(link), "fd/%d", f->fd);
	return follow(arg, link, f->target, false, err);
}

/* Code that was deleted after it was loaded. */
static int
follow_map(void *arg, const struct ir_host_map *m, struct ir_err *err)
{
	char link[64];

	if (m->inode == 0 || m->perms[2] != 'x')
		return 0;
	snprintf(link, sizeof(link), "map_files/%llx-%llx",
	    (unsigned long long)m->from, (unsigned long long)m->to);
	return follow(arg, link, m->path, false, err);
}

/* What a process does not have any more, it has none of. */
static int
look(void *arg, const struct ir_host_one *one, struct ir_err *err)
{
	struct run *r = arg;
	struct ir_err why;
	ir_auto_free char *exe = ir_host_link(one->dir, "exe", &why);

	r->one = one;
	if (exe != NULL && follow(r, "exe", exe, true, err) == -1)
		return -1;
	why.code = IR_OK;
	if (ir_host_maps(one->dir, follow_map, r, &why) == -1 &&
	    (why.code == IR_EINTR || why.code == IR_EINTERNAL)) {
		*err = why;
		return -1;
	}
	if (ir_host_fds(one->dir, follow_fd, r, &why) == -1 &&
	    (why.code == IR_EINTR || why.code == IR_EINTERNAL)) {
		*err = why;
		return -1;
	}
	return 0;
}

static enum ir_collected
write_index(struct run *r, const char *path, struct ir_err *err)
{
	ir_auto_free char *text = ir_json_pretty(r->index, err);

	if (text == NULL ||
	    ir_sink_put(r->sink, path, text, strlen(text), err) == -1)
		return IR_FAIL;
	if (r->missing == 0)
		return r->n == 0 ? IR_NOTHING : IR_GOT;
	ir_fail(
	    err, IR_EIO, "%s%s", r->why, r->missing == 1 ? "" : ", and others");
	return IR_FAIL;
}

static enum ir_collected
executables_run(
    const struct ir_target *t, struct ir_sink *sink, struct ir_err *err)
{
	ir_auto_free char *path =
	    ir_asprintf(err, "%s/executables.json", t->dir);
	json_auto_t *index = json_array(), *stored = json_object();
	ir_auto_free struct found *v = calloc(MAX_FOUND, sizeof(*v));
	struct run r = {
	    .t = t, .sink = sink, .v = v, .index = index, .stored = stored};
	enum ir_collected how = IR_FAIL;

	if (path == NULL)
		return IR_FAIL;
	if (v == NULL || index == NULL || stored == NULL) {
		ir_fail_mem(err);
		return IR_FAIL;
	}
	if (sink->has(sink, path))
		return IR_GOT;
	if ((r.answers = ir_host_answers_new(t->host, err)) == NULL)
		return IR_FAIL;
	if (ir_host_each(t->host, look, &r, err) != -1)
		how = write_index(&r, path, err);
	ir_host_answers_free(r.answers);
	return how;
}

const struct ir_collector ir_collector_executables = {
    .name = "executables",
    .what = "the programs that run, and deleted files that are open",
    .changes = "",
    .calls = "",
    .needs_host = true,
    .hostile = true,
    .profiles = IR_EVERY_PROFILE,
    .deadline_s = 600,
    .run = executables_run,
};
