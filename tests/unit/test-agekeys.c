/* SPDX-License-Identifier: ISC
 *
 * age: keys to encrypt to and to decrypt with, good and bad.
 */
#include "tests/unit/agetest.h"

#include <sys/stat.h>

#include "base/limits.h"
#include "tests/unit/sshtest.h"

static void
no_recipient(const char *text, enum ir_code code, const char *why)
{
	struct ir_err err = {0};
	struct ir_age_recipients *r = ir_age_recipients_new(&err);

	assert_int_equal(ir_age_recipients_add(r, text, &err), -1);
	if (strstr(err.msg, why) == NULL || err.code != code)
		fail_msg("%.70s: %d %s", text, err.code, err.msg);
	/* A private key is never shown. */
	assert_null(strstr(err.msg, "JZGFPYYSJ"));
	ir_age_recipients_free(r);
}

static void
put_text(const char *name, const char *text)
{
	put_file(name, text, strlen(text), 0644);
}

static void
test_recipients(void **state)
{
	/* Of a file, the lines before what is wrong, and that. */
	static const struct {
		const char *text, *why;
	} files[] = {
	    {"", "f: no public key in it"},
	    {"# only this\n\n", "f: no public key in it"},
	    {AGE_PUBLIC "\n# " PUB1 "\n\n" AGE_PUBLIC "a\n", "f: line 4: not"},
	    {AGE_PUBLIC "\n" AGE_SECRET, "f: line 2: a private key"},
	    {AGE_SECRET, "f: a private key; name the file of its public half"},
	    {PUB1 "\nnonsense\n", "f: line 2: no key in it"},
	    {" " PUB1 "\n", "f: line 1: no key in it"},
	    {"no-pty " PUB1 "\n", "f: line 1: that is a line of "
				  "allowed_signers: give the public key file"},
	};
	static const char *const low[] = {
	    "age1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq5cu47z",
	    "age1qyqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqj7vrya",
	};
	struct ir_err err = {0};
	struct ir_age_recipients *r = ir_age_recipients_new(&err);

	(void)state;
	put_text("good", "# both\r\n\n" PUB1 " alice@lab\r\n" AGE_PUBLIC);
	assert_int_equal(ir_age_recipients_add(r, "good", &err), 0);
	assert_int_equal(ir_age_recipients_add(r, PUB1 " a b", &err), 0);
	ir_age_recipients_free(r);
	no_recipient("absent", IR_ENOENT, "absent: neither a public key");
	no_recipient("", IR_ENOENT, ": neither a public key");
	no_recipient(".", IR_EIO, "");
	put_file("id", AGE_SECRET, strlen(AGE_SECRET), 0600);
	put_key("ssh", seed1, pub1, NULL);
	no_recipient("id", IR_EFORMAT, "id: a private key; name the file");
	no_recipient("ssh", IR_EFORMAT, "ssh: a private key; name the file");
	no_recipient(AGE_SECRET, IR_EFORMAT, "a private key");
	no_recipient("age1", IR_EFORMAT, "recipient age1: not an X25519");
	no_recipient(AGE_PUBLIC "q", IR_EFORMAT, "not an X25519 recipient");
	no_recipient("AGE1" AGE_PUBLIC, IR_ENOENT, "neither a public key");
	no_recipient("age1pq1x34nzsvr0rxjsgdn8zgy", IR_EFORMAT, "post-quantum");
	no_recipient("ssh-ed25519 AAAA", IR_EFORMAT, "recipient ssh-ed25519");
	no_recipient("ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAAQM=", IR_EFORMAT,
	    "only age1... and ssh-ed25519 can be encrypted to");
	/* u = 0, u = 1, and y = 1: of low order. */
	for (size_t i = 0; i < COUNT(low); i++)
		no_recipient(
		    low[i], IR_EFORMAT, "low order, which protects nothing");
	no_recipient("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAEAAAAAAAAAAAAAAAAA"
		     "AAAAAAAAAAAAAAAAAAAAAAAA",
	    IR_EFORMAT, "small order");
	for (size_t i = 0; i < COUNT(files); i++) {
		put_text("f", files[i].text);
		no_recipient("f", IR_EFORMAT, files[i].why);
	}
	put_file("f", AGE_PUBLIC "\n\0", sizeof(AGE_PUBLIC) + 1, 0600);
	no_recipient("f", IR_EFORMAT, "f: not a file of public keys");
}

static void
test_many(void **state)
{
	struct ir_err err = {0};
	struct ir_age_recipients *r = ir_age_recipients_new(&err);

	(void)state;
	for (unsigned i = 0; i < IR_MAX_AGE_KEYS; i++)
		assert_int_equal(ir_age_recipients_add(r, PUB1, &err), 0);
	assert_int_equal(ir_age_recipients_add(r, PUB1, &err), -1);
	assert_non_null(strstr(err.msg, "more than 256 recipients"));
	ir_age_recipients_free(r);
}

static void
no_identity(const char *path, enum ir_code code, const char *why)
{
	struct ir_err err = {0};

	assert_null(ir_age_identity_load(path, &err));
	if (strstr(err.msg, why) == NULL || err.code != code)
		fail_msg("%s: %d %s", path, err.code, err.msg);
	assert_null(strstr(err.msg, "JZGFPYYSJ"));
}

static void
test_identities(void **state)
{
	static const struct keyfile locked = {
	    .cipher = "aes256-ctr", .kdf = "bcrypt", .options = "salt"};
	static const char bad[] = "# created: 2026\n" AGE_SECRET
				  "AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJQ\n";
	static const char plugin[] = "AGE-PLUGIN-YUBIKEY-1GFPYYSJZGFPYYSJZ\n";
	char lower[] = AGE_SECRET;

	(void)state;
	no_identity("absent", IR_ENOENT, "absent: No such file");
	put_text("open", AGE_SECRET);
	no_identity("open", IR_EPERM, "open: readable by others; chmod 600");
	put_key("sshopen", seed1, pub1, NULL);
	assert_int_equal(chmod("sshopen", 0640), 0);
	no_identity("sshopen", IR_EPERM, "readable by others");
	put_key("locked", seed1, pub1, &locked);
	no_identity("locked", IR_EFORMAT,
	    "locked: protected by a passphrase, and ssh-agent cannot decrypt");
	put_text("pub", PUB1 "\n");
	no_identity("pub", IR_EFORMAT, "a public key; only its private half");
	put_file("agepub", AGE_PUBLIC "\n", sizeof(AGE_PUBLIC), 0600);
	no_identity("agepub", IR_EFORMAT, "");
	put_file("bad", bad, sizeof(bad) - 1, 0600);
	no_identity("bad", IR_EFORMAT, "bad: line 3 is not an X25519 identity");
	put_file("plugin", plugin, sizeof(plugin) - 1, 0600);
	no_identity("plugin", IR_EFORMAT, "plugin: line 1 is not an X25519");
	for (char *p = lower; *p != '\0'; p++)
		*p |= *p >= 'A' && *p <= 'Z' ? 0x20 : 0;
	put_file("lower", lower, sizeof(lower) - 1, 0600);
	no_identity("lower", IR_EFORMAT, "lower: not a private key");
	put_file("nul", AGE_SECRET "\0", sizeof(AGE_SECRET) + 1, 0600);
	no_identity("nul", IR_EFORMAT, "nul: a NUL in it");
	put_file("empty", "", 0, 0600);
	no_identity("empty", IR_EFORMAT, "empty: empty");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_recipients),
	    cmocka_unit_test(test_many),
	    cmocka_unit_test(test_identities),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, scratch_enter, scratch_leave);
}
