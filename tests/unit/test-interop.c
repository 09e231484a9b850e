/* SPDX-License-Identifier: ISC
 *
 * crypto against ssh-keygen: its keys, its signatures, its opinion of ours.
 */
#include "tests/unit/unit.h"

#include "base/buf.h"
#include "crypto/key.h"
#include "crypto/sshsig.h"
#include "tests/unit/sshtest.h"

#define NS IR_NS_CUSTODY

static struct ir_key *
generate(const char *name)
{
	struct ir_err err;
	struct ir_key *k;

	assert_int_equal(
	    sh("ssh-keygen -q -t ed25519 -N '' -C 'a b@c' -f %s", name), 0);
	k = ir_key_load(name, &err);
	if (!k)
		fail_msg("%s", err.msg);
	return k;
}

/* What ssh-keygen signs and what is signed here is the same to the byte. */
static void
same(const struct ir_key *k, const char *ns, const char *msg, size_t n)
{
	struct ir_err err;
	struct ir_sshsig s;
	ir_auto_free char *ours = ir_sshsig_sign(k, ns, msg, n, &err);

	assert_non_null(ours);
	put_file("msg", msg, n, 0600);
	assert_int_equal(
	    sh("rm -f msg.sig; ssh-keygen -q -Y sign -f key -n '%s' msg", ns),
	    0);
	assert_int_equal(sh("cat msg.sig"), 0);
	assert_string_equal(ours, said());
	assert_int_equal(
	    ir_sshsig_verify(said(), strlen(said()), ns, msg, n, &s, &err), 0);
	ir_sshsig_free(&s);

	put_file("ours.sig", ours, strlen(ours), 0600);
	assert_int_equal(sh("ssh-keygen -Y verify -f as -I me -n '%s' -s "
			    "ours.sig < msg",
			     ns),
	    0);
	assert_int_equal(sh("echo >> msg; ssh-keygen -Y verify -f as -I me "
			    "-n '%s' -s ours.sig < msg",
			     ns),
	    255);
}

/* Namespaces of every length let the base64 end at every column. */
static void
test_sign(void **state)
{
	char ns[128] = NS, big[4096];
	struct ir_key *k;

	(void)state;
	need("ssh-keygen");
	k = generate("key");
	assert_int_equal(sh("(echo -n 'me '; cat key.pub) > as"), 0);
	same(k, NS, "", 0);
	same(k, NS, "a\0b\n", 4);
	memset(big, 'x', sizeof(big));
	same(k, NS, big, sizeof(big));
	memset(ns, 'n', sizeof(ns));
	for (size_t n = 1; n < 60; n++) {
		ns[n] = '\0';
		same(k, ns, "message", 7);
		ns[n] = 'n';
	}
	ir_key_free(k);
}

static void
test_sha256(void **state)
{
	struct ir_err err;
	struct ir_sshsig s;
	struct ir_key *k;

	(void)state;
	need("ssh-keygen");
	assert_int_equal(sh("rm -f key key.pub"), 0);
	k = generate("key");
	put_file("msg", "x", 1, 0600);
	assert_int_equal(sh("rm -f msg.sig; ssh-keygen -q -Y sign -f key -n " NS
			    " -Ohashalg=sha256 msg && cat msg.sig"),
	    0);
	assert_int_equal(
	    ir_sshsig_verify(said(), strlen(said()), NS, "x", 1, &s, &err), 0);
	ir_sshsig_free(&s);
	ir_key_free(k);
}

static void
test_key_texts(void **state)
{
	struct ir_err err;
	struct ir_key *k;
	const uint8_t *blob;
	size_t len;

	(void)state;
	need("ssh-keygen");
	assert_int_equal(sh("rm -f key key.pub"), 0);
	k = generate("key");
	assert_string_equal(ir_key_comment(k), "a b@c");
	ir_auto_free char *public = ir_key_public(k, &err);
	assert_non_null(public);
	assert_int_equal(sh("cut -d' ' -f1,2 key.pub | tr -d '\\n'"), 0);
	assert_string_equal(public, said());
	blob = ir_key_blob(k, &len);
	ir_auto_free char *print = ir_key_fingerprint(blob, len, &err);
	assert_non_null(print);
	assert_int_equal(
	    sh("ssh-keygen -l -f key | cut -d' ' -f2 | tr -d '\\n'"), 0);
	assert_string_equal(print, said());
	ir_key_free(k);
}

/* Keys and signatures of ssh-keygen that are not taken. */
static void
test_other_keys(void **state)
{
	static const struct {
		const char *options, *words;
	} bad[] = {
	    {"-t ed25519 -N secret", "protected by a passphrase"},
	    {"-t rsa -b 2048 -N ''", "a key of type ssh-rsa: add"},
	    {"-t rsa -b 2048 -N secret", "protected by a passphrase"},
	    {"-t rsa -b 2048 -m PEM -N ''", "an RSA key in PEM form: add"},
	    {"-t rsa -b 2048 -m PKCS8 -N ''", "PKCS#8 PEM form: add"},
	    {"-t ecdsa -N ''", "a key of type ecdsa-sha2-nistp256: add"},
	    {"-t ecdsa -m PEM -N ''", "an ECDSA key in PEM form: add"},
	};
	struct ir_err err;

	(void)state;
	need("ssh-keygen");
	unsetenv("SSH_AUTH_SOCK");
	for (size_t i = 0; i < COUNT(bad); i++) {
		assert_int_equal(
		    sh("rm -f k k.pub; ssh-keygen -q %s -f k", bad[i].options),
		    0);
		assert_null(ir_key_load("k", &err));
		assert_int_equal(err.code, IR_EFORMAT);
		if (!strstr(err.msg, bad[i].words))
			fail_msg("%s: %s", bad[i].options, err.msg);
		assert_null(ir_key_load("k.pub", &err));
		assert_non_null(strstr(err.msg, "k.pub: a public key"));
		assert_non_null(strstr(err.msg, "there is no ssh-agent"));
	}
}

/* What ssh-keygen signs with its other keys verifies, and nothing else in its
 * place. */
static void
test_other_signatures(void **state)
{
	static const char *const types[] = {"rsa -b 2048", "rsa -b 4096",
	    "ecdsa -b 256", "ecdsa -b 384", "ecdsa -b 521"};
	struct ir_err err;
	struct ir_sshsig s;

	(void)state;
	need("ssh-keygen");
	put_file("msg", "x", 1, 0600);
	for (size_t i = 0; i < 2 * COUNT(types); i++) {
		assert_int_equal(
		    sh("rm -f k k.pub msg.sig; ssh-keygen -q -t %s -N '' -f k "
		       "&& ssh-keygen -q -Y sign -f k -n " NS
		       " -Ohashalg=sha%s msg && cat msg.sig",
			types[i / 2], i % 2 ? "256" : "512"),
		    0);
		if (ir_sshsig_verify(
			said(), strlen(said()), NS, "x", 1, &s, &err) == -1)
			fail_msg("%s: %s", types[i / 2], err.msg);
		assert_false(s.sk.used);
		ir_auto_free char *print =
		    ir_key_fingerprint(s.blob, s.len, &err);
		ir_sshsig_free(&s);
		assert_int_equal(ir_sshsig_verify(said(), strlen(said()), NS,
				     "y", 1, &s, &err),
		    -1);
		assert_non_null(strstr(err.msg, "was not made by this key"));
		assert_int_equal(
		    sh("ssh-keygen -l -f k | cut -d' ' -f2 | tr -d '\\n'"), 0);
		assert_string_equal(print, said());
	}
}

/* Keys and kinds of signature that are too weak. */
static void
test_weak(void **state)
{
	struct ir_err err;
	struct ir_sshsig s;

	(void)state;
	need("ssh-keygen");
	put_file("msg", "x", 1, 0600);
	assert_int_equal(
	    sh("rm -f k k.pub msg.sig; ssh-keygen -q -t rsa -b 1024 -N '' -f k "
	       "&& ssh-keygen -q -Y sign -f k -n " NS " msg && cat msg.sig"),
	    0);
	assert_int_equal(
	    ir_sshsig_verify(said(), strlen(said()), NS, "x", 1, &s, &err), -1);
	assert_non_null(
	    strstr(err.msg, "of 1024 bits; only 2048 to 16384 are allowed"));
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_sign),
    cmocka_unit_test(test_sha256),
    cmocka_unit_test(test_key_texts),
    cmocka_unit_test(test_other_keys),
    cmocka_unit_test(test_other_signatures),
    cmocka_unit_test(test_weak),
};

int
main(void)
{
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, scratch_enter, scratch_leave);
}
