/* SPDX-License-Identifier: ISC
 *
 * Acts after the seal: one more custody entry, with its signature.  Nothing
 * that is there is touched.
 */
#ifndef IR_BUNDLE_ACT_H
#define IR_BUNDLE_ACT_H

#include <jansson.h>

#include "base/err.h"
#include "bundle/bundle.h"
#include "crypto/digest.h"

struct ir_act {
	const char *type;               /* "release" */
	const struct ir_bundle_case *c; /* item, where, why, remarks */
	const json_t *more;             /* the fields of its kind, or NULL */
	const char *head; /* of the act that it must follow, or NULL: any */
};

struct ir_acted {
	unsigned seq;
	char path[64]; /* "custody/0002-release.json" */
	char head[IR_SHA256_HEX];
};

/** ir_act_write(dir, act, who, done, err): who must have a key.  IR_EFORMAT:
 * not sealed, a chain that nothing can follow, a clock that is behind the act
 * before unless remarks say why; IR_EPERM: not who's turn, a directory that
 * cannot be written to; IR_EEXIST: another program is adding an act, or has
 * added one after head.  A failure leaves nothing. */
int ir_act_write(const char *dir, const struct ir_act *act,
    const struct ir_bundle_who *who, struct ir_acted *done, struct ir_err *err);

/** ir_act_open(dir, err): the sealed bundle's directory, or -1 as above. */
int ir_act_open(const char *dir, struct ir_err *err);

#endif
