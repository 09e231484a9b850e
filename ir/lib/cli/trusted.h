/* SPDX-License-Identifier: ISC
 *
 * Whom the analyst trusts: lists of the analyst's own, never the bundle's.
 */
#ifndef IR_CLI_TRUSTED_H
#define IR_CLI_TRUSTED_H

#include "base/err.h"
#include "bundle/verify.h"
#include "cli/options.h"

/* -s, --revoked, --tsa-ca, for struct ir_program's trusts. */
extern const struct ir_options ir_trusted_options;

struct ir_trusted {
	struct ir_signers *signers;         /* NULL: there is no such list */
	struct ir_revoked *revoked;         /* or NULL */
	struct ir_stamp_roots *stamp_roots; /* or NULL */
};

/** ir_trusted_load(t, err): the lists that were named, else the allowed_signers
 * in $IR_ALLOWED_SIGNERS, else ~/.ssh/allowed_signers if there is one, and the
 * roots in $IR_TSA_CA; libcrypto is ready for a sandbox then.  Released by
 * ir_trusted_free(). */
int ir_trusted_load(struct ir_trusted *t, struct ir_err *err);
void ir_trusted_free(struct ir_trusted *t);

/** ir_trusted_fill(t, o): whom o trusts, as long as t lasts, and that it shows
 * its progress; the rest of o stays. */
void ir_trusted_fill(const struct ir_trusted *t, struct ir_verify_options *o);

#endif
