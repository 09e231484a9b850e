/* SPDX-License-Identifier: ISC
 *
 * What several captures of one run have in common: one of them does it, the
 * others wait, and take over what came of it.
 */
#ifndef IR_CLI_ONCE_H
#define IR_CLI_ONCE_H

#include <stdbool.h>

#include "base/err.h"
#include "collectors/collector.h"

/** ir_once_begin(key, how, err): true if nobody has begun it: it is the
 * caller's, who says ir_once_end() in any case.  Else waits for whoever has,
 * and gives what came of it. */
bool ir_once_begin(const char *key, enum ir_collected *how, struct ir_err *err);
void ir_once_end(
    const char *key, enum ir_collected how, const struct ir_err *err);

#endif
