/* SPDX-License-Identifier: ISC
 *
 * The bundle as a sink: see stream.h.
 *
 * Any number of threads, each with streams of its own.  Data is written and
 * hashed under the stream's lock; the sink's lock is taken inside of that, for
 * as long as lines are added to the journal.  Who goes through the list of open
 * streams holds that and only tries for a stream's lock: one that is locked is
 * being written, and looks after itself.
 */
#include "bundle/stream.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/time.h"
#include "bundle/fields.h"
#include "bundle/names.h"
#include "bundle/opening.h"

struct ir_bundle_stream {
	struct ir_stream stream;
	struct ir_bundle_sink *sink;
	struct ir_opening at;
	pthread_mutex_t lock; /* of what follows, but for next */
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
	pthread_mutex_lock(&s->sink->list);
	for (struct ir_bundle_stream **p = &s->sink->open; *p != NULL;
	     p = &(*p)->next)
		if (*p == s) {
			*p = s->next;
			break;
		}
	pthread_mutex_unlock(&s->sink->list);
	ir_opening_end(&s->at);
	ir_sha256_free(s->sha);
	pthread_mutex_destroy(&s->lock);
	free(s);
}

/* A line about the stream; takes the reference of rest. */
static int
say(struct ir_bundle_stream *s, const char *ev, json_t *rest,
    struct ir_err *err)
{
	json_t *f = json_pack("{s:s, s:s*}", "path", s->at.path, "part",
	    s->at.again ? s->at.part : NULL);
	int rc;

	if (f != NULL && json_object_update(f, rest) == -1) {
		json_decref(f);
		f = NULL;
	}
	json_decref(rest);
	pthread_mutex_lock(&s->sink->lock);
	rc = ir_journal_add(s->sink->journal, ev, f, err);
	pthread_mutex_unlock(&s->sink->lock);
	return rc;
}

/* What is written so far is on the disk: says so. */
static int
attest(struct ir_bundle_stream *s, struct ir_err *err)
{
	char cum[IR_SHA256_HEX];

	/* What is lost is told once only. */
	if (fdatasync(s->at.fd) == -1) {
		s->failed = true;
		return ir_fail_errno(err, "syncing %s", s->at.part);
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

	/* One at a time does it for all. */
	if (pthread_mutex_trylock(&sink->list) != 0)
		return;
	for (struct ir_bundle_stream *s = sink->open; s != NULL; s = s->next) {
		if (pthread_mutex_trylock(&s->lock) != 0)
			continue;
		if (s->size > s->attested && is_due(s))
			attest(s, &err);
		pthread_mutex_unlock(&s->lock);
	}
	pthread_mutex_unlock(&sink->list);
}

/* Writes n bytes, or as many as go: those count, and are hashed. */
static int
put(struct ir_bundle_stream *s, const char *p, size_t n, struct ir_err *err)
{
	struct stat st;

	if (ir_write_all(s->at.fd, p, n, s->at.part, err) == -1) {
		if (fstat(s->at.fd, &st) == -1 ||
		    (uint64_t)st.st_size < s->size)
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
write_locked(
    struct ir_bundle_stream *s, const char *p, size_t n, struct ir_err *err)
{
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
	return 0;
}

static int
stream_write(
    struct ir_stream *stream, const void *data, size_t n, struct ir_err *err)
{
	struct ir_bundle_stream *s = (struct ir_bundle_stream *)stream;
	int rc;

	pthread_mutex_lock(&s->lock);
	rc = write_locked(s, data, n, err);
	pthread_mutex_unlock(&s->lock);
	return rc;
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

/* That it was cut short, for the first time or again. */
static int
remember_cut(struct ir_bundle_stream *s, struct ir_err *err)
{
	json_t *cut = s->sink->cut;
	bool first;
	int rc;

	pthread_mutex_lock(&s->sink->lock);
	first = json_object_get(cut, s->at.path) == NULL;
	rc = json_object_set_new(cut, s->at.path, json_boolean(first));
	pthread_mutex_unlock(&s->sink->lock);
	return rc == 0 ? 0 : ir_fail_mem(err);
}

/* The data is on the disk before the journal says so, and the journal before
 * the file gets its name. */
static int
finish(struct ir_bundle_stream *s, const char *gap, struct ir_err *err)
{
	int rc;

	s->attested = s->size; /* by what is said now, or not at all */
	if (fsync(s->at.fd) == -1)
		return ir_fail_errno(err, "syncing %s", s->at.part);
	if (say_closed(s, gap, err) == -1)
		return -1;
	rc = close(s->at.fd);
	s->at.fd = -1;
	if (rc == -1)
		return ir_fail_errno(err, "closing %s", s->at.part);
	if (gap != NULL)
		return remember_cut(s, err);
	return ir_rename_new(s->sink->dirfd, s->at.part, s->at.path, err);
}

static int
stream_close(struct ir_stream *stream, const char *gap, struct ir_err *err)
{
	struct ir_bundle_stream *s = (struct ir_bundle_stream *)stream;
	int rc;

	pthread_mutex_lock(&s->lock);
	if (gap == NULL && s->failed)
		gap = "a write failed";
	rc = finish(s, gap, err);
	pthread_mutex_unlock(&s->lock);
	stream_free(s);
	return rc;
}

/* Whether a file of that name, below data/, can be in a bundle.  The verifier
 * would refuse others; a final name never ends in .part, and the sealing writes
 * completeness.json. */
static bool
is_fit(const char *path)
{
	size_t n = strlen(path);

	return ir_bundle_path_ok(path) &&
	       strcasecmp(path, "completeness.json") != 0 &&
	       n + sizeof("data/" IR_PART) < IR_MAX_PATH &&
	       (n < strlen(IR_PART) ||
		   strcasecmp(path + n - strlen(IR_PART), IR_PART) != 0);
}

static bool
takes_lines(struct ir_bundle_sink *b)
{
	bool does;

	pthread_mutex_lock(&b->lock);
	does = b->journal != NULL && !ir_journal_ended(b->journal);
	pthread_mutex_unlock(&b->lock);
	return does;
}

static struct ir_stream *
sink_open(struct ir_sink *sink, const char *path, struct ir_err *err)
{
	struct ir_bundle_sink *b = (struct ir_bundle_sink *)sink;
	struct ir_bundle_stream *s;

	if (!takes_lines(b)) {
		ir_fail(err, IR_EINTERNAL, "%s: no journal is open", path);
		return NULL;
	}
	if (!is_fit(path)) {
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
	s->at.fd = -1;
	s->last_ns = ir_mono_ns();
	pthread_mutex_init(&s->lock, NULL);
	if ((s->sha = ir_sha256_new(err)) == NULL ||
	    ir_opening_start(b, path, &s->at, err) == -1) {
		stream_free(s);
		return NULL;
	}
	pthread_mutex_lock(&b->list);
	s->next = b->open;
	b->open = s;
	pthread_mutex_unlock(&b->list);
	return &s->stream;
}

static bool
sink_has(struct ir_sink *sink, const char *path)
{
	struct ir_bundle_sink *b = (struct ir_bundle_sink *)sink;
	bool has;

	pthread_mutex_lock(&b->lock);
	has = json_object_get(b->kept, path) != NULL;
	pthread_mutex_unlock(&b->lock);
	return has;
}

int
ir_stream_line(struct ir_bundle_sink *b, const char *ev, json_t *fields,
    struct ir_err *err)
{
	int rc;

	ir_stream_idle(b);
	pthread_mutex_lock(&b->lock);
	if (b->journal != NULL)
		rc = ir_journal_add(b->journal, ev, fields, err);
	else {
		json_decref(fields);
		rc = ir_fail(err, IR_EINTERNAL, "no journal is begun");
	}
	pthread_mutex_unlock(&b->lock);
	return rc;
}

static bool
sink_whole(struct ir_sink *sink, const char *path)
{
	struct ir_bundle_sink *b = (struct ir_bundle_sink *)sink;
	struct ir_err err;
	ir_auto_free char *full = ir_asprintf(&err, "data/%s", path);

	return full != NULL && ir_exists(b->dirfd, full);
}

static int
sink_change(struct ir_sink *sink, const char *what, const char *undo,
    const char *why, struct ir_err *err)
{
	return ir_stream_line((struct ir_bundle_sink *)sink, "change",
	    json_pack("{s:o, s:o, s:o}", "what", ir_fields_text(what), "undo",
		ir_fields_text(undo), "why", ir_fields_text(why)),
	    err);
}

int
ir_stream_sink(struct ir_bundle_sink *s, int dirfd, struct ir_err *err)
{
	*s = (struct ir_bundle_sink){
	    .sink = {sink_open, sink_has, sink_change, sink_whole},
	    .dirfd = dirfd,
	    .cut = json_object(),
	};
	pthread_mutex_init(&s->lock, NULL);
	pthread_mutex_init(&s->list, NULL);
	return s->cut != NULL ? 0 : ir_fail_mem(err);
}

void
ir_stream_sink_end(struct ir_bundle_sink *s)
{
	ir_journal_free(s->journal);
	json_decref(s->kept);
	json_decref(s->cut);
	pthread_mutex_destroy(&s->lock);
	pthread_mutex_destroy(&s->list);
}
