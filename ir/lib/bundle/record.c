/* SPDX-License-Identifier: ISC
 *
 * What all journals of a bundle say together: see record.h.
 */
#include "bundle/record.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/text.h"
#include "bundle/claims.h"
#include "bundle/journal.h"
#include "bundle/lines.h"
#include "bundle/marks.h"
#include "json/json.h"

/* One journal being read. */
struct reading {
	struct ir_record *r;
	struct ir_claims claims;
	struct ir_marks marks;
	const char *uuid;
	json_t *known; /* hash that a journal follows -> whether it was seen */
	const char *head; /* of the journal before */
	json_t *run;      /* line 0 */
	const char *line0;
	size_t len0;
	bool ended;
	bool trusted;    /* its first line is signed by whom it names */
	uint64_t proven; /* lines */
};

static bool
is_journal(const struct ir_item *it, unsigned *number)
{
	return it->here && ir_starts(it->path, "journal/") &&
	       ir_journal_name_ok(it->path + 8, number);
}

/* Whom each journal says it follows, before any is read: so that the hashes of
 * all lines need not be kept. */
static void
first_prev(json_t *known, const struct ir_item *it)
{
	struct ir_lines l = {it->path, it->text, it->size, IR_MAX_JOURNAL_LINE};
	json_auto_t *doc = NULL;
	struct ir_err err; /* what is wrong is found later */
	const char *p;
	size_t n;

	if (ir_lines_next(&l, &p, &n, &err) == 1 &&
	    (doc = ir_json_parse(p, n, it->path, &err)) != NULL &&
	    *ir_json_str(doc, "prev") != '\0')
		json_object_set_new(
		    known, ir_json_str(doc, "prev"), json_false());
}

static int
first_line(
    struct reading *g, const struct ir_journal_line *line, struct ir_err *err)
{
	struct ir_faults *f = g->claims.faults;
	const char *file = g->claims.file;

	json_decref(g->run);
	g->run = json_deep_copy(line->doc);
	g->line0 = line->text;
	g->len0 = line->len;
	if (strcmp(line->ev, "run") != 0)
		ir_fault(f, IR_CHAIN, file, "does not begin with its run line");
	else if (strcmp(ir_json_str(line->doc, "bundle"), g->uuid) != 0)
		ir_fault(f, IR_CHAIN, file, "belongs to another bundle");
	else if (!json_is_true(json_object_get(g->known, line->prev)))
		ir_fault(f, IR_CHAIN, file,
		    "follows a record that is not here: a journal, or the end "
		    "of one, was removed or changed");
	else if (strcmp(line->prev, g->head) != 0)
		ir_fault(f, IR_VALID, file,
		    "ran at the same time as another before it");
	return ir_marks_begin(&g->marks, line, err);
}

/* Each takes some ten times its bytes of memory. */
static bool
too_much(struct reading *g, const struct ir_journal_line *line)
{
	size_t before = g->r->told;

	g->r->told += line->len;
	if (before <= IR_MAX_RECORD && g->r->told > IR_MAX_RECORD)
		ir_fault(g->claims.faults, IR_HOSTILE, g->claims.file,
		    "tells of more outcomes and changes than fit into %u bytes",
		    IR_MAX_RECORD);
	return g->r->told > IR_MAX_RECORD;
}

static int
outcome(struct reading *g, const struct ir_journal_line *line)
{
	json_t *o;

	if (too_much(g, line))
		return 0;
	o = json_pack("{s:i, s:s, s:s, s:s, s:s, s:s, s:I}", "run",
	    (int)g->claims.journal, "t", line->t, "collector",
	    ir_json_str(line->doc, "collector"), "target",
	    ir_json_str(line->doc, "target"), "outcome",
	    ir_json_str(line->doc, "outcome"), "why",
	    ir_json_str(line->doc, "why"), "ms", ir_json_int(line->doc, "ms"));

	return json_array_append_new(g->r->ledger, o);
}

static int
change(struct reading *g, const struct ir_journal_line *line)
{
	json_t *c;

	if (too_much(g, line))
		return 0;
	c = json_pack("{s:i, s:s, s:s, s:s, s:s}", "run",
	    (int)g->claims.journal, "t", line->t, "what",
	    ir_json_str(line->doc, "what"), "undo",
	    ir_json_str(line->doc, "undo"), "why",
	    ir_json_str(line->doc, "why"));

	return json_array_append_new(g->r->changes, c);
}

/* sig is NULL if there is none. */
static int
say_signed(struct reading *g, const char *sig, struct ir_err *err)
{
	int rc;

	if (sig == NULL && g->marks.key.len != 0)
		ir_fault(g->claims.faults, IR_SIGNATURE, g->claims.file,
		    "names a key for its session, and nobody signed that: the "
		    "signature was removed");
	if (g->r->signed_by == NULL || g->run == NULL)
		return 0;
	rc = g->r->signed_by(
	    g->r->arg, g->claims.file, g->line0, g->len0, g->run, sig, err);
	g->trusted = rc == 1;
	return rc == -1 ? -1 : 0;
}

/* What is signed up to here; the claims among it are proven. */
static int
take_signatures(
    struct reading *g, const struct ir_journal_line *line, struct ir_err *err)
{
	bool is_sig = strcmp(line->ev, "sig") == 0;
	int rc;

	if (line->seq == 0)
		return first_line(g, line, err);
	if (line->seq == 1 &&
	    say_signed(g, is_sig ? ir_json_str(line->doc, "sig") : NULL, err) ==
		-1)
		return -1;
	rc = is_sig && line->seq == 1 ? 1 : ir_marks_take(&g->marks, line, err);
	if (rc == 1 && g->trusted) {
		g->proven = line->seq + 1;
		ir_claims_prove(&g->claims);
	}
	return rc == -1 ? -1 : 0;
}

static int
take_line(void *arg, const struct ir_journal_line *line, struct ir_err *err)
{
	struct reading *g = arg;
	int rc = 0;

	/* The end may be signed, and that is all that follows it. */
	if (g->ended && (g->marks.due == NULL || strcmp(line->ev, "sig") != 0))
		ir_fault(g->claims.faults, IR_CHAIN, g->claims.file,
		    "goes on after its end");
	if (take_signatures(g, line, err) == -1)
		return -1;
	if (ir_captures_take(&g->r->captures, &g->claims, line, err) == -1)
		return -1;
	if (strcmp(line->ev, "outcome") == 0)
		rc = outcome(g, line);
	else if (strcmp(line->ev, "change") == 0)
		rc = change(g, line);
	else if (strcmp(line->ev, "end") == 0)
		g->ended = true;
	else if (ir_claims_take(&g->claims, line, err) == -1)
		return -1;
	if (json_object_get(g->known, line->hash) != NULL)
		rc |= json_object_set_new(g->known, line->hash, json_true());
	return rc == 0 ? 0 : ir_fail_mem(err);
}

/* What the reading came to: for the next journal, and for the record. */
static int
conclude(struct reading *g, const struct ir_journal_end *end,
    char head[IR_SHA256_HEX], struct ir_err *err)
{
	json_t *j = json_pack("{s:s, s:I, s:s}", "file", g->claims.file,
	    "lines", (json_int_t)end->lines, "head", end->head);

	if (end->lines == 1 && say_signed(g, NULL, err) == -1) {
		json_decref(j);
		return -1;
	}
	if (end->torn > 0)
		ir_fault(g->claims.faults, IR_VALID, g->claims.file,
		    "its last line was cut short after %llu bytes, and does "
		    "not count",
		    (unsigned long long)end->torn);
	strcpy(head, end->head);
	g->r->lines += end->lines;
	g->r->proven += g->proven;
	if (json_array_append_new(g->r->journals, j) == -1 ||
	    json_array_append_new(g->r->runs,
		json_pack("{s:i, s:s, s:s, s:b}", "run", (int)g->claims.journal,
		    "program", ir_json_str(g->run, "program"), "actor",
		    ir_json_str(g->run, "actor.id"), "vouched", g->trusted)) ==
		-1 ||
	    (!g->ended && json_array_append_new(g->r->interrupted,
			      json_string(g->claims.file)) == -1))
		return ir_fail_mem(err);
	return 0;
}

static int
read_one(struct reading *g, const struct ir_item *it, char head[IR_SHA256_HEX],
    struct ir_err *err)
{
	struct ir_journal_end end;
	const char *file = g->claims.file;

	if (ir_journal_read(
		file, it->text, it->size, take_line, g, &end, err) == -1) {
		if (ir_fault_err(g->claims.faults,
			end.fault == IR_JOURNAL_BROKEN ? IR_CHAIN
						       : g->claims.malformed,
			file, err) == -1)
			return -1;
	} else if (end.lines == 0)
		ir_fault(g->claims.faults, IR_CHAIN, file, "holds no line");
	return conclude(g, &end, head, err);
}

/* Reads the journals in order; known holds what they follow. */
static int
read_all(struct ir_record *r, const char *uuid, const char *open_hash,
    json_t *known, struct ir_items *l, struct ir_faults *f, struct ir_err *err)
{
	char head[IR_SHA256_HEX];
	unsigned number, last = 0;
	size_t n = l->n; /* reading adds more behind */
	int rc = 0;

	strcpy(head, open_hash);
	json_object_set_new(known, open_hash, json_true());
	for (size_t i = 0; rc == 0 && i < n; i++) {
		struct reading g = {
		    .r = r, .uuid = uuid, .known = known, .head = head};

		if (!is_journal(l->v[i], &number))
			continue;
		if (number == last)
			ir_fault(f, IR_CHAIN, l->v[i]->path,
			    "has the number of another journal");
		g.claims = (struct ir_claims){.items = l,
		    .faults = f,
		    .file = l->v[i]->path,
		    .journal = number,
		    .malformed =
			ir_items_changed(l->v[i]) ? IR_CHAIN : IR_HOSTILE};
		g.marks = (struct ir_marks){.faults = f,
		    .file = l->v[i]->path,
		    .malformed = g.claims.malformed};
		rc = read_one(&g, l->v[i], head, err);
		if (last == 0)
			json_object_del(known, open_hash);
		last = number;
		json_decref(g.run);
		ir_claims_free(&g.claims);
		ir_marks_free(&g.marks);
	}
	return rc;
}

int
ir_record_read(struct ir_record *r, const char *uuid, const char *open_hash,
    struct ir_items *l, struct ir_faults *f, struct ir_err *err)
{
	json_auto_t *known = json_object();
	unsigned number;
	int rc;

	r->ledger = json_array();
	r->changes = json_array();
	r->journals = json_array();
	r->runs = json_array();
	r->interrupted = json_array();
	if (ir_captures_start(&r->captures, err) == -1)
		return -1;
	ir_items_sort(l);
	for (size_t i = 0; i < l->n; i++)
		if (is_journal(l->v[i], &number))
			first_prev(known, l->v[i]);
	rc = read_all(r, uuid, open_hash, known, l, f, err);
	ir_items_sort(l);
	return rc;
}

void
ir_record_free(struct ir_record *r)
{
	json_decref(r->ledger);
	json_decref(r->changes);
	json_decref(r->journals);
	json_decref(r->runs);
	json_decref(r->interrupted);
	ir_captures_free(&r->captures);
	*r = (struct ir_record){0};
}
