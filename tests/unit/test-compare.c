/* SPDX-License-Identifier: ISC
 *
 * tree: what differs between two trees, what the engine's list lacks, and the
 * lines of text that changed.
 */
#include "tests/unit/unit.h"

#include <unistd.h>

#include "base/limits.h"
#include "base/proc.h"
#include "tests/unit/tar.h"
#include "tree/compare.h"
#include "tree/hunks.h"

/* Two trees, from the tars in b[0] and b[1], and what differs. */
static struct {
	struct ir_buf b[2];
	int fd[2];
	struct ir_tree *t[2];
	struct ir_listed *listed;
	struct ir_changes c;
} x;

static int
begin(void **state)
{
	(void)state;
	memset(&x, 0, sizeof(x));
	x.fd[0] = x.fd[1] = -1;
	return 0;
}

static int
end(void **state)
{
	(void)state;
	ir_changes_free(&x.c);
	ir_listed_free(x.listed);
	for (int i = 0; i < 2; i++) {
		ir_tree_free(x.t[i]);
		ir_buf_free(&x.b[i]);
		if (x.fd[i] != -1)
			close(x.fd[i]);
	}
	return 0;
}

static void
compare(const char *json)
{
	struct ir_err err = {0};

	for (int i = 0; i < 2; i++) {
		tar_end(&x.b[i]);
		x.fd[i] = ir_memfd(x.b[i].p, x.b[i].len, &err);
		x.t[i] = ir_tree_read(x.fd[i], "t.tar", &err);
		if (x.t[i] == NULL)
			fail_msg("%s", err.msg);
	}
	if (json != NULL) {
		x.listed = ir_listed_parse(json, strlen(json), "json", &err);
		if (x.listed == NULL)
			fail_msg("%s", err.msg);
	}
	assert_int_equal(
	    ir_tree_compare(x.t[0], x.t[1], x.listed, &x.c, &err), 0);
}

/* The changes are the lines of want: "C /path", "!" after the letter if it is
 * hidden, and for a C what differs. */
static void
found(const char *want)
{
	ir_auto_buf struct ir_buf got = IR_BUF_INIT;
	size_t hidden = 0;

	ir_buf_puts(&got, "");
	for (size_t i = 0; i < x.c.n; i++) {
		const struct ir_change *c = &x.c.list[i];

		ir_buf_printf(
		    &got, "%c%s %s", c->kind, c->hidden ? "!" : "", c->path);
		for (unsigned bit = 1; bit != 0 && bit <= c->fields; bit <<= 1)
			if (c->fields & bit)
				ir_buf_printf(&got, " %s", ir_diff_field(bit));
		if (c->inside > 0)
			ir_buf_printf(&got, " +%zu", c->inside);
		ir_buf_puts(&got, "\n");
		hidden += c->hidden;
	}
	assert_string_equal(got.p, want);
	assert_int_equal(x.c.hidden, hidden);
}

static void
left(const char *want)
{
	ir_auto_buf struct ir_buf got = IR_BUF_INIT;
	struct ir_err err;
	size_t n;
	const struct ir_listed_path *l = ir_listed_left(x.listed, &n, &err);

	ir_buf_puts(&got, "");
	for (size_t i = 0; i < n; i++)
		ir_buf_printf(&got, "%c %s\n", l[i].kind, l[i].path);
	assert_string_equal(got.p, want);
}

/* Sets a field of the header at h, octal, of the usual width. */
static void
set(char *h, size_t at, int width, unsigned value)
{
	snprintf(h + at, 12, "%0*o", width, value);
	tar_checksum(h);
}
#define MODE  100, 7
#define UID   108, 7
#define GID   116, 7
#define MTIME 136, 11
#define MINOR 337, 7

static void
dir(int i, const char *name)
{
	tar_header(&x.b[i], '5', name, "", 0);
}

static void
test_nothing(void **state)
{
	(void)state;
	for (int i = 0; i < 2; i++) {
		dir(i, "a");
		tar_file(&x.b[i], "a/b", "x");
		tar_header(&x.b[i], '2', "a/l", "b", 0);
	}
	compare("null");
	found("");
	left("");
}

/* As docker diff: an added directory with all in it, a deleted one alone. */
static void
test_added_deleted(void **state)
{
	(void)state;
	dir(0, ".");
	dir(0, "d");
	dir(0, "d/old");
	tar_file(&x.b[0], "d/old/1", "1");
	dir(0, "d/old/sub");
	tar_file(&x.b[0], "d/old/sub/2", "2");
	tar_file(&x.b[0], "d/old-not-in-it", "3");
	dir(0, "quiet");
	dir(1, "d");
	dir(1, "d/new");
	tar_file(&x.b[1], "d/new/1", "1");
	dir(1, "quiet");
	compare(
	    "[{\"Path\":\"/d\",\"Kind\":0},{\"Path\":\"/d/new\",\"Kind\":1},"
	    "{\"Path\":\"/d/new/1\",\"Kind\":1},"
	    "{\"Path\":\"/d/old\",\"Kind\":2},"
	    "{\"Path\":\"/d/old-not-in-it\",\"Kind\":2}]");
	found("C /d\nA /d/new\nA /d/new/1\nD /d/old +3\nD /d/old-not-in-it\n");
	left("");
}

/* Directories on the way are listed once, before what is in them. */
static void
test_parents(void **state)
{
	(void)state;
	for (int i = 0; i < 2; i++) {
		dir(i, "a");
		dir(i, "a/b");
		dir(i, "a/b/c");
		dir(i, "a/d");
		dir(i, "ab");
		tar_file(&x.b[i], "ab/f", i == 0 ? "x" : "y");
		tar_file(&x.b[i], "a/d/f", i == 0 ? "x" : "y");
		tar_file(&x.b[i], "a/b/c/f", i == 0 ? "x" : "y");
		tar_file(&x.b[i], "a/b/c/g", i == 0 ? "x" : "y");
		tar_file(&x.b[i], "nodir/f", i == 0 ? "x" : "y");
	}
	compare(NULL);
	found("C /a\nC /a/b\nC /a/b/c\nC /a/b/c/f content\n"
	      "C /a/b/c/g content\nC /a/d\nC /a/d/f content\n"
	      "C /ab\nC /ab/f content\nC /nodir/f content\n");
}

static void
test_fields(void **state)
{
	(void)state;
	for (int i = 0; i < 2; i++) {
		struct ir_buf *b = &x.b[i];
		size_t h;

		h = tar_header(b, '5', "d-mode", "", 0);
		set(b->p + h, MODE, i ? 0755 : 0700);
		h = tar_header(b, '5', "d-mtime", "", 0);
		set(b->p + h, MTIME, i ? 1 : 2);
		h = tar_header(b, '0', "f-gid", "", 0);
		set(b->p + h, GID, i ? 1 : 2);
		h = tar_header(b, '0', "f-mtime", "", 0);
		set(b->p + h, MTIME, i ? 1 : 2);
		h = tar_header(b, '0', "f-suid", "", 0);
		set(b->p + h, MODE, i ? 04755 : 0755);
		h = tar_header(b, '0', "f-uid", "", 0);
		set(b->p + h, UID, i ? 0 : 33);
		tar_header(b, '2', "l", i ? "here" : "there", 0);
		h = tar_header(b, '3', "null", "", 0);
		set(b->p + h, MINOR, i ? 3 : 1);
		if (i == 1)
			tar_record(b, 'x', "SCHILY.xattr.security.capability",
			    "\1\0\0\2", 4);
		tar_file(b, "x", "");
	}
	compare(NULL);
	found("C /d-mode mode\nC /f-gid gid\nC /f-mtime mtime\n"
	      "C /f-suid mode\nC /f-uid uid\nC /l link\nC /null device\n"
	      "C /x xattrs\n");
}

/* An image's tar may have whole seconds only. */
static void
test_fractions(void **state)
{
	static const char *const t[2][3] = {
	    {"5.25", "5", "5.25"}, {"5.5", "5.5", "6"}};

	(void)state;
	for (int i = 0; i < 2; i++)
		for (int k = 0; k < 3; k++) {
			char name[] = {(char)('a' + k), '\0'};

			tar_record(
			    &x.b[i], 'x', "mtime", t[i][k], strlen(t[i][k]));
			tar_file(&x.b[i], name, "");
		}
	compare(NULL);
	found("C /a mtime\nC /c mtime\n");
}

static void
test_types(void **state)
{
	(void)state;
	tar_file(&x.b[0], "f-to-d", "text\n");
	dir(1, "f-to-d");
	tar_file(&x.b[1], "f-to-d/in", "");
	dir(0, "d-to-f");
	tar_file(&x.b[0], "d-to-f/in", "");
	tar_file(&x.b[1], "d-to-f", "text");
	tar_header(&x.b[0], '1', "lost", "none", 0);
	tar_header(&x.b[1], '1', "lost", "none", 0);
	compare(NULL);
	found("C /d-to-f type +1\nC /f-to-d type\nA /f-to-d/in\n"
	      "C /lost content\n");
}

/* The name that a file has in the tar, and those that only link to it, may
 * change places. */
static void
test_hardlinks(void **state)
{
	(void)state;
	tar_file(&x.b[0], "a", "x");
	tar_header(&x.b[0], '1', "b", "a", 0);
	tar_file(&x.b[1], "b", "x");
	tar_header(&x.b[1], '1', "a", "b", 0);
	compare(NULL);
	found("");
}

static void
test_hidden(void **state)
{
	(void)state;
	for (int i = 0; i < 2; i++) {
		size_t h;

		dir(i, "etc");
		tar_file(&x.b[i], "etc/group", i ? "longer" : "short");
		tar_file(&x.b[i], "etc/passwd", i ? "toor" : "root");
		tar_file(&x.b[i], "etc/shadow", i ? "a" : "b");
		h = tar_header(&x.b[i], '5', "etc/way", "", 0);
		set(x.b[i].p + h, MTIME, i ? 1 : 2);
		tar_file(&x.b[i], "etc/way/x", i ? "a" : "b");
	}
	compare("[{\"Path\":\"/etc\",\"Kind\":0}, "
		"{\"Path\":\"/etc/shadow\",\"Kind\":0},\n"
		"{\"Path\":\"/run/x.sock\",\"Kind\":1},"
		"{\"Path\":\"/gone\",\"Kind\":2}]\n");
	found("C /etc\nC! /etc/group content\nC! /etc/passwd content\n"
	      "C /etc/shadow content\nC /etc/way mtime\n"
	      "C! /etc/way/x content\n");
	left("D /gone\nA /run/x.sock\n");
	assert_false(ir_change_backdated(&x.c.list[1]));
	assert_true(ir_change_backdated(&x.c.list[2]));
}

/* Without the engine's list, nothing is called hidden. */
static void
test_no_list(void **state)
{
	(void)state;
	tar_file(&x.b[1], "a", "");
	compare(NULL);
	found("A /a\n");
}

/* JSON cannot hold such names: both are one there, so one is missing. */
static void
test_hidden_bytes(void **state)
{
	(void)state;
	tar_file(&x.b[1], "a\xfe", "");
	tar_file(&x.b[1], "a\xff", "");
	tar_file(&x.b[1], "b\xff\n", "");
	compare("[{\"Path\":\"/a\\ufffd\",\"Kind\":1},"
		"{\"Path\":\"/b\\ufffd\\n\",\"Kind\":1}]");
	found("A /a\xfe\nA! /a\xff\nA /b\xff\n\n");
	left("");
}

/* The engine's own empty files are as old as the container. */
static void
test_stubs(void **state)
{
	static const char *const names[] = {"etc/hosts", ".dockerenv", "etc/x"};

	(void)state;
	for (int i = 0; i < 2; i++) {
		dir(i, "etc");
		for (size_t k = 0; k < 3; k++) {
			size_t h = tar_header(&x.b[i], '0', names[k], "", 0);

			set(x.b[i].p + h, MTIME, i ? 1 : 2);
		}
		tar_file(&x.b[i], "etc/hostname", i ? "evil" : "");
		size_t h = x.b[i].len;
		tar_file(&x.b[i], "etc/resolv.conf", "the image's own");
		set(x.b[i].p + h, MTIME, i ? 1 : 2);
	}
	compare("[{\"Path\":\"/.dockerenv\",\"Kind\":0}]");
	found("C /.dockerenv mtime\nC /etc\nC! /etc/hostname content\n"
	      "C! /etc/resolv.conf mtime\nC! /etc/x mtime\n");
}

static void
test_listed_bad(void **state)
{
	static const char *const bad[] = {"", "nul", "null x", "{}", "[",
	    "[{\"Path\":\"/a\",\"Kind\":0}", "[{\"Path\":\"/a\",\"Kind\":0},]",
	    "[{\"Path\":\"/a\",\"Kind\":0}][]", "[{\"Path\":\"/a\"}]",
	    "[{\"Path\":\"/a\",\"Kind\":3}]", "[{\"Path\":\"/a\",\"Kind\":-1}]",
	    "[{\"Path\":\"a\",\"Kind\":1}]", "[{\"Path\":1,\"Kind\":1}]",
	    "[{\"Path\":\"/a\",\"Path\":\"/b\",\"Kind\":1}]",
	    "[{\"Path\":\"/a\xff\",\"Kind\":1}]", "[1]", "[[]]",
	    "[{\"Path\":\"/a\\u0000b\",\"Kind\":1}]",
	    "[{\"Path\":\"/a\",\"Kind\":0} {\"Path\":\"/b\",\"Kind\":0}]"};
	static const char *const good[] = {"null", " null\n", "[]", "[ ]\n"};
	struct ir_err err;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		err.code = IR_OK;
		if (ir_listed_parse(bad[i], strlen(bad[i]), "c.json", &err))
			fail_msg("%s", bad[i]);
		assert_int_equal(err.code, IR_EFORMAT);
		assert_ptr_equal(strstr(err.msg, "c.json: "), err.msg);
	}
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		struct ir_listed *l =
		    ir_listed_parse(good[i], strlen(good[i]), "c.json", &err);

		assert_non_null(l);
		ir_listed_free(l);
	}
}

static void
hunks(size_t i, const char *want)
{
	ir_auto_buf struct ir_buf out = IR_BUF_INIT;
	struct ir_err err;

	assert_true(i < x.c.n);
	ir_buf_puts(&out, "");
	assert_int_equal(
	    ir_tree_hunks(x.t[0], x.t[1], &x.c.list[i], &out, &err),
	    *want != '\0');
	assert_string_equal(out.p, want);
}

static void
test_hunks(void **state)
{
	(void)state;
	tar_file(&x.b[0], "a", "one\ntwo\n");
	tar_file(&x.b[1], "a", "one\n2\nthree");
	tar_file(&x.b[1], "b\n", "<?php\neval(1);\n");
	tar_file(&x.b[0], "c", "gone");
	tar_file(&x.b[1], "d", "");
	tar_header(&x.b[1], '0', "e", "", 3);
	tar_body(&x.b[1], "a\0b", 3);
	tar_file(&x.b[0], "f", "text\n");
	tar_header(&x.b[1], '2', "f", "a", 0);
	tar_file(&x.b[0], "g", "\n");
	tar_file(&x.b[1], "g", "");
	compare(NULL);
	hunks(0, "--- a/a\n+++ b/a\n@@ -1,2 +1,3 @@\n one\n-two\n+2\n"
		 "+three\n\\ No newline at end of file\n");
	hunks(1, "--- /dev/null\n+++ b/b\\n\n@@ -0,0 +1,2 @@\n+<?php\n"
		 "+eval(1);\n");
	hunks(2, "--- a/c\n+++ /dev/null\n@@ -1 +0,0 @@\n-gone\n"
		 "\\ No newline at end of file\n");
	hunks(3, "");
	hunks(4, "");
	hunks(5, "--- a/f\n+++ /dev/null\n@@ -1 +0,0 @@\n-text\n");
	hunks(6, "--- a/g\n+++ b/g\n@@ -1 +0,0 @@\n-\n");
}

/* A file as large as is shown, all of it replaced; and one too large. */
static void
test_hunks_limit(void **state)
{
	ir_auto_free char *p = malloc(IR_MAX_DIFF_TEXT + 2);
	ir_auto_buf struct ir_buf out = IR_BUF_INIT;
	struct ir_err err;

	(void)state;
	assert_non_null(p);
	memset(p, '\n', IR_MAX_DIFF_TEXT + 1);
	p[IR_MAX_DIFF_TEXT + 1] = '\0';
	tar_file(&x.b[0], "b", "x");
	tar_file(&x.b[1], "b", p);
	p[IR_MAX_DIFF_TEXT] = '\0';
	tar_file(&x.b[0], "a", p);
	for (size_t i = 0; i < IR_MAX_DIFF_TEXT; i += 2)
		p[i] = 'x';
	tar_file(&x.b[1], "a", p);
	compare(NULL);
	hunks(1, "");
	if (ir_tree_hunks(x.t[0], x.t[1], &x.c.list[0], &out, &err) != 1)
		fail_msg("%s", err.msg);
	assert_true(out.len > IR_MAX_DIFF_TEXT);
}

static void
test_hunks_no_diff(void **state)
{
	ir_auto_buf struct ir_buf out = IR_BUF_INIT;
	ir_auto_free char *path = strdup(getenv("PATH"));
	struct ir_err err;

	(void)state;
	tar_file(&x.b[0], "a", "x");
	tar_file(&x.b[1], "a", "y");
	compare(NULL);
	setenv("PATH", "/nonexistent", 1);
	assert_int_equal(
	    ir_tree_hunks(x.t[0], x.t[1], &x.c.list[0], &out, &err), -1);
	setenv("PATH", path, 1);
	assert_int_equal(err.code, IR_EIO);
	assert_non_null(strstr(err.msg, "cannot run diff"));
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, begin, end)

static const struct CMUnitTest tests[] = {
    CASE(test_nothing),
    CASE(test_added_deleted),
    CASE(test_parents),
    CASE(test_fields),
    CASE(test_fractions),
    CASE(test_types),
    CASE(test_hardlinks),
    CASE(test_hidden),
    CASE(test_no_list),
    CASE(test_hidden_bytes),
    CASE(test_stubs),
    CASE(test_listed_bad),
    CASE(test_hunks),
    CASE(test_hunks_limit),
    CASE(test_hunks_no_diff),
};

UNIT_MAIN(tests)
