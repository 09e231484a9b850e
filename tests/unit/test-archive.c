/* SPDX-License-Identifier: ISC
 *
 * archive: whether a tar is whole, and its members.
 */
#include "tests/unit/unit.h"

#include <fcntl.h>
#include <locale.h>
#include <unistd.h>

#include "archive/reader.h"
#include "archive/tarend.h"
#include "base/proc.h"
#include "tests/unit/tar.h"

/* What the walker says of n bytes, fed step bytes at a time. */
static int
walk(
    const void *p, size_t n, size_t step, uint64_t *entries, struct ir_err *err)
{
	struct ir_tarend *t = ir_tarend_new(err);
	int rc;

	for (size_t i = 0; i < n; i += step)
		ir_tarend_feed(
		    t, (const char *)p + i, n - i < step ? n - i : step);
	rc = ir_tarend_check(t, err);
	*entries = ir_tarend_entries(t);
	ir_tarend_free(t);
	return rc;
}

static void
whole(const struct ir_buf *b, uint64_t entries)
{
	static const size_t steps[] = {1, 7, 511, 512, 513, 100000};
	struct ir_err err = {0};
	uint64_t n;

	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		if (walk(b->p, b->len, steps[i], &n, &err) == -1)
			fail_msg("not whole: %s", err.msg);
		assert_int_equal(n, entries);
	}
}

static void
refused(const struct ir_buf *b, const char *why)
{
	static const size_t steps[] = {1, 511, 512, 100000};
	struct ir_err err;
	char first[1024] = "";
	uint64_t n;

	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		assert_int_equal(walk(b->p, b->len, steps[i], &n, &err), -1);
		assert_int_equal(err.code, IR_EPROTO);
		if (strstr(err.msg, why) == NULL)
			fail_msg("%s: does not say %s", err.msg, why);
		if (i == 0)
			strcpy(first, err.msg);
		assert_string_equal(err.msg, first);
	}
}

/* One of everything that an engine writes. */
static void
sample(struct ir_buf *b)
{
	char name[150];

	memset(name, 'n', sizeof(name));
	tar_header(b, '5', "etc/", "", 0);
	tar_file(b, "etc/passwd", "root:x\n");
	tar_file(b, "empty", "");
	tar_record(b, 'x', "path", "caf\xc3\xa9", 5);
	tar_file(b, "caf", "coffee");
	tar_header(b, 'L', "././@LongLink", "", sizeof(name));
	tar_body(b, name, sizeof(name));
	tar_header(b, '2', "nnn", "etc/passwd", 0);
	tar_record(b, 'g', "comment", "none", 4);
	tar_header(b, '1', "hard", "etc/passwd", 0);
}

static void
test_whole(void **state)
{
	struct ir_buf b = IR_BUF_INIT;

	(void)state;
	tar_end(&b);
	whole(&b, 0);
	ir_buf_free(&b);
	sample(&b);
	tar_end(&b);
	whole(&b, 6);
	for (int i = 0; i < 20; i++)
		tar_end(&b);
	whole(&b, 6);
	ir_buf_add(&b, "x", 1);
	refused(&b, "more than zeros after its end");
	ir_buf_free(&b);
}

/* Cut anywhere, it is never whole: also between two members. */
static void
test_truncated(void **state)
{
	struct ir_buf b = IR_BUF_INIT;
	struct ir_err err;
	uint64_t n;

	(void)state;
	sample(&b);
	tar_end(&b);
	for (size_t len = 0; len < b.len; len++) {
		assert_int_equal(walk(b.p, len, len + 1, &n, &err), -1);
		assert_int_equal(err.code, IR_EPROTO);
		assert_non_null(strstr(err.msg, "cut short after"));
	}
	b.len = 1030;
	refused(&b, "cut short after 1030 bytes, within member 2");
	b.len = 512;
	refused(&b, "cut short after 512 bytes, after member 1");
	ir_buf_free(&b);
}

static void
test_one_zero_block(void **state)
{
	struct ir_buf b = IR_BUF_INIT;

	(void)state;
	tar_file(&b, "a", "a");
	tar_end(&b);
	b.len -= 512;
	refused(&b, "cut short");
	tar_file(&b, "b", "b");
	tar_end(&b);
	refused(&b, "one block of zeros, then more");
	ir_buf_free(&b);
}

static void
test_damaged(void **state)
{
	struct ir_buf b = IR_BUF_INIT;
	char was;

	(void)state;
	tar_file(&b, "a", "a");
	tar_file(&b, "b", "b");
	tar_end(&b);
	for (size_t i = 1024; i < 1536; i++) {
		/* A space in the checksum's own field may be a NUL. */
		if (i >= 1024 + 154 && i < 1024 + 156)
			continue;
		was = b.p[i];
		b.p[i] ^= 1;
		refused(&b, "not a tar header, or a damaged one");
		b.p[i] = was;
	}
	memset(b.p, 'x', 600);
	refused(&b, "not a tar header");
	ir_buf_free(&b);
	ir_buf_puts(&b, "{\"message\":\"no such container\"}");
	refused(&b, "cut short after 31 bytes, after member 0");
	ir_buf_free(&b);
}

static void
size_field(struct ir_buf *b, const char *field)
{
	size_t at = tar_header(b, '0', "a", "", 0);

	memcpy(b->p + at + 124, field, 12);
	tar_checksum(b->p + at);
}

static void
test_sizes(void **state)
{
	static const char *const bad[] = {"-0000000001", "0000000000x",
	    "0x000000001", "00000 00001",
	    "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xfe",
	    "\x80\0\0\0\x80\0\0\0\0\0\0\0", "\x80\0\0\1\0\0\0\0\0\0\0\0",
	    "\x81\0\0\0\0\0\0\0\0\0\0\1"};
	struct ir_buf b = IR_BUF_INIT;

	(void)state;
	size_field(&b, "\x80\0\0\0\0\0\0\0\0\0\0\x05");
	tar_body(&b, "12345", 5);
	size_field(&b, "          5 ");
	tar_body(&b, "12345", 5);
	size_field(&b, "\0\0\0\0\0\0\0\0\0\0\0");
	tar_end(&b);
	whole(&b, 3);
	ir_buf_free(&b);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		size_field(&b, bad[i]);
		tar_body(&b, "1", 1);
		tar_end(&b);
		refused(&b, "impossible size");
		ir_buf_free(&b);
	}
	size_field(&b, "\x80\0\0\0\x7f\xff\xff\xff\xff\xff\xff\xff");
	tar_end(&b);
	refused(&b, "cut short after 1536 bytes, within member 1");
	ir_buf_free(&b);
	for (char type = '1'; type <= '6'; type++) {
		tar_header(&b, type, "x", "y", 3);
		tar_body(&b, "abc", 3);
		tar_end(&b);
		refused(&b, "member 1 is no file, yet claims content");
		ir_buf_free(&b);
	}
}

static void
test_pax_size(void **state)
{
	struct ir_buf b = IR_BUF_INIT;

	(void)state;
	/* For one member only, and before a global one. */
	tar_record(&b, 'g', "size", "3", 1);
	tar_record(&b, 'x', "size", "513", 3);
	tar_header(&b, '0', "a", "", 0);
	tar_end(&b); /* its content: two blocks */
	tar_header(&b, '0', "b", "", 0);
	tar_body(&b, "abc", 3);
	tar_end(&b);
	whole(&b, 2);
	ir_buf_free(&b);
	tar_record(&b, 'x', "size", "1", 1);
	tar_end(&b);
	refused(&b, "an extended header has no member");
	b.len -= 1024;
	tar_record(&b, 'x', "size", "1", 1);
	tar_file(&b, "a", "a");
	tar_end(&b);
	refused(&b, "a member is extended twice in the same way");
	ir_buf_free(&b);
}

static void
test_pax_records(void **state)
{
	static const struct {
		const char *text, *why;
	} bad[] = {{"1", "ends within a record"},
	    {"13 path=xxxx", "ends within"}, {"12 path=xxx\nx", "malformed"},
	    {" 6 a=b\n", "malformed"}, {"3 a\n", "malformed"},
	    {"2 x", "malformed"}, {"6 abcd", "malformed"},
	    {"11 path=xxx\n", "without end"},
	    {"9999999999999999 a=b\n", "malformed"},
	    {"9 size=1\n8 size=\n", "a size record without a number"},
	    {"11 size=-1\n", "no size"}, {"11 size=1 \n", "no size"},
	    {"28 size=9223372036854775808\n", "no size"}};
	static const char good[] = "8 size=\n";
	struct ir_buf b = IR_BUF_INIT;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		tar_pax(&b, 'x', bad[i].text, strlen(bad[i].text));
		tar_file(&b, "a", "a");
		tar_end(&b);
		refused(&b, bad[i].why);
		ir_buf_free(&b);
	}
	tar_pax(&b, 'x', good, strlen(good));
	tar_end(&b);
	refused(&b, "a size record without a number");
	ir_buf_free(&b);
	tar_record(&b, 'x', "path", "a\0b", 3);
	tar_file(&b, "a", "a");
	tar_end(&b);
	refused(&b, "a name with a NUL in it");
	ir_buf_free(&b);
	/* Keys that only begin like one that matters, and binary values. */
	tar_pax(&b, 'x',
	    "14 sizes=many\n"
	    "17 linkpaths=a\0b\n"
	    "41 SCHILY.xattr.security.capability=\1\0\n=\n",
	    72);
	tar_file(&b, "a", "a");
	tar_end(&b);
	whole(&b, 1);
	ir_buf_free(&b);
}

/* GNU tar's sparse header goes on in further blocks. */
static void
test_sparse_header(void **state)
{
	struct ir_buf b = IR_BUF_INIT;
	char more[512] = {0};
	size_t at = tar_header(&b, 'S', "a", "", 3);

	(void)state;
	b.p[at + 482] = 1;
	tar_checksum(b.p + at);
	more[504] = 1;
	ir_buf_add(&b, more, 512);
	more[504] = 0;
	ir_buf_add(&b, more, 512);
	tar_body(&b, "abc", 3);
	tar_end(&b);
	whole(&b, 1);
	b.len = 1024;
	refused(&b, "within member 1");
	ir_buf_free(&b);
}

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
		whole(&b, 1);
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
    cmocka_unit_test(test_whole),
    cmocka_unit_test(test_truncated),
    cmocka_unit_test(test_one_zero_block),
    cmocka_unit_test(test_damaged),
    cmocka_unit_test(test_sizes),
    cmocka_unit_test(test_pax_size),
    cmocka_unit_test(test_pax_records),
    cmocka_unit_test(test_sparse_header),
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
