/* SPDX-License-Identifier: ISC
 *
 * crypto/sshwire: nothing is read past the end, and nothing is taken off by a
 * read that fails.
 */
#include "tests/unit/unit.h"

#include "base/buf.h"
#include "crypto/sshwire.h"

static void
test_string(void **state)
{
	static const uint8_t bytes[] = {0, 0, 0, 2, 'a', 'b', 0, 0, 0, 0};
	struct ir_wire r = {bytes, sizeof(bytes)}, w;

	(void)state;
	assert_true(ir_wire_string(&r, &w));
	assert_true(ir_wire_is(w, "ab"));
	assert_false(ir_wire_is(w, "a"));
	assert_false(ir_wire_is(w, "abc"));
	assert_true(ir_wire_string(&r, &w));
	assert_true(ir_wire_is(w, ""));
	assert_int_equal(r.len, 0);
	assert_false(ir_wire_string(&r, &w));
}

static void
test_short(void **state)
{
	static const uint8_t bytes[] = {0, 0, 0, 2, 'a', 'b'};
	uint32_t v;

	(void)state;
	for (size_t n = 0; n < sizeof(bytes); n++) {
		struct ir_wire r = {bytes, n}, w;

		assert_false(ir_wire_string(&r, &w));
		assert_ptr_equal(r.p, bytes);
		assert_int_equal(r.len, n);
		assert_false(ir_wire_bytes(&r, n + 1, &w));
		assert_int_equal(ir_wire_u32(&r, &v), n >= 4);
	}
}

static void
test_huge(void **state)
{
	static const uint8_t bytes[] = {0xff, 0xff, 0xff, 0xff, 'a'};
	struct ir_wire r = {bytes, sizeof(bytes)}, w;
	uint32_t v;

	(void)state;
	assert_false(ir_wire_string(&r, &w));
	assert_false(ir_wire_bytes(&r, SIZE_MAX, &w));
	assert_true(ir_wire_u32(&r, &v));
	assert_int_equal(v, UINT32_MAX);
	assert_int_equal(r.len, 1);
}

static void
test_mpint(void **state)
{
	static const struct {
		const char *bytes;
		size_t n, len; /* 0: refused */
		uint8_t first;
	} rows[] = {
	    {"\0\0\0\1\1", 5, 1, 1}, {"\0\0\0\1\177", 5, 1, 0x7f},
	    {"\0\0\0\2\0\200", 6, 1, 0x80}, {"\0\0\0\2\1\0", 6, 2, 1},
	    {"\0\0\0\0", 4, 0, 0},       /* zero */
	    {"\0\0\0\1\0", 5, 0, 0},     /* zero, not minimal */
	    {"\0\0\0\1\200", 5, 0, 0},   /* negative */
	    {"\0\0\0\2\0\177", 6, 0, 0}, /* not minimal */
	    {"\0\0\0\3\0\0\200", 7, 0, 0},
	    {"\0\0\0\2\1", 5, 0, 0}, /* cut short */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct ir_wire r = {(const uint8_t *)rows[i].bytes, rows[i].n};
		struct ir_wire w = {NULL, 0};
		bool good = ir_wire_mpint(&r, &w);

		assert_int_equal(good, rows[i].len != 0);
		assert_int_equal(r.len, good ? 0 : rows[i].n);
		assert_int_equal(w.len, rows[i].len);
		if (good)
			assert_int_equal(w.p[0], rows[i].first);
	}
}

static void
test_put(void **state)
{
	static const uint8_t want[] = {1, 2, 3, 4, 0, 0, 0, 1, 'x'};
	ir_auto_buf struct ir_buf b = IR_BUF_INIT;

	(void)state;
	ir_wire_put_u32(&b, 0x01020304);
	ir_wire_put_string(&b, "x", 1);
	assert_int_equal(b.len, sizeof(want));
	assert_memory_equal(b.p, want, sizeof(want));
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_string),
    cmocka_unit_test(test_short),
    cmocka_unit_test(test_huge),
    cmocka_unit_test(test_mpint),
    cmocka_unit_test(test_put),
};

UNIT_MAIN(tests)
