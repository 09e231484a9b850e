/* SPDX-License-Identifier: ISC
 *
 * Verifying time-stamps: see check.h.  A time-stamp over a signature says that
 * the act, and all that it follows, existed at its time at the latest.
 */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/time.h"
#include "bundle/check.h"
#include "bundle/stamping.h"
#include "stamp/stamp.h"
#include "json/json.h"

/* How far a clock may be ahead of the authority's, and how long after the act
 * the answer may come: the clocks of the two, and a slow network. */
#define AHEAD 300
#define LATE  600

static bool
required(const struct ir_check *c, const struct ir_signed *s)
{
	return c->o->need_stamp && strcmp(s->object, IR_CUSTODY_SEAL) == 0;
}

static void
record(struct ir_check *c, const char *act, const struct ir_stamp *st,
    const char *when, bool vouched)
{
	json_t *list = json_object_get(c->summary, "stamps");

	if (list == NULL)
		json_object_set_new(c->summary, "stamps", list = json_array());
	json_array_append_new(list,
	    json_pack("{s:s, s:s, s:I, s:o, s:b}", "act", act, "time", when,
		"accuracy_ms", (json_int_t)st->accuracy_ms, "authority",
		ir_json_text(st->authority), "vouched", vouched));
}

/* The time that the act says, against the one that is proven. */
static void
compare_times(struct ir_check *c, const struct ir_signed *s, const char *file,
    const struct ir_stamp *st, const char *claimed)
{
	int64_t said, accuracy = (st->accuracy_ms + 999) / 1000;

	if (ir_time_parse(claimed, &said) == -1)
		return;
	if (said > st->time + accuracy + AHEAD)
		ir_fault(&c->faults, IR_TIME, s->object,
		    "says that it was made at %s, but by its time-stamp it "
		    "existed %lld seconds before: the clock was wrong",
		    claimed, (long long)(said - st->time));
	else if (said < st->time - accuracy - LATE)
		ir_fault(&c->faults, required(c, s) ? IR_TIME : IR_VALID, file,
		    "is of %lld seconds after the time that the act says: it "
		    "was asked for late, or the act is backdated, and between "
		    "these two it cannot tell",
		    (long long)(st->time - said));
}

/* The key, as of the proven time: one that was trusted when the act says. */
static void
check_key(struct ir_check *c, const struct ir_signed *s,
    const struct ir_sshsig *key, const char *actor, const struct ir_stamp *st,
    const char *when)
{
	if (c->o->signers != NULL &&
	    ir_signers_check(c->o->signers, actor, s->ns, key->blob, key->len,
		st->time) == IR_TRUST_TIME)
		ir_fault(&c->faults, IR_TIME, s->object,
		    "is proven to have existed by %s only, when the key of %s "
		    "was not valid",
		    when, actor);
}

/* A time-stamp that is one; err says why nobody vouches for it, or is NULL. */
static void
judge(struct ir_check *c, const struct ir_signed *s,
    const struct ir_sshsig *key, const json_t *doc, const char *file,
    const struct ir_stamp *st, const struct ir_err *err)
{
	char when[IR_TIME_SIZE];

	ir_time_format(when, (struct timespec){.tv_sec = (time_t)st->time});
	record(c, s->object, st, when, err == NULL);
	if (err != NULL) {
		ir_fault(&c->faults, required(c, s) ? IR_TIME : IR_VALID, file,
		    "names the time %s, but that proves nothing yet: %s", when,
		    err->msg);
		return;
	}
	ir_fault(&c->faults, IR_VALID, file, "the act existed at %s, says %s",
	    when, st->authority);
	compare_times(c, s, file, st, ir_json_str(doc, "time"));
	check_key(c, s, key, ir_json_str(doc, "actor.id"), st, when);
}

int
ir_check_stamp(struct ir_check *c, const struct ir_signed *s,
    const struct ir_sshsig *key, const json_t *doc, struct ir_err *err)
{
	ir_auto_free char *file = ir_asprintf(err, "%s" IR_TSR, s->object);
	const struct ir_item *it;
	struct ir_stamp st = {0};
	int rc;

	if (file == NULL)
		return -1;
	it = ir_items_here(&c->items, file);
	if (it == NULL) {
		if (required(c, s))
			ir_fault(&c->faults, IR_TIME, s->object,
			    "has no time-stamp, which you require");
		return 0;
	}
	rc = ir_stamp_check(
	    it->text, it->size, s->sig, s->siglen, c->o->stamp_roots, &st, err);
	if (rc == 0 || err->code == IR_EPERM) {
		judge(c, s, key, doc, file, &st, rc == 0 ? NULL : err);
		rc = 0;
	} else
		rc = ir_fault_err(&c->faults, IR_SIGNATURE, file, err);
	ir_stamp_free(&st);
	return rc;
}
