/* SPDX-License-Identifier: ISC
 *
 * What came of verifying, for people and for machines.
 */
#ifndef IR_CLI_REPORT_H
#define IR_CLI_REPORT_H

#include <jansson.h>

#include "bundle/verify.h"

/** ir_report_print(r): the findings, what the bundle says of itself, and the
 * verdict. */
void ir_report_print(const struct ir_report *r);

/** ir_report_json(r): {"verdict","code","meaning","findings","summary"}, the
 * caller owns it; NULL when memory is out. */
json_t *ir_report_json(const struct ir_report *r);

#endif
