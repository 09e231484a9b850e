/* SPDX-License-Identifier: ISC
 *
 * Sealing: who may, what stops it, and that it can be interrupted.
 */
#include "tests/unit/unit.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "bundle/seal.h"
#include "tests/unit/bundletest.h"
#include "json/json.h"

/* Run with the bundle as $1 once the sealing has written the file. */
static struct {
	const char *written, *script, *dir;
} meanwhile;

/* In place of the C library's: what the sealing writes comes through here. */
int
renameat(int from, const char *old, int to, const char *name)
{
	int rc = renameat2(from, old, to, name, 0);
	char out[256];

	if (meanwhile.written != NULL && strcmp(name, meanwhile.written) == 0)
		assert_int_equal(
		    bt_sh(out, sizeof(out), meanwhile.script, meanwhile.dir),
		    0);
	return rc;
}

static char *
small(const char *key)
{
	struct ir_bundle *b = bt_new(key);

	bt_add(b, "a/one", "one\n");
	return bt_end(b);
}

static void
test_seal(void **state)
{
	struct ir_bundle_who who = bt_who("alice", "alice");
	ir_auto_free char *dir = small("alice");
	ir_auto_free char *dot = bt_path("%s/.open", dir);
	ir_auto_free char *path = bt_path("%s/custody/0001-seal.json", dir);
	ir_auto_free char *manifest = bt_path("%s/manifest-sha256.txt", dir);
	struct ir_seal_result r;
	struct ir_err err;
	char head[65];
	size_t len;

	(void)state;
	struct ir_bundle *b = ir_bundle_open(dir, &err);
	assert_int_equal(ir_bundle_seal(b, &who, &bt_case, &r, &err), 0);
	assert_int_equal(r.files, 2);
	assert_true(r.complete);
	assert_string_equal(ir_json_str(r.ledger, "status"), "complete");
	json_decref(r.ledger);
	ir_bundle_close(b);
	assert_false(bt_exists(dot));
	ir_auto_free char *text = bt_slurp(path, &len);
	ir_sha256_mem(text, len, head);
	assert_string_equal(head, r.head);
	json_auto_t *doc = ir_json_parse(text, len, path, &err);
	ir_auto_free char *oxum =
	    bt_path("%llu.2", (unsigned long long)r.bytes);
	assert_string_equal(ir_json_str(doc, "seal.payload_oxum"), oxum);
	ir_auto_free char *lines = bt_slurp(manifest, &len);
	assert_non_null(strstr(lines, "  data/a/one\n"));
	assert_null(ir_bundle_open(dir, &err));
	assert_int_equal(err.code, IR_EEXIST);
	assert_non_null(strstr(err.msg, "is sealed"));
	bt_verdict(dir, IR_VALID, NULL, NULL);
	bt_rm(dir);
}

static void
test_who(void **state)
{
	struct ir_bundle_who nobody = bt_who("alice", "");
	struct ir_bundle_who bob = bt_who("bob", "bob");
	ir_auto_free char *unsigned_ = small("");
	ir_auto_free char *dir = small("alice");

	(void)state;
	bt_seal_fails(dir, &nobody, IR_EUSAGE, "needs a signing key");
	bt_seal_fails(unsigned_, &bob, IR_EPERM, "alice@lab must seal it");
	bt_seal(dir, "bob", NULL);
	bt_verdict(dir, IR_VALID, NULL, NULL);
	bt_rm(dir);
	bt_rm(unsigned_);
}

static void
test_busy(void **state)
{
	struct ir_bundle_who who = bt_who("alice", "alice");
	struct ir_bundle *a = bt_new("alice");
	struct ir_seal_result r;
	struct ir_err err;
	struct ir_bundle *b = ir_bundle_open(ir_bundle_dir(a), &err);

	(void)state;
	assert_int_equal(ir_bundle_seal(b, &who, &bt_case, &r, &err), -1);
	assert_int_equal(err.code, IR_EEXIST);
	assert_non_null(strstr(err.msg, "still writing"));
	assert_int_equal(ir_bundle_seal(a, &who, &bt_case, &r, &err), -1);
	assert_non_null(strstr(err.msg, "has not ended"));
	/* The loser still holds its lock. */
	assert_int_equal(ir_bundle_begin(b, &who, NULL, &err), 0);
	bt_add(b, "late", "x");
	assert_int_equal(ir_bundle_end(a, 0, &err), 0);
	assert_int_equal(ir_bundle_seal(a, &who, &bt_case, &r, &err), -1);
	assert_int_equal(err.code, IR_EEXIST);
	assert_int_equal(ir_bundle_end(b, 0, &err), 0);
	ir_bundle_close(b);
	assert_int_equal(ir_bundle_seal(a, &who, &bt_case, &r, &err), 0);
	json_decref(r.ledger);
	/* Sealed meanwhile: nothing more. */
	assert_int_equal(ir_bundle_seal(a, &who, &bt_case, &r, &err), -1);
	assert_int_equal(err.code, IR_EEXIST);
	ir_auto_free char *dir = bt_path("%s", ir_bundle_dir(a));
	ir_bundle_close(a);
	bt_verdict(dir, IR_VALID, NULL, NULL);
	bt_rm(dir);
}

/* Each thing that is not as it was recorded stops the sealing, by name. */
static void
test_refuses(void **state)
{
	static const struct {
		const char *script, *word;
	} t[] = {
	    {"echo x >> $1/data/a/one", "data/a/one: has 6 bytes where 4"},
	    {"echo two > $1/data/a/one", "data/a/one: was modified"},
	    {"rm $1/data/a/one", "data/a/one: is missing"},
	    {"echo x > $1/data/more", "data/more: no journal says"},
	    {"echo x > $1/notes.txt", "notes.txt: has no place"},
	    {"echo x > $1/custody/x", "custody/x: has no place"},
	    {"ln -s /etc/passwd $1/data/link", "data/link: is a symbolic"},
	    {"ln $1/data/a/one $1/data/two", "has 2 links"},
	    {"mkfifo $1/data/fifo", "data/fifo: is a FIFO"},
	    {"echo x > \"$1/data/a b\"", "data/a b: is not a name"},
	    {"cp $1/data/a/one $1/data/a/ONE", "differs from"},
	    {"cp $1/data/a/one $1/data/a/one.part", "beside the whole file"},
	    {"echo x > $1/fetch.txt", "fetch.txt: says that"},
	    {"sed -i 's/alice/ALICE/' $1/" J1, J1 ": line 2: does not follow"},
	    {"sed -i 2d $1/" J1, J1 ": line 2: has the number 2"},
	    {"echo x >> $1/" J1, J1 ": line 8"},
	    {"rm $1/" J1, "data/a/one: no journal says"},
	    {"sed -i 's/INC/inc/' $1/custody/0000-open.json",
		"custody/0000-open.json.sig"},
	};
	struct ir_bundle_who who = bt_who("alice", "alice");
	ir_auto_free char *dir = small("alice");
	char out[256];

	(void)state;
	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		ir_auto_free char *copy = bt_copy(dir);

		assert_int_equal(bt_sh(out, sizeof(out), t[i].script, copy), 0);
		bt_seal_fails(copy, &who, IR_EFORMAT, t[i].word);
		bt_rm(copy);
	}
	bt_rm(dir);
}

/* What was examined is sealed, or nothing. */
static void
test_meanwhile(void **state)
{
	static const struct {
		const char *file, *written;
	} t[] = {
	    {"bagit.txt", "manifest-sha256.txt"},
	    {"bag-info.txt", "tagmanifest-sha256.txt"},
	    {"VERIFY.txt", "bag-info.txt"},
	    {"manifest-sha256.txt", "VERIFY.txt"},
	    {"tagmanifest-sha256.txt", "tagmanifest-sha256.txt"},
	    {"custody/0000-open.json", "data/completeness.json"},
	    {"custody/0000-open.json.sig", "VERIFY.txt"},
	    {J1, "data/completeness.json"},
	    {J1, "tagmanifest-sha256.txt"},
	};
	struct ir_bundle_who who = bt_who("alice", "alice");
	ir_auto_free char *dir = small("alice");
	char out[256];

	(void)state;
	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		ir_auto_free char *copy = bt_copy(dir);
		ir_auto_free char *seal =
		    bt_path("%s/custody/0001-seal.json.sig", copy);
		ir_auto_free char *change = bt_path(
		    "cp $1/%s $1/../was; echo >> $1/%s", t[i].file, t[i].file);
		ir_auto_free char *back =
		    bt_path("mv $1/../was $1/%s", t[i].file);
		ir_auto_free char *word = bt_path(
		    "%s: was changed while the bundle was sealed", t[i].file);

		meanwhile.script = change;
		meanwhile.dir = copy;
		meanwhile.written = t[i].written;
		bt_seal_fails(copy, &who, IR_EFORMAT, word);
		meanwhile.written = NULL;
		assert_false(bt_exists(seal));
		assert_int_equal(bt_sh(out, sizeof(out), back, copy), 0);
		bt_seal(copy, "alice", NULL);
		bt_verdict(copy, IR_VALID, NULL, NULL);
		bt_rm(copy);
	}
	bt_rm(dir);
}

/* What was hashed is sealed, and what came of it later is told. */
static void
test_payload_meanwhile(void **state)
{
	ir_auto_free char *dir = small("alice");

	(void)state;
	meanwhile.script = "echo two > $1/data/a/one";
	meanwhile.dir = dir;
	meanwhile.written = "data/completeness.json";
	bt_seal(dir, "alice", NULL);
	meanwhile.written = NULL;
	bt_verdict(dir, IR_CONTENT, "data/a/one", "was modified");
	bt_rm(dir);
}

/* Left by programs that were killed: no hindrance. */
static void
test_leftovers(void **state)
{
	static const char *const scripts[] = {
	    "echo x > $1/journal/0002-ir-x.jsonl.tmp",
	    "echo x > $1/custody/0001-seal.json",
	    "echo x > $1/custody/0001-seal.json.sig.tmp",
	    "echo x > $1/manifest-sha256.txt; echo x > "
	    "$1/tagmanifest-sha256.txt.tmp; echo x > $1/data/completeness.json",
	    "mv $1/data/a/one $1/data/a/one.part",
	    "rm $1/bag-info.txt; echo x > $1/bag-info.txt.tmp",
	    "echo x > $1/VERIFY.txt",
	    "printf '{\"seq\":4' >> $1/" J1,
	};
	ir_auto_free char *dir = small("alice");
	char out[256];

	(void)state;
	for (size_t i = 0; i < sizeof(scripts) / sizeof(scripts[0]); i++) {
		ir_auto_free char *copy = bt_copy(dir);

		assert_int_equal(bt_sh(out, sizeof(out), scripts[i], copy), 0);
		bt_seal(copy, "alice", NULL);
		bt_verdict(copy, IR_VALID, NULL, NULL);
		ir_auto_free char *one = bt_path("%s/data/a/one", copy);
		assert_true(bt_exists(one));
		bt_rm(copy);
	}
	bt_rm(dir);
}

/* .open outlived the sealing: it is sealed all the same. */
static void
test_last_step(void **state)
{
	ir_auto_free char *dir = bt_sealed();
	ir_auto_free char *dot = bt_path("%s/.open", dir);
	struct ir_err err;

	(void)state;
	bt_spit(dot, "", 0);
	bt_verdict(dir, IR_VALID, ".open", "can be removed");
	assert_null(ir_bundle_open(dir, &err));
	assert_int_equal(err.code, IR_EEXIST);
	assert_false(bt_exists(dot));
	bt_rm(dir);
}

/* Killed at any moment, in a process of its own: then sealed by the next. */
static void
test_killed(void **state)
{
	struct ir_bundle_who who = bt_who("alice", "alice");
	struct ir_seal_result r;
	struct ir_err err;

	(void)state;
	for (unsigned us = 0; us < 40; us++) {
		ir_auto_free char *dir = small("");
		pid_t pid = fork();

		if (pid == 0) {
			struct ir_bundle *b = ir_bundle_open(dir, &err);

			ualarm(200 + us * 400, 0);
			ir_bundle_seal(b, &who, &bt_case, &r, &err);
			_exit(0);
		}
		waitpid(pid, NULL, 0);
		struct ir_bundle *b = ir_bundle_open(dir, &err);
		if (b != NULL) {
			bt_verdict(dir, IR_UNSEALED, "bundle", "");
			if (ir_bundle_seal(b, &who, &bt_case, &r, &err) == -1)
				fail_msg("%s", err.msg);
			json_decref(r.ledger);
			ir_bundle_close(b);
		} else
			assert_int_equal(err.code, IR_EEXIST);
		bt_verdict(dir, IR_VALID, NULL, NULL);
		bt_rm(dir);
	}
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_seal),
    cmocka_unit_test(test_who),
    cmocka_unit_test(test_busy),
    cmocka_unit_test(test_refuses),
    cmocka_unit_test(test_meanwhile),
    cmocka_unit_test(test_payload_meanwhile),
    cmocka_unit_test(test_leftovers),
    cmocka_unit_test(test_last_step),
    cmocka_unit_test(test_killed),
};

int
main(void)
{
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, bt_enter, bt_leave);
}
