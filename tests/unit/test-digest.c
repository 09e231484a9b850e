/* SPDX-License-Identifier: ISC
 *
 * crypto/digest: the vectors of FIPS 180-4, and digests of descriptors.
 */
#include "tests/unit/unit.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "base/proc.h"
#include "base/signal.h"
#include "base/text.h"
#include "crypto/digest.h"

static const char empty[] =
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
static const char abc[] =
    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

static void
test_vectors(void **state)
{
	static const struct {
		const char *text, *hex;
	} v[] = {{"", empty}, {"abc", abc},
	    {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
		"248d6a61d20638b8e5c026930c3e6039"
		"a33ce45964ff2167f6ecedd419db06c1"},
	    {"abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmn"
	     "hijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
		"cf5b16a778af8380036ce59e7b049237"
		"0b249b11e8f07a51afac45037afee9d1"}};
	char hex[IR_SHA256_HEX];

	(void)state;
	for (size_t i = 0; i < sizeof(v) / sizeof(v[0]); i++) {
		ir_sha256_mem(v[i].text, strlen(v[i].text), hex);
		assert_string_equal(hex, v[i].hex);
	}
}

/* A million times "a", fed in uneven pieces. */
static void
test_pieces(void **state)
{
	static const char want[] = "cdc76e5c9914fb9281a1c7e284d73e67"
				   "f1809a48a497200e046d39ccc7112cd0";
	struct ir_err err;
	struct ir_sha256 *d = ir_sha256_new(&err);
	uint8_t raw[IR_SHA256_LEN];
	char hex[IR_SHA256_HEX], a[997];
	size_t left = 1000000, n;

	(void)state;
	assert_non_null(d);
	memset(a, 'a', sizeof(a));
	for (n = 1; left > 0; left -= n, n = n % sizeof(a) + 1) {
		if (n > left)
			n = left;
		ir_sha256_update(d, a, n);
	}
	assert_int_equal(ir_sha256_peek(d, hex, &err), 0);
	assert_string_equal(hex, want);
	ir_sha256_raw(d, raw);
	ir_hex(hex, raw, sizeof(raw));
	assert_string_equal(hex, want);
	ir_sha256_free(d);
	ir_sha256_free(NULL);
}

static void
test_peek(void **state)
{
	struct ir_err err;
	struct ir_sha256 *d = ir_sha256_new(&err);
	char hex[IR_SHA256_HEX];

	(void)state;
	assert_non_null(d);
	assert_int_equal(ir_sha256_peek(d, hex, &err), 0);
	assert_string_equal(hex, empty);
	ir_sha256_update(d, "ab", 2);
	assert_int_equal(ir_sha256_peek(d, hex, &err), 0);
	assert_string_not_equal(hex, abc);
	ir_sha256_update(d, "c", 1);
	assert_int_equal(ir_sha256_peek(d, hex, &err), 0);
	assert_string_equal(hex, abc);
	ir_sha256_reset(d);
	assert_int_equal(ir_sha256_peek(d, hex, &err), 0);
	assert_string_equal(hex, empty);
	ir_sha256_free(d);
}

static void
test_fd(void **state)
{
	struct ir_err err;
	char hex[IR_SHA256_HEX], want[IR_SHA256_HEX];
	uint64_t size;
	size_t len = (2u << 20) + 7; /* three pieces, the last a short one */
	char *big = malloc(len);
	int fd;

	(void)state;
	assert_non_null(big);
	memset(big, 'x', len);
	fd = ir_memfd(big, len, &err);
	assert_true(fd >= 0);
	assert_int_equal(
	    ir_sha256_fd(fd, UINT64_MAX, hex, &size, "big", &err), 0);
	ir_sha256_mem(big, len, want);
	assert_string_equal(hex, want);
	assert_int_equal(size, len);

	/* The first N bytes, and then the rest from there. */
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	len = (1u << 20) + 1;
	assert_int_equal(ir_sha256_fd(fd, len, hex, &size, "big", &err), 0);
	ir_sha256_mem(big, len, want);
	assert_string_equal(hex, want);
	assert_int_equal(size, len);
	assert_int_equal(lseek(fd, 0, SEEK_CUR), len);
	assert_int_equal(ir_sha256_fd(fd, 0, hex, &size, "big", &err), 0);
	assert_string_equal(hex, empty);
	assert_int_equal(size, 0);
	close(fd);
	free(big);

	assert_int_equal(ir_sha256_fd(fd, 1, hex, &size, "gone", &err), -1);
	assert_int_equal(err.code, IR_EIO);
	assert_non_null(strstr(err.msg, "cannot read gone: "));
}

static void
test_interrupted(void **state)
{
	struct ir_err err;
	char hex[IR_SHA256_HEX];
	uint64_t size;
	int fd = open("/dev/zero", O_RDONLY | O_CLOEXEC);

	(void)state;
	assert_true(fd >= 0);
	ir_signal_setup();
	raise(SIGTERM);
	assert_int_equal(
	    ir_sha256_fd(fd, UINT64_MAX, hex, &size, "zeros", &err), -1);
	assert_int_equal(err.code, IR_EINTR);
	assert_non_null(strstr(err.msg, "zeros"));
	assert_true(ir_uninterrupted());
	close(fd);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_vectors),
    cmocka_unit_test(test_pieces),
    cmocka_unit_test(test_peek),
    cmocka_unit_test(test_fd),
    cmocka_unit_test(test_interrupted),
};

UNIT_MAIN(tests)
