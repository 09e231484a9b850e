/* SPDX-License-Identifier: ISC
 *
 * The bundle as a sink: see stream.h.
 */
#include "bundle/stream.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/time.h"
#include "bundle/fields.h"
#include "bundle/names.h"
#include "bundle/torn.h"

struct ir_bundle_stream {
	struct ir_stream stream;
	struct ir_bundle_sink *sink;
	char *path, *part; /* in the bundle: "data/x", "data/x.part" */
	bool again;        /* the part has another name: it is a second take */
	int fd;
	struct ir_sha256 *sha;
	uint64_t size, attested;
	uint64_t last_ns;              /* of the last attestation */
	bool opened;                   /* stream-open is written */
	bool failed;                   /* a write was not whole */
	struct ir_bundle_stream *next; /* of those that are open */
};

static void
stream_free(struct ir_bundle_stream *s)
{
	for (struct ir_bundle_stream **p = &s->sink->open; *p != NULL;
	     p = &(*p)->next)
		if (*p == s) {
			*p = s->next;
			break;
		}
	if (s->fd != -1)
		close(s->fd);
	ir_sha256_free(s->sha);
	free(s->path);
	free(s->part);
	free(s);
}

/* A line about the stream; takes the reference of rest. */
static int
say(struct ir_bundle_stream *s, const char *ev, json_t *rest,
    struct ir_err *err)
{
	json_t *f = json_pack(
	    "{s:s, s:s*}", "path", s->path, "part", s->again ? s->part : NULL);

	if (f != NULL && json_object_update(f, rest) == -1) {
		json_decref(f);
		f = NULL;
	}
	json_decref(rest);
	return ir_journal_add(s->sink->journal, ev, f, err);
}

/* What is written so far is on the disk: says so. */
static int
attest(struct ir_bundle_stream *s, struct ir_err *err)
{
	char cum[IR_SHA256_HEX];

	/* What is lost is told once only. */
	if (fdatasync(s->fd) == -1) {
		s->failed = true;
		return ir_fail_errno(err, "syncing %s", s->part);
	}
	if (ir_sha256_peek(s->sha, cum, err) == -1)
		return -1;
	if (!s->opened && say(s, "stream-open", json_object(), err) == -1)
		return -1;
	s->opened = true;
	if (say(s, "chunk",
		json_pack("{s:I, s:I, s:s}", "offset", (json_int_t)s->attested,
		    "length", (json_int_t)(s->size - s->attested), "cum", cum),
		err) == -1)
		return -1;
	s->attested = s->size;
	s->last_ns = ir_mono_ns();
	return 0;
}

static bool
is_due(const struct ir_bundle_stream *s)
{
	return ir_mono_ns() - s->last_ns >= IR_CHUNK_MS * 1000000ull;
}

void
ir_stream_idle(struct ir_bundle_sink *sink)
{
	struct ir_err err; /* the stream's own next write, or its end, tells */

	for (struct ir_bundle_stream *s = sink->open; s != NULL; s = s->next)
		if (s->size > s->attested && is_due(s))
			attest(s, &err);
}

/* Writes n bytes, or as many as go: those count, and are hashed. */
static int
put(struct ir_bundle_stream *s, const char *p, size_t n, struct ir_err *err)
{
	struct stat st;

	if (ir_write_all(s->fd, p, n, s->part, err) == -1) {
		if (fstat(s->fd, &st) == -1 || (uint64_t)st.st_size < s->size)
			return -1;
		n = (size_t)((uint64_t)st.st_size - s->size);
		ir_sha256_update(s->sha, p, n);
		s->size += n;
		return -1;
	}
	ir_sha256_update(s->sha, p, n);
	s->size += n;
	return 0;
}

static int
stream_write(
    struct ir_stream *stream, const void *data, size_t n, struct ir_err *err)
{
	struct ir_bundle_stream *s = (struct ir_bundle_stream *)stream;
	const char *p = data;

	while (n > 0) {
		uint64_t room = IR_CHUNK_BYTES - (s->size - s->attested);
		size_t piece = n < room ? n : (size_t)room;

		if (put(s, p, piece, err) == -1) {
			s->failed = true;
			return -1;
		}
		if ((piece == room || is_due(s)) && attest(s, err) == -1)
			return -1;
		p += piece;
		n -= piece;
	}
	if (s->sink->progress != NULL)
		s->sink->progress(s->sink->arg, s->path, s->size);
	return 0;
}

static int
say_closed(struct ir_bundle_stream *s, const char *gap, struct ir_err *err)
{
	char sha[IR_SHA256_HEX];
	json_t *f;

	if (ir_sha256_peek(s->sha, sha, err) == -1)
		return -1;
	f = json_pack("{s:I, s:s, s:s}", "size", (json_int_t)s->size, "sha256",
	    sha, "end", gap != NULL ? "gap" : "complete");
	if (f != NULL && gap != NULL)
		json_object_set_new(f, "why", ir_fields_text(gap));
	return say(s, "stream-close", f, err);
}

/* The data is on the disk before the journal says so, and the journal before
 * the file gets its name. */
static int
finish(struct ir_bundle_stream *s, const char *gap, struct ir_err *err)
{
	int rc;

	if (fsync(s->fd) == -1)
		return ir_fail_errno(err, "syncing %s", s->part);
	if (say_closed(s, gap, err) == -1)
		return -1;
	rc = close(s->fd);
	s->fd = -1;
	if (rc == -1)
		return ir_fail_errno(err, "closing %s", s->part);
	if (gap != NULL)
		return 0;
	return ir_rename_new(s->sink->dirfd, s->part, s->path, err);
}

static int
stream_close(struct ir_stream *stream, const char *gap, struct ir_err *err)
{
	struct ir_bundle_stream *s = (struct ir_bundle_stream *)stream;
	int rc;

	if (gap == NULL && s->failed)
		gap = "a write failed";
	rc = finish(s, gap, err);
	stream_free(s);
	return rc;
}

/* Whether e is name, or its part, in another case. */
static bool
folds(const char *e, const char *name)
{
	size_t n = strlen(name);

	return strncasecmp(e, name, n) == 0 && strncmp(e, name, n) != 0 &&
	       (e[n] == '\0' || strcmp(e + n, IR_PART) == 0);
}

/* On some file systems two names that differ in case are one, so a bundle
 * never holds both. */
static int
refuse_clash(int dirfd, const char *dir, const char *name, struct ir_err *err)
{
	DIR *d = ir_open_dir(dirfd, dir, err);
	struct dirent *e;
	bool clash = false;

	if (d == NULL)
		return -1;
	while (!clash && (e = readdir(d)) != NULL)
		clash = folds(e->d_name, name);
	closedir(d);
	if (clash)
		return ir_fail(err, IR_EEXIST,
		    "%s: holds the name %s in another case", dir, name);
	return 0;
}

/* Makes the directories of path, checking each part of it. */
static int
prepare(int dirfd, char *path, struct ir_err *err)
{
	char *slash = path;
	int rc = 0;

	while (rc == 0 && (slash = strchr(slash, '/')) != NULL) {
		char *name = slash + 1, *next = strchr(name, '/');

		*slash = '\0';
		if (next != NULL)
			*next = '\0';
		rc = ir_make_dirs(dirfd, path, err);
		if (rc == 0)
			rc = refuse_clash(dirfd, path, name, err);
		if (next != NULL)
			*next = '/';
		*slash++ = '/';
	}
	return rc;
}

/* The name until it is whole.  The part of a run that was cut off is evidence,
 * and keeps its name. */
static int
name_part(struct ir_bundle_stream *s, struct ir_err *err)
{
	s->part = ir_asprintf(err, "%s" IR_PART, s->path);
	if (s->part == NULL)
		return -1;
	if (s->sink->kept == NULL || !ir_exists(s->sink->dirfd, s->part))
		return 0;
	free(s->part);
	s->again = true;
	s->part =
	    ir_torn_name(s->path, ir_journal_number(s->sink->journal), err);
	return s->part == NULL ? -1
			       : ir_torn_say(s->sink->dirfd, s->sink->journal,
				     s->path, err);
}

static int
start(struct ir_bundle_stream *s, const char *path, struct ir_err *err)
{
	int dirfd = s->sink->dirfd;

	s->path = ir_asprintf(err, "data/%s", path);
	if (s->path == NULL || prepare(dirfd, s->path, err) == -1 ||
	    name_part(s, err) == -1)
		return -1;
	if ((s->sha = ir_sha256_new(err)) == NULL)
		return -1;
	s->fd = ir_open_beneath(
	    dirfd, s->part, O_WRONLY | O_CREAT | O_EXCL | O_APPEND, err);
	if (s->fd == -1)
		return -1;
	/* Only now: whoever had the part has given it its name, or never
	 * will. */
	if (ir_exists(dirfd, s->path)) {
		unlinkat(dirfd, s->part, 0);
		return ir_fail(err, IR_EEXIST, "%s: exists", s->path);
	}
	s->last_ns = ir_mono_ns();
	return 0;
}

static struct ir_stream *
sink_open(struct ir_sink *sink, const char *path, struct ir_err *err)
{
	struct ir_bundle_sink *b = (struct ir_bundle_sink *)sink;
	size_t n = strlen(path);
	struct ir_bundle_stream *s;

	if (b->journal == NULL || ir_journal_ended(b->journal)) {
		ir_fail(err, IR_EINTERNAL, "%s: no journal is open", path);
		return NULL;
	}
	/* The verifier would refuse it; a final name never ends in .part, and
	 * the sealing writes completeness.json. */
	if (!ir_bundle_path_ok(path) ||
	    strcasecmp(path, "completeness.json") == 0 ||
	    n + sizeof("data/" IR_PART) >= IR_MAX_PATH ||
	    (n >= strlen(IR_PART) &&
		strcasecmp(path + n - strlen(IR_PART), IR_PART) == 0)) {
		ir_fail(err, IR_EFORMAT,
		    "%s: not a name for a file in a bundle", path);
		return NULL;
	}
	if ((s = calloc(1, sizeof(*s))) == NULL) {
		ir_fail_mem(err);
		return NULL;
	}
	s->stream = (struct ir_stream){stream_write, stream_close};
	s->sink = b;
	s->fd = -1;
	if (start(s, path, err) == 0) {
		s->next = b->open;
		b->open = s;
		return &s->stream;
	}
	stream_free(s);
	return NULL;
}

static bool
sink_has(struct ir_sink *sink, const char *path)
{
	struct ir_bundle_sink *b = (struct ir_bundle_sink *)sink;

	return b->kept != NULL && json_object_get(b->kept, path) != NULL;
}

static int
sink_change(struct ir_sink *sink, const char *what, const char *undo,
    const char *why, struct ir_err *err)
{
	struct ir_bundle_sink *b = (struct ir_bundle_sink *)sink;

	if (b->journal == NULL)
		return ir_fail(err, IR_EINTERNAL, "no journal is open");
	ir_stream_idle(b);
	return ir_journal_add(b->journal, "change",
	    json_pack("{s:o, s:o, s:o}", "what", ir_fields_text(what), "undo",
		ir_fields_text(undo), "why", ir_fields_text(why)),
	    err);
}

void
ir_stream_sink(struct ir_bundle_sink *s, int dirfd)
{
	*s = (struct ir_bundle_sink){
	    .sink = {sink_open, sink_has, sink_change}, .dirfd = dirfd};
}
