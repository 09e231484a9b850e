/* SPDX-License-Identifier: ISC
 *
 * crypto on a system in FIPS mode: digests work, and Ed25519 says why not.
 */
#include "tests/unit/unit.h"

#include "crypto/digest.h"
#include "crypto/ed25519.h"
#include "crypto/key.h"
#include "tests/unit/agetest.h"
#include "tests/unit/sshtest.h"

static void
test_fips(void **state)
{
	struct ir_err err;
	char hex[IR_SHA256_HEX];
	uint8_t sig[64] = {0};
	struct ir_key *k;
	struct ir_age_recipients *r;

	(void)state;
	setenv("LIBGCRYPT_FORCE_FIPS_MODE", "1", 1);
	ir_sha256_mem("abc", 3, hex);
	assert_memory_equal(hex, "ba7816bf8f01cfea", 16);
	put_key("key", seed1, pub1, NULL);
	k = ir_key_load("key", &err);
	if (k) { /* a libgcrypt that has none, or allows Ed25519 in it */
		ir_key_free(k);
		skip();
	}
	assert_int_equal(err.code, IR_EUNAVAIL);
	assert_non_null(strstr(err.msg, "FIPS mode"));
	assert_int_equal(ir_ed25519_verify(pub1, "", 0, sig, &err), -1);
	assert_int_equal(err.code, IR_EUNAVAIL);
	assert_non_null(strstr(err.msg, "FIPS mode"));
	r = ir_age_recipients_new(&err);
	assert_int_equal(ir_age_recipients_add(r, AGE_PUBLIC, &err), -1);
	assert_int_equal(err.code, IR_EUNAVAIL);
	assert_non_null(strstr(err.msg, "FIPS mode"));
	ir_age_recipients_free(r);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_fips),
};

int
main(void)
{
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, scratch_enter, scratch_leave);
}
