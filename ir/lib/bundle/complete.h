/* SPDX-License-Identifier: ISC
 *
 * data/completeness.json: how each collector ended for each target, which
 * files and runs were cut short, and whether anything is missing at all.  It
 * follows from the journals and the files, so that it can be checked.
 */
#ifndef IR_BUNDLE_COMPLETE_H
#define IR_BUNDLE_COMPLETE_H

#include <jansson.h>
#include <stdbool.h>

#include "bundle/record.h"

/** ir_complete_make(uuid, r, gaps): {"v","bundle","status","ledger","gaps",
 * "interrupted","resumed"}; the caller owns it, NULL when memory is out. status
 * is "complete" if no file was cut short that was not taken again, no run that
 * no other brought to its end, and each failed outcome was followed by a
 * collected or empty one of the same collector and target; those that were not
 * have "gap":true. */
json_t *ir_complete_make(
    const char *uuid, const struct ir_record *r, const json_t *gaps);

/** ir_complete_same(written, due): whether what was written says what is due.
 * A list that is empty need not be there: the writer may be older than it.
 * Fields that are not due are ignored. */
bool ir_complete_same(const json_t *written, const json_t *due);

/** ir_complete_ok(doc): whether its status is "complete". */
bool ir_complete_ok(const json_t *doc);

#endif
