/* SPDX-License-Identifier: ISC
 *
 * base: text, buffers, files, time.
 */
#include "tests/unit/unit.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/proc.h"
#include "base/text.h"
#include "base/time.h"

static void
escaped(const char *in, size_t n, const char *want)
{
	struct ir_buf b = IR_BUF_INIT;
	struct ir_err err;

	ir_text_escape(&b, in, n);
	ir_auto_free char *got = ir_buf_take(&b, &err);
	assert_string_equal(got, want);
}

static void
test_escape(void **state)
{
	(void)state;
	escaped("plain \xc3\xa9", 8, "plain \xc3\xa9");
	escaped("a\nb\tc\\d\r", 8, "a\\nb\\tc\\\\d\\r");
	escaped("\x1b[31m", 5, "\\x1b[31m");
	escaped("\xc2\x9b"
		"31m",
	    5, "\\u{9b}31m");
	escaped("x\xe2\x80\xaey", 5, "x\\u{202e}y");
	escaped(
	    "\xff\xc0\xaf\xed\xa0\x80", 6, "\\xff\\xc0\\xaf\\xed\\xa0\\x80");
	escaped("\xf4\x90\x80\x80", 4, "\\xf4\\x90\\x80\\x80");
	escaped("cut \xe2\x82", 6, "cut \\xe2\\x82");
	escaped("\0", 1, "\\x00");
}

static void
test_base64(void **state)
{
	static const struct {
		const char *text, *code;
	} v[] = {{"", ""}, {"f", "Zg=="}, {"fo", "Zm8="}, {"foo", "Zm9v"},
	    {"foobar", "Zm9vYmFy"}};
	static const char *const bad[] = {
	    "Zg=", "Zg", "Z===", "Zh==", "Zm9=", "Zg==Zg==", "Zm 9v", "Zm9v\r"};
	struct ir_err err;

	(void)state;
	for (size_t i = 0; i < sizeof(v) / sizeof(v[0]); i++) {
		struct ir_buf e = IR_BUF_INIT, d = IR_BUF_INIT;

		ir_base64(&e, v[i].text, strlen(v[i].text), 0);
		assert_int_equal(
		    ir_base64_decode(&d, v[i].code, strlen(v[i].code)), 0);
		ir_auto_free char *code = ir_buf_take(&e, &err);
		ir_auto_free char *text = ir_buf_take(&d, &err);
		assert_string_equal(code, v[i].code);
		assert_string_equal(text, v[i].text);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct ir_buf d = IR_BUF_INIT;

		assert_int_equal(
		    ir_base64_decode(&d, bad[i], strlen(bad[i])), -1);
		ir_buf_free(&d);
	}
}

static void
test_time(void **state)
{
	static const char *const bad[] = {"2026-11-22", "2026-11-22T00:00:00",
	    "2026-02-31T00:00:00Z", "2026-11-22T00:00:00.Z",
	    "2026-11-22T00:00:00+01:00", "2026-11-22T00:00:00Zx",
	    "2026-1-5T3:4:5Z", " 026-11-22T00:00:00Z", "2026-11-22T 0:00:00Z",
	    "02026-11-22T00:00:00Z"};
	int64_t t;

	(void)state;
	assert_int_equal(ir_time_parse("1970-01-02T00:00:01.5Z", &t), 0);
	assert_int_equal(t, 86401);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(ir_time_parse(bad[i], &t), -1);
	assert_true(ir_time_plausible(1577836800));
	assert_false(ir_time_plausible(1577836799));
	assert_true(ir_time_plausible(253402300799));
	assert_false(ir_time_plausible(253402300800));
	assert_false(ir_time_plausible(-1));
}

/* A scratch directory; the test cases remove what they put in it. */
static int
scratch(char *name)
{
	strcpy(name, "/tmp/ir-unit-XXXXXX");
	assert_non_null(mkdtemp(name));
	return open(name, O_RDONLY | O_DIRECTORY);
}

static void
test_put_files(void **state)
{
	const struct ir_new_file both[] = {{"p1", "one", 3}, {"p2", "two!", 4}};
	const struct ir_new_file taken[] = {{"p0", "zero", 4}, {"p2", "x", 1}};
	struct ir_err err;
	char dir[] = "/tmp/ir-files-XXXXXX";
	size_t len;

	(void)state;
	assert_non_null(mkdtemp(dir));
	int fd = open(dir, O_RDONLY | O_DIRECTORY);
	assert_int_equal(ir_put_files(fd, both, 2, &err), 0);
	ir_auto_free char *one = ir_read_beneath(fd, "p1", 9, &len, &err);
	assert_string_equal(one, "one");
	ir_auto_free char *two = ir_read_beneath(fd, "p2", 9, &len, &err);
	assert_string_equal(two, "two!");
	/* The second name is taken: the first is not there, either. */
	assert_int_equal(ir_put_files(fd, taken, 2, &err), -1);
	assert_int_equal(err.code, IR_EEXIST);
	assert_int_equal(faccessat(fd, "p0", F_OK, 0), -1);
	assert_int_equal(unlinkat(fd, "p1", 0), 0);
	assert_int_equal(unlinkat(fd, "p2", 0), 0);
	assert_int_equal(rmdir(dir), 0); /* and nothing else */
	assert_int_equal(ir_put_files(fd, both, 2, &err), -1);
	close(fd);
}

static void
test_put_file(void **state)
{
	char dir[32];
	struct ir_err err;
	int fd = scratch(dir);
	size_t len;

	(void)state;
	assert_int_equal(ir_put_file(fd, "a", "one", 3, &err), 0);
	assert_int_equal(ir_put_file(fd, "a", "two", 3, &err), -1);
	assert_int_equal(err.code, IR_EEXIST);
	assert_int_equal(faccessat(fd, "a.tmp", F_OK, 0), -1);
	ir_auto_free char *p = ir_read_beneath(fd, "a", 10, &len, &err);
	assert_string_equal(p, "one");
	assert_null(ir_read_beneath(fd, "a", 2, &len, &err));
	assert_int_equal(err.code, IR_EFORMAT);
	unlinkat(fd, "a", 0);
	close(fd);
	assert_int_equal(rmdir(dir), 0);
}

static void
test_beneath(void **state)
{
	char dir[32];
	struct ir_err err;
	uint64_t size;
	int fd = scratch(dir);

	(void)state;
	assert_int_equal(symlinkat("/etc/passwd", fd, "link"), 0);
	assert_int_equal(mkfifoat(fd, "fifo", 0600), 0);
	assert_int_equal(ir_put_file(fd, "one", "x", 1, &err), 0);
	assert_int_equal(linkat(fd, "one", fd, "two", 0), 0);
	assert_int_equal(symlinkat("nowhere", fd, "dangling"), 0);
	assert_null(ir_open_dir(fd, "link", &err));
	assert_null(ir_open_dir(fd, "one", &err));
	assert_null(ir_open_dir(fd, "nowhere", &err));
	assert_int_equal(err.code, IR_ENOENT);
	DIR *d = ir_open_dir(fd, ".", &err);
	size_t n = 0;
	while (readdir(d) != NULL)
		n++;
	assert_int_equal(closedir(d), 0);
	assert_int_equal(n, 2 + 5);
	assert_true(ir_exists(fd, "one"));
	assert_true(ir_exists(fd, "dangling"));
	assert_false(ir_exists(fd, "nowhere"));
	assert_int_equal(unlinkat(fd, "dangling", 0), 0);
	assert_int_equal(ir_open_regular(fd, "link", &size, &err), -1);
	assert_int_equal(err.code, IR_EFORMAT);
	assert_int_equal(ir_open_regular(fd, "../x", &size, &err), -1);
	assert_int_equal(err.code, IR_EFORMAT);
	assert_int_equal(ir_open_regular(fd, "fifo", &size, &err), -1);
	assert_int_equal(err.code, IR_EFORMAT);
	assert_int_equal(ir_open_regular(fd, "one", &size, &err), -1);
	assert_non_null(strstr(err.msg, "more than one link"));
	assert_int_equal(ir_make_dirs(fd, "link/x", &err), -1);
	assert_int_equal(ir_make_dirs(fd, "d/e/f", &err), 0);
	assert_int_equal(ir_make_dirs(fd, "d/e/f", &err), 0);
	assert_int_equal(faccessat(fd, "d/e/f", F_OK, 0), 0);
	unlinkat(fd, "d/e/f", AT_REMOVEDIR);
	unlinkat(fd, "d/e", AT_REMOVEDIR);
	unlinkat(fd, "d", AT_REMOVEDIR);
	unlinkat(fd, "link", 0);
	unlinkat(fd, "fifo", 0);
	unlinkat(fd, "one", 0);
	unlinkat(fd, "two", 0);
	close(fd);
	assert_int_equal(rmdir(dir), 0);
}

static void
test_starts_and_ends(void **state)
{
	(void)state;
	assert_true(ir_starts("data/x", "data/"));
	assert_true(ir_starts("data/", "data/"));
	assert_true(ir_starts("x", ""));
	assert_false(ir_starts("data", "data/"));
	assert_false(ir_starts("", "data/"));
	assert_false(ir_starts("xdata/", "data/"));
	assert_true(ir_ends("x.part", ".part"));
	assert_true(ir_ends(".part", ".part"));
	assert_true(ir_ends("x", ""));
	assert_false(ir_ends("part", ".part"));
	assert_false(ir_ends("", ".part"));
	assert_false(ir_ends("x.part.", ".part"));
}

static void
test_proc(void **state)
{
	char *cat[] = {(char[]){"cat"}, (char[]){"/dev/fd/3"}, NULL};
	char *none[] = {(char[]){"/nonexistent/program"}, NULL};
	struct ir_buf out = IR_BUF_INIT;
	struct ir_err err;
	int fd = ir_memfd("hello", 5, &err);

	(void)state;
	assert_int_equal(ir_proc_run(cat, &fd, 1, &out, 100, &err), 0);
	assert_string_equal(out.p, "hello");
	assert_int_equal(ir_proc_run(cat, &fd, 1, &out, 3, &err), -1);
	assert_int_equal(err.code, IR_EFORMAT);
	assert_int_equal(ir_proc_run(none, NULL, 0, &out, 3, &err), -1);
	assert_int_equal(err.code, IR_EIO);
	ir_buf_free(&out);
	close(fd);
}

static void
test_proc_feed(void **state)
{
	char sh[] = "sh", c[] = "-c", script[] = "cat; echo aside >&2; exit 3";
	char *both[] = {sh, c, script, NULL};
	ir_auto_buf struct ir_buf out = IR_BUF_INIT;
	struct ir_err err;
	ir_auto_close int fd = ir_memfd("fed\n", 4, &err);

	(void)state;
	assert_int_equal(ir_proc_feed(both, fd, &out, 100, &err), 3);
	assert_string_equal(out.p, "fed\naside\n");
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_escape),
    cmocka_unit_test(test_base64),
    cmocka_unit_test(test_time),
    cmocka_unit_test(test_put_file),
    cmocka_unit_test(test_put_files),
    cmocka_unit_test(test_beneath),
    cmocka_unit_test(test_starts_and_ends),
    cmocka_unit_test(test_proc),
    cmocka_unit_test(test_proc_feed),
};

UNIT_MAIN(tests)
