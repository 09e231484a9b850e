/* SPDX-License-Identifier: ISC
 *
 * archive/tarend: whether a tar is whole.
 */
#include "tests/unit/unit.h"

#include "archive/tarend.h"
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

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_whole),
    cmocka_unit_test(test_truncated),
    cmocka_unit_test(test_one_zero_block),
    cmocka_unit_test(test_damaged),
    cmocka_unit_test(test_sizes),
    cmocka_unit_test(test_pax_size),
    cmocka_unit_test(test_pax_records),
    cmocka_unit_test(test_sparse_header),
};

UNIT_MAIN(tests)
