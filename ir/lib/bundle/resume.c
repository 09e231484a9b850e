/* SPDX-License-Identifier: ISC
 *
 * Going on with a capture that was cut off: see resume.h.
 */
#include "bundle/resume.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/text.h"
#include "bundle/custody.h"
#include "bundle/fields.h"
#include "bundle/journal.h"
#include "bundle/names.h"
#include "bundle/scan.h"
#include "bundle/state.h"
#include "json/json.h"

#define DATA "data/"

static void
forget(struct ir_resume *r)
{
	ir_items_free(&r->items);
	ir_record_free(&r->record);
}

void
ir_resume_free(struct ir_resume *r)
{
	forget(r);
	json_decref(r->outcomes);
	free(r->engine_dir);
	free(r->dir);
	free(r->image_dir);
	if (r->lock != -1)
		close(r->lock);
	*r = (struct ir_resume){.lock = -1};
}

/* All that the journals say, as they are now. */
static int
read_journals(struct ir_bundle *b, struct ir_resume *r, struct ir_err *err)
{
	struct ir_faults f = {json_array(), IR_VALID};
	const struct ir_item *open;
	int rc;

	forget(r);
	rc = ir_scan(b->dirfd, &r->items, &f, err);
	if (rc == 0)
		rc = ir_faults_refuse(&f, err);
	if (rc == 0) {
		open = ir_items_here(&r->items, IR_CUSTODY_OPEN);
		rc = ir_record_read(&r->record, b->uuid,
		    open != NULL ? open->found : "", &r->items, &f, err);
	}
	if (rc == 0)
		rc = ir_faults_refuse(&f, err);
	json_decref(f.list);
	return rc;
}

/* The newest that nobody works on, and that is not done. */
static const json_t *
newest(const struct ir_resume *r, const char *container, const json_t *busy)
{
	const struct ir_captures *all = &r->record.captures;

	for (size_t i = json_array_size(all->list); i-- > 0;) {
		const json_t *k = json_array_get(all->list, i);
		unsigned run = (unsigned)ir_json_int(k, "run");

		if (strcmp(ir_json_str(k, "container"), container) != 0 ||
		    json_object_get(busy, ir_json_str(k, "file")) != NULL)
			continue;
		return ir_json_true(k, "finished") ||
			       ir_captures_next(all, run, container) != NULL
			   ? NULL
			   : k;
	}
	return NULL;
}

/* 1 if nobody writes to it any more, and nobody can take the container's part
 * of it over; else 0.  Whoever writes has all of it, whoever goes on with one
 * of its containers a byte that only that one has. */
static int
lock(struct ir_bundle *b, struct ir_resume *r, const char *file,
    struct ir_err *err)
{
	char digits[16];
	struct flock mine = {
	    .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_len = 1};

	snprintf(digits, sizeof(digits), "%.15s", r->container);
	mine.l_start = (off_t)strtoll(digits, NULL, 16);
	if (r->lock != -1)
		close(r->lock);
	r->lock = ir_open_beneath(b->dirfd, file, O_WRONLY | O_APPEND, err);
	if (r->lock == -1)
		return -1;
	if (flock(r->lock, LOCK_SH | LOCK_NB) == 0 &&
	    fcntl(r->lock, F_OFD_SETLK, &mine) == 0)
		return 1;
	return errno == EWOULDBLOCK || errno == EACCES
		   ? 0
		   : ir_fail_errno(err, "cannot lock %s", file);
}

bool
ir_resume_is(const struct ir_resume *r, unsigned run)
{
	const struct ir_captures *all = &r->record.captures;
	const json_t *k = ir_captures_get(all, r->run, r->container);

	while (k != NULL && ir_json_int(k, "run") != (json_int_t)run)
		k = ir_captures_get(
		    all, (unsigned)ir_json_int(k, "resumes"), r->container);
	return k != NULL;
}

/* A directory of a capture: base, or base/run-NNNN.  Whatever else a journal
 * says, nothing is written there. */
static char *
place(const json_t *k, const char *key, const char *base, struct ir_err *err)
{
	const char *path = ir_json_str(k, key);
	size_t n = strlen(base);
	const char *rest = path + n;

	if (ir_starts(path, base) &&
	    (*rest == '\0' || (*rest == '/' && ir_bundle_run_dir(rest + 1))))
		return ir_asprintf(err, "%s", path + strlen(DATA));
	ir_fail(err, IR_EFORMAT, "%s: its %s is %s, where no capture puts it",
	    ir_json_str(k, "file"), key, path);
	return NULL;
}

static int
places(struct ir_resume *r, const json_t *k, struct ir_err *err)
{
	const char *image = ir_json_str(k, "image_dir");
	ir_auto_free char *base =
	    ir_asprintf(err, DATA "containers/%s", ir_json_str(k, "container"));
	char digits[65] = "";

	if (base == NULL ||
	    !(r->engine_dir = place(k, "engine_dir", DATA "engine", err)) ||
	    !(r->dir = place(k, "dir", base, err)))
		return -1;
	if (*image == '\0')
		return 0;
	free(base);
	if (strlen(image) >= strlen(DATA "images/") + 64)
		memcpy(digits, image + strlen(DATA "images/"), 64);
	base = ir_asprintf(err, DATA "images/%s",
	    ir_is_hex(digits, 64) ? digits : "<64 digits>");
	if (base != NULL)
		r->image_dir = place(k, "image_dir", base, err);
	return r->image_dir != NULL ? 0 : -1;
}

/* What need not be done again. */
static int
outcomes(struct ir_resume *r, const char *container, struct ir_err *err)
{
	const json_t *o;
	size_t i;

	if ((r->outcomes = json_object()) == NULL)
		return ir_fail_mem(err);
	json_array_foreach (r->record.ledger, i, o) {
		const char *name = ir_json_str(o, "collector");
		const char *outcome = ir_json_str(o, "outcome");
		unsigned run = (unsigned)ir_json_int(o, "run");

		if (strcmp(ir_json_str(o, "target"), container) != 0 ||
		    (strcmp(outcome, "collected") != 0 &&
			strcmp(outcome, "empty") != 0) ||
		    json_object_get(r->outcomes, name) != NULL ||
		    !ir_resume_is(r, run))
			continue;
		if (json_object_set_new(r->outcomes, name,
			json_pack("{s:i, s:s}", "run", (int)run, "outcome",
			    outcome)) == -1)
			return ir_fail_mem(err);
	}
	return 0;
}

static void
frozen(struct ir_resume *r, const char *container)
{
	unsigned run = ir_captures_frozen(&r->record.captures, container);
	char what[64];
	const json_t *c;
	size_t i;

	if (run == 0 || !ir_resume_is(r, run))
		return;
	r->frozen = run;
	snprintf(what, sizeof(what), IR_CAPTURE_PAUSES, container);
	json_array_foreach (r->record.changes, i, c)
		if (ir_json_int(c, "run") == (json_int_t)run &&
		    strcmp(ir_json_str(c, "what"), what) == 0 &&
		    strlen(ir_json_str(c, "t")) < sizeof(r->frozen_at))
			strcpy(r->frozen_at, ir_json_str(c, "t"));
}

/* A lock counts only for what is read after it was got. */
static int
find(struct ir_bundle *b, const char *container, struct ir_resume *r,
    struct ir_err *err)
{
	json_auto_t *busy = json_object();
	const json_t *k;
	unsigned run;
	int rc;

	for (;;) {
		if (read_journals(b, r, err) == -1)
			return -1;
		if ((k = newest(r, container, busy)) == NULL) {
			r->run = 0;
			return 0;
		}
		run = (unsigned)ir_json_int(k, "run");
		if (run == r->run)
			break;
		rc = lock(b, r, ir_json_str(k, "file"), err);
		if (rc == -1 ||
		    (rc == 0 && json_object_set_new(busy,
				    ir_json_str(k, "file"), json_true()) == -1))
			return -1;
		r->run = rc == 1 ? run : 0;
	}
	r->scope = ir_json_str(k, "scope");
	if (places(r, k, err) == -1 || outcomes(r, container, err) == -1)
		return -1;
	frozen(r, container);
	return 0;
}

int
ir_resume_find(struct ir_bundle *b, const char *container, struct ir_resume *r,
    struct ir_err *err)
{
	ir_auto_close int no_other = ir_journal_lock(b->dirfd, err);

	int rc;

	*r = (struct ir_resume){.lock = -1};
	if (no_other == -1)
		return -1;
	snprintf(r->container, sizeof(r->container), "%s", container);
	if ((rc = find(b, container, r, err)) == -1)
		r->run = 0;
	/* A process that was forked meanwhile has the descriptor, too. */
	flock(no_other, LOCK_UN);
	return rc;
}

int
ir_resume_say(
    struct ir_bundle *b, const struct ir_resume_places *p, struct ir_err *err)
{
	bool known = strlen(p->name) <= IR_CAPTURE_NAME / 4; /* \xNN */
	json_t *f = json_pack("{s:s, s:o, s:s+, s:s+, s:o}", "container",
	    p->container, "name", ir_fields_text(known ? p->name : ""),
	    "engine_dir", DATA, p->engine_dir, "dir", DATA, p->dir, "image_dir",
	    p->image_dir == NULL ? json_null()
				 : json_sprintf(DATA "%s", p->image_dir));

	if (f != NULL && p->scope != NULL)
		json_object_set_new(f, "scope", ir_fields_text(p->scope));
	if (f != NULL && p->of > 1)
		json_object_set_new(f, "of", json_integer((json_int_t)p->of));
	if (f != NULL && p->resumes != 0)
		json_object_set_new(
		    f, "resumes", json_integer((json_int_t)p->resumes));
	return ir_bundle_event(b, "capture", f, err);
}

int
ir_resume_said(
    struct ir_bundle *b, const char *container, int status, struct ir_err *err)
{
	return ir_bundle_event(b, "captured",
	    json_pack("{s:s, s:i}", "container", container, "status", status),
	    err);
}

unsigned
ir_resume_lost(struct ir_bundle *b, const char *name)
{
	struct ir_resume r = {.lock = -1};
	struct ir_err err;
	unsigned lost = 0;
	const json_t *k;
	size_t i;

	if (read_journals(b, &r, &err) == 0)
		json_array_foreach (r.record.captures.list, i, k) {
			const char *id = ir_json_str(k, "container");
			unsigned run = (unsigned)ir_json_int(k, "run");

			if ((strcmp(ir_json_str(k, "name"), name) == 0 ||
				ir_starts(id, name)) &&
			    !ir_json_true(k, "finished") &&
			    !ir_json_true(k, "whole") &&
			    ir_captures_by(&r.record.captures, run, id) == 0)
				lost = run;
		}
	ir_resume_free(&r);
	return lost;
}
