/* SPDX-License-Identifier: ISC
 *
 * Writing a bundle: names, making and finding, journals, streams.
 */
#include "tests/unit/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/limits.h"
#include "bundle/journal.h"
#include "bundle/names.h"
#include "bundle/verdict.h"
#include "crypto/digest.h"
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

/* All lines of a journal as an array, after the strict reader took it. */
static int
gather(void *arg, const struct ir_journal_line *line, struct ir_err *err)
{
	json_t *copy = json_deep_copy(line->doc);

	(void)err;
	json_object_set_new(copy, "hash", json_string(line->hash));
	return json_array_append_new(arg, copy);
}

static json_t *
lines_of(const char *dir, const char *journal, struct ir_journal_end *end)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY);
	json_t *all = json_array();
	struct ir_err err;

	if (ir_journal_read(fd, journal, gather, all, end, &err) == -1)
		fail_msg("%s", err.msg);
	close(fd);
	return all;
}

#define J1 "journal/0001-ir-test.jsonl"
#define J2 "journal/0002-ir-test.jsonl"

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
	assert_int_equal(ir_bundle_locate(NULL, &dir, &err), 0);
	assert_null(dir);
	ir_auto_free char *one = bt_end(bt_new(""));
	assert_int_equal(ir_bundle_locate(NULL, &dir, &err), 0);
	assert_string_equal(dir, one);
	free(dir);
	assert_int_equal(ir_bundle_locate("x", &dir, &err), 0);
	assert_string_equal(dir, "x");
	free(dir);
	setenv("IR_BUNDLE", "y", 1);
	assert_int_equal(ir_bundle_locate(NULL, &dir, &err), 0);
	assert_string_equal(dir, "y");
	free(dir);
	unsetenv("IR_BUNDLE");
	ir_auto_free char *two = bt_end(bt_new(""));
	assert_int_equal(ir_bundle_locate(NULL, &dir, &err), -1);
	assert_int_equal(err.code, IR_EUSAGE);
	assert_non_null(strstr(err.msg, one));
	assert_non_null(strstr(err.msg, two));
	assert_int_equal(chdir(one), 0);
	assert_int_equal(ir_bundle_locate(NULL, &dir, &err), 0);
	assert_string_equal(dir, ".");
	free(dir);
	assert_int_equal(chdir(".."), 0);
	bt_rm(one);
	bt_rm(two);
}

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
	json_auto_t *l = lines_of(dir, J1, &end);
	assert_int_equal(end.lines, 7);
	assert_int_equal(end.torn, 0);
#define AT(i) json_array_get(l, i)
	assert_string_equal(ir_json_str(AT(0), "ev"), "run");
	assert_string_equal(ir_json_str(AT(0), "argv") /* an array */, "");
	assert_string_equal(ir_json_str(AT(0), "actor.id"), "alice@lab");
	assert_string_equal(ir_json_str(AT(1), "ev"), "sig");
	assert_string_equal(ir_json_str(AT(2), "ev"), "stream-close");
	assert_string_equal(ir_json_str(AT(2), "path"), "data/a/small");
	assert_int_equal(ir_json_int(AT(2), "size"), 6);
	assert_string_equal(ir_json_str(AT(2), "sha256"),
	    "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03");
	assert_string_equal(ir_json_str(AT(3), "target"), "x\\xff");
	assert_string_equal(ir_json_str(AT(3), "why"), "no \\x80");
	assert_int_equal(ir_json_int(AT(3), "ms"), 3);
	assert_string_equal(ir_json_str(AT(4), "undo"), "unpause");
	assert_int_equal(ir_json_int(AT(5), "seq"), 5);
	assert_string_equal(ir_json_str(AT(6), "ev"), "end");
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
	json_auto_t *one = lines_of(dir, J1, &end);
	assert_int_equal(end.torn, strlen(torn));
	ir_auto_free char *head = bt_path("%s", end.head);
	json_auto_t *two = lines_of(dir, J2, &end);
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
	int fd = open(dir, O_RDONLY | O_DIRECTORY);
	int rc = ir_journal_read(fd, J1, NULL, NULL, end, err);

	close(fd);
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

static void
test_stream_chunks(void **state)
{
	const size_t piece = 3 << 20;
	ir_auto_free char *zeros = calloc(1, piece);
	struct ir_bundle *b = bt_new("");
	struct ir_sink *sink = ir_bundle_sink(b);
	struct ir_journal_end end;
	struct ir_err err;

	(void)state;
	struct ir_stream *s = sink->open(sink, "big", &err);
	assert_non_null(s);
	for (size_t i = 0; i < 22; i++)
		assert_int_equal(s->write(s, zeros, piece, &err), 0);
	assert_false(sink->has(sink, "big"));
	assert_int_equal(s->close(s, NULL, &err), 0);
	assert_true(sink->has(sink, "big"));
	ir_auto_free char *dir = bt_end(b);
	json_auto_t *l = lines_of(dir, J1, &end);
	size_t i = 1;
	assert_string_equal(ir_json_str(AT(i++), "ev"), "stream-open");
	json_int_t at = 0;
	for (; strcmp(ir_json_str(AT(i), "ev"), "chunk") == 0; i++) {
		assert_int_equal(ir_json_int(AT(i), "offset"), at);
		at += ir_json_int(AT(i), "length");
		assert_true(ir_json_int(AT(i), "length") <= IR_CHUNK_BYTES);
	}
	assert_true(at >= IR_CHUNK_BYTES);
	assert_string_equal(ir_json_str(AT(i), "ev"), "stream-close");
	assert_int_equal(ir_json_int(AT(i), "size"), 66 << 20);
	ir_auto_free char *path = bt_path("%s/data/big", dir);
	char out[128], want[128];
	assert_int_equal(
	    bt_sh(out, sizeof(out), "sha256sum < $1/data/big", dir), 0);
	snprintf(want, sizeof(want), "%s  -\n", ir_json_str(AT(i), "sha256"));
	assert_string_equal(out, want);
	bt_rm(dir);
}

static void
test_stream_gap(void **state)
{
	struct ir_bundle *b = bt_new("");
	struct ir_sink *sink = ir_bundle_sink(b);
	struct ir_journal_end end;
	struct ir_err err;

	(void)state;
	struct ir_stream *s = sink->open(sink, "d/cut", &err);
	assert_int_equal(s->write(s, "abc", 3, &err), 0);
	assert_int_equal(s->close(s, "the engine died", &err), 0);
	assert_false(sink->has(sink, "d/cut"));
	assert_null(sink->open(sink, "d/cut", &err));
	assert_int_equal(err.code, IR_EEXIST);
	ir_auto_free char *dir = bt_end(b);
	ir_auto_free char *path = bt_path("%s/data/d/cut", dir);
	ir_auto_free char *part = bt_path("%s/data/d/cut.part", dir);
	assert_false(bt_exists(path));
	assert_true(bt_exists(part));
	json_auto_t *l = lines_of(dir, J1, &end);
	assert_string_equal(ir_json_str(AT(1), "end"), "gap");
	assert_string_equal(ir_json_str(AT(1), "why"), "the engine died");
	assert_string_equal(ir_json_str(AT(1), "path"), "data/d/cut");
	assert_int_equal(ir_json_int(AT(1), "size"), 3);
	bt_rm(dir);
}

static void
test_stream_names(void **state)
{
	static const char *const bad[] = {
	    "../x", "/x", "", "a b", "x.part", "x.PART", "x\n"};
	static const char *const taken[] = {
	    "dir/file", "dir/FILE", "DIR/other", "dir/file/below"};
	struct ir_bundle *b = bt_new("");
	struct ir_sink *sink = ir_bundle_sink(b);
	struct ir_err err;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_null(sink->open(sink, bad[i], &err));
		assert_int_equal(err.code, IR_EFORMAT);
	}
	bt_add(b, "dir/file", "x");
	for (size_t i = 0; i < sizeof(taken) / sizeof(taken[0]); i++)
		assert_null(sink->open(sink, taken[i], &err));
	assert_null(sink->open(sink, "DIR/other", &err));
	assert_int_equal(err.code, IR_EEXIST);
	assert_non_null(strstr(err.msg, "another case"));
	ir_auto_free char *dir = bt_end(b);
	char out[256];
	assert_int_equal(
	    bt_sh(out, sizeof(out), "cd $1/data && find . -type f", dir), 0);
	assert_string_equal(out, "./dir/file\n");
	bt_rm(dir);
}

/* A disk that is full: what is there stays, is hashed and marked. */
static void
test_stream_full(void **state)
{
	struct rlimit old, small = {10000, 0};
	struct ir_bundle *b = bt_new("");
	struct ir_sink *sink = ir_bundle_sink(b);
	struct ir_journal_end end;
	struct ir_err err;
	char block[4000], sha[IR_SHA256_HEX];
	size_t len;

	(void)state;
	memset(block, 'x', sizeof(block));
	signal(SIGXFSZ, SIG_IGN);
	bt_add(b, "before", "x");
	struct ir_stream *s = sink->open(sink, "full", &err);
	getrlimit(RLIMIT_FSIZE, &old);
	small.rlim_max = old.rlim_max;
	setrlimit(RLIMIT_FSIZE, &small);
	assert_int_equal(s->write(s, block, sizeof(block), &err), 0);
	assert_int_equal(s->write(s, block, sizeof(block), &err), 0);
	assert_int_equal(s->write(s, block, sizeof(block), &err), -1);
	assert_int_equal(err.code, IR_EIO);
	assert_non_null(strstr(err.msg, "data/full.part"));
	/* Nobody can call it whole now. */
	assert_int_equal(s->close(s, NULL, &err), 0);
	setrlimit(RLIMIT_FSIZE, &old);
	ir_auto_free char *dir = bt_end(b);
	ir_auto_free char *path = bt_path("%s/data/full", dir);
	ir_auto_free char *part = bt_path("%s/data/full.part", dir);
	assert_false(bt_exists(path));
	ir_auto_free char *text = bt_slurp(part, &len);
	assert_int_equal(len, 10000);
	ir_sha256_mem(text, len, sha);
	json_auto_t *l = lines_of(dir, J1, &end);
	assert_string_equal(ir_json_str(AT(2), "end"), "gap");
	assert_int_equal(ir_json_int(AT(2), "size"), 10000);
	assert_string_equal(ir_json_str(AT(2), "sha256"), sha);
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
	json_auto_t *l = lines_of(dir, J1, &end);
	assert_int_equal(end.lines, 3);
	assert_string_equal(ir_json_str(AT(1), "ev"), "y");
	bt_rm(dir);
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
	json_auto_t *one = lines_of(dir, J1, &end);
	json_auto_t *two = lines_of(dir, J2, &end);
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
    cmocka_unit_test(test_journal),
    cmocka_unit_test(test_second_journal),
    cmocka_unit_test(test_journal_reader),
    cmocka_unit_test(test_journal_bombs),
    cmocka_unit_test(test_stream_chunks),
    cmocka_unit_test(test_stream_gap),
    cmocka_unit_test(test_stream_names),
    cmocka_unit_test(test_stream_full),
    cmocka_unit_test(test_journal_full),
    cmocka_unit_test(test_scope),
    cmocka_unit_test(test_two_writers),
};

int
main(void)
{
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, bt_enter, bt_leave);
}
