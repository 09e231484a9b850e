/* SPDX-License-Identifier: ISC
 *
 * What was found wrong with a bundle, in words for people, and how bad the
 * worst of it is.
 */
#ifndef IR_BUNDLE_FAULT_H
#define IR_BUNDLE_FAULT_H

#include <jansson.h>

#include "base/err.h"
#include "bundle/verdict.h"

/* More than this is not read by anyone, and a hostile bundle could make them
 * without end. */
#define IR_MAX_FAULTS 1000

struct ir_faults {
	json_t *list; /* [{"verdict","object","what"}] */
	enum ir_verdict worst;
};

/** ir_fault(f, v, object, fmt, ...): one more; IR_VALID makes it a "NOTE".
 * Outside bytes may stand in object and in the arguments. */
void ir_fault(struct ir_faults *f, enum ir_verdict v, const char *object,
    const char *fmt, ...) __attribute__((format(printf, 4, 5)));

/** ir_fault_err(f, v, object, err): the message of a failure as a fault, which
 * is what IR_EFORMAT and, for a file that is due, IR_ENOENT are; all other
 * failures are no verdict and return -1. */
int ir_fault_err(struct ir_faults *f, enum ir_verdict v, const char *object,
    const struct ir_err *err);

/** ir_faults_refuse(f, err): 0, or IR_EFORMAT with the first that is more than
 * a note. */
int ir_faults_refuse(const struct ir_faults *f, struct ir_err *err);

#endif
