/* SPDX-License-Identifier: ISC
 *
 * The bundle being written: see bundle.h.
 */
#include "bundle/bundle.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/limits.h"
#include "bundle/bag.h"
#include "bundle/custody.h"
#include "bundle/fields.h"
#include "bundle/journal.h"
#include "bundle/names.h"
#include "bundle/state.h"
#include "json/json.h"

int
ir_bundle_lock(struct ir_bundle *b, int op, struct ir_err *err)
{
	struct stat st;

	if (flock(b->lock, op | LOCK_NB) == -1) {
		if (errno != EWOULDBLOCK)
			return ir_fail_errno(err, "cannot lock %s", b->dir);
		/* flock(2) drops the old lock when it cannot convert it. */
		if (op == LOCK_EX)
			flock(b->lock, LOCK_SH | LOCK_NB);
		return ir_fail(err, IR_EEXIST,
		    op == LOCK_EX ? "%s: another program is still writing to "
				    "it: try again when it has ended"
				  : "%s: is being sealed by another program",
		    b->dir);
	}
	if (fstat(b->lock, &st) == -1)
		return ir_fail_errno(err, "%s", b->dir);
	if (st.st_nlink == 0)
		return ir_fail(err, IR_EEXIST,
		    "%s: was sealed by another program just now", b->dir);
	return 0;
}

static int
need_bag(const struct ir_bundle *b, struct ir_err *err)
{
	size_t len;
	ir_auto_free char *text =
	    ir_read_beneath(b->dirfd, IR_BAGIT, 4096, &len, err);

	if (text == NULL || strcmp(text, IR_BAGIT_TEXT) != 0)
		return ir_fail(err, IR_EFORMAT,
		    "%s: is no bundle: it has no " IR_BAGIT " that we know",
		    b->dir);
	return 0;
}

/* The bundle's own names, from its open entry. */
static int
read_names(struct ir_bundle *b, struct ir_err *err)
{
	struct ir_custody e;
	json_auto_t *doc = NULL;
	json_int_t v;
	const char *uuid, *number;

	if (ir_custody_read(b->dirfd, IR_CUSTODY_OPEN, &e, err) == -1)
		return -1;
	doc = ir_json_parse(e.text, e.len, IR_CUSTODY_OPEN, err);
	ir_custody_free(&e);
	if (doc == NULL ||
	    ir_json_need_int(doc, "v", &v, IR_CUSTODY_OPEN, err) == -1 ||
	    !(uuid = ir_json_need_str(doc, "bundle", IR_CUSTODY_OPEN, err)) ||
	    !(number = ir_json_need_str(doc, "case", IR_CUSTODY_OPEN, err)))
		return -1;
	if (v != 1 || strlen(uuid) != sizeof(b->uuid) - 1)
		return ir_fail(err, IR_EFORMAT,
		    IR_CUSTODY_OPEN ": is of another version of the format");
	strcpy(b->uuid, uuid);
	b->case_number = ir_asprintf(err, "%s", number);
	return b->case_number != NULL ? 0 : -1;
}

/* A sealing that was killed at its very last step left .open behind. */
static int
refuse_sealed(const struct ir_bundle *b, struct ir_err *err)
{
	enum ir_bag_state state = ir_bag_state(b->dirfd);

	if (state == IR_BAG_OPEN)
		return 0;
	unlinkat(b->dirfd, IR_OPEN, 0);
	if (state == IR_BAG_SEALED)
		return ir_fail(err, IR_EEXIST,
		    "%s: is sealed already: nothing can be added to it",
		    b->dir);
	return ir_fail(err, IR_EFORMAT,
	    "%s: is neither open nor sealed: its " IR_OPEN " was removed",
	    b->dir);
}

static int
open_bundle(struct ir_bundle *b, const char *dir, struct ir_err *err)
{
	if ((b->dir = ir_asprintf(err, "%s", dir)) == NULL)
		return -1;
	b->dirfd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (b->dirfd == -1)
		return ir_fail_errno(err, "%s", dir);
	if (need_bag(b, err) == -1 || refuse_sealed(b, err) == -1)
		return -1;
	b->lock = ir_open_beneath(b->dirfd, IR_OPEN, O_RDONLY, err);
	/* Again under the lock: now it stays as it is. */
	if (b->lock == -1 || ir_bundle_lock(b, LOCK_SH, err) == -1 ||
	    refuse_sealed(b, err) == -1)
		return -1;
	if (read_names(b, err) == -1)
		return ir_wrap(err, "%s", dir);
	b->sink.dirfd = b->dirfd;
	return 0;
}

struct ir_bundle *
ir_bundle_open(const char *dir, struct ir_err *err)
{
	struct ir_bundle *b = calloc(1, sizeof(*b));

	if (b == NULL) {
		ir_fail_mem(err);
		return NULL;
	}
	b->dirfd = b->lock = -1;
	if (ir_stream_sink(&b->sink, -1, err) == 0 &&
	    open_bundle(b, dir, err) == 0)
		return b;
	ir_bundle_close(b);
	return NULL;
}

void
ir_bundle_close(struct ir_bundle *b)
{
	if (b == NULL)
		return;
	ir_stream_sink_end(&b->sink);
	if (b->lock != -1)
		close(b->lock);
	if (b->dirfd != -1)
		close(b->dirfd);
	free(b->case_number);
	free(b->dir);
	free(b);
}

const char *
ir_bundle_dir(const struct ir_bundle *b)
{
	return b->dir;
}

int
ir_bundle_dirfd(const struct ir_bundle *b)
{
	return b->dirfd;
}

const char *
ir_bundle_uuid(const struct ir_bundle *b)
{
	return b->uuid;
}

const char *
ir_bundle_case_number(const struct ir_bundle *b)
{
	return b->case_number;
}

int
ir_bundle_begin(struct ir_bundle *b, const struct ir_bundle_who *who,
    const json_t *engine, struct ir_err *err)
{
	if (b->sink.journal != NULL)
		return ir_fail(
		    err, IR_EINTERNAL, "%s: a journal is begun", b->dir);
	b->sink.journal = ir_journal_begin(b->dirfd, b->uuid, who, engine, err);
	return b->sink.journal != NULL ? 0 : ir_wrap(err, "%s", b->dir);
}

unsigned
ir_bundle_run(const struct ir_bundle *b)
{
	return ir_journal_number(b->sink.journal);
}

int
ir_bundle_event(
    struct ir_bundle *b, const char *ev, json_t *fields, struct ir_err *err)
{
	return ir_stream_line(&b->sink, ev, fields, err);
}

struct ir_sink *
ir_bundle_sink(struct ir_bundle *b)
{
	return &b->sink.sink;
}

char *
ir_bundle_scope(struct ir_bundle *b, const char *dir, struct ir_err *err)
{
	ir_auto_free char *full = ir_asprintf(err, "data/%s", dir);
	char *slash, *run;

	if (full == NULL)
		return NULL;
	if (!ir_bundle_path_ok(full)) {
		ir_fail(err, IR_EFORMAT,
		    "%s: not a name for a directory in a bundle", dir);
		return NULL;
	}
	slash = strrchr(full, '/');
	*slash = '\0';
	if (ir_make_dirs(b->dirfd, full, err) == -1)
		return NULL;
	*slash = '/';
	/* Whoever makes it has it. */
	if (mkdirat(b->dirfd, full, 0700) == 0)
		return ir_asprintf(err, "%s", dir);
	if (errno != EEXIST) {
		ir_fail_errno(err, "%s", full);
		return NULL;
	}
	run = ir_asprintf(err, "data/%s/run-%04u", dir, ir_bundle_run(b));
	if (run == NULL || ir_make_dirs(b->dirfd, run, err) == -1) {
		free(run);
		return NULL;
	}
	memmove(run, run + strlen("data/"), strlen(run + strlen("data/")) + 1);
	return run;
}

bool
ir_bundle_has(const struct ir_bundle *b, const char *path)
{
	struct ir_err err;
	uint64_t size;
	ir_auto_free char *full = ir_asprintf(&err, "data/%s", path);
	ir_auto_close int fd = -1;

	if (full != NULL)
		fd = ir_open_regular(b->dirfd, full, &size, &err);
	return fd != -1;
}

const char *
ir_outcome_name(enum ir_outcome o)
{
	static const char *const names[] = {
	    [IR_COLLECTED] = "collected",
	    [IR_EMPTY] = "empty",
	    [IR_SKIPPED] = "skipped",
	    [IR_FAILED] = "failed",
	};

	return names[o];
}

int
ir_bundle_outcome(struct ir_bundle *b, const char *collector,
    const char *target, enum ir_outcome o, const char *why, double ms,
    struct ir_err *err)
{
	return ir_bundle_event(b, "outcome",
	    json_pack("{s:o, s:o, s:s, s:o, s:I}", "collector",
		ir_fields_text(collector), "target", ir_fields_text(target),
		"outcome", ir_outcome_name(o), "why", ir_fields_text(why), "ms",
		(json_int_t)(ms + 0.5)),
	    err);
}

int
ir_bundle_end(struct ir_bundle *b, int status, struct ir_err *err)
{
	if (b->sink.journal == NULL)
		return ir_fail(
		    err, IR_EINTERNAL, "%s: no journal is begun", b->dir);
	return ir_journal_end(b->sink.journal, status, err);
}
