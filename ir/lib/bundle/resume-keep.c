/* SPDX-License-Identifier: ISC
 *
 * What is kept of a capture that was cut off: see resume.h.
 */
#include <string.h>

#include "base/file.h"
#include "base/text.h"
#include "bundle/hashing.h"
#include "bundle/resume.h"
#include "bundle/state.h"

#define DATA "data/"

/* What a whole file is called at the moment: its program may have been killed
 * before it gave it its name. */
static struct ir_item *
whereabouts(struct ir_item *it)
{
	return !it->here && it->part->here ? it->part : it;
}

/* The container's own, and what it has in common with others. */
static bool
is_kept(const struct ir_resume *r, const struct ir_item *it)
{
	const char *rest = ir_text_after(it->path, DATA "containers/");

	return it->claim == IR_CLAIM_WHOLE &&
	       (rest == NULL || ir_starts(rest, r->container)) &&
	       ir_resume_is(r, it->journal);
}

static int
check_hashes(struct ir_bundle *b, struct ir_resume *r, struct ir_err *err)
{
	struct ir_faults f = {json_array(), IR_VALID};
	const struct ir_hash_all all = {
	    .dirfd = b->dirfd, .items = &r->items, .whole = true, .faults = &f};
	int rc = ir_hash_all(&all, err);

	if (rc == 0)
		rc = ir_faults_refuse(&f, err);
	json_decref(f.list);
	for (size_t i = 0; rc == 0 && i < r->items.n; i++) {
		struct ir_item *it = r->items.v[i];

		if (is_kept(r, it) &&
		    strcmp(whereabouts(it)->found, it->sha) != 0)
			rc = ir_fail(err, IR_EFORMAT,
			    "%s: was modified: its SHA-256 is %s, and was %s "
			    "when run %u acquired it",
			    it->path, whereabouts(it)->found, it->sha,
			    it->journal);
	}
	return rc;
}

static int
check_sizes(struct ir_resume *r, struct ir_err *err)
{
	for (size_t i = 0; i < r->items.n; i++) {
		struct ir_item *it = r->items.v[i], *at;

		if (!is_kept(r, it))
			continue;
		at = whereabouts(it);
		if (!at->here)
			return ir_fail(err, IR_EFORMAT,
			    "%s: is missing: run %u had acquired it", it->path,
			    it->journal);
		if (at->size != it->bytes)
			return ir_fail(err, IR_EFORMAT,
			    "%s: was modified: it has %llu bytes, and had %llu "
			    "when run %u acquired it",
			    it->path, (unsigned long long)at->size,
			    (unsigned long long)it->bytes, it->journal);
		at->wanted = true;
	}
	return 0;
}

/* To those of other containers. */
static int
add_kept(struct ir_bundle *b, json_t *kept, struct ir_err *err)
{
	int rc = 0;

	pthread_mutex_lock(&b->sink.lock);
	if (b->sink.kept == NULL)
		b->sink.kept = json_incref(kept);
	else
		rc = json_object_update(b->sink.kept, kept);
	pthread_mutex_unlock(&b->sink.lock);
	return rc == 0 ? 0 : ir_fail_mem(err);
}

/* Gives a file its name.  Another thread, for another container, may have done
 * so. */
static int
name(struct ir_bundle *b, const struct ir_item *it, struct ir_err *err)
{
	static pthread_mutex_t one = PTHREAD_MUTEX_INITIALIZER;
	int rc = 0;

	pthread_mutex_lock(&one);
	if (!ir_exists(b->dirfd, it->path))
		rc = ir_rename_new(b->dirfd, it->part->path, it->path, err);
	pthread_mutex_unlock(&one);
	return rc;
}

int
ir_resume_keep(struct ir_bundle *b, struct ir_resume *r, struct ir_err *err)
{
	json_auto_t *kept = json_object();

	if (check_sizes(r, err) == -1 || check_hashes(b, r, err) == -1)
		return -1;
	for (size_t i = 0; i < r->items.n; i++) {
		const struct ir_item *it = r->items.v[i];

		if (!is_kept(r, it))
			continue;
		if (!it->here && name(b, it, err) == -1)
			return -1;
		if (json_object_set_new(
			kept, it->path + strlen(DATA), json_true()) == -1)
			return ir_fail_mem(err);
		r->files++;
		r->bytes += it->bytes;
	}
	return add_kept(b, kept, err);
}
