/* SPDX-License-Identifier: ISC
 *
 * Writing a journal: see journal.h.
 */
#include "bundle/journal.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/limits.h"
#include "bundle/fields.h"
#include "bundle/names.h"
#include "bundle/tail.h"
#include "json/json.h"

/* Kept for the journal on the disk, so that a disk that fills up under a
 * stream leaves room to say so. */
#define RESERVE (256 << 10)

struct ir_journal {
	char *path;
	int fd;
	unsigned number;
	struct ir_tail at;
	off_t size, reserved;
	bool ended;
};

/* The highest number in journal/, 0 if there is none, with its name.  The work
 * file of a run that was killed at its very start counts as taken. */
static int
highest(int dirfd, unsigned *number, char name[NAME_MAX + 1], unsigned *taken,
    struct ir_err *err)
{
	DIR *d = ir_open_dir(dirfd, "journal", err);
	struct dirent *e;
	unsigned n;

	*number = *taken = 0;
	if (d == NULL)
		return -1;
	while ((e = readdir(d)) != NULL) {
		if (ir_journal_name_ok(e->d_name, &n) && n > *number) {
			*number = n;
			strcpy(name, e->d_name);
		}
		if (strspn(e->d_name, "0123456789") == 4 &&
		    (n = (unsigned)atoi(e->d_name)) > *taken)
			*taken = n;
	}
	closedir(d);
	return 0;
}

/* The hash of the last whole line of a journal. */
static int
head_of(
    int dirfd, const char *path, char head[IR_SHA256_HEX], struct ir_err *err)
{
	const size_t max = 2 * IR_MAX_JOURNAL_LINE;
	ir_auto_free char *tail = malloc(max);
	uint64_t size;
	ir_auto_close int fd = ir_open_regular(dirfd, path, &size, err);
	const char *end, *start;
	ssize_t n;

	if (fd == -1)
		return -1;
	if (tail == NULL)
		return ir_fail_mem(err);
	n = pread(fd, tail, max, size > max ? (off_t)(size - max) : 0);
	if (n == -1)
		return ir_fail_errno(err, "%s", path);
	end = memrchr(tail, '\n', (size_t)n);
	if (end == NULL)
		return ir_fail(err, IR_EFORMAT, "%s: holds no line", path);
	start = memrchr(tail, '\n', (size_t)(end - tail));
	start = start != NULL ? start + 1 : tail;
	ir_sha256_mem(start, (size_t)(end + 1 - start), head);
	return 0;
}

/* What line 0 follows, and the number that this journal gets. */
static int
follow(struct ir_journal *j, int dirfd, struct ir_err *err)
{
	char name[NAME_MAX + 1];
	unsigned last, taken;
	size_t len;

	if (highest(dirfd, &last, name, &taken, err) == -1)
		return -1;
	if (taken >= IR_MAX_JOURNALS)
		return ir_fail(err, IR_EFORMAT,
		    "the bundle holds %u journals: no more can be added; seal "
		    "it and open another",
		    taken);
	j->number = taken + 1;
	if (last > 0) {
		ir_auto_free char *path = ir_asprintf(err, "journal/%s", name);

		return path == NULL ? -1
				    : head_of(dirfd, path, j->at.head, err);
	}
	ir_auto_free char *entry = ir_read_beneath(
	    dirfd, "custody/0000-open.json", IR_MAX_CUSTODY, &len, err);
	if (entry == NULL)
		return -1;
	ir_sha256_mem(entry, len, j->at.head);
	return 0;
}

static json_t *
run_fields(
    const char *uuid, const struct ir_bundle_who *who, const json_t *engine)
{
	return json_pack("{s:s, s:o, s:o, s:o, s:s, s:o, s:o, s:O?}", "bundle",
	    uuid, "actor", ir_fields_actor(who), "program",
	    ir_fields_text(who->program), "version",
	    ir_fields_text(who->version), "exe_sha256", who->exe_sha256, "argv",
	    ir_fields_argv(who->argv), "host", ir_fields_host(), "engine",
	    engine);
}

/* The key of the session, named in the run line, if the responder can sign
 * that.  In FIPS mode there is none: an RSA or ECDSA key signs the run, and
 * nothing proves what follows. */
static int
session_key(struct ir_journal *j, json_t *run, struct ir_err *err)
{
	ir_auto_free char *public = NULL;

	if ((j->at.key = ir_key_fresh(err)) == NULL)
		return err->code == IR_EUNAVAIL ? 0 : -1;
	if ((public = ir_key_public(j->at.key, err)) == NULL)
		return -1;
	return json_object_set_new(run, "session_key", json_string(public)) == 0
		   ? 0
		   : ir_fail_mem(err);
}

/* Lines 0 and 1 appear at once: a journal without its run line, or an unsigned
 * one of a responder who has a key, never exists. */
static int
first_lines(struct ir_journal *j, struct ir_buf *out, const char *uuid,
    const struct ir_bundle_who *who, const json_t *engine, struct ir_err *err)
{
	json_t *run = run_fields(uuid, who, engine);

	if (who->key != NULL && run != NULL && session_key(j, run, err) == -1) {
		json_decref(run);
		return -1;
	}
	if (ir_tail_line(&j->at, out, "run", run, err) == -1)
		return -1;
	return who->key != NULL ? ir_tail_sign(&j->at, out, 0, who->key, err)
				: 0;
}

static int
begin(struct ir_journal *j, int dirfd, const char *uuid,
    const struct ir_bundle_who *who, const json_t *engine, struct ir_err *err)
{
	ir_auto_buf struct ir_buf out = IR_BUF_INIT;
	ir_auto_free char *program = ir_bundle_name_from(who->program, err);

	if (program == NULL || follow(j, dirfd, err) == -1 ||
	    first_lines(j, &out, uuid, who, engine, err) == -1)
		return -1;
	j->path = ir_asprintf(err, "journal/%04u-%s.jsonl", j->number, program);
	if (j->path == NULL ||
	    ir_put_file(dirfd, j->path, out.p, out.len, err) == -1)
		return -1;
	j->fd = ir_open_beneath(dirfd, j->path, O_WRONLY | O_APPEND, err);
	j->size = (off_t)out.len;
	if (j->fd == -1)
		return -1;
	/* Lasts as long as the program: what tells a run that goes on from one
	 * that was killed. */
	if (flock(j->fd, LOCK_EX) == -1)
		return ir_fail_errno(err, "cannot lock %s", j->path);
	return 0;
}

int
ir_journal_lock(int dirfd, struct ir_err *err)
{
	int fd = ir_open_beneath(dirfd, "journal", O_RDONLY | O_DIRECTORY, err);

	if (fd != -1 && flock(fd, LOCK_EX) == -1) {
		ir_fail_errno(err, "cannot lock journal");
		close(fd);
		return -1;
	}
	return fd;
}

struct ir_journal *
ir_journal_begin(int dirfd, const char *uuid, const struct ir_bundle_who *who,
    const json_t *engine, struct ir_err *err)
{
	struct ir_journal *j = calloc(1, sizeof(*j));
	ir_auto_close int lock = ir_journal_lock(dirfd, err);

	if (j == NULL) {
		ir_fail_mem(err);
		return NULL;
	}
	j->fd = -1;
	if (lock != -1 && begin(j, dirfd, uuid, who, engine, err) == 0)
		return j;
	ir_journal_free(j);
	return NULL;
}

void
ir_journal_free(struct ir_journal *j)
{
	if (j == NULL)
		return;
	if (j->fd != -1)
		close(j->fd);
	ir_key_free(j->at.key);
	free(j->path);
	free(j);
}

/* Best effort: not every file system can, and then nothing is lost. */
static void
reserve(struct ir_journal *j)
{
	if (j->size + RESERVE / 2 <= j->reserved)
		return;
	if (fallocate(j->fd, FALLOC_FL_KEEP_SIZE, j->size, RESERVE) == 0)
		j->reserved = j->size + RESERVE;
}

/* All of out, or nothing. */
static int
append(struct ir_journal *j, const struct ir_buf *out, struct ir_err *err)
{
	if ((uint64_t)j->size + out->len > IR_MAX_TAG_FILE)
		return ir_fail(err, IR_EFORMAT,
		    "%s: is full: run the program again for what is left",
		    j->path);
	reserve(j);
	if (ir_write_all(j->fd, out->p, out->len, j->path, err) == -1 ||
	    (fdatasync(j->fd) == -1 &&
		ir_fail_errno(err, "syncing %s", j->path) == -1)) {
		/* Half a line must not stand before the next one.  If it
		 * cannot be taken back, there is no next one. */
		j->ended = ftruncate(j->fd, j->size) == -1;
		return -1;
	}
	j->size += (off_t)out->len;
	return 0;
}

int
ir_journal_add(
    struct ir_journal *j, const char *ev, json_t *fields, struct ir_err *err)
{
	ir_auto_buf struct ir_buf out = IR_BUF_INIT;
	struct ir_tail next = j->at;

	if (j->ended) {
		json_decref(fields);
		return ir_fail(
		    err, IR_EINTERNAL, "%s: takes no more lines", j->path);
	}
	if (ir_tail_add(&next, &out, ev, fields, err) == -1 ||
	    append(j, &out, err) == -1) {
		/* The key goes on with what was there before. */
		if (next.key != j->at.key)
			ir_key_free(next.key);
		return -1;
	}
	if (next.key != j->at.key)
		ir_key_free(j->at.key);
	j->at = next;
	return 0;
}

int
ir_journal_end(struct ir_journal *j, int status, struct ir_err *err)
{
	if (ir_journal_add(
		j, "end", json_pack("{s:i}", "status", status), err) == -1)
		return -1;
	j->ended = true;
	/* Gives back what was reserved beyond the end. */
	if (ftruncate(j->fd, j->size) == -1)
		return ir_fail_errno(err, "%s", j->path);
	return 0;
}

unsigned
ir_journal_number(const struct ir_journal *j)
{
	return j->number;
}

bool
ir_journal_ended(const struct ir_journal *j)
{
	return j->ended;
}
