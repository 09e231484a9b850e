/* SPDX-License-Identifier: ISC
 *
 * What can be said of a bundle.  The value is the exit code of ir-verify; of
 * several findings the largest is the verdict.
 */
#ifndef IR_BUNDLE_VERDICT_H
#define IR_BUNDLE_VERDICT_H

enum ir_verdict {
	IR_VALID = 0,       /* intact, trusted signers, complete */
	IR_INCOMPLETE = 10, /* intact and trusted; declared gaps */
	IR_UNTRUSTED = 11,  /* intact; a signer is not in allowed_signers */
	IR_UNSEALED = 12,   /* no seal: what the checkpoints prove */
	IR_TIME = 13,       /* key not valid at the time of the act */
	IR_CONTENT = 20,    /* modified, missing or extra files */
	IR_SIGNATURE = 21,  /* bad or absent signature */
	IR_CHAIN = 22,      /* gap, reorder, fork */
	IR_HOSTILE = 30,    /* malformed or beyond limits: nothing trusted */
};

/** ir_verdict_name(v): "VALID". */
const char *ir_verdict_name(enum ir_verdict v);

/** ir_verdict_meaning(v): one sentence for people. */
const char *ir_verdict_meaning(enum ir_verdict v);

#endif
