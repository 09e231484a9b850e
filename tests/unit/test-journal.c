/* SPDX-License-Identifier: ISC
 *
 * Journals: writing and strict reading.
 */
#include "tests/unit/unit.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/limits.h"
#include "bundle/journal.h"
#include "crypto/digest.h"
#include "tests/unit/bundletest.h"
#include "json/json.h"

#define AT(i) json_array_get(l, i)

static void
test_journal(void **state)
{
	struct ir_bundle *b = bt_new("alice");
	struct ir_journal_end end;
	struct ir_err err;
	char open_hash[IR_SHA256_HEX];
	size_t len;

	(void)state;
	bt_add(b, "a/small", "hello\n");
	assert_int_equal(ir_bundle_outcome(b, "logs", "x\xff", IR_FAILED,
			     "no \x80", 2.6, &err),
	    0);
	assert_int_equal(ir_bundle_sink(b)->change(ir_bundle_sink(b), "paused",
			     "unpause", "to copy", &err),
	    0);
	assert_int_equal(ir_bundle_event(b, "bad", NULL, &err), -1);
	assert_int_equal(
	    ir_bundle_event(b, "tricky",
		json_pack("{s:i, s:s}", "seq", 99, "prev", "x"), &err),
	    0);
	ir_auto_free char *dir = bt_end(b);
	json_auto_t *l = bt_lines(dir, J1, &end);
	assert_int_equal(end.lines, 14);
	assert_int_equal(end.torn, 0);
	assert_string_equal(ir_json_str(AT(0), "ev"), "run");
	assert_string_equal(ir_json_str(AT(0), "argv") /* an array */, "");
	assert_string_equal(ir_json_str(AT(0), "actor.id"), "alice@lab");
	assert_string_equal(ir_json_str(AT(1), "ev"), "sig");
	assert_string_equal(ir_json_str(AT(2), "ev"), "stream-close");
	assert_string_equal(ir_json_str(AT(2), "path"), "data/a/small");
	assert_int_equal(ir_json_int(AT(2), "size"), 6);
	assert_string_equal(ir_json_str(AT(2), "sha256"),
	    "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03");
	assert_string_equal(ir_json_str(AT(5), "target"), "x\\xff");
	assert_string_equal(ir_json_str(AT(5), "why"), "no \\x80");
	assert_int_equal(ir_json_int(AT(5), "ms"), 3);
	assert_string_equal(ir_json_str(AT(8), "undo"), "unpause");
	assert_string_equal(ir_json_str(AT(11), "ev"), "tricky");
	assert_int_equal(ir_json_int(AT(11), "seq"), 11);
	assert_string_equal(ir_json_str(AT(12), "ev"), "end");
	for (size_t i = 2; i < 11; i += 3) {
		assert_string_equal(ir_json_str(AT(i + 1), "ev"), "mark");
		assert_string_equal(ir_json_str(AT(i + 2), "ev"), "sig");
	}
	assert_string_equal(ir_json_str(AT(13), "ev"), "sig");
	ir_auto_free char *path = bt_path("%s/custody/0000-open.json", dir);
	ir_auto_free char *open_text = bt_slurp(path, &len);
	ir_sha256_mem(open_text, len, open_hash);
	assert_string_equal(ir_json_str(AT(0), "prev"), open_hash);
	bt_rm(dir);
}

/* The next journal follows the last whole line of the one before. */
static void
test_second_journal(void **state)
{
	static const char torn[] = "{\"seq\":3,\"prev\":\"";
	struct ir_bundle_who who = bt_who("bob", "");
	char *args[600], *many = malloc(1000);
	struct ir_journal_end end;
	struct ir_err err;
	size_t len;

	(void)state;
	ir_auto_free char *dir = bt_end(bt_new(""));
	ir_auto_free char *path = bt_path("%s/" J1, dir);
	ir_auto_free char *text = bt_slurp(path, &len);
	ir_auto_free char *more = bt_path("%s%s", text, torn);
	bt_spit(path, more, strlen(more));
	memset(many, '\x1b', 999);
	many[999] = '\0';
	for (size_t i = 0; i < 599; i++)
		args[i] = many;
	args[599] = NULL;
	who.argv = args;
	struct ir_bundle *b = ir_bundle_open(dir, &err);
	assert_int_equal(ir_bundle_begin(b, &who, NULL, &err), 0);
	assert_int_equal(ir_bundle_run(b), 2);
	assert_int_equal(ir_bundle_begin(b, &who, NULL, &err), -1);
	assert_int_equal(ir_bundle_end(b, 0, &err), 0);
	assert_int_equal(ir_bundle_end(b, 0, &err), -1);
	assert_int_equal(ir_bundle_event(b, "late", json_object(), &err), -1);
	ir_bundle_close(b);
	json_auto_t *one = bt_lines(dir, J1, &end);
	assert_int_equal(end.torn, strlen(torn));
	ir_auto_free char *head = bt_path("%s", end.head);
	json_auto_t *two = bt_lines(dir, J2, &end);
	assert_int_equal(end.lines, 2);
	assert_string_equal(ir_json_str(json_array_get(two, 0), "prev"), head);
	json_t *argv = ir_json_at(json_array_get(two, 0), "argv");
	assert_string_equal(
	    json_string_value(json_array_get(argv, json_array_size(argv) - 1)),
	    "... (567 more)");
	free(many);
	bt_rm(dir);
}

static int
read_journal(const char *dir, struct ir_journal_end *end, struct ir_err *err)
{
	char *path = bt_path("%s/" J1, dir);
	size_t len;
	char *text = bt_slurp(path, &len);
	int rc = ir_journal_read(J1, text, len, NULL, NULL, end, err);

	free(text);
	free(path);
	return rc;
}

static void
test_journal_reader(void **state)
{
	static const struct {
		const char *from, *to;
		enum ir_journal_fault fault;
	} bad[] = {
	    {"\"seq\":1", "\"seq\":2", IR_JOURNAL_BROKEN},
	    {"\"ev\":\"run\"", "\"ev\":\"ruN\"", IR_JOURNAL_BROKEN},
	    {"\"ev\":\"x\"", "\"ev\":7", IR_JOURNAL_MALFORMED},
	    {"\"seq\":1", "\"seq\":1,\"seq\":1", IR_JOURNAL_MALFORMED},
	    {"\"seq\":1", "\"seq\":1.0", IR_JOURNAL_MALFORMED},
	    {"\"seq\":1", "\"seq\":-1", IR_JOURNAL_MALFORMED},
	    {"{\"seq\":1", "[{\"seq\":1", IR_JOURNAL_MALFORMED},
	    {"{\"seq\":1", "\n{\"seq\":1", IR_JOURNAL_MALFORMED},
	    {"\"mono_ns\":\"", "\"mono_ns\":\"x", IR_JOURNAL_MALFORMED},
	    {"\"t\":\"2", "\"t\":\"x", IR_JOURNAL_MALFORMED},
	    {"\"prev\":\"", "\"prev\":\"A", IR_JOURNAL_MALFORMED},
	};
	struct ir_journal_end end;
	struct ir_err err;

	(void)state;
	struct ir_bundle *b = bt_new("");
	assert_int_equal(ir_bundle_event(b, "x", json_object(), &err), 0);
	ir_auto_free char *dir = bt_end(b);
	assert_int_equal(read_journal(dir, &end, &err), 0);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		ir_auto_free char *copy = bt_copy(dir);
		ir_auto_free char *path = bt_path("%s/" J1, copy);

		bt_replace(path, bad[i].from, bad[i].to);
		assert_int_equal(read_journal(copy, &end, &err), -1);
		assert_int_equal(err.code, IR_EFORMAT);
		if (end.fault != bad[i].fault)
			fail_msg("%s: %s", bad[i].to, err.msg);
		bt_rm(copy);
	}
	bt_rm(dir);
}

/* A line without end, or nested without end, is refused before it costs. */
static void
test_journal_bombs(void **state)
{
	static const char opener[] = "{\"seq\":0,\"x\":";
	ir_auto_free char *dir = bt_end(bt_new(""));
	ir_auto_free char *path = bt_path("%s/" J1, dir);
	ir_auto_free char *bomb = malloc(IR_MAX_JOURNAL_LINE + 1);
	struct ir_journal_end end;
	struct ir_err err;

	(void)state;
	memset(bomb, '[', IR_MAX_JOURNAL_LINE + 1);
	memcpy(bomb, opener, strlen(opener));
	bt_spit(path, bomb, IR_MAX_JOURNAL_LINE + 1);
	assert_int_equal(read_journal(dir, &end, &err), -1);
	assert_non_null(strstr(err.msg, "longer than"));
	assert_int_equal(end.fault, IR_JOURNAL_MALFORMED);
	bomb[100000] = '\n';
	bt_spit(path, bomb, 100001);
	assert_int_equal(read_journal(dir, &end, &err), -1);
	assert_int_equal(end.fault, IR_JOURNAL_MALFORMED);
	bt_rm(dir);
}

/* No room for a line: the journal is as it was, and the next line fits. */
static void
test_journal_full(void **state)
{
	struct rlimit old, small;
	struct ir_bundle *b = bt_new("");
	struct ir_journal_end end;
	struct ir_err err;
	struct stat st;
	ir_auto_free char *path = bt_path("%s/" J1, ir_bundle_dir(b));

	(void)state;
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(stat(path, &st), 0);
	getrlimit(RLIMIT_FSIZE, &old);
	small = old;
	small.rlim_cur = (rlim_t)st.st_size + 20;
	setrlimit(RLIMIT_FSIZE, &small);
	assert_int_equal(ir_bundle_event(b, "x", json_object(), &err), -1);
	assert_int_equal(err.code, IR_EIO);
	assert_non_null(strstr(err.msg, J1));
	setrlimit(RLIMIT_FSIZE, &old);
	assert_int_equal(ir_bundle_event(b, "y", json_object(), &err), 0);
	ir_auto_free char *dir = bt_end(b);
	json_auto_t *l = bt_lines(dir, J1, &end);
	assert_int_equal(end.lines, 3);
	assert_string_equal(ir_json_str(AT(1), "ev"), "y");
	bt_rm(dir);
}

/* A program that was killed as it began left its work file: its number is not
 * given out again. */
static void
test_leftover(void **state)
{
	struct ir_bundle_who who = bt_who("alice", "alice");
	ir_auto_free char *dir = bt_end(bt_new("alice"));
	ir_auto_free char *left = bt_path("%s/" J2 ".tmp", dir);
	struct ir_err err;

	(void)state;
	bt_spit(left, "{", 1);
	struct ir_bundle *b = ir_bundle_open(dir, &err);
	assert_int_equal(ir_bundle_begin(b, &who, NULL, &err), 0);
	assert_int_equal(ir_bundle_run(b), 3);
	free(bt_end(b));
	bt_seal(dir, "alice", NULL);
	bt_verdict(dir, IR_VALID, NULL, NULL);
	bt_rm(dir);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_journal),
    cmocka_unit_test(test_second_journal),
    cmocka_unit_test(test_leftover),
    cmocka_unit_test(test_journal_reader),
    cmocka_unit_test(test_journal_bombs),
    cmocka_unit_test(test_journal_full),
};

int
main(void)
{
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, bt_enter, bt_leave);
}
