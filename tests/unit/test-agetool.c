/* SPDX-License-Identifier: ISC
 *
 * age: what is written here age(1) reads, and the other way round.
 */
#include "tests/unit/agetest.h"

#include "base/file.h"
#include "tests/unit/sshtest.h"

static const size_t sizes[] = {
    0, 1, 65535, 65536, 65537, 131072, 200000, 10000000};

static void
make_keys(void)
{
	need("age");
	need("age-keygen");
	need("ssh-keygen");
	if (sh("test -e id || { age-keygen -o id && age-keygen -y id >id.pub "
	       "&& "
	       "age-keygen -o id2 && age-keygen -y id2 >id2.pub && "
	       "ssh-keygen -q -t ed25519 -N '' -f ssh && "
	       "ssh-keygen -q -t ed25519 -N '' -f ssh2 && "
	       "ssh-keygen -q -t rsa -b 2048 -N '' -f rsa; }") != 0)
		fail_msg("%s", said());
}

static void
test_age_reads(void **state)
{
	static const char *const to[] = {"id.pub", "ssh.pub", NULL};
	ir_auto_free char *p = noise(10000000);

	(void)state;
	make_keys();
	for (size_t i = 0; i < COUNT(sizes); i++) {
		struct ir_buf b;

		seal(&b, p, sizes[i], 50000, to);
		put_file("plain", p, sizes[i], 0600);
		put_file("x.age", b.p, b.len, 0600);
		ir_buf_free(&b);
		for (size_t k = 0; k < 2; k++)
			if (sh("age -d -i %s x.age | cmp - plain",
				k == 0 ? "id" : "ssh") != 0)
				fail_msg("%zu bytes: %s", sizes[i], said());
		assert_int_not_equal(sh("age -d -i id2 x.age"), 0);
		assert_int_not_equal(sh("age -d -i ssh2 x.age"), 0);
	}
}

static void
check_open(const char *who, const char *plain, size_t n)
{
	struct ir_err err = {0};
	ir_auto_buf struct ir_buf out = IR_BUF_INIT;
	ir_auto_free char *z = NULL;
	size_t len;

	z = ir_read_file("x.age", 64u << 20, &len, &err);
	assert_non_null(z);
	if (unseal(z, len, 0, who, &out, &err) != 0)
		fail_msg("%zu bytes, %s: %s", n, who, err.msg);
	assert_int_equal(out.len, n);
	if (n > 0)
		assert_memory_equal(out.p, plain, n);
}

static void
check_closed(const char *who, const char *why)
{
	struct ir_err err = {0};
	ir_auto_buf struct ir_buf out = IR_BUF_INIT;
	ir_auto_free char *z = NULL;
	size_t len;

	z = ir_read_file("x.age", 64u << 20, &len, &err);
	assert_non_null(z);
	assert_int_equal(unseal(z, len, 0, who, &out, &err), -1);
	assert_int_equal(err.code, IR_EPERM);
	assert_int_equal(out.len, 0);
	if (strstr(err.msg, why) == NULL)
		fail_msg("%s: does not say %s", err.msg, why);
}

static void
test_reads_age(void **state)
{
	ir_auto_free char *p = noise(10000000);

	(void)state;
	make_keys();
	for (size_t i = 0; i < COUNT(sizes); i++) {
		put_file("plain", p, sizes[i], 0600);
		if (sh("rm -f x.age; age -R id.pub -R ssh.pub -o x.age "
		       "plain") != 0)
			fail_msg("%s", said());
		check_open("id", p, sizes[i]);
		check_open("ssh", p, sizes[i]);
		check_closed("id2", "its recipients are 1 of X25519, 1 of "
				    "ssh-ed25519, 0 of ssh-rsa and 0 of other");
		check_closed("ssh2", "x.age: not encrypted to a key that you");
	}
	/* Among others, and with several identities in one file. */
	if (sh("cat id2 id >both; chmod 600 both; age -R id2.pub -R rsa.pub "
	       "-R ssh2.pub -R id.pub -R ssh.pub plain >x.age") != 0)
		fail_msg("%s", said());
	check_open("both", p, 10000000);
	check_open("id", p, 10000000);
	check_open("ssh", p, 10000000);
	if (sh("age -R rsa.pub plain >x.age") != 0)
		fail_msg("%s", said());
	check_closed("ssh", "1 of ssh-rsa");
}

/* Whatever age says of a key, is said here too. */
static void
test_same_keys(void **state)
{
	struct ir_err err = {0};
	struct ir_age_recipients *r;
	struct ir_age_identity *i;
	char text[32];

	(void)state;
	make_keys();
	for (int n = 0; n < 20; n++) {
		if (sh("rm -f k*; age-keygen -o k && age-keygen -y k >k.pub && "
		       "ssh-keygen -q -t ed25519 -N '' -C 'a comment' -f ks") !=
		    0)
			fail_msg("%s", said());
		r = ir_age_recipients_new(&err);
		assert_int_equal(ir_age_recipients_add(r, "k.pub", &err), 0);
		assert_int_equal(ir_age_recipients_add(r, "ks.pub", &err), 0);
		ir_age_recipients_free(r);
		for (int k = 0; k < 2; k++) {
			struct ir_buf b, out = IR_BUF_INIT;
			const char *to[] = {k == 0 ? "k.pub" : "ks.pub", NULL};

			snprintf(text, sizeof(text), "key %d", n);
			seal(&b, text, strlen(text), 100, to);
			put_file("x.age", b.p, b.len, 0600);
			if (sh("age -d -i %s x.age", k == 0 ? "k" : "ks") != 0)
				fail_msg("%s", said());
			assert_string_equal(said(), text);
			assert_int_equal(unseal(b.p, b.len, 1,
					     k == 0 ? "k" : "ks", &out, &err),
			    0);
			ir_buf_free(&b);
			ir_buf_free(&out);
		}
		i = ir_age_identity_load("k.pub", &err);
		assert_null(i);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_age_reads),
	    cmocka_unit_test(test_reads_age),
	    cmocka_unit_test(test_same_keys),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, scratch_enter, scratch_leave);
}
