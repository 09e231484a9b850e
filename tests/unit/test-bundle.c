/* SPDX-License-Identifier: ISC
 *
 * Writing a bundle: names, making and finding, several writers.
 */
#include "tests/unit/unit.h"

#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "bundle/journal.h"
#include "bundle/names.h"
#include "bundle/verdict.h"
#include "tests/unit/bundletest.h"
#include "json/json.h"

static void
test_names(void **state)
{
	static const char *const good[] = {
	    "a", "a/b", "A-Z_0.9+@=", "...", ".a", "data/containers/x.json"};
	static const char *const bad[] = {"", "/", "/a", "a/", "a//b", ".",
	    "..", "a/../b", "a/.", "a b", "a\n", "a\\b", "\xc3\xa9", "a:b"};
	static const struct {
		const char *from, *to;
	} made[] = {{"web", "web"}, {"", "unnamed"}, {"..", "unnamed"},
	    {"../../etc/passwd", "etc-passwd"}, {"-rf", "rf"},
	    {"a b\n\xc3\xa9", "a-b---"}};
	struct ir_err err;
	char part[300];

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		assert_true(ir_bundle_path_ok(good[i]));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(ir_bundle_path_ok(bad[i]));
	memset(part, 'a', sizeof(part));
	part[255] = '\0';
	assert_true(ir_bundle_path_ok(part));
	ir_auto_free char *cut = ir_bundle_name_from(part, &err);
	assert_int_equal(strlen(cut), 64);
	part[255] = 'a';
	part[256] = '\0';
	assert_false(ir_bundle_path_ok(part));
	for (size_t i = 0; i < sizeof(made) / sizeof(made[0]); i++) {
		ir_auto_free char *to = ir_bundle_name_from(made[i].from, &err);

		assert_string_equal(to, made[i].to);
	}
}

static void
test_verdicts(void **state)
{
	(void)state;
	assert_string_equal(ir_verdict_name(IR_CHAIN), "CHAIN");
	assert_string_equal(ir_verdict_name(IR_VALID), "VALID");
	assert_true(strlen(ir_verdict_meaning(IR_UNSEALED)) > 20);
}

static void
test_create(void **state)
{
	static const char *const made[] = {"bagit.txt", "bag-info.txt",
	    "VERIFY.txt", ".open", "data", "journal", "custody/0000-open.json",
	    "custody/0000-open.json.sig", J1};
	struct ir_bundle *b = bt_new("alice");
	struct ir_err err;
	struct stat st;
	size_t len;

	(void)state;
	assert_memory_equal(ir_bundle_dir(b), "INC-1_", 6);
	assert_string_equal(ir_bundle_case_number(b), "INC-1");
	for (size_t i = 0; i < sizeof(made) / sizeof(made[0]); i++) {
		ir_auto_free char *p =
		    bt_path("%s/%s", ir_bundle_dir(b), made[i]);

		if (!bt_exists(p))
			fail_msg("%s is missing", p);
	}
	assert_int_equal(stat(ir_bundle_dir(b), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0700);
	ir_auto_free char *dir = bt_end(b);
	ir_auto_free char *path = bt_path("%s/custody/0000-open.json", dir);
	ir_auto_free char *text = bt_slurp(path, &len);
	assert_true(strchr(text, '\n') == text + len - 1);
	json_auto_t *doc = ir_json_parse(text, len, path, &err);
	assert_string_equal(ir_json_str(doc, "type"), "open");
	assert_string_equal(ir_json_str(doc, "actor.id"), "alice@lab");
	assert_string_equal(ir_json_str(doc, "case"), "INC-1");
	assert_string_equal(ir_json_str(doc, "where.place"), "lab");
	assert_true(json_is_null(ir_json_at(doc, "prev")));
	assert_true(json_is_null(ir_json_at(doc, "target")));
	bt_rm(dir);
}

static void
test_create_fails(void **state)
{
	struct ir_bundle_who who = bt_who("alice", "");
	struct ir_bundle_case c = bt_case;
	struct ir_err err;

	(void)state;
	c.number = "";
	assert_null(ir_bundle_create(".", &c, &who, &err));
	assert_int_equal(err.code, IR_EUSAGE);
	assert_null(ir_bundle_create("nowhere", &bt_case, &who, &err));
	assert_int_equal(err.code, IR_ENOENT);
}

static void
test_open_fails(void **state)
{
	struct ir_bundle *b = bt_new("");
	ir_auto_free char *dir = bt_end(b);
	ir_auto_free char *dot = bt_path("%s/.open", dir);
	ir_auto_free char *bagit = bt_path("%s/bagit.txt", dir);
	struct ir_err err;

	(void)state;
	assert_null(ir_bundle_open("nowhere", &err));
	assert_int_equal(err.code, IR_ENOENT);
	assert_null(ir_bundle_open(".", &err));
	assert_int_equal(err.code, IR_EFORMAT);
	assert_non_null(strstr(err.msg, "no bundle"));
	b = ir_bundle_open(dir, &err);
	assert_non_null(b);
	assert_int_equal(ir_bundle_event(b, "x", json_object(), &err), -1);
	assert_null(ir_bundle_sink(b)->open(ir_bundle_sink(b), "data", &err));
	ir_bundle_close(b);
	unlink(dot);
	assert_null(ir_bundle_open(dir, &err));
	assert_int_equal(err.code, IR_EFORMAT);
	bt_replace(bagit, "1.0", "9.9");
	assert_null(ir_bundle_open(dir, &err));
	assert_int_equal(err.code, IR_EFORMAT);
	bt_rm(dir);
}

static void
test_locate(void **state)
{
	struct ir_err err;
	char *dir;

	(void)state;
	assert_int_equal(ir_bundle_locate(NULL, false, &dir, &err), 0);
	assert_null(dir);
	ir_auto_free char *one = bt_end(bt_new(""));
	assert_int_equal(ir_bundle_locate(NULL, false, &dir, &err), 0);
	assert_string_equal(dir, one);
	free(dir);
	assert_int_equal(ir_bundle_locate("x", false, &dir, &err), 0);
	assert_string_equal(dir, "x");
	free(dir);
	setenv("IR_BUNDLE", "y", 1);
	assert_int_equal(ir_bundle_locate(NULL, false, &dir, &err), 0);
	assert_string_equal(dir, "y");
	free(dir);
	unsetenv("IR_BUNDLE");
	ir_auto_free char *two = bt_end(bt_new(""));
	assert_int_equal(ir_bundle_locate(NULL, false, &dir, &err), -1);
	assert_int_equal(err.code, IR_EUSAGE);
	assert_non_null(strstr(err.msg, one));
	assert_non_null(strstr(err.msg, two));
	assert_int_equal(chdir(one), 0);
	assert_int_equal(ir_bundle_locate(NULL, false, &dir, &err), 0);
	assert_string_equal(dir, ".");
	free(dir);
	assert_int_equal(chdir(".."), 0);
	bt_rm(one);
	bt_rm(two);
}

static void
test_locate_sealed(void **state)
{
	struct ir_err err;
	char *dir;

	(void)state;
	ir_auto_free char *open = bt_end(bt_new(""));
	assert_int_equal(ir_bundle_locate(NULL, true, &dir, &err), 0);
	assert_null(dir);
	ir_auto_free char *one = bt_sealed();
	ir_auto_free char *mark = bt_path("%s/.open", one);
	assert_int_equal(ir_bundle_locate(NULL, true, &dir, &err), 0);
	assert_string_equal(dir, one);
	free(dir);
	/* Left behind by a sealing that was killed at its last step. */
	bt_spit(mark, "", 0);
	assert_int_equal(ir_bundle_locate(NULL, true, &dir, &err), 0);
	assert_string_equal(dir, one);
	free(dir);
	assert_int_equal(ir_bundle_locate(NULL, false, &dir, &err), 0);
	assert_string_equal(dir, open);
	free(dir);
	ir_auto_free char *two = bt_sealed();
	assert_int_equal(ir_bundle_locate(NULL, true, &dir, &err), -1);
	assert_int_equal(err.code, IR_EUSAGE);
	assert_non_null(strstr(err.msg, "several sealed"));
	bt_rm(open);
	bt_rm(one);
	bt_rm(two);
}

static void
test_scope(void **state)
{
	struct ir_bundle *b = bt_new("");
	struct ir_err err;

	(void)state;
	ir_auto_free char *one = ir_bundle_scope(b, "containers/x", &err);
	assert_string_equal(one, "containers/x");
	ir_auto_free char *two = ir_bundle_scope(b, "containers/x", &err);
	assert_string_equal(two, "containers/x/run-0001");
	assert_null(ir_bundle_scope(b, "../x", &err));
	assert_int_equal(err.code, IR_EFORMAT);
	ir_auto_free char *dir = bt_end(b);
	ir_auto_free char *path = bt_path("%s/data/%s", dir, two);
	assert_true(bt_exists(path));
	bt_rm(dir);
}

/* Two programs at a time, each with its own journal. */
static void
test_two_writers(void **state)
{
	struct ir_bundle_who who = bt_who("bob", "bob");
	struct ir_bundle *a = bt_new("alice");
	struct ir_err err;
	struct ir_bundle *b = ir_bundle_open(ir_bundle_dir(a), &err);
	struct ir_journal_end end;

	(void)state;
	assert_non_null(b);
	assert_int_equal(ir_bundle_begin(b, &who, NULL, &err), 0);
	bt_add(a, "a", "1");
	bt_add(b, "b", "2");
	ir_auto_free char *dir = bt_end(b);
	free(bt_end(a));
	json_auto_t *one = bt_lines(dir, J1, &end);
	json_auto_t *two = bt_lines(dir, J2, &end);
	assert_string_equal(ir_json_str(json_array_get(two, 0), "prev"),
	    ir_json_str(json_array_get(one, 1), "hash"));
	bt_rm(dir);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_names),
    cmocka_unit_test(test_verdicts),
    cmocka_unit_test(test_create),
    cmocka_unit_test(test_create_fails),
    cmocka_unit_test(test_open_fails),
    cmocka_unit_test(test_locate),
    cmocka_unit_test(test_locate_sealed),
    cmocka_unit_test(test_scope),
    cmocka_unit_test(test_two_writers),
};

int
main(void)
{
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, bt_enter, bt_leave);
}
