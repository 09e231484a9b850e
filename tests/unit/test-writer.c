/* SPDX-License-Identifier: ISC
 *
 * archive/writer: tars that depend on names and contents only.
 */
#include "tests/unit/unit.h"

#include <locale.h>
#include <sys/stat.h>

#include "archive/reader.h"
#include "archive/tarend.h"
#include "archive/writer.h"
#include "base/proc.h"
#include "tests/unit/tar.h"

/* Keeps what it gets; fails from a number of bytes on. */
struct keeper {
	struct ir_stream stream;
	struct ir_buf b;
	struct ir_tarend *walker;
	size_t most;
	bool closed;
	char gap[200];
};

static int
keeper_write(struct ir_stream *s, const void *p, size_t n, struct ir_err *err)
{
	struct keeper *k = (struct keeper *)s;

	if (k->walker != NULL)
		ir_tarend_feed(k->walker, p, n);
	else if (n > k->most - k->b.len)
		return ir_fail(err, IR_EIO, "the disk is full");
	else
		ir_buf_add(&k->b, p, n);
	return 0;
}

static int
keeper_close(struct ir_stream *s, const char *gap, struct ir_err *err)
{
	struct keeper *k = (struct keeper *)s;

	assert_false(k->closed);
	k->closed = true;
	snprintf(k->gap, sizeof(k->gap), "%s", gap != NULL ? gap : "");
	return k->b.failed ? ir_fail_mem(err) : 0;
}

static void
keep(struct keeper *k)
{
	*k = (struct keeper){
	    .stream = {keeper_write, keeper_close}, .most = SIZE_MAX};
}

static void
file(struct ir_tar_writer *w, const char *path, const char *text)
{
	struct ir_err err;

	if (ir_tar_add(w, path, strlen(text), &err) == -1 ||
	    ir_tar_put(w, text, strlen(text), &err) == -1)
		fail_msg("%s", err.msg);
}

/* As tests/unit/tar.h would have it, field by field. */
static void
expected(struct ir_buf *b, char type, const char *prefix, const char *name,
    const char *text)
{
	char h[512] = {0};
	unsigned sum = 0;

	strncpy(h, name, 100);
	memcpy(h + 100, type == '0' ? "000600 " : "000644 ", 7);
	memcpy(h + 108, "000000 ", 7);
	memcpy(h + 116, "000000 ", 7);
	snprintf(h + 124, 13, "%011o ", (unsigned)strlen(text) & 07777);
	memcpy(h + 136, "00000000000 ", 12);
	memset(h + 148, ' ', 8);
	h[156] = type;
	memcpy(h + 257, "ustar\00000", 8);
	memcpy(h + 329, "000000 ", 7);
	memcpy(h + 337, "000000 ", 7);
	strncpy(h + 345, prefix, 155);
	for (size_t i = 0; i < 512; i++)
		sum += (uint8_t)h[i];
	snprintf(h + 148, 8, "%06o", sum);
	ir_buf_add(b, h, sizeof(h));
	tar_body(b, text, strlen(text));
}

static void
pad(struct ir_buf *b)
{
	tar_end(b);
	while (b->len % IR_TAR_RECORD != 0)
		ir_buf_add(b, "", 1);
}

static void
test_bytes(void **state)
{
	struct ir_buf want = IR_BUF_INIT;
	struct ir_err err;
	struct keeper k;
	char dir[101], deep[300], base[80];

	(void)state;
	memset(dir, 'd', 100);
	dir[100] = '\0';
	memset(base, 'b', 79);
	base[79] = '\0';
	snprintf(deep, sizeof(deep), "%s/x/%s", dir, base);
	keep(&k);
	struct ir_tar_writer *w = ir_tar_create(&k.stream, &err);
	file(w, "top/a", "content");
	file(w, "top/empty", "");
	file(w, deep, "deep");
	assert_int_equal(ir_tar_finish(w, NULL, &err), 0);
	assert_true(k.closed);
	assert_string_equal(k.gap, "");
	expected(&want, '0', "", "top/a", "content");
	expected(&want, '0', "", "top/empty", "");
	/* The name is as long as can be. */
	snprintf(deep, sizeof(deep), "x/%s", base);
	expected(&want, '0', dir, deep, "deep");
	pad(&want);
	assert_int_equal(k.b.len, want.len);
	assert_memory_equal(k.b.p, want.p, want.len);
	ir_buf_free(&k.b);
	ir_buf_free(&want);
}

/* Neither the locale nor the umask matters; a name that is not ASCII would
 * need the locale, and no bundle has one. */
static void
test_surroundings(void **state)
{
	struct ir_err err;
	struct keeper k[2];
	mode_t was = umask(0777);

	(void)state;
	setlocale(LC_ALL, "C.UTF-8");
	for (int i = 0; i < 2; i++) {
		keep(&k[i]);
		struct ir_tar_writer *w = ir_tar_create(&k[i].stream, &err);
		file(w, "a", "content");
		assert_int_equal(ir_tar_add(w, "\xc3\xa9", 0, &err), -1);
		assert_int_equal(ir_tar_finish(w, NULL, &err), 0);
		setlocale(LC_ALL, "C");
		umask(was);
	}
	assert_int_equal(k[0].b.len, k[1].b.len);
	assert_memory_equal(k[0].b.p, k[1].b.p, k[0].b.len);
	ir_buf_free(&k[0].b);
	ir_buf_free(&k[1].b);
}

/* Names and sizes beyond ustar come back as they went. */
static void
test_extended(void **state)
{
	const struct ir_tar_member *m;
	struct ir_err err;
	struct keeper k;
	char part[201], path[1400];

	(void)state;
	memset(part, 'p', 200);
	part[200] = '\0';
	snprintf(path, sizeof(path), "top/%s/%s/%s/%s/%s/end", part, part, part,
	    part, part);
	keep(&k);
	struct ir_tar_writer *w = ir_tar_create(&k.stream, &err);
	file(w, path, "far");
	assert_int_equal(ir_tar_finish(w, NULL, &err), 0);
	assert_int_equal(k.b.len % IR_TAR_RECORD, 0);
	struct ir_tar *t = ir_tar_open(
	    ir_source_fd(ir_memfd(k.b.p, k.b.len, &err), "t.tar", &err), 2,
	    "t.tar", &err);
	m = ir_tar_next(t, &err);
	assert_string_equal(m->path, path);
	assert_int_equal(m->size, 3);
	assert_null(ir_tar_next(t, &err));
	assert_int_equal(err.code, IR_OK);
	ir_tar_close(t);
	ir_buf_free(&k.b);
}

/* 12 octal digits end at 8 GiB. */
static void
test_large(void **state)
{
	const uint64_t size = (8ull << 30) + 1;
	static char zeros[1 << 20];
	struct ir_err err;
	struct keeper k;

	(void)state;
	keep(&k);
	k.walker = ir_tarend_new(&err);
	struct ir_tar_writer *w = ir_tar_create(&k.stream, &err);
	assert_int_equal(ir_tar_add(w, "large", size, &err), 0);
	for (uint64_t left = size; left > 0;) {
		size_t n = left < sizeof(zeros) ? (size_t)left : sizeof(zeros);

		assert_int_equal(ir_tar_put(w, zeros, n, &err), 0);
		left -= n;
	}
	file(w, "small", "after it");
	assert_int_equal(ir_tar_finish(w, NULL, &err), 0);
	assert_int_equal(ir_tarend_check(k.walker, &err), 0);
	assert_int_equal(ir_tarend_entries(k.walker), 2);
	ir_tarend_free(k.walker);
}

/* What was not given is no tar, and nothing is said to be whole. */
static void
unfinished(struct keeper *k, struct ir_tar_writer *w, const char *word)
{
	struct ir_err err;
	struct ir_tarend *t = ir_tarend_new(&err);

	assert_int_equal(ir_tar_finish(w, NULL, &err), -1);
	assert_non_null(strstr(err.msg, word));
	assert_true(k->closed);
	assert_non_null(strstr(k->gap, word));
	ir_tarend_feed(t, k->b.p, k->b.len);
	assert_int_equal(ir_tarend_check(t, &err), -1);
	ir_tarend_free(t);
	ir_buf_free(&k->b);
}

static void
test_short(void **state)
{
	struct ir_err err;
	struct keeper k;

	(void)state;
	keep(&k);
	struct ir_tar_writer *w = ir_tar_create(&k.stream, &err);
	assert_int_equal(ir_tar_add(w, "a", 10, &err), 0);
	assert_int_equal(ir_tar_put(w, "123456789", 9, &err), 0);
	assert_int_equal(ir_tar_add(w, "b", 0, &err), -1);
	assert_int_equal(err.code, IR_EINTERNAL);
	assert_string_equal(err.msg, "1 bytes are missing before b");
	assert_int_equal(ir_tar_put(w, "12", 2, &err), -1);
	assert_non_null(strstr(err.msg, "more than the size"));
	unfinished(&k, w, "1 bytes are missing at the end");
	keep(&k);
	w = ir_tar_create(&k.stream, &err);
	assert_int_equal(ir_tar_add(w, "a", UINT64_MAX, &err), -1);
	assert_int_equal(err.code, IR_EFORMAT);
	assert_int_equal(ir_tar_finish(w, "no more", &err), 0);
	assert_string_equal(k.gap, "no more");
	assert_int_equal(k.b.len, 0);
	ir_buf_free(&k.b);
}

/* Giving up costs nothing, however much is missing. */
static void
test_given_up(void **state)
{
	struct ir_err err;
	struct keeper k;

	(void)state;
	keep(&k);
	struct ir_tar_writer *w = ir_tar_create(&k.stream, &err);
	assert_int_equal(ir_tar_add(w, "a", 1ull << 50, &err), 0);
	assert_int_equal(ir_tar_put(w, "b", 1, &err), 0);
	assert_int_equal(ir_tar_finish(w, "no more", &err), 0);
	assert_true(k.closed);
	assert_int_equal(k.b.len, 0);
	ir_buf_free(&k.b);
}

static void
test_disk_full(void **state)
{
	static char bytes[4 << 20];
	struct ir_err err;
	struct keeper k;

	(void)state;
	keep(&k);
	k.most = 2 << 20;
	struct ir_tar_writer *w = ir_tar_create(&k.stream, &err);
	assert_int_equal(ir_tar_add(w, "a", sizeof(bytes), &err), 0);
	assert_int_equal(ir_tar_put(w, bytes, sizeof(bytes), &err), -1);
	assert_int_equal(err.code, IR_EIO);
	assert_string_equal(err.msg, "the disk is full");
	assert_int_equal(ir_tar_finish(w, err.msg, &err), 0);
	assert_string_equal(k.gap, "the disk is full");
	ir_buf_free(&k.b);
	keep(&k);
	k.most = 100;
	w = ir_tar_create(&k.stream, &err);
	file(w, "a", "fits into the buffer");
	unfinished(&k, w, "the disk is full");
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_bytes),
    cmocka_unit_test(test_surroundings),
    cmocka_unit_test(test_extended),
    cmocka_unit_test(test_large),
    cmocka_unit_test(test_short),
    cmocka_unit_test(test_given_up),
    cmocka_unit_test(test_disk_full),
};

UNIT_MAIN(tests)
