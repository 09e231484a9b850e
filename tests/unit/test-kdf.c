/* SPDX-License-Identifier: ISC
 *
 * crypto: what age is made of, by the test vectors of its standards.
 */
#include "tests/unit/unit.h"

#include <stdio.h>

#include "crypto/aead.h"
#include "crypto/bech32.h"
#include "crypto/kdf.h"
#include "crypto/x25519.h"
#include "tests/unit/sshtest.h"

static uint8_t bytes[3][256];

static struct ir_wire
wire(int which, const char *hex)
{
	return (struct ir_wire){bytes[which], unhex(bytes[which], hex)};
}

static void
is_hex(const uint8_t *p, const char *hex)
{
	uint8_t want[64];
	size_t n = unhex(want, hex);

	assert_memory_equal(p, want, n);
}

/* RFC 4231, test cases 1, 2 and 6. */
static void
test_hmac(void **state)
{
	struct ir_err err = {0};
	uint8_t out[32], key[131];
	static const char text[] =
	    "Test Using Larger Than Block-Size Key - Hash Key First";

	(void)state;
	assert_int_equal(
	    ir_hmac_sha256(wire(0, "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b"),
		wire(1, "4869205468657265"), out, &err),
	    0);
	is_hex(out, "b0344c61d8db38535ca8afceaf0bf12b"
		    "881dc200c9833da726e9376c2e32cff7");
	assert_int_equal(
	    ir_hmac_sha256(wire(0, "4a656665"),
		wire(1, "7768617420646f2079612077616e7420666f72206e6f746869"
			"6e673f"),
		out, &err),
	    0);
	is_hex(out, "5bdcc146bf60754e6a042426089575c7"
		    "5a003f089d2739839dec58b964ec3843");
	memset(key, 0xaa, sizeof(key));
	assert_int_equal(
	    ir_hmac_sha256((struct ir_wire){key, sizeof(key)},
		(struct ir_wire){(const uint8_t *)text, sizeof(text) - 1}, out,
		&err),
	    0);
	is_hex(out, "60e431591ee0b67f0d8a26aacbf5b77f"
		    "8e0bc6213728c5140546040f0ee37f54");
}

/* RFC 5869, A.1 and A.3: the first 32 bytes. */
static void
test_hkdf(void **state)
{
	static const char ikm[] =
	    "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b";
	struct ir_err err = {0};
	uint8_t out[32], much[65] = {0};

	(void)state;
	assert_int_equal(
	    ir_hkdf_sha256(wire(0, ikm), wire(1, "000102030405060708090a0b0c"),
		wire(2, "f0f1f2f3f4f5f6f7f8f9"), out, &err),
	    0);
	is_hex(out, "3cb25f25faacd57a90434f64d0362f2a"
		    "2d2d0a90cf1a5a4c5db02d56ecc4c5bf");
	assert_int_equal(
	    ir_hkdf_sha256(wire(0, ikm), wire(1, ""), wire(2, ""), out, &err),
	    0);
	is_hex(out, "8da4e775a563c18f715f802a063c5a31"
		    "b8a11f5c5ee1879ec3454e5f3c738d2d");
	assert_int_equal(ir_hkdf_sha256(wire(0, ikm), wire(1, ""),
			     (struct ir_wire){much, sizeof(much)}, out, &err),
	    -1);
}

/* RFC 7748, 5.2 and 6.1. */
static void
test_x25519(void **state)
{
	struct ir_err err = {0};
	uint8_t k[32] = {9}, u[32] = {9}, out[32];

	(void)state;
	wire(0, "a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449"
		"ac4");
	wire(1, "e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1"
		"c4c");
	assert_int_equal(ir_x25519(bytes[0], bytes[1], out, &err), 0);
	is_hex(out, "c3da55379de9c6908e94ea4df28d084f"
		    "32eccf03491c71f754b4075577a28552");
	/* Its u has the top bit set, which is to be ignored. */
	wire(0, "4b66e9d4d1b4673c5ad22691957d6af5c11b6421e0ea01d42ca4169e7918b"
		"a0d");
	wire(1, "e5210f12786811d3f4b7959d0538ae2c31dbe7106fc03c3efc4cd549c715a"
		"493");
	assert_int_equal(ir_x25519(bytes[0], bytes[1], out, &err), 0);
	is_hex(out, "95cbde9476e8907d7aade45cb4b873f8"
		    "8b595a68799fa152e6f8f7647aac7957");
	for (int i = 0; i < 1000; i++) {
		assert_int_equal(ir_x25519(k, u, out, &err), 0);
		memcpy(u, k, 32);
		memcpy(k, out, 32);
		if (i == 0)
			is_hex(k, "422c8e7a6227d7bca1350b3e2bb7279f"
				  "7897b87bb6854b783c60e80311ae3079");
	}
	is_hex(k, "684cf59ba83309552800ef566f2f4d3c"
		  "1c3887c49360e3875f2eb94d99532c51");
	memset(k, 0x42, 32);
	memset(u, 0, 32);
	u[0] = 9;
	assert_int_equal(ir_x25519(k, u, out, &err), 0);
	assert_int_equal(ir_x25519(k, NULL, u, &err), 0);
	assert_memory_equal(out, u, 32);
}

/* All points of small order, and other ways to write them. */
static void
test_low_order(void **state)
{
	static const char *const low[] = {
	    "0000000000000000000000000000000000000000000000000000000000000000",
	    "0100000000000000000000000000000000000000000000000000000000000000",
	    "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
	    "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
	    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	    "0000000000000000000000000000000000000000000000000000000000000080",
	};
	uint8_t k[32], out[32];
	struct ir_err err = {0};

	(void)state;
	for (size_t i = 0; i < COUNT(low); i++) {
		memset(k, (int)i + 1, 32);
		wire(0, low[i]);
		assert_int_equal(ir_x25519(k, bytes[0], out, &err), -1);
		assert_int_equal(err.code, IR_EFORMAT);
		assert_non_null(strstr(err.msg, "low order"));
	}
}

/* Both halves of an Ed25519 key (RFC 8032, 7.1) become one X25519 key. */
static void
test_from_ed25519(void **state)
{
	uint8_t secret[32], u[32], out[32], bad[32];
	struct ir_err err = {0};

	(void)state;
	assert_int_equal(ir_x25519_public(pub1, u, &err), 0);
	is_hex(u, "d85e07ec22b0ad881537c2f44d662d1a"
		  "143cf830c57aca4305d85c7a90f6b62e");
	ir_x25519_secret(seed1, secret);
	assert_int_equal(ir_x25519(secret, NULL, out, &err), 0);
	assert_memory_equal(out, u, 32);
	/* Not on the curve; y = 1; y = p + 3, not its canonical form. */
	memcpy(bad, pub1, 32);
	bad[0] ^= 1;
	for (int i = 0; i < 8 && ir_x25519_public(bad, u, &err) == 0; i++)
		bad[0] = (uint8_t)(bad[0] + 2);
	assert_int_equal(ir_x25519_public(bad, u, &err), -1);
	assert_non_null(strstr(err.msg, "not a point"));
	memset(bad, 0, 32);
	bad[0] = 1;
	assert_int_equal(ir_x25519_public(bad, u, &err), -1);
	assert_non_null(strstr(err.msg, "small order"));
	memset(bad, 0xff, 32);
	bad[0] = 0xf0;
	bad[31] = 0x7f;
	assert_int_equal(ir_x25519_public(bad, u, &err), -1);
	assert_non_null(strstr(err.msg, "canonical"));
}

/* The examples of c2sp.org/age; then each character wrong in turn. */
static void
test_bech32(void **state)
{
	char secret[] = "AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYS"
			"JZGFPYYSJZGFPQ4EGAEX";
	char public[] = "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73"
			"equnujwj";
	static const char *const others[] = {
	    "age1pq1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73eqptjenv",
	    "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73epp9g8nq",
	    "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73egz8c7s0",
	};
	uint8_t key[32], u[32], want[32];
	struct ir_err err = {0};
	size_t n = strlen(public);

	(void)state;
	memset(want, 0x42, 32);
	assert_true(ir_bech32_key(
	    secret, strlen(secret), "AGE-SECRET-KEY-", true, key));
	assert_memory_equal(key, want, 32);
	assert_true(ir_bech32_key(public, n, "age", false, u));
	assert_int_equal(ir_x25519(key, NULL, want, &err), 0);
	assert_memory_equal(u, want, 32);

	assert_false(ir_bech32_key(
	    secret, strlen(secret), "AGE-SECRET-KEY-", false, key));
	assert_false(ir_bech32_key(public, n, "age", true, u));
	assert_false(ir_bech32_key(public, n - 1, "age", false, u));
	assert_false(ir_bech32_key(public, n, "ag", false, u));
	assert_false(ir_bech32_key(public, n, "agf", false, u));
	/* Good checksums: behind another prefix, and with bits to spare that
	 * are not 0, the lowest and the highest. */
	for (size_t i = 0; i < COUNT(others); i++)
		assert_false(ir_bech32_key(
		    others[i], strlen(others[i]), "age", false, u));
	assert_true(
	    ir_bech32_key(others[0], strlen(others[0]), "age1pq", false, u));
	for (size_t i = 0; i < n; i++)
		for (int c = 0; c < 256; c++) {
			char was = public[i];

			public[i] = (char)c;
			assert_int_equal(
			    ir_bech32_key(public, n, "age", false, u),
			    public[i] == was);
			public[i] = was;
		}
}

/* RFC 8439, A.5 has additional data, which is not used here: what is sealed
 * can be opened, and nothing else, of which no byte is left. */
static void
test_aead(void **state)
{
	uint8_t key[32] = {1}, nonce[12] = {2}, other[12] = {3}, tag[16];
	uint8_t p[100] = {0}, zeros[100] = {0};
	struct ir_err err = {0};
	struct ir_aead *a = ir_aead_new(key, &err);

	(void)state;
	assert_non_null(a);
	for (size_t n = 0; n <= sizeof(p); n += 50) {
		memset(p, 'p', sizeof(p));
		assert_int_equal(ir_aead_seal(a, nonce, p, n, tag, &err), 0);
		assert_int_equal(ir_aead_open(a, nonce, p, n, tag, &err), 0);
		for (size_t i = 0; i < sizeof(p); i++)
			assert_int_equal(p[i], 'p');
		assert_int_equal(ir_aead_seal(a, nonce, p, n, tag, &err), 0);
		assert_int_equal(ir_aead_open(a, other, p, n, tag, &err), 1);
		assert_memory_equal(p, zeros, n);
	}
	ir_aead_free(a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_hmac),
	    cmocka_unit_test(test_hkdf),
	    cmocka_unit_test(test_x25519),
	    cmocka_unit_test(test_low_order),
	    cmocka_unit_test(test_from_ed25519),
	    cmocka_unit_test(test_bech32),
	    cmocka_unit_test(test_aead),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
