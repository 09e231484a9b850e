/* SPDX-License-Identifier: ISC
 *
 * A bundle out of one file, into a new directory.  Nothing in the file is
 * trusted: only plain files that have a place in a bundle come through, and no
 * more of them than the seal says, once that is read: in what ir export makes
 * it comes before the payload.  Another order is taken as well, and directories
 * are passed over, so that a tar that somebody else made of a bundle can be
 * had.
 */
#ifndef IR_BUNDLE_IMPORT_H
#define IR_BUNDLE_IMPORT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "crypto/age.h"

struct ir_import_options {
	const char *dir; /* what is made; NULL: what the file says, here */
	const struct ir_age_identity *id; /* or NULL */
	/* total is 0 as long as it is not known. */
	void (*progress)(
	    void *arg, uint64_t done, uint64_t total); /* or NULL */
	void *arg;
};

struct ir_imported {
	char *dir; /* never like an option or "-"; the caller frees */
	uint64_t files, bytes;
	bool sealed; /* there is a seal; whether it is good is not looked at */
};

/** ir_bundle_import(file, o, res, err): file may be "-".  IR_EEXIST if the
 * directory is there; IR_EFORMAT, with the member, for what is no whole packed
 * bundle; as ir_packed_open() fails.  The directory has a temporary name,
 * ".NAME.XXXXXXXX.tmp", until all is there and synced; a failure takes it
 * away. */
int ir_bundle_import(const char *file, const struct ir_import_options *o,
    struct ir_imported *res, struct ir_err *err);

#endif
