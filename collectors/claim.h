/* SPDX-License-Identifier: ISC
 *
 * What several captures of one process have in common is taken by one of them;
 * the others wait for it.
 */
#ifndef IR_COLLECTORS_CLAIM_H
#define IR_COLLECTORS_CLAIM_H

#include "collectors/collector.h"

/** ir_claim(sink, path, err): 1 if the file is the caller's to write, who says
 * ir_claim_done() then, in a failure too; 0 if it is there already; -1. */
int ir_claim(struct ir_sink *sink, const char *path, struct ir_err *err);
void ir_claim_done(const char *path);

#endif
