/* SPDX-License-Identifier: ISC
 *
 * zstd: what is written can be read, here and by zstd(1); what is damaged,
 * larger than it should be or more than one frame cannot.
 */
#include "tests/unit/unit.h"

#include <malloc.h>

#include "archive/zstd.h"
#include "base/file.h"
#include "tests/unit/filter.h"
#include "tests/unit/sshtest.h"

/* The header of a frame with a window of 128 KiB and no checksum, and one with
 * the most that is granted. */
#define HEAD     IR_ZSTD_MAGIC "\x00\x38"
#define HEAD_MAX IR_ZSTD_MAGIC "\x00\x68"

/* Compresses, step bytes at a time. */
static void
squeeze(struct mem_stream *to, const void *p, size_t n, size_t step)
{
	struct ir_err err = {0};
	struct ir_stream *s = ir_zstd_stream(&to->stream, &err);

	assert_non_null(s);
	for (size_t i = 0; i < n; i += step)
		assert_int_equal(s->write(s, (const char *)p + i,
				     n - i < step ? n - i : step, &err),
		    0);
	assert_int_equal(s->close(s, NULL, &err), 0);
	assert_int_equal(to->closed, 1);
	assert_string_equal(to->gap, "");
}

static int
expand(const void *p, size_t n, size_t in, size_t out, struct ir_buf *to,
    struct ir_err *err)
{
	struct mem_source *m = mem_source(p, n);

	m->step = in;
	return drain(ir_zstd_source(&m->source, "x.zst", err), out, to, err);
}

/* That the bytes are refused, and why. */
static void
refused(const void *p, size_t n, const char *why)
{
	struct ir_err err = {0};
	ir_auto_buf struct ir_buf out = IR_BUF_INIT;

	assert_int_equal(expand(p, n, 0, 4096, &out, &err), -1);
	assert_int_equal(err.code, IR_EFORMAT);
	if (strstr(err.msg, why) == NULL || strstr(err.msg, "x.zst") == NULL)
		fail_msg("%s: does not say %s", err.msg, why);
}

static void
test_round_trip(void **state)
{
	static const size_t sizes[] = {
	    0, 1, 131071, 131072, 131073, 300000, 10000000};
	static const size_t steps[] = {1, 7, 131072, 200000};
	ir_auto_free char *p = noise(10000000);

	(void)state;
	memset(p + 50000, 'a', 200000);
	for (size_t i = 0; i < COUNT(sizes); i++) {
		struct mem_stream first = MEM_STREAM;

		squeeze(&first, p, sizes[i], 65536);
		for (size_t j = 0; j < COUNT(steps); j++) {
			struct mem_stream m = MEM_STREAM;
			struct ir_buf out = IR_BUF_INIT;
			struct ir_err err = {0};

			if (steps[j] < 100 && sizes[i] > 1000000)
				continue;
			squeeze(&m, p, sizes[i], steps[j]);
			assert_int_equal(m.b.len, first.b.len);
			assert_memory_equal(m.b.p, first.b.p, m.b.len);
			assert_int_equal(expand(m.b.p, m.b.len, steps[j],
					     steps[j], &out, &err),
			    0);
			assert_int_equal(out.len, sizes[i]);
			if (out.len > 0)
				assert_memory_equal(out.p, p, out.len);
			ir_buf_free(&out);
			ir_buf_free(&m.b);
		}
		ir_buf_free(&first.b);
	}
}

/* zstd(1) reads what is written, and what it writes can be read. */
static void
test_other(void **state)
{
	static const char *const options[] = {"", "-1", "-19", "--no-check",
	    "--stream-size=300000", "--content-size", "-T2"};
	ir_auto_free char *p = noise(300000);
	struct mem_stream m = MEM_STREAM;
	struct ir_err err = {0};

	(void)state;
	need("zstd");
	memset(p + 1000, 'a', 200000);
	put_file("plain", p, 300000, 0600);
	squeeze(&m, p, 300000, 5000);
	put_file("ours.zst", m.b.p, m.b.len, 0600);
	ir_buf_free(&m.b);
	if (sh("zstd -q -d ours.zst -o back && cmp plain back") != 0)
		fail_msg("zstd: %s", said());
	for (size_t i = 0; i < COUNT(options); i++) {
		struct ir_buf out = IR_BUF_INIT;
		ir_auto_free char *z = NULL;
		size_t n;

		if (sh("zstd -q -c %s <plain >theirs.zst", options[i]) != 0)
			fail_msg("zstd %s: %s", options[i], said());
		z = ir_read_file("theirs.zst", 1u << 20, &n, &err);
		assert_non_null(z);
		assert_int_equal(expand(z, n, 0, 100000, &out, &err), 0);
		assert_int_equal(out.len, 300000);
		assert_memory_equal(out.p, p, 300000);
		ir_buf_free(&out);
	}
}

/* Neither a window that is too large, nor a dictionary. */
static void
test_other_refused(void **state)
{
	static const struct {
		const char *make, *why;
	} no[] = {
	    {"zstd -q -c --long=24 <big", "wants a window over 8 MiB"},
	    {"zstd -q -c --long=27 -19 <big", "wants a window over 8 MiB"},
	    {"zstd -q -c -D dictionary <big", "wants a dictionary"},
	    {"cat ok.zst ok.zst", "more follows the end"},
	    {"cat ok.zst; echo", "more follows the end"},
	    {"cat ok.zst; printf '\\120\\052\\115\\030\\0\\0\\0\\0'",
		"more follows the end"},
	    {"printf '\\120\\052\\115\\030\\0\\0\\0\\0'; cat ok.zst",
		"not a zstd frame"},
	    {"echo; cat ok.zst", "not a zstd frame"},
	    {"gzip -c big", "not a zstd frame"},
	};
	struct ir_err err = {0};

	(void)state;
	need("zstd");
	if (sh("mkdir s && for i in $(seq 300); do seq $i 9 9000 >s/$i; done; "
	       "zstd -q --train s/* -o dictionary && seq 100000 >big && "
	       "zstd -q -c s/1 >ok.zst") != 0)
		fail_msg("zstd: %s", said());
	for (size_t i = 0; i < COUNT(no); i++) {
		ir_auto_free char *z = NULL;
		size_t n;

		if (sh("(%s) >no.zst", no[i].make) != 0)
			fail_msg("%s: %s", no[i].make, said());
		z = ir_read_file("no.zst", 64u << 20, &n, &err);
		assert_non_null(z);
		refused(z, n, no[i].why);
	}
	assert_int_equal(sh("rm -r s big"), 0);
}

static void
test_window(void **state)
{
	/* One raw block, the last, of one byte. */
	static const char fits[] = HEAD_MAX "\x09\0\0a";
	static const char over[] = IR_ZSTD_MAGIC "\x00\x69\x09\0\0a";
	static const char most[] = IR_ZSTD_MAGIC "\x00\xff\x09\0\0a";
	/* A single segment, whose window is as large as its content. */
	static const char single[] = IR_ZSTD_MAGIC "\xa0\x01\0\x80\0\x09\0\0a";
	struct ir_err err = {0};
	ir_auto_buf struct ir_buf out = IR_BUF_INIT;

	(void)state;
	assert_int_equal(expand(fits, sizeof(fits) - 1, 1, 10, &out, &err), 0);
	assert_string_equal(out.p, "a");
	refused(over, sizeof(over) - 1, "wants a window over 8 MiB");
	refused(most, sizeof(most) - 1, "wants a window over 8 MiB");
	refused(single, sizeof(single) - 1, "wants a window over 8 MiB");
}

static void
test_magic(void **state)
{
	/* zstd 0.7, which libzstd may still know; a frame to be stepped over;
	 * the reserved bit. */
	static const char old[] = "\x27\xb5\x2f\xfd\x00\x38\x09\0\0a";
	static const char skip[] = "\x50\x2a\x4d\x18\0\0\0\0";
	static const char bit[] = IR_ZSTD_MAGIC "\x08\x38\x09\0\0a";

	(void)state;
	refused("", 0, "not a zstd frame");
	refused(IR_ZSTD_MAGIC, 3, "not a zstd frame");
	refused(old, sizeof(old) - 1, "not a zstd frame");
	refused(skip, sizeof(skip) - 1, "not a zstd frame");
	refused(IR_ZSTD_MAGIC, 4, "cut short after 4 bytes");
	refused(bit, sizeof(bit) - 1, "is damaged before byte");
}

/* Cut anywhere it is never whole; with a bit flipped it is refused, or one that
 * nothing depends on (the unused bit of the header, a larger window). */
static void
test_damaged(void **state)
{
	ir_auto_free char *p = noise(700);
	struct mem_stream m = MEM_STREAM;
	size_t unharmed = 0;

	(void)state;
	memset(p + 100, 'a', 300);
	squeeze(&m, p, 700, 700);
	for (size_t n = 4; n < m.b.len; n++)
		refused(m.b.p, n, "is cut short after");
	for (size_t i = 0; i < m.b.len; i++)
		for (int bit = 0; bit < 8; bit++) {
			struct ir_err err = {0};
			struct ir_buf out = IR_BUF_INIT;
			int rc;

			m.b.p[i] ^= (char)(1 << bit);
			rc = expand(m.b.p, m.b.len, 0, 4096, &out, &err);
			m.b.p[i] ^= (char)(1 << bit);
			if (rc == 0) {
				assert_int_equal(out.len, 700);
				assert_memory_equal(out.p, p, 700);
				unharmed++;
			} else
				assert_int_equal(err.code, IR_EFORMAT);
			ir_buf_free(&out);
		}
	assert_in_range(unharmed, 1, 20);
	m.b.p[m.b.len - 1] ^= 1;
	refused(m.b.p, m.b.len, "the checksum of its zstd frame is wrong");
	ir_buf_free(&m.b);
}

static size_t
in_use(void)
{
	struct mallinfo2 m = mallinfo2();

	return m.uordblks + m.hblkhd;
}

/* 20 KB that are 640 MiB: whoever reads decides when to stop, and neither he
 * nor one who never stops needs memory for it. */
static void
test_bomb(void **state)
{
	struct ir_err err = {0};
	ir_auto_buf struct ir_buf b = IR_BUF_INIT;
	struct mem_source *m;
	struct ir_source *s;
	char piece[65536];
	uint64_t sum = 0;
	size_t before = in_use();
	ssize_t n;

	(void)state;
	ir_buf_add(&b, HEAD_MAX, 6);
	for (int i = 0; i < 5120; i++) /* 128 KiB of zeros each */
		ir_buf_add(&b, i < 5119 ? "\x02\0\x10" : "\x03\0\x10", 4);
	m = mem_source(b.p, b.len);
	s = ir_zstd_source(&m->source, "bomb", &err);
	assert_non_null(s);
	m->step = 100;
	assert_int_equal(ir_source_full(s, piece, 1000, &err), 1000);
	assert_true(m->at <= 200);
	m->step = 0;
	for (sum = 1000; (n = s->read(s, piece, sizeof(piece), &err)) > 0;
	     sum += (uint64_t)n)
		assert_true(in_use() < before + (10u << 20));
	assert_int_equal(n, 0);
	assert_int_equal(sum, 640u << 20);
	s->close(s);
}

/* Blocks without content, ever so many, end as well. */
static void
test_empty_blocks(void **state)
{
	struct ir_err err = {0};
	ir_auto_buf struct ir_buf b = IR_BUF_INIT;
	ir_auto_buf struct ir_buf out = IR_BUF_INIT;

	(void)state;
	ir_buf_add(&b, HEAD, 6);
	for (int i = 0; i < 100000; i++)
		ir_buf_add(&b, "\0\0\0", 3);
	refused(b.p, b.len, "is cut short after 300006 bytes");
	ir_buf_add(&b, "\x01\0\0", 3);
	assert_int_equal(expand(b.p, b.len, 0, 10, &out, &err), 0);
	assert_int_equal(out.len, 0);
	/* A block of the type that is reserved, and one too large. */
	b.len -= 3;
	ir_buf_add(&b, "\x07\0\0", 3);
	refused(b.p, b.len, "is damaged before byte");
	b.len -= 3;
	ir_buf_add(&b, "\x09\0\x10", 3);
	refused(b.p, b.len, "is damaged before byte");
}

/* What fails below is told as it is, stays so, and each end is closed once. */
static void
test_source_fails(void **state)
{
	static const char frame[] = HEAD "\x09\0\0a";
	struct ir_err err = {0};
	int closed = 0;
	char c;

	(void)state;
	for (size_t n = 0; n < sizeof(frame); n++) {
		struct mem_source *m = mem_source(frame, n);
		struct ir_source *s = ir_zstd_source(&m->source, "x", &err);

		assert_non_null(s);
		m->failing = true;
		m->closed = &closed;
		while (s->read(s, &c, 1, &err) > 0)
			;
		for (int i = 0; i < 3; i++) {
			err = (struct ir_err){0};
			assert_int_equal(s->read(s, &c, 1, &err), -1);
			if (n < sizeof(frame) - 1) {
				assert_int_equal(err.code, IR_EIO);
				assert_string_equal(
				    err.msg, "the disk is on fire");
			}
			m->failing = false;
		}
		s->close(s);
		assert_int_equal(closed, (int)n + 1);
	}
}

static void
test_stream_fails(void **state)
{
	ir_auto_free char *p = noise(1000000);
	struct ir_err err = {0};
	int rc = 0, n = 0;

	(void)state;
	/* In the middle, and only at the end. */
	for (size_t room = 1; room < 300002; room += 300000) {
		struct mem_stream m = MEM_STREAM;
		struct ir_stream *s = ir_zstd_stream(&m.stream, &err);

		m.room = room;
		for (n = 0; n < (room == 1 ? 1 : 100) && rc == 0; n++)
			rc = s->write(s, p + n * 10000, 10000, &err);
		assert_int_equal(rc, room == 1 ? 0 : -1);
		if (rc == -1) {
			m.room = 0;
			assert_int_equal(s->write(s, p, 1, &err), -1);
		}
		err = (struct ir_err){0};
		assert_int_equal(s->close(s, NULL, &err), -1);
		assert_int_equal(err.code, IR_EIO);
		assert_string_equal(err.msg, "the disk is full");
		assert_int_equal(m.closed, 1);
		assert_string_equal(m.gap, "the disk is full");
		ir_buf_free(&m.b);
	}
}

/* What has a gap passes it on, has all that was written, and is not whole. */
static void
test_gap(void **state)
{
	struct mem_stream m = MEM_STREAM;
	struct ir_err err = {0};
	struct ir_stream *s = ir_zstd_stream(&m.stream, &err);
	ir_auto_buf struct ir_buf out = IR_BUF_INIT;

	(void)state;
	assert_int_equal(s->write(s, "evidence", 8, &err), 0);
	assert_int_equal(s->close(s, "the engine went away", &err), 0);
	assert_int_equal(m.closed, 1);
	assert_string_equal(m.gap, "the engine went away");
	assert_int_equal(expand(m.b.p, m.b.len, 0, 100, &out, &err), -1);
	assert_non_null(strstr(err.msg, "cut short"));
	assert_string_equal(out.p, "evidence");
	ir_buf_free(&m.b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_round_trip),
	    cmocka_unit_test(test_other),
	    cmocka_unit_test(test_other_refused),
	    cmocka_unit_test(test_window),
	    cmocka_unit_test(test_magic),
	    cmocka_unit_test(test_damaged),
	    cmocka_unit_test(test_bomb),
	    cmocka_unit_test(test_empty_blocks),
	    cmocka_unit_test(test_source_fails),
	    cmocka_unit_test(test_stream_fails),
	    cmocka_unit_test(test_gap),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, scratch_enter, scratch_leave);
}
