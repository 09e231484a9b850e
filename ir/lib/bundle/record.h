/* SPDX-License-Identifier: ISC
 *
 * What all journals of a bundle say together: which files were acquired, how
 * the collectors ended, what was changed on the target, which runs were cut
 * short.  Sealing states it, verifying compares with it.
 */
#ifndef IR_BUNDLE_RECORD_H
#define IR_BUNDLE_RECORD_H

#include <jansson.h>

#include "base/err.h"
#include "bundle/captures.h"
#include "bundle/fault.h"
#include "bundle/items.h"

struct ir_record {
	json_t *ledger;      /* outcomes: [{"run","t","collector","target",
			      * "outcome","why","ms"}] */
	json_t *changes;     /* [{"run","t","what","undo","why"}] */
	json_t *journals;    /* [{"file","lines","head"}] */
	json_t *runs;        /* [{"run","program","actor","vouched"}]: whether
			      * it is signed by whom it names as its actor */
	json_t *interrupted; /* [file] of journals without an end */
	struct ir_captures captures;
	size_t told;     /* bytes of the lines of ledger and changes */
	uint64_t lines;  /* of all journals ... */
	uint64_t proven; /* ... of which signatures vouch for these */

	/* Who ran what; sig is NULL if the run was not signed.  line0 is what
	 * the signature is over.  1 if it is good and its maker trusted. */
	int (*signed_by)(void *arg, const char *file, const char *line0,
	    size_t len, const json_t *run, const char *sig, struct ir_err *err);
	void *arg;
};

/** ir_record_read(r, uuid, open_hash, l, f, err): reads every journal that l
 * has the text of, in the order of their numbers, and puts what they
 * claim of files into l.  A broken chain is CHAIN; a malformed line is HOSTILE,
 * but CHAIN in a journal that is known to be changed since it was listed; more
 * outcomes and changes than IR_MAX_RECORD are HOSTILE; what is wrong with the
 * session's signatures is as in marks.h.
 * r->signed_by may be NULL: nobody is trusted then.  Released by
 * ir_record_free(). */
int ir_record_read(struct ir_record *r, const char *uuid, const char *open_hash,
    struct ir_items *l, struct ir_faults *f, struct ir_err *err);
void ir_record_free(struct ir_record *r);

#endif
