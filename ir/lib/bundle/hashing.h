/* SPDX-License-Identifier: ISC
 *
 * Hashing the files of a bundle: of each the whole, and the first bytes that a
 * journal attests, in one pass; many files at a time, as many as there are
 * processors.
 */
#ifndef IR_BUNDLE_HASHING_H
#define IR_BUNDLE_HASHING_H

#include <stdbool.h>

#include "base/err.h"
#include "bundle/fault.h"
#include "bundle/items.h"

/* One file, as its bytes come. */
struct ir_hashing {
	struct ir_item *it;
	struct ir_sha256 *sha;
	uint64_t done;
};

/** ir_hashing_start(h, it, err), ir_hashing_feed(h, p, n, err),
 * ir_hashing_end(h, err): sets it->first once it->bytes of the file have come,
 * it->proven.first in the same way,
 * and it->found at the end, of all that came.  ir_hashing_free() in any
 * case. */
int ir_hashing_start(
    struct ir_hashing *h, struct ir_item *it, struct ir_err *err);
int ir_hashing_feed(
    struct ir_hashing *h, const void *data, size_t n, struct ir_err *err);
int ir_hashing_end(struct ir_hashing *h, struct ir_err *err);
void ir_hashing_free(struct ir_hashing *h);

struct ir_hash_all {
	int dirfd;              /* of the bundle */
	struct ir_items *items; /* those that are "wanted", and have no text */
	bool whole;             /* or no more than what is attested */
	struct ir_faults *faults;
	void (*progress)(
	    void *arg, uint64_t done, uint64_t total); /* or NULL */
	void *arg;
};

/** ir_hash_all(a, err): hashes the files below a->dirfd.  What cannot be read
 * as it should is CONTENT; IR_EIO, IR_EINTR end it. */
int ir_hash_all(const struct ir_hash_all *a, struct ir_err *err);

#endif
