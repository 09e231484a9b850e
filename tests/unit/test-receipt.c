/* SPDX-License-Identifier: ISC
 *
 * What an analyst was given in another place, or knows: receipts, a head, who
 * must have acted.
 */
#include "tests/unit/unit.h"

#include <stdio.h>

#include "base/buf.h"
#include "bundle/act.h"
#include "bundle/receipt.h"
#include "bundle/verify.h"
#include "tests/unit/bundletest.h"

#define A5 "custody/0005-access.json"

static char *
receipt(const char *dir, const char *name, const char *key)
{
	struct ir_bundle_who who = bt_who(name, key);
	struct ir_err err;
	char *r = ir_receipt_make(dir, &who, &err);

	if (r == NULL)
		fail_msg("%s", err.msg);
	return r;
}

static void
shown(const char *dir, const char *r, enum ir_verdict verdict, const char *word)
{
	const struct ir_verify_options o = {
	    .receipt = r, .receipt_len = strlen(r)};

	bt_verdict_by(dir, &o, verdict, IR_RECEIPT, word);
}

static void
test_receipt(void **state)
{
	ir_auto_free char *dir = bt_handed(), *back = bt_copy(dir);
	ir_auto_free char *other = bt_sealed(), *fork = bt_copy(dir);
	ir_auto_free char *r = receipt(dir, "bob", "bob");
	ir_auto_free char *early = receipt(other, "alice", "alice");
	ir_auto_free char *forged = receipt(dir, "bob", "alice");
	ir_auto_free char *stranger = receipt(dir, "mallory", "mallory");
	char out[64];

	(void)state;
	shown(dir, r, IR_VALID, "is of " A5);
	bt_act(dir, "note", "alice", json_object());
	shown(dir, r, IR_VALID, "is of " A5);
	/* Its tail cut off; cut off, and another put in its place. */
	bt_sh(out, sizeof(out), "rm $1/custody/0005*", back);
	shown(back, r, IR_CHAIN, "was rolled back");
	bt_act(back, "note", "bob", json_object());
	shown(back, r, IR_CHAIN, "forked or replaced");
	/* The receipt of one holder, the bundle of another. */
	bt_act(dir, "copy", "bob", json_object());
	bt_act(fork, "access", "alice", json_object());
	bt_act(fork, "note", "alice", json_object());
	ir_auto_free char *later = receipt(dir, "bob", "bob");
	shown(fork, later, IR_CHAIN, "forked or replaced");
	shown(dir, later, IR_VALID, "copy");
	/* Of another bundle; by others than it says; altered. */
	shown(dir, early, IR_CHAIN, "of another bundle");
	shown(other, early, IR_VALID, "0001-seal");
	shown(dir, stranger, IR_UNTRUSTED, "not in your allowed_signers");
	shown(dir, forged, IR_SIGNATURE, "key of somebody else");
	shown(dir, "", IR_SIGNATURE, "");
	shown(dir, "{}\n", IR_SIGNATURE, "");
	shown(dir, strchr(r, '\n') + 1, IR_SIGNATURE, "");
	for (size_t i = 0; i < strlen(r); i += 37) {
		ir_auto_free char *bad = strdup(r);

		bad[i] ^= 1;
		shown(dir, bad, IR_SIGNATURE, "");
	}
	bt_rm(dir);
	bt_rm(back);
	bt_rm(other);
	bt_rm(fork);
}

/* What is signed as an act is no receipt, and no receipt is an act. */
static void
test_receipt_namespace(void **state)
{
	static const char script[] =
	    "cd $1 && head -n 1 custody/0001-seal.json > ../r && "
	    "cat custody/0001-seal.json.sig >> ../r";
	ir_auto_free char *dir = bt_sealed();
	char out[64];
	size_t len;

	(void)state;
	assert_int_equal(bt_sh(out, sizeof(out), script, dir), 0);
	ir_auto_free char *r = bt_slurp("r", &len);
	shown(dir, r, IR_SIGNATURE, "namespace");
	bt_rm(dir);
}

static void
test_expected(void **state)
{
	static const struct {
		const char *expected;
		enum ir_verdict verdict;
		const char *object, *word;
	} t[] = {
	    {"seal=alice@lab", IR_VALID, NULL, NULL},
	    {"open=alice@lab", IR_VALID, NULL, NULL},
	    {"receive=bob@lab", IR_VALID, NULL, NULL},
	    {"seal=bob@lab", IR_SIGNATURE, "custody/0001-seal.json",
		"is by alice@lab, not by bob@lab as you expect"},
	    {"sea=alice@lab", IR_SIGNATURE, "bundle", "has no act sea"},
	    {"dispose=bob@lab", IR_SIGNATURE, "bundle", "has no act dispose"},
	};
	ir_auto_free char *dir = bt_handed();
	struct ir_acted done = bt_act(dir, "note", "bob", json_object());
	struct ir_verify_options o = {.head = done.head};

	(void)state;
	bt_verdict_by(dir, &o, IR_VALID, NULL, NULL);
	done.head[5] ^= 1;
	bt_verdict_by(dir, &o, IR_CHAIN, "bundle", "that you expect");
	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		const char *const list[] = {
		    "open=alice@lab", t[i].expected, NULL};
		const struct ir_verify_options e = {.expected = list};

		bt_verdict_by(dir, &e, t[i].verdict, t[i].object, t[i].word);
	}
	bt_rm(dir);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_receipt),
    cmocka_unit_test(test_receipt_namespace),
    cmocka_unit_test(test_expected),
};

int
main(void)
{
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, bt_enter, bt_leave);
}
