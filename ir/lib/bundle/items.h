/* SPDX-License-Identifier: ISC
 *
 * The files of a bundle, and all that is said of each: by the disk, by a
 * manifest, by the journals.  Checking a bundle is comparing these.
 */
#ifndef IR_BUNDLE_ITEMS_H
#define IR_BUNDLE_ITEMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "bundle/fault.h"
#include "crypto/digest.h"

/* What the journals say of a file. */
enum ir_claim {
	IR_CLAIM_NONE,
	IR_CLAIM_PART,  /* its first bytes are attested, it was never closed */
	IR_CLAIM_GAP,   /* closed short: all its bytes are attested */
	IR_CLAIM_WHOLE, /* closed whole */
};

struct ir_item {
	char *path;
	bool here; /* on the disk, with this size: */
	uint64_t size;
	char listed[IR_SHA256_HEX]; /* in a manifest; "" if it is in none */
	enum ir_claim claim;
	uint64_t bytes; /* attested ... */
	char sha[IR_SHA256_HEX];
	char *why;                 /* of a gap, or NULL */
	unsigned journal;          /* that claims it */
	bool renamed;              /* a part whose whole file is attested ... */
	bool pending;              /* ... and which was not given its name */
	char found[IR_SHA256_HEX]; /* of the whole file, once it is hashed */
};

struct ir_items {
	struct ir_item **v; /* sorted by ir_items_sort(), bytewise */
	size_t n, cap;
	void *root;
};

/** ir_items_get(l, path): NULL if there is none. */
struct ir_item *ir_items_get(const struct ir_items *l, const char *path);

/** ir_items_add(l, path, err): the one there is, or a new one. */
struct ir_item *ir_items_add(
    struct ir_items *l, const char *path, struct ir_err *err);
void ir_items_sort(struct ir_items *l);
void ir_items_free(struct ir_items *l);

/** ir_items_fold(l, f, err): names that differ only in case are HOSTILE. */
int ir_items_fold(
    const struct ir_items *l, struct ir_faults *f, struct ir_err *err);

/** ir_items_payload(it): whether it lies below data/. */
bool ir_items_payload(const struct ir_item *it);

/** ir_items_changed(it): whether it was hashed and is not what is listed. */
bool ir_items_changed(const struct ir_item *it);

/** ir_items_part(it): whether its name ends in ".part". */
bool ir_items_part(const struct ir_item *it);

#endif
