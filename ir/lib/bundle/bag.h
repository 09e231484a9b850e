/* SPDX-License-Identifier: ISC
 *
 * The tag files that make a directory a bag (RFC 8493, 2.1.1 and 2.2.2), and
 * VERIFY.txt.
 */
#ifndef IR_BUNDLE_BAG_H
#define IR_BUNDLE_BAG_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"
#include "bundle/bundle.h"

#define IR_BAGIT     "bagit.txt"
#define IR_BAGINFO   "bag-info.txt"
#define IR_VERIFYTXT "VERIFY.txt"
#define IR_OPEN      ".open" /* there until the bundle is sealed */

/* Written at the seal, and so in no journal. */
#define IR_COMPLETENESS "data/completeness.json"

#define IR_BAGIT_TEXT "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"

/* How to check a bundle by hand. */
extern const char ir_bag_verify_text[];

/** ir_bag_info(b, uuid, number, who, oxum, err): the text of bag-info.txt; oxum
 * is "<bytes>.<files>", NULL while the payload still grows. */
int ir_bag_info(struct ir_buf *b, const char *uuid, const char *number,
    const struct ir_bundle_who *who, const char *oxum, struct ir_err *err);

/** ir_bag_unfinished(path): whether it is called NAME.tmp, as a program calls
 * what it writes outside data/ until that is whole; one that is killed leaves
 * it. */
bool ir_bag_unfinished(const char *path);

/** ir_bag_knows(path): whether a file of that name, outside data/, belongs into
 * a bundle. */
bool ir_bag_knows(const char *path);

enum ir_bag_state {
	IR_BAG_NONE,   /* no bundle */
	IR_BAG_OPEN,   /* it can be written to */
	IR_BAG_SEALED, /* only acts can be added */
	IR_BAG_BROKEN, /* neither: its .open was removed */
};

/** ir_bag_state(dirfd): which of these the directory is, by what files are
 * there.  A sealing that was killed at its last step left .open behind. */
enum ir_bag_state ir_bag_state(int dirfd);

/** ir_bag_replace(dirfd, path, p, n, err): a whole file in place of one that
 * is there, at once: never called on a sealed bundle. */
int ir_bag_replace(
    int dirfd, const char *path, const void *p, size_t n, struct ir_err *err);

#endif
