/* SPDX-License-Identifier: ISC
 *
 * Sealing: see seal.h.  The order makes it safe to be killed anywhere: what is
 * written before the signature of the seal entry is written anew by the next
 * try, and the signature is what makes the bundle sealed.
 */
#include "bundle/seal.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/limits.h"
#include "bundle/bag.h"
#include "bundle/complete.h"
#include "bundle/content.h"
#include "bundle/custody.h"
#include "bundle/journal.h"
#include "bundle/manifest.h"
#include "bundle/scan.h"
#include "bundle/stamping.h"
#include "bundle/state.h"
#include "bundle/stream.h"
#include "crypto/sshsig.h"
#include "json/json.h"

struct sealing {
	struct ir_bundle *b;
	const struct ir_bundle_who *who;
	const struct ir_bundle_case *c;
	struct ir_items items; /* all files */
	struct ir_items tags;  /* those of the tag manifest */
	struct ir_faults faults;
	struct ir_record record;
	struct ir_content content;
	struct ir_custody open;
	json_t *complete;
	char manifest[IR_SHA256_HEX], tagmanifest[IR_SHA256_HEX];
};

static int
take_away(int dirfd, const char *path, struct ir_err *err)
{
	if (unlinkat(dirfd, path, 0) == -1 && errno != ENOENT)
		return ir_fail_errno(err, "%s", path);
	return 0;
}

/* The open entry must be signed, by whoever opened. */
static int
sign_open(struct sealing *s, struct ir_err *err)
{
	int dirfd = s->b->dirfd;
	struct ir_sshsig sig;

	if (ir_custody_read(dirfd, IR_CUSTODY_OPEN, &s->open, err) == -1)
		return -1;
	if (s->open.sig != NULL) {
		if (ir_sshsig_verify(s->open.sig, s->open.siglen, IR_NS_CUSTODY,
			s->open.text, s->open.len, &sig, err) == -1)
			return ir_wrap(err, IR_CUSTODY_OPEN ".sig");
		ir_sshsig_free(&sig);
		return 0;
	}
	json_auto_t *doc =
	    ir_json_parse(s->open.text, s->open.len, IR_CUSTODY_OPEN, err);
	if (doc == NULL)
		return -1;
	if (strcmp(ir_json_str(doc, "actor.id"), s->who->id) != 0)
		return ir_fail(err, IR_EPERM,
		    "the bundle was opened by %s and that is not signed yet: "
		    "%s must seal it, or you with --actor if that is you",
		    ir_json_str(doc, "actor.id"), ir_json_str(doc, "actor.id"));
	if (ir_custody_sign(dirfd, IR_CUSTODY_OPEN, s->open.text, s->open.len,
		s->who->key, err) == -1)
		return -1;
	ir_custody_free(&s->open);
	return ir_custody_read(dirfd, IR_CUSTODY_OPEN, &s->open, err);
}

/* What an earlier try, or a program that was killed, left half-done. */
static int
clear(struct sealing *s, struct ir_err *err)
{
	static const char *const remade[] = {
	    IR_COMPLETENESS, IR_MANIFEST, IR_TAGMANIFEST, IR_CUSTODY_SEAL};
	struct ir_items all = {0};
	struct ir_faults faults = {json_array(), IR_VALID};
	int rc = ir_scan(s->b->dirfd, &all, &faults, err);

	for (size_t i = 0; rc == 0 && i < all.n; i++) {
		const char *p = all.v[i]->path;

		if (ir_bag_unfinished(p) && !ir_items_payload(all.v[i]))
			rc = take_away(s->b->dirfd, p, err);
	}
	for (size_t i = 0; rc == 0 && i < sizeof(remade) / sizeof(remade[0]);
	     i++)
		rc = take_away(s->b->dirfd, remade[i], err);
	json_decref(faults.list);
	ir_items_free(&all);
	return rc;
}

/* Everything that is there, against everything that is said of it. */
static int
examine(struct sealing *s, struct ir_err *err)
{
	struct ir_bundle *b = s->b;

	if (ir_scan(b->dirfd, &s->items, &s->faults, err) == -1 ||
	    ir_items_fold(&s->items, &s->faults, err) == -1)
		return -1;
	for (size_t i = 0; i < s->items.n; i++)
		if (!ir_items_payload(s->items.v[i]) &&
		    !ir_bag_knows(s->items.v[i]->path))
			ir_fault(&s->faults, IR_CONTENT, s->items.v[i]->path,
			    "has no place in a bundle: take it out, then seal "
			    "again");
	if (ir_faults_refuse(&s->faults, err) == -1 ||
	    ir_record_read(&s->record, b->uuid, s->open.hash, &s->items,
		&s->faults, err) == -1 ||
	    ir_faults_refuse(&s->faults, err) == -1)
		return -1;
	s->content = (struct ir_content){.dirfd = b->dirfd,
	    .items = &s->items,
	    .faults = &s->faults,
	    .whole = true,
	    .most = UINT64_MAX};
	if (ir_content_check(&s->content, err) == -1)
		return -1;
	return ir_faults_refuse(&s->faults, err);
}

/* Gives whole files the names that their programs could not give them. */
static int
name_pending(struct sealing *s, struct ir_err *err)
{
	for (size_t i = 0; i < s->items.n; i++) {
		struct ir_item *it = s->items.v[i], *part = it->part;

		if (part == NULL || !part->pending)
			continue;
		if (ir_rename_new(s->b->dirfd, part->path, it->path, err) == -1)
			return -1;
		it->here = true;
		strcpy(it->found, part->found);
		part->here = false;
	}
	return 0;
}

static int
write_completeness(struct sealing *s, struct ir_err *err)
{
	ir_auto_free char *text = NULL;
	struct ir_item *it;
	size_t n;

	s->complete = ir_complete_make(s->b->uuid, &s->record, s->content.gaps);
	if (s->complete == NULL)
		return ir_fail_mem(err);
	if ((text = ir_json_pretty(s->complete, err)) == NULL)
		return -1;
	if ((n = strlen(text)) > IR_MAX_JSON)
		return ir_fail(err, IR_EFORMAT,
		    IR_COMPLETENESS ": would be larger than %u bytes",
		    IR_MAX_JSON);
	if (ir_bag_replace(s->b->dirfd, IR_COMPLETENESS, text, n, err) == -1 ||
	    (it = ir_items_add(&s->items, IR_COMPLETENESS, err)) == NULL)
		return -1;
	ir_sha256_mem(text, n, it->found);
	it->here = true;
	s->content.files++;
	s->content.bytes += n;
	return 0;
}

/* A manifest of what lies in l and is hashed, the payload if that is all
 * files; hash is its own. */
static int
write_manifest(struct sealing *s, const char *name, struct ir_items *l,
    char hash[IR_SHA256_HEX], struct ir_err *err)
{
	ir_auto_buf struct ir_buf b = IR_BUF_INIT;

	ir_items_sort(l);
	for (size_t i = 0; i < l->n; i++)
		if (l->v[i]->here && l->v[i]->found[0] != '\0' &&
		    ir_items_payload(l->v[i]) == (l == &s->items))
			ir_manifest_line(&b, l->v[i]->found, l->v[i]->path);
	if (ir_buf_ok(&b, err) == -1)
		return -1;
	ir_sha256_mem(b.p, b.len, hash);
	return ir_bag_replace(s->b->dirfd, name, b.p, b.len, err);
}

static int
add_tag(struct sealing *s, const char *path, struct ir_err *err)
{
	struct ir_item *it = ir_items_add(&s->tags, path, err);
	uint64_t size;
	ir_auto_close int fd = ir_open_regular(s->b->dirfd, path, &size, err);

	if (it == NULL || fd == -1)
		return -1;
	it->here = true;
	return ir_sha256_fd(fd, UINT64_MAX, it->found, &size, path, err);
}

/* The tag files; the journals' hashes go into the record too. */
static int
write_tags(struct sealing *s, struct ir_err *err)
{
	static const char *const fixed[] = {IR_BAGIT, IR_BAGINFO, IR_VERIFYTXT,
	    IR_MANIFEST, IR_CUSTODY_OPEN, IR_CUSTODY_OPEN ".sig"};
	json_t *j;
	size_t i;

	const struct ir_item *stamp =
	    ir_items_here(&s->items, IR_CUSTODY_OPEN IR_TSR);

	for (i = 0; i < sizeof(fixed) / sizeof(fixed[0]); i++)
		if (add_tag(s, fixed[i], err) == -1)
			return -1;
	if (stamp != NULL && add_tag(s, stamp->path, err) == -1)
		return -1;
	json_array_foreach (s->record.journals, i, j) {
		const char *file = ir_json_str(j, "file");

		if (add_tag(s, file, err) == -1)
			return -1;
		json_object_set_new(j, "sha256",
		    json_string(ir_items_get(&s->tags, file)->found));
	}
	return write_manifest(s, IR_TAGMANIFEST, &s->tags, s->tagmanifest, err);
}

static int
write_seal(struct sealing *s, const char *oxum, char head[IR_SHA256_HEX],
    struct ir_err *err)
{
	json_auto_t *entry = ir_custody_entry(
	    s->b->uuid, 1, "seal", &s->open, s->b->case_number, s->c, s->who);
	json_t *seal = json_pack("{s:s, s:s, s:s, s:s, s:O, s:O, s:O}",
	    "status", ir_json_str(s->complete, "status"), "manifest_sha256",
	    s->manifest, "tagmanifest_sha256", s->tagmanifest, "payload_oxum",
	    oxum, "journals", s->record.journals, "changes", s->record.changes,
	    "gaps", s->content.gaps);

	if (entry == NULL || json_object_set_new(entry, "seal", seal) == -1)
		return ir_fail_mem(err);
	return ir_custody_put(
	    s->b->dirfd, IR_CUSTODY_SEAL, entry, s->who->key, head, err);
}

static int
seal(struct sealing *s, char head[IR_SHA256_HEX], struct ir_err *err)
{
	ir_auto_free char *oxum = NULL;
	int dirfd = s->b->dirfd;

	if (clear(s, err) == -1 || sign_open(s, err) == -1 ||
	    examine(s, err) == -1 || name_pending(s, err) == -1 ||
	    write_completeness(s, err) == -1 ||
	    write_manifest(s, IR_MANIFEST, &s->items, s->manifest, err) == -1)
		return -1;
	oxum = ir_asprintf(
	    err, "%" PRIu64 ".%" PRIu64, s->content.bytes, s->content.files);
	if (oxum == NULL ||
	    ir_bag_replace(dirfd, IR_VERIFYTXT, ir_bag_verify_text,
		strlen(ir_bag_verify_text), err) == -1 ||
	    ir_bag_info(dirfd, s->b->uuid, s->b->case_number, s->who, oxum,
		err) == -1 ||
	    write_tags(s, err) == -1 || write_seal(s, oxum, head, err) == -1)
		return -1;
	if (take_away(dirfd, IR_OPEN, err) == -1)
		return -1;
	if (fsync(dirfd) == -1)
		return ir_fail_errno(err, "syncing %s", s->b->dir);
	return 0;
}

int
ir_bundle_clock(const struct ir_bundle *b, struct ir_err *err)
{
	struct ir_custody e;
	int rc = ir_custody_read(b->dirfd, IR_CUSTODY_OPEN, &e, err);

	if (rc == 0)
		rc = ir_custody_clock(&e, IR_CUSTODY_OPEN, err);
	ir_custody_free(&e);
	return rc;
}

static void
sealing_free(struct sealing *s)
{
	ir_items_free(&s->items);
	ir_items_free(&s->tags);
	json_decref(s->faults.list);
	ir_record_free(&s->record);
	json_decref(s->content.gaps);
	json_decref(s->content.proven);
	json_decref(s->content.attested);
	ir_custody_free(&s->open);
	json_decref(s->complete);
}

int
ir_bundle_seal(struct ir_bundle *b, const struct ir_bundle_who *who,
    const struct ir_bundle_case *c, struct ir_seal_result *res,
    struct ir_err *err)
{
	struct sealing s = {.b = b, .who = who, .c = c};
	int rc;

	if (who->key == NULL)
		return ir_fail(err, IR_EUSAGE, "sealing needs a signing key");
	if (b->sink.journal != NULL && !ir_journal_ended(b->sink.journal))
		return ir_fail(err, IR_EINTERNAL,
		    "%s: the journal of this run has not ended", b->dir);
	if (ir_bundle_lock(b, LOCK_EX, err) == -1)
		return -1;
	s.faults.list = json_array();
	rc = seal(&s, res->head, err);
	if (rc == 0) {
		res->files = s.content.files;
		res->bytes = s.content.bytes;
		res->complete = ir_complete_ok(s.complete);
		res->ledger = json_incref(s.complete);
	} else {
		flock(b->lock, LOCK_SH | LOCK_NB);
		ir_wrap(err, "cannot seal %s", b->dir);
	}
	sealing_free(&s);
	return rc;
}
