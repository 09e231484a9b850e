/* SPDX-License-Identifier: ISC
 *
 * crypto/ed25519: RFC 8032's vectors, and each signature and public key that is
 * to be refused.
 */
#include "tests/unit/unit.h"

#include "crypto/ed25519.h"
#include "tests/unit/sshtest.h"

static struct ir_ed25519 *
pair(const uint8_t seed[32], const uint8_t pub[32])
{
	struct ir_err err;
	struct ir_ed25519 *k = ir_ed25519_new(&err);

	assert_non_null(k);
	memcpy(k->seed, seed, 32);
	assert_int_equal(ir_ed25519_derive(k, k->pub, &err), 0);
	assert_memory_equal(k->pub, pub, 32);
	return k;
}

static void
bad_signature(const uint8_t pub[32], const void *p, size_t n,
    const uint8_t sig[64], const char *words)
{
	struct ir_err err = {0};

	if (ir_ed25519_verify(pub, p, n, sig, &err) == 0)
		fail_msg("verified in spite of: %s", words);
	assert_int_equal(err.code, IR_EFORMAT);
	if (!strstr(err.msg, words))
		fail_msg("%s: instead of: %s", err.msg, words);
}

/* S + L: the same signature in the eyes of the curve. */
static void
add_order(uint8_t s[32])
{
	uint8_t l[32] = {0};
	unsigned carry = 0;

	unhex(l, "edd3f55c1a631258d69cf7a2def9de14");
	l[31] = 0x10;
	for (size_t i = 0; i < 32; i++) {
		carry += (unsigned)s[i] + l[i];
		s[i] = (uint8_t)carry;
		carry >>= 8;
	}
}

static const struct {
	const char *seed, *pub, *msg, *sig;
} vectors[] = {
    {"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
	"d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
	"e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901"
	"555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a"
	"100b"},
    {"4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
	"3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
	"72",
	"92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69"
	"da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb"
	"0c00"},
    {"c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
	"fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
	"af82",
	"6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3"
	"ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1e"
	"c40a"},
    {"833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42",
	"ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
	"ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d3"
	"9a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54c"
	"a49f",
	"dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b5"
	"8909351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331"
	"a704"},
};

static void
test_rfc8032(void **state)
{
	struct ir_err err;

	(void)state;
	for (size_t i = 0; i < COUNT(vectors); i++) {
		uint8_t seed[32], pub[32], msg[64] = {0}, want[64], sig[64];
		size_t n = unhex(msg, vectors[i].msg);
		struct ir_ed25519 *k;

		unhex(seed, vectors[i].seed);
		unhex(pub, vectors[i].pub);
		unhex(want, vectors[i].sig);
		k = pair(seed, pub);
		assert_int_equal(ir_ed25519_sign(k, msg, n, sig, &err), 0);
		assert_memory_equal(sig, want, 64);
		assert_int_equal(ir_ed25519_verify(pub, msg, n, sig, &err), 0);

		msg[n / 2] ^= 1;
		bad_signature(pub, msg, n ? n : 1, sig, "these bytes");
		msg[n / 2] ^= 1;
		sig[5] ^= 1;
		bad_signature(pub, msg, n, sig, "these bytes");
		sig[5] ^= 1;
		sig[37] ^= 1;
		bad_signature(pub, msg, n, sig, "these bytes");
		sig[37] ^= 1;
		add_order(sig + 32);
		bad_signature(pub, msg, n, sig, "not below the group order");
		ir_ed25519_free(k);
	}
}

static void
test_long_message(void **state)
{
	struct ir_err err;
	uint8_t sig[64], *big = calloc(1, 32769);
	struct ir_ed25519 *k;

	(void)state;
	k = pair(seed1, pub1);
	assert_non_null(big);
	assert_int_equal(ir_ed25519_sign(k, big, 32768, sig, &err), 0);
	assert_int_equal(ir_ed25519_verify(pub1, big, 32768, sig, &err), 0);
	assert_int_equal(ir_ed25519_sign(k, big, 32769, sig, &err), -1);
	assert_int_equal(err.code, IR_EINTERNAL);
	assert_int_equal(ir_ed25519_verify(pub1, big, 32769, sig, &err), -1);
	assert_int_equal(err.code, IR_EINTERNAL);
	ir_ed25519_free(k);
	free(big);
}

/* For the first of these R = A, S = 0 is a signature over anything, were the
 * key itself let through. */
static const struct {
	const char *pub, *words;
} bad_public[] = {
    {"01000000000000000000000000000000"
     "00000000000000000000000000000000",
	"small order"},
    {"01000000000000000000000000000000"
     "00000000000000000000000000000080",
	"small order"},
    {"00000000000000000000000000000000"
     "00000000000000000000000000000000",
	"small order"},
    {"00000000000000000000000000000000"
     "00000000000000000000000000000080",
	"small order"},
    {"ecffffffffffffffffffffffffffffff"
     "ffffffffffffffffffffffffffffff7f",
	"small order"},
    {"ecffffffffffffffffffffffffffffff"
     "ffffffffffffffffffffffffffffffff",
	"small order"},
    {"26e8958fc2b227b045c3f489f2ef98f0"
     "d5dfac05d3c63339b13802886d53fc05",
	"small order"},
    {"26e8958fc2b227b045c3f489f2ef98f0"
     "d5dfac05d3c63339b13802886d53fc85",
	"small order"},
    {"c7176a703d4dd84fba3c0b760d10670f"
     "2a2053fa2c39ccc64ec7fd7792ac037a",
	"small order"},
    {"c7176a703d4dd84fba3c0b760d10670f"
     "2a2053fa2c39ccc64ec7fd7792ac03fa",
	"small order"},
    {"edffffffffffffffffffffffffffffff"
     "ffffffffffffffffffffffffffffff7f",
	"not in its canonical form"},
    {"eeffffffffffffffffffffffffffffff"
     "ffffffffffffffffffffffffffffff7f",
	"not in its canonical form"},
    {"f0ffffffffffffffffffffffffffffff" /* 3, and 3 is a point */
     "ffffffffffffffffffffffffffffff7f",
	"not in its canonical form"},
    {"ffffffffffffffffffffffffffffffff"
     "ffffffffffffffffffffffffffffffff",
	"not in its canonical form"},
    {"ebffffffffffffffffffffffffffffff" /* no x for it */
     "ffffffffffffffffffffffffffffff7f",
	"not a point"},
    {"02000000000000000000000000000000"
     "00000000000000000000000000000000",
	"far too small"},
    {"03000000000000000000000000000000"
     "00000000000000000000000000000080",
	"far too small"},
    {"ffffffffffffffffffffffffffffffff"
     "ffffffffffffffff0000000000000000",
	"far too small"},
    {"ffffffffffffffffffffffffffffffff"
     "ffffffffffffffff0000000000000080",
	"far too small"},
};

static void
test_bad_public(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(bad_public); i++) {
		uint8_t pub[32], sig[64] = {0};

		unhex(pub, bad_public[i].pub);
		memcpy(sig, pub, 32);
		bad_signature(pub, "any", 3, sig, bad_public[i].words);
	}
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_rfc8032),
    cmocka_unit_test(test_long_message),
    cmocka_unit_test(test_bad_public),
};

int
main(void)
{
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, scratch_enter, scratch_leave);
}
