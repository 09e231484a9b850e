/* SPDX-License-Identifier: ISC
 *
 * crypto/key: the key file, and each that is to be refused.
 */
#include "tests/unit/unit.h"

#include <sys/stat.h>
#include <unistd.h>

#include "base/limits.h"
#include "crypto/key.h"
#include "crypto/sshsig.h"
#include "tests/unit/sshtest.h"

static struct ir_key *
load(const char *name)
{
	struct ir_err err;
	struct ir_key *k = ir_key_load(name, &err);

	if (!k)
		fail_msg("%s", err.msg);
	return k;
}

static void
refused(const char *name, enum ir_code code, const char *words)
{
	struct ir_err err = {0};
	struct ir_key *k = ir_key_load(name, &err);

	if (k)
		fail_msg("loaded in spite of: %s", words);
	if (err.code != code || !strstr(err.msg, words) ||
	    strncmp(err.msg, name, strlen(name)) != 0)
		fail_msg("%d: %s: instead of: %s", err.code, err.msg, words);
}

static void
test_good_file(void **state)
{
	struct ir_err err;
	size_t len;
	struct ir_key *k;
	const uint8_t *blob;

	(void)state;
	put_key("key", seed1, pub1, NULL);
	k = load("key");
	assert_string_equal(ir_key_comment(k), "alice@lab");
	blob = ir_key_blob(k, &len);
	assert_int_equal(len, 51);
	assert_memory_equal(blob + 19, pub1, 32);
	ir_auto_free char *public = ir_key_public(k, &err);
	assert_string_equal(public, PUB1);
	ir_auto_free char *print = ir_key_fingerprint(blob, len, &err);
	assert_string_equal(
	    print, "SHA256:bbXpuKG6zhzdmnxq256TlqzFBzRl2f6OOg722cYNbU8");
	ir_key_free(k);
	ir_key_free(NULL);

	/* Each length of padding, none and 7 among them. */
	for (size_t n = 0; n < 8; n++) {
		put_key("key", seed1, pub1,
		    &(struct keyfile){.comment = "12345678" + n});
		k = load("key");
		assert_string_equal(ir_key_comment(k), "12345678" + n);
		ir_key_free(k);
	}
}

static void
test_bad_files(void **state)
{
	static const struct {
		struct keyfile file;
		const char *words;
	} bad[] = {
	    {{.cipher = "aes256-ctr", .kdf = "bcrypt", .options = "x"},
		"protected by a passphrase: add it to ssh-agent (ssh-add "
		"bad), or name"},
	    {{.kdf = "bcrypt"}, "a passphrase without a cipher"},
	    {{.options = "x"}, "a passphrase without a cipher"},
	    {{.magic = 1}, "no openssh-key-v1"},
	    {{.type = "ssh-rsa"},
		"malformed public key: not what a key of type ssh-rsa"},
	    {{.type = "sk-ssh-ed25519@openssh.com"},
		"not what a key of type sk-ssh-ed25519@openssh.com"},
	    {{.type = "ssh\x1b[31m"}, "no type of key"},
	    {{.type = ""}, "no type of key"},
	    {{.extra_keys = 1}, "holds 2 keys"},
	    {{.extra_keys = UINT32_MAX}, "holds 0 keys"},
	    {{.inner_type = "ssh-rsa"}, "its private part is malformed"},
	    {{.pub_len = 31}, "its public part is malformed"},
	    {{.pub_len = 33}, "its public part is malformed"},
	    {{.both_len = 63}, "its private part is malformed"},
	    {{.both_len = 65}, "its private part is malformed"},
	    {{.check = 1}, "its check numbers differ"},
	    {{.outer = 1}, "halves do not match"},
	    {{.inner = 1}, "halves do not match"},
	    {{.both = 1}, "halves do not match"},
	    {{.pad = 1}, "its padding is wrong"},
	    {{.pad_more = 8}, "its padding is wrong"},
	    {{.comment = "12345", .pad_more = 8}, "its padding is wrong"},
	    {{.comment = "12345", .pad_more = 7}, "its padding is wrong"},
	    {{.pad_more = 1}, "its padding is wrong"},
	    {{.comment = "a\0b", .comment_len = 3}, "a NUL in its comment"},
	    {{.tail = 1}, "bytes after its end"},
	    {{.end = "-----END OPENSSH PRIVATE KEY-----\nx"},
		"text after the END line"},
	    {{.end = "-----END OPENSSH PRIVATE KEY-----"}, "no END line"},
	    {{.end = ""}, "no END line"},
	    {{.end = "====\n-----END OPENSSH PRIVATE KEY-----\n"},
		"not base64"},
	    {{.begin = "-----BEGIN OPENSSH PRIVATE KEY-----\r"},
		"carriage returns"},
	    {{.begin = "x\n-----BEGIN OPENSSH PRIVATE KEY-----"},
		"not a private key; make one"},
	};
	uint8_t other[32];

	(void)state;
	unsetenv("SSH_AUTH_SOCK");
	for (size_t i = 0; i < COUNT(bad); i++) {
		put_key("bad", seed1, pub1, &bad[i].file);
		refused("bad", IR_EFORMAT, bad[i].words);
	}
	memcpy(other, pub1, 32);
	other[3] ^= 1;
	put_key("bad", seed1, other, NULL);
	refused("bad", IR_EFORMAT, "halves do not match");
}

static void
test_other_files(void **state)
{
	static const struct {
		const char *text, *words;
	} bad[] = {
	    {"", "empty"},
	    {"hello\n", "not a private key; make one"},
	    {PUB1 " alice@lab\n",
		"a public key, whose private half must be in ssh-agent"},
	    {"ecdsa-sha2-nistp256 AAAA\n", "its key is not of the type"},
	    {"ssh-rsa\n", "no key in it"},
	    {"ssh-dss AAAAB3NzaC1kc3MAAAABAw==\n",
		"a key of type ssh-dss; only"},
	    {"-----BEGIN DSA PRIVATE KEY-----\n", "nobody trusts"},
	    {"---- BEGIN SSH2 PUBLIC KEY ----\n", "another form"},
	    {"-----BEGIN RSA PRIVATE KEY-----\n", "an RSA key in PEM form"},
	    {"-----BEGIN EC PRIVATE KEY-----\n", "an ECDSA key in PEM form"},
	    {"-----BEGIN PRIVATE KEY-----\n", "PKCS#8"},
	    {"PuTTY-User-Key-File-3: ssh-ed25519\n", "PuTTY"},
	};
	char *big = calloc(1, IR_MAX_KEY_FILE + 1);

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++) {
		put_file("bad", bad[i].text, strlen(bad[i].text), 0600);
		refused("bad", IR_EFORMAT, bad[i].words);
	}
	assert_non_null(big);
	put_file("bad", big, IR_MAX_KEY_FILE, 0600);
	refused("bad", IR_EFORMAT, "not a private key; make one");
	put_file("bad", big, IR_MAX_KEY_FILE + 1, 0600);
	refused("bad", IR_EFORMAT, "larger than 65536 bytes");
	free(big);
	refused("none", IR_ENOENT, "No such file");
	assert_int_equal(mkdir("dir", 0700), 0);
	refused("dir", IR_EFORMAT, "a directory");
}

/* Every byte of a good file spoiled, and every length of it: no crash, and
 * only what leaves the key itself alone may load. */
static void
test_damage(void **state)
{
	struct ir_err err;
	char text[1024];
	size_t n, loaded = 0;

	(void)state;
	put_key("key", seed1, pub1, NULL);
	assert_int_equal(sh("cat key"), 0);
	n = strlen(said());
	assert_true(n < sizeof(text));
	memcpy(text, said(), n);
	for (size_t i = 0; i < n; i++) {
		struct ir_key *k;

		put_file("bad", text, i, 0600);
		assert_null(ir_key_load("bad", &err));
		text[i] ^= 1;
		put_file("bad", text, n, 0600);
		text[i] ^= 1;
		if ((k = ir_key_load("bad", &err)) == NULL)
			continue;
		loaded++;
		ir_auto_free char *public = ir_key_public(k, &err);
		assert_string_equal(public, PUB1);
		ir_key_free(k);
	}
	assert_true(loaded < 32); /* the comment, and the check numbers */
}

static void
test_access(void **state)
{
	static const mode_t open_modes[] = {
	    0604, 0602, 0601, 0640, 0620, 0610, 0644, 0666};
	struct ir_key *k;

	(void)state;
	put_key("key", seed1, pub1, NULL);
	for (size_t i = 0; i < COUNT(open_modes); i++) {
		assert_int_equal(chmod("key", open_modes[i]), 0);
		refused("key", IR_EPERM, "readable by others; chmod 600 it");
	}
	assert_int_equal(chmod("key", 0400), 0);
	k = load("key");
	ir_key_free(k);
	assert_int_equal(symlink("key", "link"), 0);
	k = load("link");
	ir_key_free(k);
}

static void
test_owner(void **state)
{
	struct ir_key *k;

	(void)state;
	if (geteuid() != 0)
		skip();
	unsetenv("SUDO_UID");
	put_key("key", seed1, pub1, NULL);
	assert_int_equal(chown("key", 12345, (gid_t)-1), 0);
	refused("key", IR_EPERM, "belongs to another user (uid 12345)");
	setenv("SUDO_UID", "1234", 1);
	refused("key", IR_EPERM, "belongs to another user (uid 12345)");
	setenv("SUDO_UID", "12345", 1);
	k = load("key");
	ir_key_free(k);
	unsetenv("SUDO_UID");
}

/* A key of the session: another one each time, that signs as any. */
static void
test_fresh(void **state)
{
	struct ir_err err;
	struct ir_key *a = ir_key_fresh(&err), *b = ir_key_fresh(&err);
	struct ir_sshsig by;
	size_t len;

	(void)state;
	assert_non_null(a);
	assert_non_null(b);
	ir_auto_free char *one = ir_key_public(a, &err);
	ir_auto_free char *two = ir_key_public(b, &err);
	assert_string_not_equal(one, two);
	assert_memory_equal(one, PUB1, strlen("ssh-ed25519 AAAA"));
	assert_int_equal(strlen(one), strlen(PUB1));
	ir_auto_free char *sig = ir_sshsig_sign(a, IR_NS_JOURNAL, "x", 1, &err);
	assert_int_equal(ir_sshsig_verify(sig, strlen(sig), IR_NS_JOURNAL, "x",
			     1, &by, &err),
	    0);
	assert_memory_equal(by.blob, ir_key_blob(a, &len), by.len);
	assert_int_equal(by.len, len);
	ir_sshsig_free(&by);
	ir_key_free(a);
	ir_key_free(b);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_good_file),
    cmocka_unit_test(test_bad_files),
    cmocka_unit_test(test_other_files),
    cmocka_unit_test(test_damage),
    cmocka_unit_test(test_access),
    cmocka_unit_test(test_owner),
    cmocka_unit_test(test_fresh),
};

int
main(void)
{
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, scratch_enter, scratch_leave);
}
