/* SPDX-License-Identifier: ISC
 *
 * Verifying in a process apart, which has given up all but reading the bundle
 * before it reads a byte of it: should a bundle manage to run code there, it
 * can change nothing, reach nobody, and say no more than a wrong word.
 */
#ifndef IR_CLI_APART_H
#define IR_CLI_APART_H

#include "base/err.h"
#include "bundle/verify.h"
#include "crypto/age.h"

/** ir_verify_apart(path, id, o, report, err): as ir_bundle_verify() for
 * the bundle at path: a directory, or a packed one in a file ("-" is stdin),
 * which id decrypts if that is needed; id may be NULL.  report->summary also
 * has "sandbox":{"files","calls"}, what of the two held (sandbox/sandbox.h).
 * IR_ENOENT if it is not there, IR_EINTERNAL if that process dies. */
int ir_verify_apart(const char *path, const struct ir_age_identity *id,
    const struct ir_verify_options *o, struct ir_report *report,
    struct ir_err *err);

#endif
