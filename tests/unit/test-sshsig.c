/* SPDX-License-Identifier: ISC
 *
 * crypto/sshsig: what ssh-keygen makes is made here, and no other form of a
 * signature is taken.
 */
#include "tests/unit/unit.h"

#include <stdbool.h>

#include "base/buf.h"
#include "base/text.h"
#include "crypto/sshsig.h"
#include "crypto/sshwire.h"
#include "tests/unit/sshtest.h"

#define NS     IR_NS_CUSTODY
#define BEGIN  "-----BEGIN SSH SIGNATURE-----\n"
#define END    "-----END SSH SIGNATURE-----\n"
#define FIELDS 5

static const char msg[] = "It was a quiet night.\n";
static struct ir_key *key;

/* Made with ssh-keygen -Y sign -n custody.v1@ir-tools, by the key of RFC 8032's
 * TEST 1 over msg. */
static const char known[] = BEGIN "U1NIU0lHAAAAAQAAADMAAAALc3NoLWVkMjU"
				  "1MTkAAAAg11qYAYKxCrfVS/7TyWQHOg7hcv\n"
				  "PapiMlrwIaaPcHURoAAAATY3VzdG9keS52M"
				  "UBpci10b29scwAAAAAAAAAGc2hhNTEyAAAA\n"
				  "UwAAAAtzc2gtZWQyNTUxOQAAAEAZlcBLpkH"
				  "7ZLR6VgZC9dqMKQOCJDnuEX2jfbTS9QPUkw\n"
				  "bt1SGz636jX5jOha3pVR1tdMcH/pbRvYRWd"
				  "ms2bgkB\n" END;

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

static int
verify(const char *armor, size_t len, struct ir_err *err)
{
	struct ir_sshsig s;
	int r = ir_sshsig_verify(armor, len, NS, msg, sizeof(msg) - 1, &s, err);

	if (r == 0) {
		assert_int_equal(s.len, 51);
		assert_memory_equal(s.blob + 19, pub1, 32);
		ir_sshsig_free(&s);
	}
	assert_null(s.blob);
	assert_int_equal(s.len, 0);
	assert_false(s.sk.used);
	return r;
}

static void
refused(const char *armor, size_t len, const char *words)
{
	struct ir_err err = {0};

	if (verify(armor, len, &err) == 0)
		fail_msg("verified in spite of: %s", words);
	assert_int_equal(err.code, IR_EFORMAT);
	if (!strstr(err.msg, words))
		fail_msg("%s: instead of: %s", err.msg, words);
}

static void
test_known(void **state)
{
	struct ir_err err;

	(void)state;
	ir_auto_free char *made =
	    ir_sshsig_sign(key, NS, msg, sizeof(msg) - 1, &err);
	assert_string_equal(made, known);
	assert_int_equal(verify(known, strlen(known), &err), 0);
}

static void
test_other_message(void **state)
{
	struct ir_sshsig s;
	struct ir_err err;
	size_t n = strlen(known);

	(void)state;
	assert_int_equal(
	    ir_sshsig_verify(known, n, NS, msg, sizeof(msg) - 2, &s, &err), -1);
	assert_non_null(strstr(err.msg, "not made by this key over these"));
	assert_int_equal(ir_sshsig_verify(known, n, IR_NS_JOURNAL, msg,
			     sizeof(msg) - 1, &s, &err),
	    -1);
	assert_non_null(strstr(
	    err.msg, "is for namespace \"" NS "\", not \"" IR_NS_JOURNAL "\""));

	/* An empty message is one too. */
	ir_auto_free char *made = ir_sshsig_sign(key, NS, "", 0, &err);
	assert_non_null(made);
	assert_int_equal(
	    ir_sshsig_verify(made, strlen(made), NS, "", 0, &s, &err), 0);
	ir_sshsig_free(&s);
}

static void
test_armor(void **state)
{
	static const char body[] = "U1NIU0lH";
	static const struct {
		const char *armor, *words;
	} bad[] = {
	    {"", "does not start with BEGIN"},
	    {"-----BEGIN SSH SIGNATURE-----", "does not start with BEGIN"},
	    {"\n" BEGIN "AAAA\n" END, "does not start with BEGIN"},
	    {"-----BEGIN SSH SIGNATURE-----\r\nAAAA\n" END,
		"does not start with BEGIN"},
	    {BEGIN, "no line END"},
	    {BEGIN "AAAA\n-----END SSH SIGNATURE-----", "no line END"},
	    {BEGIN "AAAA" END, "no line END"},
	    {BEGIN "AAAA\n" END "\n", "text after END"},
	    {BEGIN "AAAA\n" END BEGIN "AAAA\n" END, "text after END"},
	    {BEGIN "A=AA\n" END, "not base64"},
	    {BEGIN "AAAA\r\n" END, "not base64"},
	    {BEGIN "\n" END, "70 characters"},
	    {BEGIN "AAAA\n\n" END, "70 characters"},
	    {BEGIN "\nAAAA\n" END, "70 characters"},
	    {BEGIN "AA\nAA\n" END, "70 characters"},
	    {BEGIN "AAAA\n" END, "no SSHSIG"},
	};
	char *big = malloc(70000);

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++)
		refused(bad[i].armor, strlen(bad[i].armor), bad[i].words);
	refused(
	    BEGIN "\0\n" END, strlen(BEGIN) + strlen(END) + 2, "not base64");
	assert_non_null(big);
	memset(big, 'A', 70000);
	memcpy(big, known, strlen(BEGIN) + strlen(body));
	refused(big, 70000, "too long");
	free(big);
}

static const char msg_sha512[] = "4513c6d7f12139a496c9b1585f16672e"
				 "30e99eb6cfe492d6a0fe86654957b6e8"
				 "a513ccad1b10d7996e275ab5ffc7fb6d"
				 "d1b75e17c779d499e4110d820b9af049";
static const char msg_sha256[] = "d56fb5003bdadf91dcb54d42c3e9ff9c"
				 "7875e25a06713341a6e6e061c17e0c5d";

/* A signature whose fields are as given, and which is good for them. */
struct shape {
	const char *magic;
	uint32_t version;
	const char *field[FIELDS]; /* key, namespace, reserved, hash, sig */
	size_t len[FIELDS];
	size_t fields; /* how many there are */
	const char *tail;
};

static void
put_shape(struct ir_buf *armor, const struct shape *s)
{
	ir_auto_buf struct ir_buf b = IR_BUF_INIT;

	ir_buf_puts(&b, s->magic);
	ir_wire_put_u32(&b, s->version);
	for (size_t i = 0; i < s->fields; i++)
		ir_wire_put_string(&b, s->field[i], s->len[i]);
	ir_buf_puts(&b, s->tail);
	ir_buf_puts(armor, BEGIN);
	ir_base64(armor, b.p, b.len, 70);
	ir_buf_puts(armor, END);
}

/* Signs what the other fields say, so that nothing but the field itself can
 * be the reason for refusing it. */
static void
put_sig(struct ir_buf *sig, const struct shape *s, const char *type)
{
	ir_auto_buf struct ir_buf tbs = IR_BUF_INIT;
	ir_auto_buf struct ir_buf made = IR_BUF_INIT;
	uint8_t digest[64];
	struct ir_err err;
	bool is_256 = strcmp(s->field[3], "sha256") == 0;
	size_t n = unhex(digest, is_256 ? msg_sha256 : msg_sha512);

	ir_buf_puts(&tbs, "SSHSIG");
	ir_wire_put_string(&tbs, s->field[1], s->len[1]);
	ir_wire_put_string(&tbs, s->field[2], s->len[2]);
	ir_wire_put_string(&tbs, s->field[3], s->len[3]);
	ir_wire_put_string(&tbs, digest, n);
	assert_int_equal(ir_key_sign(key, tbs.p, tbs.len, &made, &err), 0);
	ir_wire_put_string(sig, type, strlen(type));
	ir_wire_put_string(sig, made.p + made.len - 64, 64);
}

static void
set(struct shape *s, size_t i, const char *p, size_t n)
{
	s->field[i] = p;
	s->len[i] = n;
}

static struct shape
good_shape(void)
{
	struct shape s = {
	    .magic = "SSHSIG", .version = 1, .fields = FIELDS, .tail = ""};
	size_t n;
	const uint8_t *blob = ir_key_blob(key, &n);

	set(&s, 0, (const char *)blob, n);
	set(&s, 1, NS, strlen(NS));
	set(&s, 2, "", 0);
	set(&s, 3, "sha512", 6);
	return s;
}

/* The verdict on a shape signed with a signature of that type. */
static void
shaped(struct shape *s, const char *type, const char *words)
{
	ir_auto_buf struct ir_buf sig = IR_BUF_INIT;
	ir_auto_buf struct ir_buf armor = IR_BUF_INIT;
	struct ir_err err;

	put_sig(&sig, s, type);
	if (!s->field[4])
		set(s, 4, sig.p, sig.len);
	put_shape(&armor, s);
	if (words)
		refused(armor.p, armor.len, words);
	else
		assert_int_equal(verify(armor.p, armor.len, &err), 0);
}

static void
test_hashes(void **state)
{
	struct shape s = good_shape();

	(void)state;
	shaped(&s, IR_ED25519, NULL);
	s = good_shape();
	set(&s, 3, "sha256", 6);
	shaped(&s, IR_ED25519, NULL);
}

/* Fields of the wrong value, signed as they are. */
static void
test_fields(void **state)
{
	static const char dsa[] = "\0\0\0\7ssh-dss\0\0\0\1\3";
	static const char short_key[] = "\0\0\0\13ssh-ed25519\0\0\0\1\3";
	static const char nameless[] = "\0\0\0\0\0\0\0\1\3";
	static const struct {
		size_t field;
		const char *p;
		size_t n;
		const char *words;
	} bad[] = {
	    {0, dsa, sizeof(dsa) - 1, "a key of type ssh-dss; only"},
	    {0, short_key, sizeof(short_key) - 1,
		"not what a key of type ssh-ed25519 is"},
	    {0, nameless, sizeof(nameless) - 1, "no type of key"},
	    {0, "", 0, "no type of key"},
	    {0, "\377\377\377\377", 4, "no type of key"},
	    {1, "", 0, "is for namespace \"\""},
	    {1, "file", 4, "is for namespace \"file\""},
	    {1, IR_NS_JOURNAL, 19, "is for namespace \"" IR_NS_JOURNAL "\""},
	    {1, NS "\0", 20, "is for namespace"},
	    {1, NS, 18, "is for namespace"},
	    {2, "\0", 1, "its reserved field is not empty"},
	    {3, "sha1", 4, "hash \"sha1\"; only"},
	    {3, "sha384", 6, "hash \"sha384\"; only"},
	    {3, "SHA512", 6, "hash \"SHA512\"; only"},
	    {3, "", 0, "hash \"\"; only"},
	    {4, "", 0, "no kind of signature"},
	    {4, "\0\0\0\0", 4, "its kind is not that of its key"},
	    {4, "\0\0\0\13ssh-ed25519", 15, "cut short"},
	    {4, "\0\0\0\13ssh-ed25519\0\0\0\1\3", 20, "not 64 bytes"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++) {
		struct shape s = good_shape();

		set(&s, bad[i].field, bad[i].p, bad[i].n);
		shaped(&s, IR_ED25519, bad[i].words);
	}
}

static void
test_structure(void **state)
{
	ir_auto_buf struct ir_buf longer = IR_BUF_INIT;
	struct shape s = good_shape();

	(void)state;
	ir_buf_add(&longer, s.field[0], s.len[0]);
	ir_buf_puts(&longer, "x");
	set(&s, 0, longer.p, longer.len);
	shaped(&s, IR_ED25519, "not what a key of type ssh-ed25519 is");
	ir_buf_free(&longer);
	s = good_shape();
	put_sig(&longer, &s, IR_ED25519);
	ir_buf_puts(&longer, "x");
	set(&s, 4, longer.p, longer.len);
	shaped(&s, IR_ED25519, "bytes after the signature itself");
	s = good_shape();
	shaped(&s, "ssh-rsa", "its kind is not that of its key");
	s = good_shape();
	s.magic = "SSHSIH";
	shaped(&s, IR_ED25519, "no SSHSIG");
	s = good_shape();
	s.version = 2;
	shaped(&s, IR_ED25519, "signature of version 2; only version 1");
	s = good_shape();
	s.version = 0;
	shaped(&s, IR_ED25519, "signature of version 0; only version 1");
	s = good_shape();
	s.tail = "x";
	shaped(&s, IR_ED25519, "bytes after its end");
	for (size_t n = 0; n < FIELDS; n++) {
		s = good_shape();
		s.fields = n;
		shaped(&s, IR_ED25519, "cut short");
	}
}

/* The decoded known signature. */
static size_t
known_blob(uint8_t *out)
{
	ir_auto_buf struct ir_buf b = IR_BUF_INIT;

	assert_int_equal(ir_base64_decode(&b, known + strlen(BEGIN),
			     strlen(known) - strlen(BEGIN END)),
	    0);
	memcpy(out, b.p, b.len);
	return b.len;
}

static int
verify_blob(const uint8_t *blob, size_t n, struct ir_err *err)
{
	ir_auto_buf struct ir_buf armor = IR_BUF_INIT;

	ir_buf_puts(&armor, BEGIN);
	ir_base64(&armor, blob, n, 70);
	ir_buf_puts(&armor, END);
	return verify(armor.p, armor.len, err);
}

static void
test_malleated(void **state)
{
	/* L, the order of the group, low byte first. */
	static const char order[] = "edd3f55c1a631258d69cf7a2def9de14";
	uint8_t blob[256], l[32] = {0};
	size_t n = known_blob(blob);
	unsigned carry = 0;
	struct ir_err err;

	(void)state;
	assert_int_equal(verify_blob(blob, n, &err), 0);
	unhex(l, order);
	l[31] = 0x10;
	for (size_t i = 0; i < 32; i++) {
		carry += (unsigned)blob[n - 32 + i] + l[i];
		blob[n - 32 + i] = (uint8_t)carry;
		carry >>= 8;
	}
	assert_int_equal(verify_blob(blob, n, &err), -1);
	assert_non_null(strstr(err.msg, "not below the group order"));
}

/* No signature that differs from a good one verifies, whatever it looks
 * like. */
static void
test_damage(void **state)
{
	static const uint8_t flips[] = {0x01, 0x80, 0xff};
	uint8_t blob[256];
	size_t n = known_blob(blob);
	struct ir_err err;

	(void)state;
	for (size_t i = 0; i < n; i++) {
		assert_int_equal(verify_blob(blob, i, &err), -1);
		for (size_t f = 0; f < COUNT(flips); f++) {
			blob[i] ^= flips[f];
			if (verify_blob(blob, n, &err) == 0)
				fail_msg("byte %zu ^ %02x", i, flips[f]);
			blob[i] ^= flips[f];
		}
	}
	for (size_t i = 0; i < strlen(known); i++) {
		/* Exactly i bytes, so that a sanitizer sees a step over. */
		ir_auto_free char *copy = malloc(i ? i : 1);
		ir_auto_free char *text = strdup(known);

		assert_non_null(copy);
		assert_non_null(text);
		memcpy(copy, known, i);
		assert_int_equal(verify(copy, i, &err), -1);
		text[i] ^= 1;
		assert_int_equal(verify(text, strlen(known), &err), -1);
	}
	assert_int_equal(verify_blob(blob, n, &err), 0);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_known),
    cmocka_unit_test(test_other_message),
    cmocka_unit_test(test_armor),
    cmocka_unit_test(test_hashes),
    cmocka_unit_test(test_fields),
    cmocka_unit_test(test_structure),
    cmocka_unit_test(test_malleated),
    cmocka_unit_test(test_damage),
};

int
main(void)
{
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, enter, leave);
}
