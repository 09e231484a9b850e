/* SPDX-License-Identifier: ISC
 *
 * Receipts: a small signed file that says which act was the newest one of a
 * bundle.  Whoever keeps it in another place can show later that the bundle was
 * rolled back, or replaced.  It is one JSON object on one line with a line
 * feed, and after it an SSHSIG in the namespace IR_NS_RECEIPT over just that
 * line.
 */
#ifndef IR_BUNDLE_RECEIPT_H
#define IR_BUNDLE_RECEIPT_H

#include <jansson.h>

#include "base/err.h"
#include "bundle/bundle.h"

/* What it is called in findings. */
#define IR_RECEIPT "receipt"

/** ir_receipt_make(dir, who, err): a receipt of the sealed bundle as it is now,
 * whose acts must follow on one another; who must have a key.  The caller
 * frees it. */
char *ir_receipt_make(
    const char *dir, const struct ir_bundle_who *who, struct ir_err *err);

/* A receipt taken apart; nothing in it has been checked. */
struct ir_receipt {
	const char *text; /* the line, with its line feed */
	size_t len;
	const char *sig; /* what follows it */
	size_t siglen;
};

/** ir_receipt_split(p, n, r): r points into the n bytes. */
void ir_receipt_split(const char *p, size_t n, struct ir_receipt *r);

/** ir_receipt_parse(r, name, err): the object, once its signature was found
 * good; it has bundle, seq, head, time and actor.id as they must be. */
json_t *ir_receipt_parse(
    const struct ir_receipt *r, const char *name, struct ir_err *err);

#endif
