/* SPDX-License-Identifier: ISC
 *
 * archive/reader: the members of a tar.
 */
#include "tests/unit/unit.h"

#include <fcntl.h>
#include <locale.h>
#include <unistd.h>

#include "archive/reader.h"
#include "base/proc.h"
#include "tests/unit/tar.h"

/* The reader over b; each member's path, one a line, into out. */
static int
list(const struct ir_buf *b, uint64_t max, struct ir_buf *out,
    struct ir_err *err)
{
	struct ir_tar *t =
	    ir_tar_open(ir_source_fd(ir_memfd(b->p, b->len, err), "t.tar", err),
		max, "t.tar", err);
	const struct ir_tar_member *m;
	int rc = -1;

	while (t != NULL && (m = ir_tar_next(t, err)) != NULL)
		ir_buf_printf(out, "%c %s %s\n", m->type, m->path,
		    m->link != NULL ? m->link : "");
	if (t != NULL)
		rc = err->code == IR_OK ? 0 : -1;
	ir_tar_close(t);
	return rc;
}

static void
reads(const struct ir_buf *b, const char *want)
{
	struct ir_buf out = IR_BUF_INIT;
	struct ir_err err = {0};

	if (list(b, 100, &out, &err) == -1)
		fail_msg("%s", err.msg);
	assert_string_equal(out.p != NULL ? out.p : "", want);
	ir_buf_free(&out);
}

static void
unreadable(const struct ir_buf *b, const char *why)
{
	struct ir_buf out = IR_BUF_INIT;
	struct ir_err err = {0};

	assert_int_equal(list(b, 100, &out, &err), -1);
	assert_int_equal(err.code, IR_EFORMAT);
	if (strstr(err.msg, why) == NULL)
		fail_msg("%s: does not say %s", err.msg, why);
	assert_ptr_equal(strstr(err.msg, "t.tar: "), err.msg);
	ir_buf_free(&out);
}

/* Bytes of names stay as they are, in every encoding and locale: also those
 * that are no UTF-8, and those that Unicode would compose. */
static void
test_names(void **state)
{
	static const char *const names[] = {"plain", "caf\xc3\xa9", "e\xcc\x81",
	    "x\xff", "a\nb", "\xed\xa0\x80", "\xef\xbf\xbd", "\xc3\xa9\xff\t"};
	static const char *const locales[] = {"C", "C.UTF-8"};
	struct ir_buf b = IR_BUF_INIT, want = IR_BUF_INIT;

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const char *n = names[i];

		tar_header(&b, '2', n, n, 0);
		tar_header(&b, 'L', "././@LongLink", "", strlen(n) + 1);
		tar_body(&b, n, strlen(n) + 1);
		tar_header(&b, 'K', "././@LongLink", "", strlen(n) + 1);
		tar_body(&b, n, strlen(n) + 1);
		tar_header(&b, '2', "short", "short", 0);
		tar_record(&b, 'x', "path", n, strlen(n));
		tar_header(&b, '2', "other", n, 0);
		tar_record(&b, 'x', "linkpath", n, strlen(n));
		tar_header(&b, '2', n, "other", 0);
		for (int k = 0; k < 4; k++)
			ir_buf_printf(&want, "l %s %s\n", n, n);
	}
	tar_end(&b);
	for (size_t i = 0; i < 2; i++) {
		assert_non_null(setlocale(LC_ALL, locales[i]));
		reads(&b, want.p);
	}
	setlocale(LC_ALL, "C");
	ir_buf_free(&b);
	ir_buf_free(&want);
}

/* libarchive takes these for whole; the reader does not. */
static void
test_reader_strict(void **state)
{
	struct ir_buf b = IR_BUF_INIT;

	(void)state;
	unreadable(&b, "Unrecognized archive format");
	tar_end(&b);
	reads(&b, "");
	b.len = 0;
	tar_file(&b, "a", "a");
	unreadable(&b, "cut short after 1024 bytes, after member 1");
	tar_end(&b);
	b.len -= 512;
	unreadable(&b, "cut short after 1536 bytes");
	b.len += 512;
	reads(&b, "- a \n");
	ir_buf_add(&b, "x", 1);
	unreadable(&b, "more than zeros after its end");
	b.len = 700;
	unreadable(&b, "member 2: Truncated");
	ir_buf_free(&b);
	/* A volume label: no member for libarchive, one for POSIX. */
	tar_header(&b, 'V', "label", "", 0);
	tar_file(&b, "a", "a");
	tar_end(&b);
	unreadable(&b, "can be read in two ways, with 1 or 2 members");
	ir_buf_free(&b);
}

static void
test_reader_warnings(void **state)
{
	static const char *const bad[][2] = {
	    {"SCHILY.acl.access", "user::rw-,group::r--,other::r--,user:1:rw-"},
	    {"uid", "4294967296"}, {"gid", "-1"},
	    {"SCHILY.acl.access", "nonsense"}};
	struct ir_buf b = IR_BUF_INIT;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		tar_record(&b, 'x', bad[i][0], bad[i][1], strlen(bad[i][1]));
		tar_file(&b, "a", "a");
		tar_end(&b);
		unreadable(&b, "");
		ir_buf_free(&b);
	}
	tar_pax(&b, 'x', "garbage", 7);
	tar_file(&b, "a", "a");
	tar_end(&b);
	unreadable(&b, "");
	ir_buf_free(&b);
}

static void
test_reader_cap(void **state)
{
	struct ir_buf b = IR_BUF_INIT, out = IR_BUF_INIT;
	struct ir_err err;

	(void)state;
	tar_file(&b, "a", "a");
	tar_file(&b, "b", "b");
	tar_end(&b);
	assert_int_equal(list(&b, 2, &out, &err), 0);
	assert_int_equal(list(&b, 1, &out, &err), -1);
	assert_int_equal(err.code, IR_EFORMAT);
	assert_non_null(strstr(err.msg, "more than 1 members"));
	ir_buf_free(&b);
	ir_buf_free(&out);
}

static void
test_reader_data(void **state)
{
	struct ir_buf b = IR_BUF_INIT;
	const struct ir_tar_member *m;
	struct ir_err err;
	const void *p;
	size_t n;
	uint64_t at;

	(void)state;
	tar_file(&b, "skipped", "first");
	tar_pax(&b, 'x',
	    "29 SCHILY.xattr.user.b=two\0\0\n"
	    "25 SCHILY.xattr.user.a=1\n",
	    54);
	tar_file(&b, "a", "content");
	tar_end(&b);
	struct ir_tar *t =
	    ir_tar_open(ir_source_fd(ir_memfd(b.p, b.len, &err), "t.tar", &err),
		9, "t.tar", &err);
	assert_non_null(ir_tar_next(t, &err));
	m = ir_tar_next(t, &err);
	assert_string_equal(m->path, "a");
	assert_int_equal(m->size, 7);
	assert_int_equal(m->mode, 0644);
	assert_int_equal(m->mtime, 1000000000);
	assert_int_equal(m->at, 2560);
	assert_int_equal(m->nxattrs, 2);
	assert_string_equal(m->xattrs[0].name, "user.a");
	assert_int_equal(m->xattrs[1].len, 5);
	assert_memory_equal(m->xattrs[1].value, "two\0", 5);
	assert_int_equal(ir_tar_data(t, &p, &n, &at, &err), 1);
	assert_int_equal(n, 7);
	assert_int_equal(at, 0);
	assert_memory_equal(p, "content", 7);
	assert_int_equal(ir_tar_data(t, &p, &n, &at, &err), 0);
	assert_null(ir_tar_next(t, &err));
	assert_int_equal(err.code, IR_OK);
	ir_tar_close(t);
	ir_buf_free(&b);
}

/* A map that says where the content of a sparse file belongs. */
static void
test_reader_map(void **state)
{
	static const struct {
		const char *at, *len;
		unsigned size;
		bool fits;
	} v[] = {
	    {"00000000002", "00000000004", 6, true},
	    {"00000000000", "00000000004", 4, true},
	    {"00000000000", "00000000004", 3, false},
	    {"00000000002", "00000000004", 4, false},
	    {"00000140000", "00000000004", 4, false},
	    {"77777777777", "00000000004", 4, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(v) / sizeof(v[0]); i++) {
		struct ir_buf b = IR_BUF_INIT;
		size_t head = tar_header(&b, 'S', "a", "", 4), n;
		struct ir_err err = {0};
		const void *p;
		uint64_t at;
		int rc;

		memcpy(b.p + head + 257, "ustar  ", 8);
		memcpy(b.p + head + 386, v[i].at, 12);
		memcpy(b.p + head + 398, v[i].len, 12);
		snprintf(b.p + head + 483, 12, "%011o", v[i].size);
		tar_checksum(b.p + head);
		tar_body(&b, "abcd", 4);
		tar_end(&b);
		struct ir_tar *t = ir_tar_open(
		    ir_source_fd(ir_memfd(b.p, b.len, &err), "t.tar", &err), 9,
		    "t.tar", &err);
		assert_non_null(ir_tar_next(t, &err));
		while ((rc = ir_tar_data(t, &p, &n, &at, &err)) == 1)
			assert_true(v[i].fits && n == 4);
		assert_int_equal(rc, v[i].fits ? 0 : -1);
		if (!v[i].fits && strstr(err.msg, "does not fit") == NULL)
			fail_msg("%zu: %s", i, err.msg);
		ir_tar_close(t);
		ir_buf_free(&b);
	}
}

/* What cannot be sought is read all the same, and in any pieces. */
static void
test_reader_pipe(void **state)
{
	struct ir_buf b = IR_BUF_INIT;
	const struct ir_tar_member *m;
	struct ir_err err;
	int fds[2];

	(void)state;
	tar_file(&b, "a", "content");
	tar_end(&b);
	assert_int_equal(pipe(fds), 0);
	assert_int_equal(write(fds[1], b.p, b.len), b.len);
	close(fds[1]);
	struct ir_tar *t =
	    ir_tar_open(ir_source_fd(fds[0], "pipe", &err), 9, "pipe", &err);
	m = ir_tar_next(t, &err);
	assert_string_equal(m->path, "a");
	assert_null(ir_tar_next(t, &err));
	assert_int_equal(err.code, IR_OK);
	ir_tar_close(t);
	ir_buf_free(&b);
}

static void
test_reader_io(void **state)
{
	struct ir_err err;
	int fd = open("/", O_RDONLY | O_DIRECTORY);

	(void)state;
	struct ir_tar *t =
	    ir_tar_open(ir_source_fd(fd, "root", &err), 9, "root", &err);
	if (t != NULL)
		assert_null(ir_tar_next(t, &err));
	assert_int_equal(err.code, IR_EIO);
	assert_string_equal(err.msg, "root: Is a directory");
	ir_tar_close(t);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_names),
    cmocka_unit_test(test_reader_strict),
    cmocka_unit_test(test_reader_warnings),
    cmocka_unit_test(test_reader_cap),
    cmocka_unit_test(test_reader_data),
    cmocka_unit_test(test_reader_map),
    cmocka_unit_test(test_reader_pipe),
    cmocka_unit_test(test_reader_io),
};

UNIT_MAIN(tests)
