/* SPDX-License-Identifier: ISC
 *
 * Verifying custody: each act, its signature, and how one follows from the
 * other.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/text.h"
#include "base/time.h"
#include "bundle/bag.h"
#include "bundle/check.h"
#include "crypto/key.h"
#include "crypto/sshsig.h"
#include "json/json.h"

/* The entry being looked at, and the one before it. */
struct acts {
	unsigned due; /* the next number */
	struct ir_custody before;
	int64_t time; /* of the one before */
	size_t bytes; /* of all so far */
};

/* Its place in the chain. */
static void
check_place(struct ir_check *c, struct acts *a, const char *path,
    unsigned number, const json_t *doc)
{
	ir_auto_free char *name = NULL;
	const struct ir_custody *b = &a->before;
	struct ir_faults *f = &c->faults;
	struct ir_err err;
	int64_t when = 0;

	name = ir_asprintf(
	    &err, "custody/%04u-%s.json", number, ir_json_str(doc, "type"));
	if (name != NULL && strcmp(name, path) != 0)
		ir_fault(f, IR_CHAIN, path, "says that it is another act: %s",
		    ir_json_str(doc, "type"));
	if (ir_json_int(doc, "seq") != (json_int_t)number)
		ir_fault(f, IR_CHAIN, path, "says that its number is %lld",
		    (long long)ir_json_int(doc, "seq"));
	if (c->uuid[0] != '\0' &&
	    strcmp(ir_json_str(doc, "bundle"), c->uuid) != 0)
		ir_fault(f, IR_CHAIN, path, "belongs to another bundle");
	if (!ir_custody_follows(doc, "prev", b->text != NULL ? b->hash : NULL))
		ir_fault(f, IR_CHAIN, path,
		    "does not follow the act before it: one of the two was "
		    "changed or exchanged");
	else if (!ir_custody_follows(
		     doc, "prev_sig", b->sig != NULL ? b->sig_hash : NULL))
		ir_fault(f, IR_CHAIN, path,
		    "does not follow the signature of the act before it");
	ir_time_parse(ir_json_str(doc, "time"), &when);
	if (number > 0 && when < a->time)
		ir_fault(f, IR_TIME, path,
		    "is of an earlier time than the act before it");
	a->time = when;
	if ((number == 0) != (strcmp(ir_json_str(doc, "type"), "open") == 0) ||
	    (number == 1) != (strcmp(ir_json_str(doc, "type"), "seal") == 0))
		ir_fault(f, IR_CHAIN, path,
		    "is not the act that is due: open is the first, seal the "
		    "second, and each is there once");
}

/* Signature first, then the text: NULL with 0 if it cannot be read. */
static int
read_signed(struct ir_check *c, const struct ir_custody *e, const char *path,
    json_t **doc, struct ir_signer *by, struct ir_err *err)
{
	const struct ir_signed s = {.object = path,
	    .text = e->text,
	    .len = e->len,
	    .sig = e->sig,
	    .siglen = e->siglen,
	    .ns = IR_NS_CUSTODY};
	struct ir_sshsig key = {0};
	int good = 0, rc = 0;

	if (e->sig == NULL)
		ir_fault(&c->faults, c->sealed ? IR_SIGNATURE : IR_UNSEALED,
		    path, "is not signed: it does not prove who wrote it");
	else if ((good = ir_check_signature(c, &s, &key, err)) == -1)
		return -1;
	*doc = ir_custody_parse(e, path, err);
	/* With a bad signature it is worth no other word. */
	if (*doc == NULL)
		rc = ir_fault_err(&c->faults,
		    good || e->sig == NULL ? IR_HOSTILE : IR_SIGNATURE, path,
		    err);
	else if (good) {
		by->print = ir_key_fingerprint(key.blob, key.len, err);
		rc = by->print == NULL ? -1
				       : ir_check_trust(c, &s, &key,
					     ir_json_str(*doc, "actor.id"),
					     ir_json_str(*doc, "time"), err);
		by->trusted = rc == 1;
		if (rc != -1)
			rc = ir_check_stamp(c, &s, &key, *doc, err);
	}
	ir_sshsig_free(&key);
	return rc == -1 ? -1 : 0;
}

/* open and seal are what the rest of the verifier goes by. */
static void
keep(struct ir_check *c, const struct ir_custody *e, const char *path,
    json_t *doc)
{
	json_t *said =
	    json_pack("{s:s, s:s, s:s}", "actor", ir_json_str(doc, "actor.id"),
		"time", ir_json_str(doc, "time"), "head", e->hash);

	if (strcmp(path, IR_CUSTODY_OPEN) == 0) {
		c->open = json_incref(doc);
		strcpy(c->open_hash, e->hash);
		strcpy(c->uuid, ir_json_str(doc, "bundle"));
		json_object_set(
		    c->summary, "bundle", json_object_get(doc, "bundle"));
		json_object_set(
		    c->summary, "case", json_object_get(doc, "case"));
		json_object_set(c->summary, "opened", said);
	} else if (strcmp(path, IR_CUSTODY_SEAL) == 0) {
		c->seal = json_incref(doc);
		json_object_set(said, "status", ir_json_at(doc, "seal.status"));
		json_object_set(c->summary, "sealed", said);
	}
	json_decref(said);
}

/* The entry and its signature, as they were found; all of it stays the
 * items'. */
static int
find(struct ir_check *c, const struct ir_item *it, struct ir_custody *e,
    struct ir_err *err)
{
	ir_auto_free char *name = ir_asprintf(err, "%s.sig", it->path);
	const struct ir_item *sig;

	if (name == NULL)
		return -1;
	*e = (struct ir_custody){.text = it->text, .len = it->size};
	strcpy(e->hash, it->found);
	sig = ir_items_here(&c->items, name);
	if (sig != NULL) {
		e->sig = sig->text;
		e->siglen = sig->size;
		strcpy(e->sig_hash, sig->found);
	}
	if (e->len > IR_MAX_CUSTODY || e->siglen > IR_MAX_SIG)
		ir_fault(&c->faults, IR_HOSTILE, it->path,
		    "it or its signature is larger than any that we know");
	return 0;
}

static int
check_entry(struct ir_check *c, struct acts *a, const struct ir_item *it,
    unsigned number, struct ir_err *err)
{
	const char *path = it->path;
	struct ir_custody e;
	json_auto_t *doc = NULL;
	struct ir_signer by = {0};
	int rc;

	if (number != a->due)
		ir_fault(&c->faults, IR_CHAIN, path,
		    "act number %u is due here: acts were removed, or one "
		    "number was used twice",
		    a->due);
	a->due = number + 1;
	if (find(c, it, &e, err) == -1)
		return -1;
	a->bytes += e.len + e.siglen;
	if (a->bytes > IR_MAX_JSON)
		ir_fault(&c->faults, IR_HOSTILE, path,
		    "makes all acts together more than %u bytes", IR_MAX_JSON);
	if (c->faults.worst == IR_HOSTILE)
		return 0;
	rc = read_signed(c, &e, path, &doc, &by, err);
	if (rc == 0 && doc != NULL) {
		check_place(c, a, path, number, doc);
		keep(c, &e, path, doc);
		rc = ir_check_act(c, path, e.hash, &by, doc, err);
	}
	free(by.print);
	a->before = e;
	return rc;
}

/* A signature, or a time-stamp, of nothing: both suffixes have four bytes. */
static void
check_stray(struct ir_check *c, const char *path)
{
	ir_auto_free char *entry = strndup(path, strlen(path) - strlen(".sig"));

	if (entry == NULL || !ir_items_here(&c->items, entry))
		ir_fault(
		    &c->faults, IR_CHAIN, path, "what it is over is missing");
}

int
ir_check_custody(struct ir_check *c, struct ir_err *err)
{
	struct acts a = {0};
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < c->items.n; i++) {
		const struct ir_item *it = c->items.v[i];
		const char *path = it->path;
		unsigned number;

		if (!it->here || !ir_starts(path, "custody/") ||
		    !ir_custody_name_ok(path + 8, &number))
			continue;
		if (!ir_ends(path, ".json"))
			check_stray(c, path);
		else if (!c->sealed && strcmp(path, IR_CUSTODY_SEAL) == 0)
			ir_fault(&c->faults, IR_VALID, path,
			    "was left by a sealing that did not come to its "
			    "end");
		else
			rc = check_entry(c, &a, it, number, err);
	}
	if (rc == 0 && a.due == 0)
		ir_fault(&c->faults, IR_CHAIN, IR_CUSTODY_OPEN, "is missing");
	return rc;
}
