/* SPDX-License-Identifier: ISC
 *
 * Acts after the seal: whose turn it is, what is refused, what an attacker who
 * can write every file makes of them, and what receipts show.
 */
#include "tests/unit/unit.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "bundle/act.h"
#include "bundle/verify.h"
#include "crypto/sshsig.h"
#include "tests/unit/bundletest.h"
#include "json/json.h"

/* It is refused with these words, and nothing is left. */
static void
refused(const char *dir, const char *type, const char *name, json_t *more,
    enum ir_code code, const char *word)
{
	static const char list[] = "ls -A $1/custody | sha256sum";
	struct ir_acted done;
	struct ir_err err;
	char before[128], after[128];

	bt_sh(before, sizeof(before), list, dir);
	if (bt_try_act(dir, type, name, more, &done, &err) == 0)
		fail_msg("%s by %s was taken", type, name);
	if (err.code != code || strstr(err.msg, word) == NULL)
		fail_msg("%d: not %s in: %s", err.code, word, err.msg);
	bt_sh(after, sizeof(after), list, dir);
	assert_string_equal(before, after);
}

/* The same without any of the checks, in the name of one with the key of
 * another: what an attacker can do. */
static void
forge(const char *dir, const char *type, const char *name, const char *key,
    json_t *more)
{
	struct ir_bundle_who who = bt_who(name, key);
	ir_auto_close int fd = open(dir, O_RDONLY | O_DIRECTORY);
	struct ir_chain c;
	struct ir_err err;
	char hash[65];

	if (ir_chain_read(fd, &c, &err) == -1)
		fail_msg("%s", err.msg);
	const struct ir_link *last = ir_chain_last(&c);
	json_auto_t *doc = ir_custody_entry(ir_json_str(last->doc, "bundle"),
	    (int)last->seq + 1, type, &last->e, "INC-1", &bt_said, &who);
	json_object_update(doc, more);
	json_decref(more);
	ir_auto_free char *path =
	    bt_path("custody/%04u-%s.json", last->seq + 1, type);
	if (ir_custody_put(fd, path, doc, who.key, hash, &err) == -1)
		fail_msg("%s", err.msg);
	ir_chain_free(&c);
}

static void
holds(const char *dir, const char *who, const char *in_transit)
{
	struct ir_report r = bt_report(dir);

	assert_string_equal(ir_json_str(r.summary, "holder"), who);
	assert_string_equal(ir_json_str(r.summary, "in_transit"), in_transit);
	ir_report_free(&r);
}

static void
test_turns(void **state)
{
	ir_auto_free char *dir = bt_sealed();

	(void)state;
	holds(dir, "alice@lab", "");
	refused(dir, "receive", "bob", json_object(), IR_EPERM,
	    "alice@lab holds it and has not released it");
	refused(dir, "receive", "alice", json_object(), IR_EPERM,
	    "alice@lab holds it already");
	refused(dir, "release", "bob", bt_to("bob@lab"), IR_EPERM,
	    "alice@lab holds it, not bob@lab");
	refused(dir, "dispose", "bob", json_object(), IR_EPERM,
	    "cannot dispose it");
	bt_act(dir, "release", "alice", bt_to("bob@lab"));
	holds(dir, "alice@lab", "bob@lab");
	refused(dir, "release", "alice", bt_to("carol@lab"), IR_EPERM,
	    "on its way to bob@lab");
	refused(dir, "dispose", "alice", json_object(), IR_EPERM,
	    "on its way to bob@lab");
	refused(dir, "receive", "mallory", json_object(), IR_EPERM,
	    "it was released to bob@lab, not to mallory@lab");
	bt_act(dir, "copy", "alice", json_object());
	bt_act(dir, "receive", "bob", json_object());
	holds(dir, "bob@lab", "");
	refused(dir, "release", "alice", bt_to("carol@lab"), IR_EPERM,
	    "bob@lab holds it");
	bt_act(dir, "access", "alice", json_object());
	/* Not delivered: who released it takes it back. */
	bt_act(dir, "release", "bob", bt_to("carol@lab"));
	bt_act(dir, "receive", "bob", json_object());
	holds(dir, "bob@lab", "");
	bt_act(dir, "dispose", "bob", json_object());
	holds(dir, "", "");
	refused(dir, "copy", "bob", json_object(), IR_EPERM, "disposed of");
	refused(dir, "dispose", "bob", json_object(), IR_EPERM, "disposed of");
	bt_act(dir, "note", "alice", json_object());
	bt_verdict(dir, IR_VALID, NULL, NULL);
	bt_rm(dir);
}

static void
test_held(void **state)
{
	ir_auto_free char *dir = bt_sealed();
	struct ir_report r;
	const json_t *held;

	(void)state;
	bt_act(dir, "release", "alice", bt_to("bob@lab"));
	bt_act(dir, "receive", "bob",
	    json_pack("{s:s, s:{s:s}}", "condition", "wet", "verified",
		"verdict", "VALID"));
	r = bt_report(dir);
	held = ir_json_at(r.summary, "held");
	assert_int_equal(json_array_size(held), 3);
	static const struct {
		const char *who, *condition, *verdict;
		bool transit;
	} due[] = {{"alice@lab", "", "", false}, {"bob@lab", "", "", true},
	    {"bob@lab", "wet", "VALID", false}};
	for (size_t i = 0; i < 3; i++) {
		const json_t *p = json_array_get(held, i);

		assert_string_equal(ir_json_str(p, "who"), due[i].who);
		assert_string_equal(
		    ir_json_str(p, "condition"), due[i].condition);
		assert_string_equal(ir_json_str(p, "verdict"), due[i].verdict);
		assert_int_equal(ir_json_true(p, "in_transit"), due[i].transit);
		/* One ends where the next begins. */
		assert_string_equal(ir_json_str(p, "to"),
		    ir_json_str(json_array_get(held, i + 1), "from"));
	}
	assert_int_equal(json_array_size(ir_json_at(r.summary, "custody")), 4);
	ir_report_free(&r);
	bt_rm(dir);
}

static void
test_refused(void **state)
{
	ir_auto_free char *open = bt_end(bt_new("alice"));
	ir_auto_free char *dir = bt_handed();
	ir_auto_free char *tmp = bt_path("%s/custody/0006-note.json.tmp", dir);
	struct ir_acted done;
	struct ir_err err;
	char out[64];

	(void)state;
	refused(
	    open, "note", "alice", json_object(), IR_EFORMAT, "is not sealed");
	assert_int_equal(
	    bt_try_act("nowhere", "note", "alice", json_object(), &done, &err),
	    -1);
	assert_int_equal(err.code, IR_ENOENT);
	assert_int_equal(
	    bt_try_act(".", "note", "alice", json_object(), &done, &err), -1);
	assert_non_null(strstr(err.msg, "is no bundle"));
	/* Left by a program that was killed where files have names early. */
	bt_spit(tmp, "{", 1);
	bt_act(dir, "note", "bob", json_object());
	assert_false(bt_exists(tmp));
	bt_verdict(dir, IR_VALID, NULL, NULL);
	static const struct {
		const char *script, *word;
	} t[] = {
	    {"rm $1/custody/0006-note.json.sig",
		"0006-note.json: is not signed"},
	    {"rm $1/custody/0006-note.json", "the act that it signs"},
	    {"rm $1/custody/0003-*", "act number 3 is missing"},
	    {"cp $1/custody/0006-note.json $1/custody/0006-copy.json", "fork"},
	    {"rm $1/custody/0005*.sig", "0005-access.json: is not signed"},
	    {"rm $1/custody/0001*.sig; touch $1/.open", "is not sealed"},
	    {"sed -i s/INC-1/INC-2/ $1/custody/0004*.json", "does not follow"},
	    {"sed -i s/:/,/ $1/custody/0004*.json", "line 1"},
	    {"mv $1/custody/0006-note.json $1/custody/0006-copy.json;"
	     "mv $1/custody/0006-note.json.sig $1/custody/0006-copy.json.sig",
		"says that it is another act"},
	    {"mv $1/custody $1/c; ln -s c $1/custody", "symbolic link"},
	};
	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		ir_auto_free char *copy = bt_copy(dir);

		assert_int_equal(bt_sh(out, sizeof(out), t[i].script, copy), 0);
		refused(
		    copy, "note", "bob", json_object(), IR_EFORMAT, t[i].word);
		bt_rm(copy);
	}
	bt_rm(open);
	bt_rm(dir);
}

/* An act of the future: what follows would be of an earlier time. */
static void
test_clock(void **state)
{
	ir_auto_free char *dir = bt_sealed();
	struct ir_bundle_who who = bt_who("bob", "bob");
	json_auto_t *more = json_object();
	const struct ir_act any = {
	    .type = "note", .c = &bt_said, .more = more, .any_clock = true};
	struct ir_acted done;
	struct ir_err err;

	(void)state;
	forge(dir, "note", "alice", "alice",
	    json_pack("{s:s}", "time", "2999-01-01T00:00:00Z"));
	refused(dir, "note", "bob", json_object(), IR_EFORMAT,
	    "set the clock right");
	assert_int_equal(ir_act_write(dir, &any, &who, &done, &err), 0);
	bt_verdict(dir, IR_TIME, "custody/0003-note.json", "earlier time");
	bt_rm(dir);
}

/* Another act came in between. */
static void
test_head(void **state)
{
	ir_auto_free char *dir = bt_sealed();
	struct ir_bundle_who who = bt_who("bob", "bob");
	json_auto_t *more = json_object();
	char head[65];
	struct ir_act a = {
	    .type = "note", .c = &bt_said, .more = more, .head = head};
	struct ir_acted done;
	struct ir_err err;

	(void)state;
	assert_int_equal(ir_act_may(dir, "note", "bob@lab", head, &err), 0);
	bt_act(dir, "note", "alice", json_object());
	assert_int_equal(ir_act_write(dir, &a, &who, &done, &err), -1);
	assert_int_equal(err.code, IR_EEXIST);
	assert_int_equal(ir_act_may(dir, "note", "bob@lab", head, &err), 0);
	assert_int_equal(ir_act_write(dir, &a, &who, &done, &err), 0);
	assert_int_equal(done.seq, 3);
	bt_rm(dir);
}

#define A2 "custody/0002-note.json"
#define A3 "custody/0003-release.json"
#define A4 "custody/0004-receive.json"
#define A5 "custody/0005-access.json"

#define SIGN(key, ns)                                                      \
	"cd $1; rm " A5 ".sig; ssh-keygen -q -Y sign -f ../" key " -n " ns \
	" " A5 " 2>/dev/null"

static void
test_attacks(void **state)
{
	static const struct bt_attack t[] = {
	    {"rm $1/" A3 "*", IR_CHAIN, A4, "act number 3 is due"},
	    {"rm $1/" A3 "*", IR_CHAIN, A4, "does not follow"},
	    {"rm $1/" A3 "*", IR_CHAIN, A4, "alice@lab had not released it"},
	    {"cd $1; rm " A4 "*; mv " A5 " custody/0004-access.json; mv " A5
	     ".sig custody/0004-access.json.sig",
		IR_CHAIN, "custody/0004-access.json", "its number is 5"},
	    {"sed -i 's/\"time\":\"2[0-9]*/\"time\":\"2001/' $1/" A5,
		IR_SIGNATURE, A5, ""},
	    {"sed -i 's/\"time\":\"2[0-9]*/\"time\":\"2001/' $1/" A5
	     "; " SIGN("bob", IR_NS_CUSTODY),
		IR_TIME, A5, "earlier time"},
	    {"rm $1/" A5 ".sig", IR_SIGNATURE, A5, "is not signed"},
	    {"rm $1/" A4 ".sig", IR_CHAIN, A5, "the signature of the act"},
	    {"cp $1/" A4 ".sig $1/" A5 ".sig", IR_SIGNATURE, A5, ""},
	    {SIGN("bob", "file"), IR_SIGNATURE, A5, "namespace"},
	    {SIGN("bob", IR_NS_RECEIPT), IR_SIGNATURE, A5, "namespace"},
	    {SIGN("alice", IR_NS_CUSTODY), IR_SIGNATURE, A5,
		"key of somebody else"},
	    {SIGN("mallory", IR_NS_CUSTODY), IR_UNTRUSTED, A5,
		"not in your allowed_signers"},
	    {"cd $1; cp " A4 ".sig custody/0006-note.json.sig", IR_CHAIN,
		"custody/0006-note.json.sig", "is missing"},
	    {"cd $1; cp " A5 " custody/0005-copy.json; cp " A5
	     ".sig custody/0005-copy.json.sig",
		IR_CHAIN, "custody/0005-copy.json", "that it is another act"},
	    {"cd $1; cp " A5 " custody/0005-copy.json; cp " A5
	     ".sig custody/0005-copy.json.sig",
		IR_CHAIN, "custody/0005-copy.json", "is a fork"},
	    /* Nothing inside can tell: that is what receipts are for. */
	    {"rm $1/" A4 "* $1/" A5 "*", IR_VALID, NULL, NULL},
	    {"rm $1/" A2 "* $1/" A3 "* $1/" A4 "* $1/" A5 "*", IR_VALID, NULL,
		NULL},
	};
	ir_auto_free char *dir = bt_handed();

	(void)state;
	bt_verdict(dir, IR_VALID, NULL, NULL);
	BT_ATTACKS(dir, t);
	bt_rm(dir);
}

/* A chain that is whole, and tells what cannot be. */
static void
test_out_of_turn(void **state)
{
	static const struct {
		const char *type, *name, *to, *word;
	} t[] = {
	    {"release", "alice", "carol@lab", "bob@lab held it then"},
	    {"dispose", "alice", "", "bob@lab held it then"},
	    {"receive", "alice", "", "bob@lab had not released it"},
	    {"receive", "bob", "", "bob@lab had not released it"},
	};
	ir_auto_free char *dir = bt_handed();

	(void)state;
	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		ir_auto_free char *copy = bt_copy(dir);
		ir_auto_free char *path =
		    bt_path("custody/0006-%s.json", t[i].type);

		forge(copy, t[i].type, t[i].name, t[i].name, bt_to(t[i].to));
		bt_verdict(copy, IR_CHAIN, path, t[i].word);
		holds(copy, "bob@lab", "");
		bt_rm(copy);
	}
	forge(dir, "release", "bob", "bob", bt_to("alice@lab"));
	forge(dir, "release", "bob", "bob", bt_to("carol@lab"));
	bt_verdict(dir, IR_CHAIN, "custody/0007-release.json",
	    "on its way to alice@lab");
	forge(dir, "receive", "mallory", "mallory", json_object());
	bt_verdict(dir, IR_CHAIN, "custody/0008-receive.json",
	    "released to alice@lab, not to mallory@lab");
	forge(dir, "receive", "alice", "alice", json_object());
	forge(dir, "dispose", "alice", "alice", json_object());
	forge(dir, "copy", "alice", "alice", json_object());
	bt_verdict(
	    dir, IR_CHAIN, "custody/0011-copy.json", "had been disposed of");
	bt_rm(dir);
}

static void
test_malformed(void **state)
{
	ir_auto_free char *dir = bt_sealed(), *copy = bt_copy(dir);

	(void)state;
	forge(copy, "release", "alice", "alice", json_object());
	bt_verdict(copy, IR_HOSTILE, "custody/0002-release.json", "to nobody");
	bt_rm(copy);
	forge(dir, "tea", "alice", "alice", json_object());
	bt_verdict(dir, IR_VALID, "custody/0002-tea.json", "does not know");
	forge(dir, "key-compromise", "alice", "alice", json_object());
	bt_verdict(dir, IR_HOSTILE, "custody/0003-key-compromise.json",
	    "names no key");
	bt_rm(dir);
}

/* Two holders, a copy each, put together again. */
static void
test_fork(void **state)
{
	ir_auto_free char *dir = bt_handed(), *other = bt_copy(dir);
	ir_auto_free char *third = bt_copy(dir);
	char out[64];

	(void)state;
	bt_act(dir, "note", "alice", json_object());
	bt_act(other, "copy", "bob", json_object());
	bt_act(other, "note", "bob", json_object());
	assert_int_equal(rename(other, "other"), 0);
	bt_verdict(dir, IR_VALID, NULL, NULL);
	bt_verdict("other", IR_VALID, NULL, NULL);
	assert_int_equal(bt_sh(out, sizeof(out),
			     "cp other/custody/000[67]* $1/custody", dir),
	    0);
	bt_verdict(dir, IR_CHAIN, "custody/0006-note.json",
	    "is a fork: it follows the same act as custody/0006-copy.json");
	/* One of the two histories, and the tail of the other. */
	bt_act(third, "note", "alice", json_object());
	assert_int_equal(
	    bt_sh(out, sizeof(out), "cp other/custody/0007* $1/custody", third),
	    0);
	bt_verdict(
	    third, IR_CHAIN, "custody/0007-note.json", "does not follow");
	bt_rm("other");
	bt_rm(dir);
	bt_rm(third);
}

/* A key that was lost: what it signed since then is not to be relied upon. */
static void
test_lost(void **state)
{
	ir_auto_free char *dir = bt_handed(), *late = bt_copy(dir);
	ir_auto_free char *stranger = bt_copy(dir);
	struct ir_err err;
	ir_auto_free char *print = ir_act_key(dir, "bob@lab", NULL, &err);

	(void)state;
	assert_non_null(print);
	json_auto_t *lost = json_pack("{s:{s:s, s:s}}", "key", "fingerprint",
	    print, "since", "2020-01-01T00:00:00Z");
	bt_act(dir, "key-compromise", "alice", json_incref(lost));
	bt_verdict(dir, IR_TIME, A4, "is not to be trusted from 2020");
	bt_verdict(dir, IR_TIME, A5, "is not to be trusted from 2020");
	/* Journals are signed, too. */
	ir_auto_free char *hers = ir_act_key(dir, "alice@lab", NULL, &err);
	json_auto_t *both = json_pack("{s:{s:s, s:s}}", "key", "fingerprint",
	    hers, "since", "2020-01-01T00:00:00Z");
	bt_act(dir, "key-compromise", "bob", json_incref(both));
	bt_verdict(dir, IR_TIME, J1, "is not to be trusted from 2020");
	/* By a stranger it is a word, and no more. */
	bt_act(stranger, "key-compromise", "mallory", json_incref(lost));
	bt_verdict(stranger, IR_UNTRUSTED, "custody/0006-key-compromise.json",
	    "not in your");
	/* What was signed before stands. */
	json_object_set_new(json_object_get(lost, "key"), "since",
	    json_string("2998-01-01T00:00:00Z"));
	bt_act(late, "key-compromise", "bob", json_incref(lost));
	bt_verdict(late, IR_VALID, "custody/0006-key-compromise.json",
	    "not to be trusted from 2998");
	forge(late, "note", "bob", "bob",
	    json_pack("{s:s}", "time", "2999-01-01T00:00:00Z"));
	bt_verdict(late, IR_TIME, "custody/0007-note.json", "from 2998");
	bt_rm(dir);
	bt_rm(late);
	bt_rm(stranger);
}

/* What nobody signed is not kept, and there cannot be much of it. */
static void
test_flood(void **state)
{
	static const struct bt_attack t[] = {
	    {"for i in {2..6}; do { printf '{\"v\":1,\"seq\":%d,\"type\":"
	     "\"note\",\"bundle\":\"%036d\",\"case\":\"\",\"actor\":{\"id\":"
	     "\"\"},\"time\":\"2999-01-01T00:00:00Z\",\"condition\":\"' $i 0; "
	     "head -c 4000000 /dev/zero | tr '\\0' x; echo '\"}'; } "
	     ">$1/custody/000$i-note.json; done",
		IR_HOSTILE, "custody/0006-note.json",
		"makes all acts together more than 16777216 bytes"},
	};
	ir_auto_free char *dir = bt_sealed();
	struct ir_report r;

	(void)state;
	BT_ATTACKS(dir, t);
	forge(dir, "note", "alice", "alice",
	    json_pack("{s:[i,i], s:[i], s:{s:[i], s:s}}", "condition", 1, 2,
		"to", 1, "key", "since", 1, "x", "y"));
	r = bt_report(dir);
	json_t *act = json_array_get(json_object_get(r.summary, "custody"), 2);
	assert_string_equal(ir_json_str(act, "type"), "note");
	assert_null(json_object_get(act, "condition"));
	assert_null(json_object_get(act, "to"));
	assert_int_equal(json_object_size(json_object_get(act, "key")), 0);
	ir_report_free(&r);
	bt_rm(dir);
}

static void
test_key(void **state)
{
	ir_auto_free char *dir = bt_handed();
	ir_auto_free char *good = bt_path("SHA256:%043d", 7);
	struct ir_err err;

	(void)state;
	ir_auto_free char *same = ir_act_key(dir, NULL, good, &err);
	assert_string_equal(same, good);
	good[20] = '=';
	assert_null(ir_act_key(dir, NULL, good, &err));
	assert_int_equal(err.code, IR_EUSAGE);
	assert_null(ir_act_key(dir, NULL, "MD5:00", &err));
	assert_null(ir_act_key(dir, "carol@lab", NULL, &err));
	assert_int_equal(err.code, IR_ENOENT);
	forge(dir, "note", "bob", "mallory", json_object());
	assert_null(ir_act_key(dir, "bob@lab", NULL, &err));
	assert_int_equal(err.code, IR_EUSAGE);
	bt_rm(dir);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_turns),
    cmocka_unit_test(test_held),
    cmocka_unit_test(test_refused),
    cmocka_unit_test(test_clock),
    cmocka_unit_test(test_head),
    cmocka_unit_test(test_attacks),
    cmocka_unit_test(test_out_of_turn),
    cmocka_unit_test(test_malformed),
    cmocka_unit_test(test_fork),
    cmocka_unit_test(test_lost),
    cmocka_unit_test(test_flood),
    cmocka_unit_test(test_key),
};

int
main(void)
{
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, bt_enter, bt_leave);
}
