/* SPDX-License-Identifier: ISC
 *
 * Verifying a bundle: see verify.h.
 */
#include "bundle/verify.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/text.h"
#include "bundle/bag.h"
#include "bundle/check.h"
#include "bundle/complete.h"
#include "bundle/content.h"
#include "bundle/scan.h"
#include "crypto/sshsig.h"
#include "json/json.h"

/* The signature over the first line of a journal. */
static int
check_run(void *arg, const char *file, const char *line0, size_t len,
    const json_t *run, const char *sig, struct ir_err *err)
{
	struct ir_check *c = arg;
	const char *actor = ir_json_str(run, "actor.id");
	struct ir_signed s = {.object = file,
	    .text = line0,
	    .len = len,
	    .sig = sig,
	    .ns = IR_NS_JOURNAL};
	struct ir_sshsig key = {0};
	int rc;

	if (sig == NULL) {
		ir_fault(&c->faults, IR_VALID, file,
		    "%s ran %s without a key: %s", actor,
		    ir_json_str(run, "program"),
		    c->sealed ? "only the seal vouches for it"
			      : "nothing proves who it was");
		return 0;
	}
	s.siglen = strlen(sig);
	rc = ir_check_signature(c, &s, &key, err);
	if (rc == 1)
		rc = ir_check_trust(
		    c, &s, &key, actor, ir_json_str(run, "t"), err);
	/* It is still that person's, so that what it proves is counted. */
	if (rc == 1 &&
	    ir_check_lost(c, file, &key, ir_json_str(run, "t"), err) == -1)
		rc = -1;
	ir_sshsig_free(&key);
	return rc;
}

/* What the seal says of the journals, against what they are. */
static void
check_heads(struct ir_check *c)
{
	const json_t *sealed = ir_json_at(c->seal, "seal.journals"), *j;
	size_t i, n = json_array_size(sealed);

	if (n != json_array_size(c->record.journals))
		ir_fault(&c->faults, IR_CHAIN, "journal",
		    "%zu journals were sealed, and %zu are here", n,
		    json_array_size(c->record.journals));
	json_array_foreach (c->record.journals, i, j) {
		const json_t *s = json_array_get(sealed, i);

		if (s == NULL ||
		    strcmp(ir_json_str(s, "file"), ir_json_str(j, "file")) !=
			0 ||
		    strcmp(ir_json_str(s, "head"), ir_json_str(j, "head")) !=
			0 ||
		    ir_json_int(s, "lines") != ir_json_int(j, "lines"))
			ir_fault(&c->faults, IR_CHAIN, ir_json_str(j, "file"),
			    "does not end as it did when it was sealed");
	}
}

/* The totals that were signed; no file is larger. */
static uint64_t
sealed_bytes(struct ir_check *c, uint64_t *files)
{
	const char *sealed = ir_json_str(c->seal, "seal.payload_oxum");
	uint64_t bytes = UINT64_MAX;

	*files = UINT64_MAX;
	if (c->seal != NULL &&
	    sscanf(sealed, "%" SCNu64 ".%" SCNu64, &bytes, files) != 2)
		ir_fault(&c->faults, IR_HOSTILE, IR_CUSTODY_SEAL,
		    "payload_oxum is not what it should be");
	return bytes;
}

static void
check_oxum(struct ir_check *c, uint64_t most, uint64_t n)
{
	const char *sealed = ir_json_str(c->seal, "seal.payload_oxum");
	uint64_t bytes = 0, files = 0;
	char found[64], here[32], due[32];

	if (c->seal == NULL)
		return;
	for (size_t i = 0; i < c->items.n; i++)
		if (c->items.v[i]->here && ir_items_payload(c->items.v[i])) {
			bytes += c->items.v[i]->size;
			files++;
		}
	snprintf(found, sizeof(found), "%" PRIu64 ".%" PRIu64, bytes, files);
	ir_files(here, files);
	ir_files(due, n);
	if (strcmp(sealed, found) != 0)
		ir_fault(&c->faults, IR_CONTENT, "data",
		    "holds %" PRIu64 " bytes in %s; %" PRIu64
		    " bytes in %s were sealed",
		    bytes, here, most, due);
}

static void
tell_cut(struct ir_check *c, const json_t *gap)
{
	json_int_t again = ir_json_int(gap, "taken_again");

	if (again != 0)
		ir_fault(&c->faults, IR_VALID, ir_json_str(gap, "path"),
		    "was cut short, %lld of its %lld bytes are attested; run "
		    "%lld took the file again, whole, and left this as it was",
		    (long long)ir_json_int(gap, "attested_bytes"),
		    (long long)ir_json_int(gap, "bytes"), (long long)again);
	else
		ir_fault(&c->faults, IR_INCOMPLETE, ir_json_str(gap, "path"),
		    "was cut short: %lld of its %lld bytes are attested: %s",
		    (long long)ir_json_int(gap, "attested_bytes"),
		    (long long)ir_json_int(gap, "bytes"),
		    ir_json_str(gap, "why"));
}

/* What is missing, said so by the bundle itself. */
static void
tell_gaps(struct ir_check *c, const json_t *complete)
{
	const json_t *g;
	size_t i;

	json_array_foreach (ir_json_at(complete, "ledger"), i, g)
		if (ir_json_true(g, "gap"))
			ir_fault(&c->faults, IR_INCOMPLETE,
			    ir_json_str(g, "target"),
			    "%s was not collected: %s",
			    ir_json_str(g, "collector"), ir_json_str(g, "why"));
	json_array_foreach (ir_json_at(complete, "gaps"), i, g)
		tell_cut(c, g);
	json_array_foreach (ir_json_at(complete, "interrupted"), i, g)
		ir_fault(&c->faults, IR_INCOMPLETE, json_string_value(g),
		    "has no end: its program was killed");
	json_array_foreach (ir_json_at(complete, "resumed"), i, g)
		ir_fault(&c->faults, IR_VALID, ir_json_str(g, "file"),
		    "was cut off; run %lld went on with it and came to its end",
		    (long long)ir_json_int(g, "by"));
}

/* What was sealed of completeness must be what follows from the journals. */
static int
check_complete(struct ir_check *c, const json_t *complete, const json_t *gaps,
    struct ir_err *err)
{
	const struct ir_item *it = ir_items_here(&c->items, IR_COMPLETENESS);
	json_auto_t *written = NULL;

	if (it == NULL) /* not listed, or it is said already */
		ir_fault(&c->faults, IR_CONTENT, IR_COMPLETENESS, "is missing");
	else if (!(written = ir_json_parse(
		       it->text, it->size, IR_COMPLETENESS, err)))
		return ir_fault_err(
		    &c->faults, IR_HOSTILE, IR_COMPLETENESS, err);
	else if (!ir_complete_same(written, complete))
		ir_fault(&c->faults, IR_CONTENT, IR_COMPLETENESS,
		    "does not follow from the journals");
	if (strcmp(ir_json_str(c->seal, "seal.status"),
		ir_json_str(complete, "status")) != 0 ||
	    !json_equal(ir_json_at(c->seal, "seal.gaps"), gaps) ||
	    !json_equal(ir_json_at(c->seal, "seal.changes"), c->record.changes))
		ir_fault(&c->faults, IR_CONTENT, IR_CUSTODY_SEAL,
		    "its status, gaps and changes do not follow from the "
		    "journals");
	return 0;
}

/* The files of a tar come now; those of a directory are known. */
static int
look_at_payload(struct ir_check *c, struct ir_content *k, struct ir_err *err)
{
	uint64_t files;

	k->most = sealed_bytes(c, &files);
	if (c->tar != NULL &&
	    (ir_untar_data(c->tar, k, err) == -1 ||
		ir_items_fold(&c->items, &c->faults, err) == -1))
		return -1;
	if (c->faults.worst == IR_HOSTILE)
		return 0;
	check_oxum(c, k->most, files);
	return ir_content_check(k, err);
}

static int
check_content(struct ir_check *c, struct ir_err *err)
{
	struct ir_content k = {.dirfd = c->dirfd,
	    .items = &c->items,
	    .faults = &c->faults,
	    .sealed = c->files_read,
	    .whole = c->files_read,
	    .progress = c->o->progress,
	    .arg = c->o->arg};
	json_auto_t *complete = NULL;
	int rc = look_at_payload(c, &k, err);

	if (rc == 0 && k.gaps == NULL) /* HOSTILE: none of it is worth a word */
		return 0;
	complete = ir_complete_make(c->uuid, &c->record, k.gaps);
	if (rc == 0 && complete == NULL)
		rc = ir_fail_mem(err);
	if (rc == 0 && c->files_read && c->faults.worst < IR_CONTENT)
		rc = check_complete(c, complete, k.gaps, err);
	if (rc == 0)
		tell_gaps(c, complete);
	json_object_set_new(
	    c->summary, "files", json_integer((json_int_t)k.files));
	json_object_set_new(
	    c->summary, "bytes", json_integer((json_int_t)k.bytes));
	json_object_set_new(c->summary, "journals",
	    json_integer((json_int_t)json_array_size(c->record.journals)));
	json_object_set(c->summary, "changes", c->record.changes);
	json_object_set(c->summary, "runs", c->record.runs);
	json_object_set_new(c->summary, "gaps", k.gaps);
	json_object_set_new(c->summary, "proven", k.proven);
	json_object_set_new(c->summary, "attested", k.attested);
	return rc;
}

static void
check_case(struct ir_check *c)
{
	const char *number = ir_json_str(c->open, "case");

	if (c->o->case_number != NULL && strcmp(c->o->case_number, number) != 0)
		ir_fault(&c->faults, IR_SIGNATURE, IR_CUSTODY_OPEN,
		    "is of the case %s, not of %s", number, c->o->case_number);
}

/* All that there is, before any of it is believed. */
static int
gather(struct ir_check *c, struct ir_err *err)
{
	if (c->tar != NULL)
		return ir_untar_tags(c->tar, &c->items, &c->faults, err);
	/* Some other directory is not worth a list of all that is odd in it. */
	if (ir_exists(c->dirfd, IR_BAGIT) ||
	    ir_exists(c->dirfd, IR_CUSTODY_OPEN))
		return ir_scan(c->dirfd, &c->items, &c->faults, err);
	return 0;
}

/* In order; what follows makes no sense once something is HOSTILE. */
static int
check(struct ir_check *c, struct ir_err *err)
{
	const struct ir_items *l = &c->items;

	if (gather(c, err) == -1 &&
	    ir_fault_err(&c->faults, IR_HOSTILE, "bundle", err) == -1)
		return -1;
	if (c->faults.worst < IR_HOSTILE && !ir_items_here(l, IR_BAGIT) &&
	    !ir_items_here(l, IR_CUSTODY_OPEN))
		ir_fault(&c->faults, IR_HOSTILE, "bundle",
		    "is no bundle: it has neither " IR_BAGIT
		    " nor " IR_CUSTODY_OPEN);
	if (c->faults.worst == IR_HOSTILE)
		return 0;
	c->sealed = ir_items_here(l, IR_CUSTODY_SEAL) &&
		    (ir_items_here(l, IR_CUSTODY_SEAL ".sig") ||
			!ir_items_here(l, IR_OPEN));
	if (ir_items_fold(&c->items, &c->faults, err) == -1 ||
	    ir_check_custody(c, err) == -1)
		return -1;
	if (c->faults.worst == IR_HOSTILE || c->open == NULL)
		return 0;
	check_case(c);
	if (ir_check_history(c, err) == -1)
		return -1;
	if (c->faults.worst == IR_HOSTILE)
		return 0;
	if (ir_check_tags(c, err) == -1 ||
	    ir_items_fold(&c->items, &c->faults, err) == -1)
		return -1;
	if (c->faults.worst == IR_HOSTILE)
		return 0;
	c->record.signed_by = check_run;
	c->record.arg = c;
	if (ir_record_read(&c->record, c->uuid, c->open_hash, &c->items,
		&c->faults, err) == -1)
		return -1;
	if (c->faults.worst == IR_HOSTILE)
		return 0;
	if (c->seal != NULL)
		check_heads(c);
	if (!c->sealed)
		ir_check_unsealed(c);
	return check_content(c, err);
}

static int
verify(struct ir_check *c, struct ir_report *report, struct ir_err *err)
{
	int rc;

	c->faults = (struct ir_faults){json_array(), IR_VALID};
	c->summary = json_object();
	c->acts = json_array();
	rc = check(c, err);
	ir_items_free(&c->items);
	ir_record_free(&c->record);
	json_decref(c->open);
	json_decref(c->seal);
	json_decref(c->acts);
	ir_holder_free(&c->holder);
	*report =
	    (struct ir_report){c->faults.worst, c->faults.list, c->summary};
	if (rc == -1)
		ir_report_free(report);
	return rc;
}

int
ir_bundle_verify(int dirfd, const struct ir_verify_options *o,
    struct ir_report *report, struct ir_err *err)
{
	struct ir_check c = {.dirfd = dirfd, .o = o};

	return verify(&c, report, err);
}

int
ir_bundle_verify_tar(struct ir_source *src, const char *name,
    const struct ir_verify_options *o, struct ir_report *report,
    struct ir_err *err)
{
	struct ir_untar tar;
	struct ir_check c = {.dirfd = -1, .tar = &tar, .o = o};
	int rc;

	*report = (struct ir_report){0};
	if (ir_untar_open(&tar, src, name, err) == -1)
		return ir_report_hostile(report, name, err);
	rc = verify(&c, report, err);
	ir_untar_close(&tar);
	return rc;
}

int
ir_report_hostile(
    struct ir_report *report, const char *object, const struct ir_err *err)
{
	struct ir_faults f = {NULL, IR_VALID};

	if (err->code != IR_EFORMAT)
		return -1;
	f.list = json_array();
	ir_fault_err(&f, IR_HOSTILE, object, err);
	*report = (struct ir_report){f.worst, f.list, json_object()};
	return 0;
}

void
ir_report_free(struct ir_report *r)
{
	json_decref(r->findings);
	json_decref(r->summary);
	*r = (struct ir_report){0};
}
