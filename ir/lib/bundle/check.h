/* SPDX-License-Identifier: ISC
 *
 * A bundle being verified: what the files of the verifier share.  Trust flows
 * down: from the signatures to the seal, from the seal to the tag manifest, and
 * from there to all files; what failed its check is not parsed.
 */
#ifndef IR_BUNDLE_CHECK_H
#define IR_BUNDLE_CHECK_H

#include <jansson.h>
#include <stdbool.h>

#include "base/err.h"
#include "bundle/custody.h"
#include "bundle/fault.h"
#include "bundle/holder.h"
#include "bundle/items.h"
#include "bundle/record.h"
#include "bundle/untar.h"
#include "bundle/verify.h"
#include "crypto/digest.h"
#include "crypto/sshsig.h"

struct ir_check {
	int dirfd;            /* -1 for a tar */
	struct ir_untar *tar; /* or NULL */
	const struct ir_verify_options *o;
	struct ir_items items;
	struct ir_faults faults;
	json_t *summary;
	bool sealed;
	bool tags_read;      /* the tag manifest is what was sealed */
	bool files_read;     /* the manifest is */
	json_t *open, *seal; /* custody entries; NULL if they cannot be read */
	char open_hash[IR_SHA256_HEX];
	char uuid[37];
	bool nobody_said; /* that there is no allowed_signers */
	struct ir_record record;
	json_t *acts; /* [{"file","head","actor",...}], see verify.h */
	struct ir_holder holder;
};

/* A signature, and what it is said to be. */
struct ir_signed {
	const char *object; /* for people: the file */
	const char *text;   /* what is signed */
	size_t len;
	const char *sig;
	size_t siglen;
	const char *ns;
};

/** ir_check_signature(c, s, key, err): 1 if it is one, with the key that made
 * it, released by ir_sshsig_free(); 0 if it is not, which is SIGNATURE. */
int ir_check_signature(struct ir_check *c, const struct ir_signed *s,
    struct ir_sshsig *key, struct ir_err *err);

/** ir_check_trust(c, s, key, actor, time, err): 1 if the key is that of the
 * actor, for this purpose, at that time (RFC 3339), by the analyst's own
 * list; else 0, and why. */
int ir_check_trust(struct ir_check *c, const struct ir_signed *s,
    const struct ir_sshsig *key, const char *actor, const char *time,
    struct ir_err *err);

/** ir_check_stamp(c, s, key, doc, err): the time-stamp over the signature of
 * the act s, if there is one; doc is the act. */
int ir_check_stamp(struct ir_check *c, const struct ir_signed *s,
    const struct ir_sshsig *key, const json_t *doc, struct ir_err *err);

/** ir_check_custody(c, err): every entry, its signature and the chain. */
int ir_check_custody(struct ir_check *c, struct ir_err *err);

/* Who signed an act. */
struct ir_signer {
	char *print; /* fingerprint of the key; NULL if there is no good one */
	bool trusted;
};

/** ir_check_act(c, path, hash, by, doc, err): one more act, in the order of the
 * chain, for what they say together. */
int ir_check_act(struct ir_check *c, const char *path, const char *hash,
    const struct ir_signer *by, const json_t *doc, struct ir_err *err);

/** ir_check_lost(c, object, key, time, err): what else was signed with a key
 * that somebody who is trusted has put on record as lost by then. */
int ir_check_lost(struct ir_check *c, const char *object,
    const struct ir_sshsig *key, const char *time, struct ir_err *err);

/** ir_check_history(c, err): after the last one: lost keys, and what the
 * analyst expects. */
int ir_check_history(struct ir_check *c, struct ir_err *err);

/** ir_check_tags(c, err): from the seal to everything outside data/. */
int ir_check_tags(struct ir_check *c, struct ir_err *err);

/** ir_check_unsealed(c): says that nobody sealed it, and how far its journals,
 * which have been read, make up for that. */
void ir_check_unsealed(struct ir_check *c);

#endif
