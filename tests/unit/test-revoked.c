/* SPDX-License-Identifier: ISC
 *
 * crypto/revoked: the list as ssh-keygen -Y verify -r takes it, and no slip in
 * it passed over.
 */
#include "tests/unit/unit.h"

#include "base/limits.h"
#include "crypto/key.h"
#include "crypto/revoked.h"
#include "tests/unit/sshtest.h"

static struct ir_key *key;

static int
enter(void **state)
{
	struct ir_err err;

	if (scratch_enter(state) == -1)
		return -1;
	put_key("key", seed1, pub1, NULL);
	key = ir_key_load("key", &err);
	return key ? 0 : -1;
}

static int
leave(void **state)
{
	ir_key_free(key);
	return scratch_leave(state);
}

#define OTHER                                                     \
	"ssh-ed25519 "                                            \
	"AAAAC3NzaC1lZDI1NTE5AAAAIDthQFz1nnG3VN9cdSfaYZbHM8PqOEV" \
	"uGKEjZKRbZkYP"

static void
test_lists(void **state)
{
	static const struct {
		const char *text;
		bool has;
	} rows[] = {
	    {"", false},
	    {"\n\n# nothing\n", false},
	    {PUB1, true},
	    {PUB1 "\n", true},
	    {PUB1 "\r\n", true},
	    {" \t" PUB1 " alice@lab, who left\n", true},
	    {"# " PUB1 "\n", false},
	    {OTHER "\n", false},
	    {OTHER "\n\n# then\n" PUB1 " alice\n", true},
	};
	struct ir_err err;
	size_t len;
	const uint8_t *blob = ir_key_blob(key, &len);

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct ir_revoked *r;

		put_file("list", rows[i].text, strlen(rows[i].text), 0600);
		r = ir_revoked_load("list", &err);
		if (!r)
			fail_msg("%s", err.msg);
		assert_int_equal(ir_revoked_has(r, blob, len), rows[i].has);
		assert_false(ir_revoked_has(r, blob, len - 1));
		ir_revoked_free(r);
	}
	assert_false(ir_revoked_has(NULL, blob, len));
	ir_revoked_free(NULL);
}

static void
test_bad(void **state)
{
	static const struct {
		const char *text;
		size_t n; /* 0: strlen() */
		const char *words;
	} rows[] = {
	    {"alice@lab " PUB1 "\n", 0, "list:1: its key is not"},
	    {PUB1 "\nssh-ed25519\n", 0, "list:2: no key in it"},
	    {PUB1 "\n\nssh-ed25519 AAAA\n", 0, "list:3: its key is not of"},
	    {"serial: 1\n", 0, "list:1: "},
	    {"SSHKRL\n\0\0\0\0\1", 12, "list: a binary KRL"},
	    {"SSHKRL\n\0", 8, "list: a binary KRL"},
	    {PUB1 "\n\0", sizeof(PUB1) + 1, "has a NUL in it"},
	};
	struct ir_err err = {0};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		put_file("list", rows[i].text,
		    rows[i].n ? rows[i].n : strlen(rows[i].text), 0600);
		assert_null(ir_revoked_load("list", &err));
		assert_int_equal(err.code, IR_EFORMAT);
		if (!strstr(err.msg, rows[i].words))
			fail_msg("%s: instead of: %s", err.msg, rows[i].words);
	}
	assert_null(ir_revoked_load("none", &err));
	assert_int_equal(err.code, IR_ENOENT);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_lists),
    cmocka_unit_test(test_bad),
};

int
main(void)
{
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, enter, leave);
}
