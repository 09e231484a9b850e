/* SPDX-License-Identifier: ISC
 *
 * What a journal claims of files: see claims.h.
 */
#include "bundle/claims.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/text.h"
#include "bundle/names.h"
#include "bundle/stream.h"
#include "bundle/torn.h"
#include "json/json.h"

static int
malformed(struct ir_claims *c, const struct ir_journal_line *line)
{
	ir_fault(c->faults, c->malformed, c->file,
	    "line %llu: is no proper %s line",
	    (unsigned long long)line->seq + 1, line->ev);
	return 0;
}

static int
out_of_turn(struct ir_claims *c, const char *path)
{
	ir_fault(c->faults, IR_CHAIN, c->file,
	    "claims about %s do not follow from one another", path);
	return 0;
}

static struct ir_item *
item(struct ir_claims *c, const char *path, struct ir_err *err)
{
	if (c->items->n >= 2 * IR_MAX_BUNDLE_FILES) {
		ir_fail(err, IR_EFORMAT, "tells of more than %u files",
		    IR_MAX_BUNDLE_FILES);
		return NULL;
	}
	return ir_items_add(c->items, path, err);
}

/* What the file is called while it is written: 1 and the item of that, or 0 if
 * the line says something else. */
static int
part_of(struct ir_claims *c, const struct ir_journal_line *line,
    const char *path, struct ir_item **it, struct ir_err *err)
{
	const json_t *said = json_object_get(line->doc, "part");
	const char *part = ir_json_str(line->doc, "part");
	ir_auto_free char *first = said == NULL
				       ? ir_asprintf(err, "%s" IR_PART, path)
				       : ir_torn_name(path, c->journal, 1, err);
	ir_auto_free char *second = ir_torn_name(path, c->journal, 2, err);
	const char *name = first;

	if (first == NULL || second == NULL)
		return -1;
	if (said != NULL && strcmp(part, second) == 0)
		name = second;
	else if (said != NULL && strcmp(part, first) != 0)
		return malformed(c, line);
	*it = item(c, name, err);
	return *it != NULL ? 1 : -1;
}

/* Whether this journal can still say something of the part. */
static bool
in_turn(const struct ir_claims *c, const struct ir_item *part)
{
	return !part->renamed && part->left == NULL &&
	       (part->claim == IR_CLAIM_NONE ||
		   (part->claim == IR_CLAIM_PART &&
		       part->journal == c->journal));
}

/* Remembers it until its claims are proven, if ever. */
static int
remember(struct ir_claims *c, struct ir_item *it, struct ir_err *err)
{
	if (it->fresh)
		return 0;
	if (c->n == c->cap) {
		size_t cap = c->cap != 0 ? 2 * c->cap : 16;
		struct ir_item **v =
		    reallocarray(c->fresh, cap, sizeof(struct ir_item *));

		if (v == NULL)
			return ir_fail_mem(err);
		c->fresh = v;
		c->cap = cap;
	}
	c->fresh[c->n++] = it;
	it->fresh = true;
	return 0;
}

void
ir_claims_prove(struct ir_claims *c)
{
	while (c->n > 0) {
		struct ir_item *it = c->fresh[--c->n];

		it->fresh = false;
		it->proven.claim = it->claim;
		it->proven.bytes = it->bytes;
		strcpy(it->proven.sha, it->sha);
	}
}

void
ir_claims_free(struct ir_claims *c)
{
	while (c->n > 0)
		c->fresh[--c->n]->fresh = false;
	free(c->fresh);
	c->fresh = NULL;
}

static int
chunk(struct ir_claims *c, const struct ir_journal_line *line, const char *path,
    struct ir_err *err)
{
	json_t *offset = json_object_get(line->doc, "offset");
	json_t *length = json_object_get(line->doc, "length");
	const char *cum = ir_json_str(line->doc, "cum");
	json_int_t from = json_integer_value(offset);
	json_int_t n = json_integer_value(length);
	struct ir_item *it;
	int rc;

	if (!json_is_integer(offset) || !json_is_integer(length) || from < 0 ||
	    n <= 0 || n > INT64_MAX - from || !ir_is_hex(cum, 64))
		return malformed(c, line);
	if ((rc = part_of(c, line, path, &it, err)) != 1)
		return rc;
	if (!in_turn(c, it) || (uint64_t)from != it->bytes)
		return out_of_turn(c, path);
	it->claim = IR_CLAIM_PART;
	it->journal = c->journal;
	it->bytes = (uint64_t)(from + n);
	strcpy(it->sha, cum);
	return remember(c, it, err);
}

/* The whole file takes the place of its part. */
static void
whole(struct ir_item *it, struct ir_item *part)
{
	part->claim = IR_CLAIM_NONE;
	part->renamed = true;
	it->claim = IR_CLAIM_WHOLE;
	it->part = part;
	it->proven = part->proven;
	part->proven = (struct ir_proven){0};
}

static int
gap(struct ir_item *part, const char *why, struct ir_err *err)
{
	part->claim = IR_CLAIM_GAP;
	free(part->why);
	part->why = ir_asprintf(err, "%s", why);
	return part->why != NULL ? 0 : -1;
}

static int
closed(struct ir_claims *c, const struct ir_journal_line *line,
    const char *path, struct ir_err *err)
{
	json_t *size = json_object_get(line->doc, "size");
	const char *sha = ir_json_str(line->doc, "sha256");
	const char *end = ir_json_str(line->doc, "end");
	bool is_gap = strcmp(end, "gap") == 0;
	struct ir_item *part, *it;
	int rc;

	if (!json_is_integer(size) || json_integer_value(size) < 0 ||
	    !ir_is_hex(sha, 64) || (!is_gap && strcmp(end, "complete") != 0))
		return malformed(c, line);
	if ((rc = part_of(c, line, path, &part, err)) != 1)
		return rc;
	if ((it = item(c, path, err)) == NULL)
		return -1;
	if (!in_turn(c, part) || it->claim != IR_CLAIM_NONE ||
	    (uint64_t)json_integer_value(size) < part->bytes)
		return out_of_turn(c, path);
	if (!is_gap)
		whole(it, part);
	else if (gap(it = part, ir_json_str(line->doc, "why"), err) == -1)
		return -1;
	it->journal = c->journal;
	it->bytes = (uint64_t)json_integer_value(size);
	strcpy(it->sha, sha);
	return remember(c, it, err);
}

/* A part that is left as it is, since the file is taken again. */
static int
torn(struct ir_claims *c, const struct ir_journal_line *line, const char *path,
    struct ir_err *err)
{
	json_t *size = json_object_get(line->doc, "size");
	const char *sha = ir_json_str(line->doc, "sha256");
	const char *name = ir_json_str(line->doc, "part");
	struct ir_item *it;

	if (!json_is_integer(size) || json_integer_value(size) < 0 ||
	    !ir_is_hex(sha, 64) || !ir_torn_is(name, path))
		return malformed(c, line);
	if ((it = item(c, name, err)) == NULL)
		return -1;
	if (it->renamed || it->journal >= c->journal ||
	    (uint64_t)json_integer_value(size) < it->bytes)
		return out_of_turn(c, path);
	if (it->left != NULL) /* by the run before this one, too */
		return (uint64_t)json_integer_value(size) == it->left->size &&
			       strcmp(sha, it->left->sha) == 0
			   ? 0
			   : out_of_turn(c, path);
	if ((it->left = malloc(sizeof(*it->left))) == NULL)
		return ir_fail_mem(err);
	it->left->run = c->journal;
	it->left->size = (uint64_t)json_integer_value(size);
	strcpy(it->left->sha, sha);
	return 0;
}

int
ir_claims_take(
    struct ir_claims *c, const struct ir_journal_line *line, struct ir_err *err)
{
	bool is_chunk = strcmp(line->ev, "chunk") == 0;
	bool is_close = strcmp(line->ev, "stream-close") == 0;
	bool is_torn = strcmp(line->ev, "torn") == 0;
	const char *path = ir_json_str(line->doc, "path");

	if (!is_chunk && !is_close && !is_torn)
		return 0;
	if (!ir_bundle_path_ok(path) || !ir_starts(path, "data/") ||
	    ir_ends(path, IR_PART))
		return malformed(c, line);
	return is_chunk   ? chunk(c, line, path, err)
	       : is_close ? closed(c, line, path, err)
			  : torn(c, line, path, err);
}
