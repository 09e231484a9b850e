/* SPDX-License-Identifier: ISC
 *
 * Acts after the seal: one more custody entry, with its signature.  Nothing
 * that is there is touched.
 */
#ifndef IR_BUNDLE_ACT_H
#define IR_BUNDLE_ACT_H

#include <jansson.h>
#include <stdbool.h>

#include "base/err.h"
#include "bundle/bundle.h"
#include "bundle/chain.h"
#include "crypto/digest.h"

struct ir_act {
	const char *type;               /* "release" */
	const struct ir_bundle_case *c; /* item, where, why, remarks */
	const json_t *more;             /* the fields of its kind */
	const char *head; /* of the act that it must follow, or NULL: any */
	bool any_clock;   /* although it is behind the act before */
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

/** ir_act_may(dir, type, actor, head, err): whether it would be the actor's
 * turn to do that now, with the same failures; head is that of the newest act.
 */
int ir_act_may(const char *dir, const char *type, const char *actor,
    char head[IR_SHA256_HEX], struct ir_err *err);

/** ir_act_key(dir, of, fingerprint, err): a key of which an act is to tell: its
 * fingerprint, which is checked for its form, or the one with which all acts of
 * that actor here are signed; either may be NULL.  The caller frees it. */
char *ir_act_key(const char *dir, const char *of, const char *fingerprint,
    struct ir_err *err);

/** ir_act_read(dir, c, err): the acts of a sealed bundle, as ir_chain_read(),
 * while nobody adds one. */
int ir_act_read(const char *dir, struct ir_chain *c, struct ir_err *err);

#endif
