/* SPDX-License-Identifier: ISC
 *
 * Comparing each file below data/ with what the journals attest of it and,
 * once the bundle is sealed, with the manifest: first what is there, then the
 * sizes, and only then the hashes.  In a tar the files come one by one, and
 * each is judged as it comes.
 */
#ifndef IR_BUNDLE_CONTENT_H
#define IR_BUNDLE_CONTENT_H

#include <jansson.h>
#include <stdbool.h>

#include "base/err.h"
#include "bundle/fault.h"
#include "bundle/items.h"

struct ir_content {
	int dirfd; /* -1: all files were given by ir_content_due() */
	struct ir_items *items; /* with claims and, if sealed, listings */
	struct ir_faults *faults;
	bool sealed;   /* each file must be in the manifest */
	bool whole;    /* hash all of every file: its item's "found" */
	uint64_t most; /* no file can be larger: the signed total */
	void (*progress)(void *arg, uint64_t done, uint64_t total);
	void *arg;

	/* Out, the caller's. */
	uint64_t files, bytes;
	json_t *gaps; /* [{"path","bytes","attested_bytes","why",
		       * "taken_again": the run that did, if one did}] */
	/* [{"file","bytes","sha256","whole"}] of an unsealed bundle: what lines
	 * that are signed for say, and what other lines say beyond that. */
	json_t *proven, *attested;
};

/** ir_content_due(c, it): whether the file that comes next should be hashed,
 * which is for the caller.  Files come in the order of their names. */
bool ir_content_due(struct ir_content *c, struct ir_item *it);

/** ir_content_check(c, err): what is wrong becomes a fault, CONTENT. */
int ir_content_check(struct ir_content *c, struct ir_err *err);

#endif
