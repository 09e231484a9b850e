/* SPDX-License-Identifier: ISC
 *
 * Verifying: everything that a bundle says is checked, in this order:
 * structure and names; custody entries, signatures, time-stamps, chain; seal to
 * tag manifest to manifest to files, sizes before hashes; files too many;
 * journals and their checkpoints against the files; the ledger.
 */
#ifndef IR_BUNDLE_VERIFY_H
#define IR_BUNDLE_VERIFY_H

#include <jansson.h>
#include <stdbool.h>

#include "base/err.h"
#include "base/source.h"
#include "bundle/verdict.h"
#include "crypto/revoked.h"
#include "crypto/signers.h"
#include "stamp/stamp.h"

struct ir_verify_options {
	const struct ir_signers *signers; /* NULL: nobody is trusted */
	const struct ir_revoked *revoked; /* keys trusted no more, or NULL */
	const char *case_number;          /* expected, or NULL */
	const char *head;                 /* of an act, expected, or NULL */
	const char *const *expected;      /* "seal=alice@lab" ..., NULL; or
					   * NULL */
	const char *receipt; /* the bytes of a receipt's file, or NULL */
	size_t receipt_len;
	const struct ir_stamp_roots *stamp_roots; /* of time-stamping
						   * authorities, or NULL */
	bool need_stamp; /* the seal must have a time-stamp that counts */
	void (*progress)(
	    void *arg, uint64_t done, uint64_t total); /* or NULL */
	void *arg;
};

struct ir_report {
	enum ir_verdict verdict;
	/* Array of {"verdict":"CONTENT","object":"data/x","what":"words"}; also
	 * "verdict":"NOTE" for what is worth saying and harms nothing. */
	json_t *findings;
	/* Object, as far as it could be read: bundle, case, opened {actor,
	 * time,head}, sealed {actor,time,head,status}, files, bytes, journals
	 * (how many), changes [{run,t,what,undo,why}], gaps [{path,bytes,
	 * attested_bytes,why,taken_again}], custody [{file,seq,type,time,actor,
	 * name,fingerprint,trusted,head,to,condition,verdict,key}], holder,
	 * in_transit (to whom, or null), disposed, held (see holder.h), and
	 * for an unsealed one proven and attested [{file,bytes,sha256,whole}]:
	 * the first bytes, or the whole, of each file, as the lines of journals
	 * say that trusted signatures vouch for, and as other lines say beyond
	 * that; stamps [{act,time,accuracy_ms,authority,vouched}], if there are
	 * any. */
	json_t *summary;
};

/** ir_bundle_verify(dirfd, o, report, err): -1 only for what is not a verdict:
 * IR_EIO cannot read, IR_EINTR.  What is no bundle at all is IR_HOSTILE.
 * Released by ir_report_free(). */
int ir_bundle_verify(int dirfd, const struct ir_verify_options *o,
    struct ir_report *report, struct ir_err *err);

/** ir_bundle_verify_tar(src, name, o, report, err): the same for a packed
 * bundle, in one pass.  Takes src, in a failure too. */
int ir_bundle_verify_tar(struct ir_source *src, const char *name,
    const struct ir_verify_options *o, struct ir_report *report,
    struct ir_err *err);

/** ir_report_hostile(report, object, err): what failed with IR_EFORMAT before
 * it could be verified, as a verdict; any other failure is none, and -1. */
int ir_report_hostile(
    struct ir_report *report, const char *object, const struct ir_err *err);

void ir_report_free(struct ir_report *r);

#endif
