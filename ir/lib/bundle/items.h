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

/* data/containers/<id>/run-NNNN/<file> and then as much again. */
#define IR_MAX_DEPTH 16u

/* What the journals say of a file. */
enum ir_claim {
	IR_CLAIM_NONE,
	IR_CLAIM_PART,  /* its first bytes are attested, it was never closed */
	IR_CLAIM_GAP,   /* closed short: all its bytes are attested */
	IR_CLAIM_WHOLE, /* closed whole */
};

/* What of that is in lines that are signed for. */
struct ir_proven {
	enum ir_claim claim;
	uint64_t bytes; /* the first ones: at most as many as are attested */
	char sha[IR_SHA256_HEX];
	char first[IR_SHA256_HEX]; /* of the file's own, once it is hashed */
};

/* How a run that takes a file again found what was left of the first take. */
struct ir_left {
	unsigned run;
	uint64_t size;
	char sha[IR_SHA256_HEX];
};

struct ir_item {
	char *path;
	bool here; /* on the disk, with this size: */
	uint64_t size;
	char *text; /* all of a file that is parsed, as it was when it was
		     * found, with a NUL after it: what is checked is what is
		     * parsed */
	char listed[IR_SHA256_HEX]; /* in a manifest; "" if it is in none */
	enum ir_claim claim;
	uint64_t bytes; /* attested ... */
	char sha[IR_SHA256_HEX];
	char *why;               /* of a gap, or NULL */
	unsigned journal;        /* that claims it */
	struct ir_proven proven; /* perhaps less, or nothing */
	bool fresh;              /* claimed since the last proof */
	bool renamed;            /* a part whose whole file is attested ... */
	bool pending;            /* ... and which was not given its name */
	struct ir_left *left; /* a part that stays beside the whole, or NULL */
	struct ir_item *part; /* what a whole file was called before that */
	bool wanted;          /* it makes sense to hash it */
	char
	    found[IR_SHA256_HEX]; /* of the whole file, once it is hashed ... */
	char first[IR_SHA256_HEX]; /* ... and of its first "bytes" bytes */
};

struct ir_items {
	struct ir_item **v; /* sorted by ir_items_sort(), bytewise */
	size_t n, cap;
	uint64_t tags; /* bytes of all texts */
	void *root;
};

/** ir_items_get(l, path): NULL if there is none. */
struct ir_item *ir_items_get(const struct ir_items *l, const char *path);

/** ir_items_here(l, path): NULL, too, if it is not on the disk. */
struct ir_item *ir_items_here(const struct ir_items *l, const char *path);

/** ir_items_add(l, path, err): the one there is, or a new one. */
struct ir_item *ir_items_add(
    struct ir_items *l, const char *path, struct ir_err *err);
void ir_items_sort(struct ir_items *l);
void ir_items_free(struct ir_items *l);

/** ir_items_fold(l, f, err): names that differ only in case are HOSTILE, and so
 * is one that is a file's and a directory's, as a tar can have it. */
int ir_items_fold(
    const struct ir_items *l, struct ir_faults *f, struct ir_err *err);

/** ir_items_place(l, path, size, f, it, err): a file that was found: *it is
 * its item, or NULL if it has no place in a bundle, which is HOSTILE: a name
 * that is none, more than IR_MAX_DEPTH
 * levels deep, fetch.txt (RFC 8493, 2.2.3: files to
 * be had elsewhere), more than IR_MAX_BUNDLE_FILES; outside data/ a file of
 * more than IR_MAX_TAG_FILE, or of that much with the others. */
int ir_items_place(struct ir_items *l, const char *path, uint64_t size,
    struct ir_faults *f, struct ir_item **it, struct ir_err *err);

/** ir_items_parsed(it): whether it is parsed, and so needs its text: all files
 * outside data/, and data/completeness.json unless it is too large. */
bool ir_items_parsed(const struct ir_item *it);

/** ir_items_text(it, text, len): what the file holds; takes text, and hashes
 * it. */
void ir_items_text(struct ir_item *it, char *text, size_t len);

/** ir_items_payload(it): whether it lies below data/. */
bool ir_items_payload(const struct ir_item *it);

/** ir_items_changed(it): whether it was hashed and is not what is listed. */
bool ir_items_changed(const struct ir_item *it);

/** ir_items_part(it): whether its name ends in ".part". */
bool ir_items_part(const struct ir_item *it);

#endif
