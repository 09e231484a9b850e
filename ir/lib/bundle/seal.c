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

/* Signs the open entry, if that is this actor's. */
static int
sign_open(struct sealing *s, struct ir_err *err)
{
	int dirfd = s->b->dirfd;
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

/* The open entry must be signed, by whoever opened. */
static int
read_open(struct sealing *s, struct ir_err *err)
{
	struct ir_sshsig sig;

	if (ir_custody_read(s->b->dirfd, IR_CUSTODY_OPEN, &s->open, err) == -1)
		return -1;
	if (s->open.sig == NULL && sign_open(s, err) == -1)
		return -1;
	if (ir_sshsig_verify(s->open.sig, s->open.siglen, IR_NS_CUSTODY,
		s->open.text, s->open.len, &sig, err) == -1)
		return ir_wrap(err, IR_CUSTODY_OPEN ".sig");
	ir_sshsig_free(&sig);
	return 0;
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

/* Takes the file into the tag manifest, as it was when it was examined. */
static int
add_tag(
    struct sealing *s, const char *path, const char *hash, struct ir_err *err)
{
	struct ir_item *it = ir_items_add(&s->tags, path, err);

	if (it == NULL)
		return -1;
	it->here = true;
	strcpy(it->found, hash);
	return 0;
}

static int
write_tag(struct sealing *s, const char *path, const void *p, size_t n,
    struct ir_err *err)
{
	char hash[IR_SHA256_HEX];

	ir_sha256_mem(p, n, hash);
	if (add_tag(s, path, hash, err) == -1)
		return -1;
	return ir_bag_replace(s->b->dirfd, path, p, n, err);
}

/* Those that are written anew. */
static int
write_texts(struct sealing *s, const char *oxum, struct ir_err *err)
{
	ir_auto_buf struct ir_buf files = IR_BUF_INIT, info = IR_BUF_INIT;

	if (ir_manifest_make(&s->items, true, &files, s->manifest, err) == -1 ||
	    ir_bag_info(&info, s->b->uuid, s->b->case_number, s->who, oxum,
		err) == -1 ||
	    write_tag(s, IR_MANIFEST, files.p, files.len, err) == -1 ||
	    write_tag(s, IR_VERIFYTXT, ir_bag_verify_text,
		strlen(ir_bag_verify_text), err) == -1)
		return -1;
	return write_tag(s, IR_BAGINFO, info.p, info.len, err);
}

/* Those that were there; the journals' hashes go into the record too. */
static int
add_tags(struct sealing *s, struct ir_err *err)
{
	const struct ir_item *bagit = ir_items_here(&s->items, IR_BAGIT);
	const struct ir_item *stamp =
	    ir_items_here(&s->items, IR_CUSTODY_OPEN IR_TSR);
	json_t *j;
	size_t i;

	if (bagit == NULL)
		return ir_fail(err, IR_EFORMAT, IR_BAGIT ": is missing");
	if (add_tag(s, bagit->path, bagit->found, err) == -1 ||
	    add_tag(s, IR_CUSTODY_OPEN, s->open.hash, err) == -1 ||
	    add_tag(s, IR_CUSTODY_OPEN ".sig", s->open.sig_hash, err) == -1 ||
	    (stamp != NULL && add_tag(s, stamp->path, stamp->found, err) == -1))
		return -1;
	json_array_foreach (s->record.journals, i, j) {
		const char *file = ir_json_str(j, "file");
		const char *hash = ir_items_get(&s->items, file)->found;

		if (add_tag(s, file, hash, err) == -1)
			return -1;
		json_object_set_new(j, "sha256", json_string(hash));
	}
	return 0;
}

/* What is to be sealed must still be what is there. */
static int
check_still(
    struct sealing *s, const char *path, const char *hash, struct ir_err *err)
{
	char is[IR_SHA256_HEX];
	uint64_t size;
	ir_auto_close int fd = ir_open_regular(s->b->dirfd, path, &size, err);

	if (fd == -1 || ir_sha256_fd(fd, UINT64_MAX, is, &size, path, err))
		return -1;
	if (strcmp(is, hash) == 0)
		return 0;
	return ir_fail(err, IR_EFORMAT,
	    "%s: was changed while the bundle was sealed: find out by whom, "
	    "then seal again",
	    path);
}

static int
write_tagmanifest(struct sealing *s, struct ir_err *err)
{
	ir_auto_buf struct ir_buf b = IR_BUF_INIT;

	if (ir_manifest_make(&s->tags, false, &b, s->tagmanifest, err) == -1 ||
	    ir_bag_replace(s->b->dirfd, IR_TAGMANIFEST, b.p, b.len, err) == -1)
		return -1;
	for (size_t i = 0; i < s->tags.n; i++)
		if (check_still(
			s, s->tags.v[i]->path, s->tags.v[i]->found, err) == -1)
			return -1;
	return check_still(s, IR_TAGMANIFEST, s->tagmanifest, err);
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

	if (clear(s, err) == -1 || read_open(s, err) == -1 ||
	    examine(s, err) == -1 || name_pending(s, err) == -1 ||
	    write_completeness(s, err) == -1)
		return -1;
	oxum = ir_asprintf(
	    err, "%" PRIu64 ".%" PRIu64, s->content.bytes, s->content.files);
	if (oxum == NULL || write_texts(s, oxum, err) == -1 ||
	    add_tags(s, err) == -1 || write_tagmanifest(s, err) == -1 ||
	    write_seal(s, oxum, head, err) == -1)
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
