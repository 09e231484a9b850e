/* SPDX-License-Identifier: ISC
 *
 * Custody entries: one JSON object on one line with a line feed, and beside it
 * a detached SSHSIG in the namespace IR_NS_CUSTODY over the file's exact bytes.
 * Each entry holds the SHA-256 of the one before and of that one's signature.
 */
#ifndef IR_BUNDLE_CUSTODY_H
#define IR_BUNDLE_CUSTODY_H

#include <jansson.h>
#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"
#include "bundle/bundle.h"
#include "crypto/digest.h"

#define IR_CUSTODY_OPEN "custody/0000-open.json"
#define IR_CUSTODY_SEAL "custody/0001-seal.json"

/** ir_custody_name_ok(name, seq): whether name, without "custody/", is that of
 * an entry, "0000-open.json", or of its signature, or of the time-stamp over
 * that, "0000-open.json.sig.tsr". */
bool ir_custody_name_ok(const char *name, unsigned *seq);

/* An entry as it is on the disk; nothing in it has been checked. */
struct ir_custody {
	char *text, *sig; /* sig is NULL if there is none */
	size_t len, siglen;
	char hash[IR_SHA256_HEX], sig_hash[IR_SHA256_HEX];
};

/** ir_custody_read(dirfd, path, e, err): released by ir_custody_free(). */
int ir_custody_read(
    int dirfd, const char *path, struct ir_custody *e, struct ir_err *err);
void ir_custody_free(struct ir_custody *e);

/** ir_custody_parse(e, path, err): the entry as an object that has the fields
 * that all have, as those which this program relies on must be; the caller owns
 * it.  NULL and IR_EFORMAT if it is none. */
json_t *ir_custody_parse(
    const struct ir_custody *e, const char *path, struct ir_err *err);

/** ir_custody_follows(doc, field, hash): whether the field, "prev" or
 * "prev_sig", is that hash; NULL stands for null. */
bool ir_custody_follows(const json_t *doc, const char *field, const char *hash);

/** ir_custody_clock(e, path, err): IR_EFORMAT if the clock is behind the time
 * of the entry, so that an act after it could not be of a later time. */
int ir_custody_clock(
    const struct ir_custody *e, const char *path, struct ir_err *err);

/** ir_custody_entry(uuid, seq, type, prev, number, c, who): the fields that
 * all entries have; prev is the entry before, NULL for the first; c may be
 * NULL.  The caller owns it; NULL when memory is out. */
json_t *ir_custody_entry(const char *uuid, int seq, const char *type,
    const struct ir_custody *prev, const char *number,
    const struct ir_bundle_case *c, const struct ir_bundle_who *who);

/** ir_custody_text(doc, path, b, err): appends the entry as it is signed and
 * stored; path is for the message. */
int ir_custody_text(
    const json_t *doc, const char *path, struct ir_buf *b, struct ir_err *err);

/** ir_custody_put(dirfd, path, doc, key, hash, err): writes the entry and then,
 * unless key is NULL, its signature; hash is the entry's. */
int ir_custody_put(int dirfd, const char *path, const json_t *doc,
    const struct ir_key *key, char hash[IR_SHA256_HEX], struct ir_err *err);

/** ir_custody_sign(dirfd, path, text, len, key, err): adds the signature. */
int ir_custody_sign(int dirfd, const char *path, const char *text, size_t len,
    const struct ir_key *key, struct ir_err *err);

#endif
