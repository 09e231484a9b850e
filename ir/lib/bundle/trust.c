/* SPDX-License-Identifier: ISC
 *
 * Signatures, and whether their makers are trusted: see check.h.
 */
#include <stdlib.h>

#include "base/buf.h"
#include "base/time.h"
#include "bundle/check.h"
#include "crypto/key.h"
#include "crypto/sshsig.h"

int
ir_check_signature(struct ir_check *c, const struct ir_signed *s,
    struct ir_sshsig *key, struct ir_err *err)
{
	if (ir_sshsig_verify(
		s->sig, s->siglen, s->ns, s->text, s->len, key, err) == 0)
		return 1;
	return ir_fault_err(&c->faults, IR_SIGNATURE, s->object, err);
}

/* Without a list nobody is trusted; said once. */
static void
nobody(struct ir_check *c)
{
	if (!c->nobody_said)
		ir_fault(&c->faults, IR_UNTRUSTED, "bundle",
		    "no allowed_signers file was given: who signed cannot be "
		    "judged");
	c->nobody_said = true;
}

/* What a security key says of the person before it. */
static void
tell_presence(
    struct ir_check *c, const struct ir_signed *s, const struct ir_sk *sk)
{
	const char *how = "with nobody touching it";

	if (!sk->used)
		return;
	if (sk->flags & IR_SK_PRESENT)
		how = sk->flags & IR_SK_VERIFIED
			  ? "touched by somebody who gave its PIN or a finger"
			  : "touched by somebody";
	ir_fault(&c->faults, IR_VALID, s->object,
	    "was signed by a security key, %s (counter %u)", how, sk->counter);
}

int
ir_check_trust(struct ir_check *c, const struct ir_signed *s,
    const struct ir_sshsig *key, const char *actor, const char *time,
    struct ir_err *err)
{
	ir_auto_free char *print = ir_key_fingerprint(key->blob, key->len, err);
	struct ir_faults *f = &c->faults;
	int64_t when;

	if (print == NULL)
		return -1;
	tell_presence(c, s, &key->sk);
	if (ir_revoked_has(c->o->revoked, key->blob, key->len)) {
		ir_fault(f, IR_SIGNATURE, s->object,
		    "was signed by a key that is revoked in your list: %s, "
		    "said to be that of %s",
		    print, actor);
		return 0;
	}
	if (c->o->signers == NULL) {
		nobody(c);
		return 0;
	}
	if (ir_time_parse(time, &when) == -1) {
		ir_fault(f, IR_HOSTILE, s->object, "its time is none");
		return 0;
	}
	switch (ir_signers_check(
	    c->o->signers, actor, s->ns, key->blob, key->len, when)) {
	case IR_TRUSTED:
		return 1;
	case IR_TRUST_NO_KEY:
		ir_fault(f, IR_UNTRUSTED, s->object,
		    "was signed by a key that is not in your allowed_signers: "
		    "%s, said to be that of %s",
		    print, actor);
		break;
	case IR_TRUST_OTHER:
		ir_fault(f, IR_SIGNATURE, s->object,
		    "was signed in the name of %s by a key of somebody else: "
		    "%s",
		    actor, print);
		break;
	case IR_TRUST_NAMESPACE:
		ir_fault(f, IR_SIGNATURE, s->object,
		    "was signed by a key of %s that your allowed_signers does "
		    "not allow for %s: %s",
		    actor, s->ns, print);
		break;
	case IR_TRUST_TIME:
		ir_fault(f, IR_TIME, s->object,
		    "was signed at %s, when the key of %s was not valid: %s",
		    time, actor, print);
		break;
	}
	return 0;
}
