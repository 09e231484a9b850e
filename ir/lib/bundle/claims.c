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

/* The item of path, or of its part. */
static struct ir_item *
item(struct ir_claims *c, const char *path, bool part, struct ir_err *err)
{
	ir_auto_free char *name =
	    ir_asprintf(err, "%s%s", path, part ? IR_PART : "");

	if (c->items->n >= 2 * IR_MAX_BUNDLE_FILES) {
		ir_fail(err, IR_EFORMAT, "tells of more than %u files",
		    IR_MAX_BUNDLE_FILES);
		return NULL;
	}
	return name != NULL ? ir_items_add(c->items, name, err) : NULL;
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

	if (!json_is_integer(offset) || !json_is_integer(length) || from < 0 ||
	    n <= 0 || n > INT64_MAX - from || !ir_is_hex(cum, 64))
		return malformed(c, line);
	if ((it = item(c, path, true, err)) == NULL)
		return -1;
	if (it->renamed || it->claim > IR_CLAIM_PART ||
	    (it->claim == IR_CLAIM_PART && it->journal != c->journal) ||
	    (uint64_t)from != it->bytes)
		return out_of_turn(c, path);
	it->claim = IR_CLAIM_PART;
	it->journal = c->journal;
	it->bytes = (uint64_t)(from + n);
	strcpy(it->sha, cum);
	return remember(c, it, err);
}

/* The whole file takes the place of its part. */
static int
whole(struct ir_claims *c, const char *path, struct ir_item *part,
    struct ir_item **it, struct ir_err *err)
{
	if ((*it = item(c, path, false, err)) == NULL)
		return -1;
	part->claim = IR_CLAIM_NONE;
	part->renamed = true;
	(*it)->claim = IR_CLAIM_WHOLE;
	(*it)->proven = part->proven;
	part->proven = (struct ir_proven){0};
	return 0;
}

static int
closed(struct ir_claims *c, const struct ir_journal_line *line,
    const char *path, struct ir_err *err)
{
	json_t *size = json_object_get(line->doc, "size");
	const char *sha = ir_json_str(line->doc, "sha256");
	const char *end = ir_json_str(line->doc, "end");
	bool gap = strcmp(end, "gap") == 0;
	struct ir_item *part, *it;

	if (!json_is_integer(size) || json_integer_value(size) < 0 ||
	    !ir_is_hex(sha, 64) || (!gap && strcmp(end, "complete") != 0))
		return malformed(c, line);
	if ((part = it = item(c, path, true, err)) == NULL)
		return -1;
	if (part->renamed || part->claim > IR_CLAIM_PART ||
	    (part->claim == IR_CLAIM_PART && part->journal != c->journal) ||
	    (uint64_t)json_integer_value(size) < part->bytes)
		return out_of_turn(c, path);
	if (gap) {
		part->claim = IR_CLAIM_GAP;
		free(part->why);
		part->why =
		    ir_asprintf(err, "%s", ir_json_str(line->doc, "why"));
		if (part->why == NULL)
			return -1;
	} else if (whole(c, path, part, &it, err) == -1)
		return -1;
	it->journal = c->journal;
	it->bytes = (uint64_t)json_integer_value(size);
	strcpy(it->sha, sha);
	return remember(c, it, err);
}

int
ir_claims_take(
    struct ir_claims *c, const struct ir_journal_line *line, struct ir_err *err)
{
	bool is_chunk = strcmp(line->ev, "chunk") == 0;
	bool is_close = strcmp(line->ev, "stream-close") == 0;
	const char *path = ir_json_str(line->doc, "path");
	size_t n = strlen(path);

	if (!is_chunk && !is_close)
		return 0;
	if (!ir_bundle_path_ok(path) || strncmp(path, "data/", 5) != 0 ||
	    (n >= strlen(IR_PART) &&
		strcmp(path + n - strlen(IR_PART), IR_PART) == 0))
		return malformed(c, line);
	return is_chunk ? chunk(c, line, path, err)
			: closed(c, line, path, err);
}
