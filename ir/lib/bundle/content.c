/* SPDX-License-Identifier: ISC
 *
 * Comparing files with what is said of them: see content.h.
 */
#include "bundle/content.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/limits.h"
#include "bundle/bag.h"
#include "bundle/fields.h"
#include "bundle/hashing.h"
#include "bundle/stream.h"
#include "bundle/torn.h"

static bool
is_completeness(const struct ir_item *it)
{
	return strcmp(it->path, IR_COMPLETENESS) == 0;
}

/* A program was killed after it said that a file is whole and before it gave
 * the file its name: the part is that file. */
static void
find_pending(struct ir_item *it)
{
	struct ir_item *part = it->part;

	if (it->here || it->claim != IR_CLAIM_WHOLE || !part->here)
		return;
	part->pending = true;
	part->claim = IR_CLAIM_WHOLE;
	part->bytes = it->bytes;
	strcpy(part->sha, it->sha);
	part->proven = it->proven;
	it->claim = it->proven.claim = IR_CLAIM_NONE;
}

/* What part is, or was to be, a part of: NULL if nothing is said of that. */
static struct ir_item *
whole_of(const struct ir_content *c, const char *part)
{
	char name[IR_MAX_PATH];
	size_t n = strlen(part) - strlen(IR_PART);
	struct ir_item *it;
	char *dot;

	if (n >= sizeof(name))
		return NULL;
	memcpy(name, part, n);
	name[n] = '\0';
	it = ir_items_get(c->items, name);
	if (it != NULL && it->part != NULL)
		return it;
	/* ".0002" or ".0002-2" of another take: up to the last dot. */
	if ((dot = strrchr(name, '.')) == NULL)
		return NULL;
	*dot = '\0';
	it = ir_torn_is(part, name) ? ir_items_get(c->items, name) : NULL;
	return it != NULL && it->part != NULL ? it : NULL;
}

/* The run that took whole what part is only the beginning of, or 0. */
static unsigned
taken_again(const struct ir_content *c, const struct ir_item *part)
{
	const struct ir_item *it = whole_of(c, part->path);

	if (it == NULL || it->part == part || it->journal < part->journal)
		return 0;
	return it->here || it->part->pending ? it->journal : 0;
}

static void
check_presence(struct ir_content *c, const struct ir_item *it)
{
	struct ir_faults *f = c->faults;
	bool listed = it->listed[0] != '\0';

	if (!it->here) {
		if (listed)
			ir_fault(f, IR_CONTENT, it->path,
			    "is missing: the manifest lists it");
		else if (it->claim != IR_CLAIM_NONE)
			ir_fault(f, IR_CONTENT, it->path,
			    "is missing: the journals attest %" PRIu64
			    " bytes of it",
			    it->bytes);
		else if (it->left != NULL)
			ir_fault(f, IR_CONTENT, it->path,
			    "is missing: it had %" PRIu64
			    " bytes when run %u left it as it was",
			    it->left->size, it->left->run);
		return;
	}
	if (c->sealed && !listed)
		ir_fault(f, IR_CONTENT, it->path,
		    "is not in the manifest: it was added after the sealing");
	else if (it->renamed && !it->pending)
		ir_fault(f, IR_CONTENT, it->path,
		    "lies beside the whole file: nothing that we know leaves "
		    "it there");
	else if (ir_items_part(it) && it->claim == IR_CLAIM_NONE &&
		 it->left == NULL && taken_again(c, it) != 0)
		ir_fault(f, IR_CONTENT, it->path,
		    "lies beside the whole file, and no journal says that it "
		    "was left there");
	else if (it->claim == IR_CLAIM_NONE && !ir_items_part(it) &&
		 !is_completeness(it))
		ir_fault(f, IR_CONTENT, it->path,
		    "no journal says that it was acquired");
}

/* Whether it makes sense to hash it. */
static bool
check_size(struct ir_content *c, const struct ir_item *it)
{
	struct ir_faults *f = c->faults;

	if (!it->here)
		return false;
	if (is_completeness(it)) {
		if (it->size > IR_MAX_JSON)
			ir_fault(f, IR_CONTENT, it->path,
			    "is larger than %u bytes", IR_MAX_JSON);
		return it->size <= IR_MAX_JSON;
	}
	if (it->size > c->most) {
		ir_fault(f, IR_CONTENT, it->path,
		    "has %" PRIu64 " bytes, more than all that was sealed",
		    it->size);
		return false;
	}
	if (it->left != NULL && it->size != it->left->size) {
		ir_fault(f, IR_CONTENT, it->path,
		    "has %" PRIu64 " bytes, and had %" PRIu64
		    " when run %u left it as it was",
		    it->size, it->left->size, it->left->run);
		return false;
	}
	if (it->claim == IR_CLAIM_NONE)
		return (c->whole || it->left != NULL) && ir_items_part(it);
	if (it->claim == IR_CLAIM_PART ? it->size >= it->bytes
				       : it->size == it->bytes)
		return true;
	ir_fault(f, IR_CONTENT, it->path,
	    "has %" PRIu64 " bytes where %" PRIu64 " were acquired", it->size,
	    it->bytes);
	return false;
}

static void
modified(struct ir_content *c, const struct ir_item *it, uint64_t bytes,
    const char *got, const char *was)
{
	ir_fault(c->faults, IR_CONTENT, it->path,
	    "was modified: the SHA-256 of its %s%" PRIu64
	    " bytes is %s, and was %s when they were acquired",
	    bytes < it->size ? "first " : "", bytes, got, was);
}

static int
add(json_t *list, const struct ir_item *it, enum ir_claim claim, uint64_t bytes,
    const char *sha, struct ir_err *err)
{
	json_t *v = json_pack("{s:s, s:I, s:s, s:b}", "file", it->path, "bytes",
	    (json_int_t)bytes, "sha256", sha, "whole", claim == IR_CLAIM_WHOLE);

	return json_array_append_new(list, v) == 0 ? 0 : ir_fail_mem(err);
}

/* What is signed for of the file, and what is attested, against its bytes. */
static int
check_claims(struct ir_content *c, const struct ir_item *it, struct ir_err *err)
{
	const struct ir_proven *p = &it->proven;
	bool all = p->claim == it->claim && p->bytes == it->bytes &&
		   strcmp(p->sha, it->sha) == 0;

	if (it->claim == IR_CLAIM_NONE)
		return 0;
	if (!all && p->claim != IR_CLAIM_NONE) {
		if (strcmp(p->first, p->sha) != 0) {
			modified(c, it, p->bytes, p->first, p->sha);
			return 0;
		}
		if (!c->sealed &&
		    add(c->proven, it, p->claim, p->bytes, p->sha, err) == -1)
			return -1;
	}
	if (strcmp(it->first, it->sha) != 0) {
		modified(c, it, it->bytes, it->first, it->sha);
		return 0;
	}
	if (it->pending)
		ir_fault(c->faults, IR_VALID, it->path,
		    "is whole: its program was killed before it could take "
		    "away the .part");
	return c->sealed ? 0
			 : add(all ? c->proven : c->attested, it, it->claim,
			       it->bytes, it->sha, err);
}

static int
check_hash(struct ir_content *c, struct ir_item *it, struct ir_err *err)
{
	if (it->found[0] == '\0') /* it could not be read, and that is said */
		return 0;
	if (ir_items_changed(it)) {
		ir_fault(c->faults, IR_CONTENT, it->path,
		    "was modified: its SHA-256 is %s, and the manifest says %s",
		    it->found, it->listed);
		return 0;
	}
	if (it->left != NULL && strcmp(it->found, it->left->sha) != 0) {
		ir_fault(c->faults, IR_CONTENT, it->path,
		    "was modified: its SHA-256 is %s, and was %s when run %u "
		    "left it as it was",
		    it->found, it->left->sha, it->left->run);
		return 0;
	}
	return check_claims(c, it, err);
}

static int
note_gap(struct ir_content *c, const struct ir_item *it, struct ir_err *err)
{
	const char *why = it->why;
	unsigned again;
	json_t *g;

	if (!it->here || !ir_items_part(it) || it->pending)
		return 0;
	if (why == NULL)
		why = it->claim == IR_CLAIM_PART
			  ? "its program was killed; what follows the attested "
			    "bytes is not proven"
			  : "its program was killed before any of it was "
			    "attested";
	g = json_pack("{s:s, s:I, s:I, s:o}", "path", it->path, "bytes",
	    (json_int_t)it->size, "attested_bytes", (json_int_t)it->bytes,
	    "why", ir_fields_text(why));
	if ((again = taken_again(c, it)) != 0)
		json_object_set_new(
		    g, "taken_again", json_integer((json_int_t)again));
	return json_array_append_new(c->gaps, g) == 0 ? 0 : ir_fail_mem(err);
}

/* What can be said without reading any of it. */
static int
check_outside(struct ir_content *c, struct ir_err *err)
{
	bool streamed = c->dirfd == -1;

	for (size_t i = 0; !streamed && i < c->items->n; i++)
		find_pending(c->items->v[i]);
	for (size_t i = 0; i < c->items->n; i++) {
		struct ir_item *it = c->items->v[i];

		if (!ir_items_payload(it))
			continue;
		check_presence(c, it);
		if (!streamed)
			it->wanted = check_size(c, it);
		if (it->here) {
			c->files++;
			c->bytes += it->size;
		}
		if (note_gap(c, it, err) == -1)
			return -1;
	}
	return 0;
}

bool
ir_content_due(struct ir_content *c, struct ir_item *it)
{
	struct ir_item *of = ir_items_part(it) ? whole_of(c, it->path) : NULL;

	if (of != NULL)
		find_pending(of);
	it->wanted = check_size(c, it);
	return it->wanted;
}

int
ir_content_check(struct ir_content *c, struct ir_err *err)
{
	const struct ir_hash_all all = {.dirfd = c->dirfd,
	    .items = c->items,
	    .whole = c->whole,
	    .faults = c->faults,
	    .progress = c->progress,
	    .arg = c->arg};

	c->gaps = json_array();
	c->proven = json_array();
	c->attested = json_array();
	if (check_outside(c, err) == -1 ||
	    (c->dirfd != -1 && ir_hash_all(&all, err) == -1))
		return -1;
	for (size_t i = 0; i < c->items->n; i++)
		if (c->items->v[i]->wanted &&
		    check_hash(c, c->items->v[i], err) == -1)
			return -1;
	return 0;
}
