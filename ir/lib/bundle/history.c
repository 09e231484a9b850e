/* SPDX-License-Identifier: ISC
 *
 * Verifying what the acts say together: whose turn each was, whether two
 * histories were put together, which keys were lost, and whether all of it is
 * what the analyst expects.
 */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/time.h"
#include "bundle/check.h"
#include "bundle/receipt.h"
#include "crypto/key.h"
#include "json/json.h"

static void
check_turn(
    struct ir_check *c, const char *path, const char *type, const char *actor)
{
	const char *who = ir_holder_name(&c->holder);
	const char *to = ir_holder_to(&c->holder);
	struct ir_faults *f = &c->faults;

	switch (ir_holder_turn(&c->holder, type, actor)) {
	case IR_TURN_OK:
		break;
	case IR_TURN_NOT_HOLDER:
		ir_fault(f, IR_CHAIN, path,
		    "is out of turn: %s held it then, not %s", who, actor);
		break;
	case IR_TURN_IN_TRANSIT:
		ir_fault(f, IR_CHAIN, path,
		    "is out of turn: it was on its way to %s then", to);
		break;
	case IR_TURN_NOT_RELEASED:
		ir_fault(f, IR_CHAIN, path,
		    "is out of turn: %s had not released it", who);
		break;
	case IR_TURN_NOT_ADDRESSEE:
		ir_fault(f, IR_CHAIN, path,
		    "is out of turn: it was released to %s, not to %s", to,
		    actor);
		break;
	case IR_TURN_DISPOSED:
		ir_fault(f, IR_CHAIN, path,
		    "is out of turn: it had been disposed of");
		break;
	}
}

static bool
known(const char *type)
{
	static const char *const types[] = {"open", "seal", "release",
	    "receive", "copy", "access", "verify", "note", "dispose",
	    "key-compromise"};

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (strcmp(type, types[i]) == 0)
			return true;
	return false;
}

/* Two people who have each added to a copy of their own: what they added
 * follows the same act. */
static void
check_fork(struct ir_check *c, const char *path, const json_t *doc)
{
	const char *prev = ir_json_str(doc, "prev");
	const json_t *a = json_array_get(c->acts, json_array_size(c->acts) - 1);
	size_t i;

	if (strcmp(ir_json_str(a, "head"), prev) == 0)
		return;
	json_array_foreach (c->acts, i, a)
		if (*prev != '\0' && strcmp(ir_json_str(a, "prev"), prev) == 0)
			ir_fault(&c->faults, IR_CHAIN, path,
			    "is a fork: it follows the same act as %s: two "
			    "histories were put together",
			    ir_json_str(a, "file"));
}

/* Lists and objects of an act that nobody signed may take many times its bytes
 * of memory: none is kept. */
static void
keep_scalar(json_t *to, const char *name, json_t *v)
{
	if (json_is_string(v) || json_is_integer(v) || json_is_null(v))
		json_object_set(to, name, v);
}

static void
keep_key(json_t *act, const json_t *key)
{
	static const char *const fields[] = {"fingerprint", "since", "of"};
	json_t *kept;

	if (!json_is_object(key) || (kept = json_object()) == NULL)
		return;
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		keep_scalar(kept, fields[i], json_object_get(key, fields[i]));
	json_object_set_new(act, "key", kept);
}

int
ir_check_act(struct ir_check *c, const char *path, const char *hash,
    const struct ir_signer *by, const json_t *doc, struct ir_err *err)
{
	static const char *const copied[] = {
	    "prev", "seq", "type", "time", "to", "condition"};
	const char *type = ir_json_str(doc, "type");
	const char *actor = ir_json_str(doc, "actor.id");
	json_t *verdict = ir_json_at(doc, "verified.verdict");
	json_t *act = json_pack("{s:s, s:s, s:s, s:s, s:s, s:b, s:O?}", "file",
	    path, "head", hash, "actor", actor, "name",
	    ir_json_str(doc, "actor.name"), "fingerprint",
	    by->print != NULL ? by->print : "", "trusted", by->trusted,
	    "verdict", json_is_string(verdict) ? verdict : NULL);

	if (act == NULL)
		return ir_fail_mem(err);
	if (json_array_size(c->acts) == IR_MAX_ACTS) {
		json_decref(act);
		ir_fault(&c->faults, IR_HOSTILE, path,
		    "is one act more than %u", IR_MAX_ACTS);
		return 0;
	}
	for (size_t i = 0; i < sizeof(copied) / sizeof(copied[0]); i++)
		keep_scalar(act, copied[i], json_object_get(doc, copied[i]));
	keep_key(act, json_object_get(doc, "key"));
	check_fork(c, path, doc);
	if (json_array_append_new(c->acts, act) == -1)
		return ir_fail_mem(err);
	if (!known(type))
		ir_fault(&c->faults, IR_VALID, path,
		    "is an act of a kind that this program does not know: %s",
		    type);
	check_turn(c, path, type, actor);
	if (ir_holder_turn(&c->holder, type, actor) == IR_TURN_OK &&
	    ir_holder_take(&c->holder, doc, err) == -1)
		return ir_fault_err(&c->faults, IR_HOSTILE, path, err);
	return 0;
}

/* What was signed with the key print at a time, if it was lost by then. */
static void
compare_lost(struct ir_check *c, const json_t *lost, const char *object,
    const char *print, const char *time)
{
	const char *since = ir_json_str(lost, "key.since");
	int64_t from, when;

	if (strcmp(ir_json_str(lost, "key.fingerprint"), print) == 0 &&
	    ir_time_parse(since, &from) == 0 &&
	    ir_time_parse(time, &when) == 0 && when >= from)
		ir_fault(&c->faults, IR_TIME, object,
		    "was signed at %s by the key %s, which %s says is not to "
		    "be trusted from %s on",
		    time, print, ir_json_str(lost, "file"), since);
}

int
ir_check_lost(struct ir_check *c, const char *object,
    const struct ir_sshsig *key, const char *time, struct ir_err *err)
{
	ir_auto_free char *print = ir_key_fingerprint(key->blob, key->len, err);
	const json_t *a;
	size_t i;

	if (print == NULL)
		return -1;
	json_array_foreach (c->acts, i, a)
		if (strcmp(ir_json_str(a, "type"), "key-compromise") == 0 &&
		    ir_json_true(a, "trusted"))
			compare_lost(c, a, object, print, time);
	return 0;
}

/* A key that somebody has declared lost, and all acts that it signed since. */
static void
check_lost(struct ir_check *c, const json_t *lost)
{
	const char *path = ir_json_str(lost, "file");
	const char *print = ir_json_str(lost, "key.fingerprint");
	const char *since = ir_json_str(lost, "key.since");
	bool counts = ir_json_true(lost, "trusted");
	int64_t from;
	const json_t *a;
	size_t i;

	if (*print == '\0' || ir_time_parse(since, &from) == -1) {
		ir_fault(&c->faults, IR_HOSTILE, path,
		    "names no key, or no time, that is not to be trusted");
		return;
	}
	ir_fault(&c->faults, IR_VALID, path,
	    "says that the key %s is not to be trusted from %s on%s", print,
	    since,
	    counts ? ""
		   : ", which does not count, since who says so is not "
		     "trusted");
	json_array_foreach (c->acts, i, a)
		if (counts && a != lost)
			compare_lost(c, lost, ir_json_str(a, "file"),
			    ir_json_str(a, "fingerprint"),
			    ir_json_str(a, "time"));
}

static const json_t *
find(const struct ir_check *c, const char *field, const char *value)
{
	const json_t *a;
	size_t i;

	json_array_foreach (c->acts, i, a)
		if (strcmp(ir_json_str(a, field), value) == 0)
			return a;
	return NULL;
}

static void
compare_receipt(struct ir_check *c, const json_t *r)
{
	json_int_t seq = ir_json_int(r, "seq");
	const char *by = ir_json_str(r, "actor.id");
	const json_t *a, *there = NULL;
	struct ir_faults *f = &c->faults;
	size_t i;

	json_array_foreach (c->acts, i, a)
		if (ir_json_int(a, "seq") == seq &&
		    (there == NULL || strcmp(ir_json_str(a, "head"),
					  ir_json_str(r, "head")) == 0))
			there = a;
	if (strcmp(ir_json_str(r, "bundle"), c->uuid) != 0)
		ir_fault(f, IR_CHAIN, IR_RECEIPT, "is of another bundle: %s",
		    ir_json_str(r, "bundle"));
	else if (there == NULL)
		ir_fault(f, IR_CHAIN, IR_RECEIPT,
		    "is of act number %lld, which is not here: the bundle was "
		    "rolled back to an earlier state, or this is an older copy",
		    (long long)seq);
	else if (strcmp(ir_json_str(there, "head"), ir_json_str(r, "head")) !=
		 0)
		ir_fault(f, IR_CHAIN, IR_RECEIPT,
		    "is not of the act number %lld that is here: the bundle "
		    "was forked or replaced",
		    (long long)seq);
	else
		ir_fault(f, IR_VALID, IR_RECEIPT,
		    "of %s at %s is of %s, and that is here", by,
		    ir_json_str(r, "time"), ir_json_str(there, "file"));
}

/* The signature first, as of anything. */
static int
check_receipt(struct ir_check *c, struct ir_err *err)
{
	struct ir_receipt r;
	struct ir_sshsig key = {0};
	json_auto_t *doc = NULL;
	int rc;

	ir_receipt_split(c->o->receipt, c->o->receipt_len, &r);
	const struct ir_signed s = {.object = IR_RECEIPT,
	    .text = r.text,
	    .len = r.len,
	    .sig = r.sig,
	    .siglen = r.siglen,
	    .ns = IR_NS_RECEIPT};
	rc = ir_check_signature(c, &s, &key, err);
	if (rc != 1)
		return rc;
	doc = ir_receipt_parse(&r, IR_RECEIPT, err);
	rc = doc == NULL
		 ? ir_fault_err(&c->faults, IR_SIGNATURE, IR_RECEIPT, err)
		 : ir_check_trust(c, &s, &key, ir_json_str(doc, "actor.id"),
		       ir_json_str(doc, "time"), err);
	if (rc == 1)
		rc = ir_check_lost(
		    c, IR_RECEIPT, &key, ir_json_str(doc, "time"), err);
	ir_sshsig_free(&key);
	if (rc != -1 && doc != NULL)
		compare_receipt(c, doc);
	return rc == -1 ? -1 : 0;
}

/* "seal=alice@lab": one act of that kind, at least, is by that person. */
static void
check_signer(struct ir_check *c, const char *expected)
{
	size_t n = strcspn(expected, "="), i;
	const char *id = expected + n + (expected[n] == '=');
	const json_t *a, *other = NULL;

	json_array_foreach (c->acts, i, a) {
		const char *type = ir_json_str(a, "type");

		if (strlen(type) != n || strncmp(type, expected, n) != 0)
			continue;
		if (strcmp(ir_json_str(a, "actor"), id) == 0)
			return;
		other = a;
	}
	if (other != NULL)
		ir_fault(&c->faults, IR_SIGNATURE, ir_json_str(other, "file"),
		    "is by %s, not by %s as you expect",
		    ir_json_str(other, "actor"), id);
	else
		ir_fault(&c->faults, IR_SIGNATURE, "bundle",
		    "has no act %.*s, which you expect of %s", (int)n, expected,
		    id);
}

/* What a reader is told; how they were compared is nobody's business. */
static void
summarise(struct ir_check *c)
{
	json_t *a;
	size_t i;

	json_array_foreach (c->acts, i, a)
		json_object_del(a, "prev");
	json_object_set(c->summary, "custody", c->acts);
	json_object_set_new(c->summary, "holder",
	    c->holder.who != NULL ? json_incref(c->holder.who) : json_null());
	json_object_set_new(c->summary, "in_transit",
	    c->holder.to != NULL ? json_incref(c->holder.to) : json_null());
	json_object_set_new(
	    c->summary, "disposed", json_boolean(c->holder.disposed));
	json_object_set(c->summary, "held", c->holder.held);
}

int
ir_check_history(struct ir_check *c, struct ir_err *err)
{
	const struct ir_verify_options *o = c->o;
	const json_t *a;
	size_t i;

	json_array_foreach (c->acts, i, a)
		if (strcmp(ir_json_str(a, "type"), "key-compromise") == 0)
			check_lost(c, a);
	if (o->receipt != NULL && check_receipt(c, err) == -1)
		return -1;
	if (o->head != NULL && find(c, "head", o->head) == NULL)
		ir_fault(&c->faults, IR_CHAIN, "bundle",
		    "has no act with the head that you expect, %s: it was "
		    "rolled back, forked or replaced",
		    o->head);
	for (i = 0; o->expected != NULL && o->expected[i] != NULL; i++)
		check_signer(c, o->expected[i]);
	summarise(c);
	return 0;
}
