/* SPDX-License-Identifier: ISC
 *
 * crypto/pubkey: each kind of key signs in software here, and each encoding
 * but the one right one is refused.  (tests/unit/test-interop.c has what
 * ssh-keygen makes; security keys need hardware there.)
 */
#include "tests/unit/unit.h"

#include <gcrypt.h>

#include "base/buf.h"
#include "crypto/ecdsa.h"
#include "crypto/ed25519.h"
#include "crypto/init.h"
#include "crypto/pubkey.h"
#include "crypto/rsa.h"
#include "tests/unit/sshtest.h"

#define SK_ED25519 "sk-ssh-ed25519@openssh.com"
#define SK_ECDSA   "sk-ecdsa-sha2-nistp256@openssh.com"

/* libgcrypt's random numbers, which only the making of keys and signatures
 * here needs, keep 128 KiB of theirs to the end. */
const char *__lsan_default_suppressions(void);
const char *
__lsan_default_suppressions(void)
{
	return "leak:libgcrypt";
}

static const char msg[] = "what is signed";
static gcry_sexp_t ec, rsa; /* private keys */

static struct ir_wire
wire(const struct ir_buf *b)
{
	return (struct ir_wire){(const uint8_t *)b->p, b->len};
}

static void
puts_wire(struct ir_buf *b, const char *s)
{
	ir_wire_put_string(b, s, strlen(s));
}

static int
enter(void **state)
{
	gcry_sexp_t how = NULL;
	int rc = 0;

	(void)state;
	ir_crypto_init();
	rc |= gcry_sexp_build(
		  &how, NULL, "(genkey (ecc (curve %s)))", "NIST P-256") != 0;
	rc |= gcry_pk_genkey(&ec, how) != 0;
	gcry_sexp_release(how);
	rc |=
	    gcry_sexp_build(&how, NULL, "(genkey (rsa (nbits %d)))", 2048) != 0;
	rc |= gcry_pk_genkey(&rsa, how) != 0;
	gcry_sexp_release(how);
	return rc;
}

static int
leave(void **state)
{
	(void)state;
	gcry_sexp_release(ec);
	gcry_sexp_release(rsa);
	return 0;
}

/* The bytes of a parameter, at least of that length. */
static size_t
param(gcry_sexp_t s, const char *name, uint8_t *out, size_t most)
{
	gcry_sexp_t t = gcry_sexp_find_token(s, name, 1);
	size_t n;
	const char *p = gcry_sexp_nth_data(t, 1, &n);

	assert_non_null(p);
	while (n > 0 && *p == 0) {
		p++;
		n--;
	}
	assert_true(n <= most);
	memcpy(out, p, n);
	gcry_sexp_release(t);
	return n;
}

static void
put_mpint(struct ir_buf *b, const uint8_t *p, size_t n)
{
	bool sign = p[0] & 0x80;

	ir_wire_put_u32(b, (uint32_t)n + sign);
	ir_buf_add(b, "", sign);
	ir_buf_add(b, p, n);
}

/* Signs with P-256: R and S as two mpints. */
static void
sign_ecdsa(struct ir_buf *rs, const void *p, size_t n)
{
	uint8_t digest[32], v[32];
	gcry_sexp_t data = NULL, sig = NULL;

	gcry_md_hash_buffer(GCRY_MD_SHA256, digest, p, n);
	assert_int_equal(gcry_sexp_build(&data, NULL,
			     "(data (flags raw)(hash sha256 %b))", 32, digest),
	    0);
	assert_int_equal(gcry_pk_sign(&sig, data, ec), 0);
	put_mpint(rs, v, param(sig, "r", v, sizeof(v)));
	put_mpint(rs, v, param(sig, "s", v, sizeof(v)));
	gcry_sexp_release(data);
	gcry_sexp_release(sig);
}

static void
put_ec_key(struct ir_buf *b, const char *type, const char *curve)
{
	uint8_t q[65];

	assert_int_equal(param(ec, "q", q, sizeof(q)), 65);
	puts_wire(b, type);
	puts_wire(b, curve);
	ir_wire_put_string(b, q, sizeof(q));
}

static int
verify(const struct ir_buf *key, const struct ir_buf *sig, struct ir_sk *sk,
    struct ir_err *err)
{
	return ir_pubkey_verify(
	    wire(key), msg, sizeof(msg), wire(sig), sk, err);
}

static void
refused(const struct ir_buf *key, const struct ir_buf *sig, const char *words)
{
	struct ir_err err = {0};
	struct ir_sk sk = {true, 1, 1};

	if (verify(key, sig, &sk, &err) == 0)
		fail_msg("verified in spite of: %s", words);
	assert_int_equal(err.code, IR_EFORMAT);
	assert_false(sk.used || sk.flags || sk.counter);
	if (!strstr(err.msg, words))
		fail_msg("%s: instead of: %s", err.msg, words);
}

/* No byte of the signature or the key may change, be left out or added. */
static void
damage(const struct ir_buf *key, const struct ir_buf *sig, struct ir_sk *sk)
{
	struct ir_err err;

	assert_int_equal(verify(key, sig, sk, &err), 0);
	for (size_t i = 0; i < sig->len + key->len; i++) {
		struct ir_buf s = *sig, k = *key;
		char *at = i < s.len ? s.p + i : k.p + (i - s.len);

		*at = (char)(*at ^ 1);
		if (ir_pubkey_verify(
			wire(&k), msg, sizeof(msg), wire(&s), sk, &err) == 0)
			fail_msg("byte %zu", i);
		*at = (char)(*at ^ 1);
	}
	for (size_t i = 0; i < sig->len; i++) {
		/* Exactly i bytes, so that a sanitizer sees a step over. */
		ir_auto_free uint8_t *cut = malloc(i ? i : 1);
		struct ir_wire s = {cut, i};

		memcpy(cut, sig->p, i);
		assert_int_equal(
		    ir_pubkey_verify(wire(key), msg, sizeof(msg), s, sk, &err),
		    -1);
	}
	for (size_t i = 0; i < key->len; i++) {
		ir_auto_free uint8_t *cut = malloc(i ? i : 1);
		struct ir_wire k = {cut, i};

		memcpy(cut, key->p, i);
		assert_int_equal(ir_pubkey_check(k, &err), -1);
		assert_int_equal(
		    ir_pubkey_verify(k, msg, sizeof(msg), wire(sig), sk, &err),
		    -1);
	}
	ir_auto_buf struct ir_buf longer = IR_BUF_INIT;
	ir_buf_add(&longer, sig->p, sig->len);
	ir_buf_puts(&longer, "x");
	refused(key, &longer, "bytes after the signature itself");
	ir_buf_free(&longer);
	ir_buf_add(&longer, key->p, key->len);
	ir_buf_puts(&longer, "x");
	refused(&longer, sig, "malformed public key");
}

/* What a security key signs (PROTOCOL.u2f). */
static void
put_sk_message(struct ir_buf *b, const char *app, uint8_t flags, uint32_t count)
{
	uint8_t digest[32];

	gcry_md_hash_buffer(GCRY_MD_SHA256, digest, app, strlen(app));
	ir_buf_add(b, digest, 32);
	ir_buf_add(b, &flags, 1);
	ir_wire_put_u32(b, count);
	gcry_md_hash_buffer(GCRY_MD_SHA256, digest, msg, sizeof(msg));
	ir_buf_add(b, digest, 32);
}

static void
sk_signature(struct ir_buf *sig, const char *app, uint8_t flags, uint32_t count,
    const char *type)
{
	ir_auto_buf struct ir_buf what = IR_BUF_INIT;
	ir_auto_buf struct ir_buf raw = IR_BUF_INIT;
	uint8_t made[64];
	struct ir_err err;

	put_sk_message(&what, app, flags, count);
	if (strcmp(type, SK_ED25519) == 0) {
		struct ir_ed25519 *k = ir_ed25519_new(&err);

		memcpy(k->seed, seed1, 32);
		memcpy(k->pub, pub1, 32);
		assert_int_equal(
		    ir_ed25519_sign(k, what.p, what.len, made, &err), 0);
		ir_ed25519_free(k);
		ir_buf_add(&raw, made, sizeof(made));
	} else {
		sign_ecdsa(&raw, what.p, what.len);
	}
	puts_wire(sig, type);
	ir_wire_put_string(sig, raw.p, raw.len);
	ir_buf_add(sig, &flags, 1);
	ir_wire_put_u32(sig, count);
}

static void
put_sk_key(struct ir_buf *key, const char *type, const char *app)
{
	if (strcmp(type, SK_ED25519) == 0) {
		puts_wire(key, type);
		ir_wire_put_string(key, pub1, 32);
	} else {
		put_ec_key(key, type, "nistp256");
	}
	puts_wire(key, app);
}

static void
test_sk(void **state)
{
	static const char *const types[] = {SK_ED25519, SK_ECDSA};
	static const struct {
		uint8_t flags;
		uint32_t counter;
	} said[] = {{1, 1}, {5, 0xfffffffe}, {0, 0}, {0x81, 7}};

	(void)state;
	for (size_t i = 0; i < 2 * COUNT(said); i++) {
		const char *type = types[i % 2];
		ir_auto_buf struct ir_buf key = IR_BUF_INIT;
		ir_auto_buf struct ir_buf sig = IR_BUF_INIT;
		ir_auto_buf struct ir_buf other = IR_BUF_INIT;
		struct ir_sk sk = {0};

		put_sk_key(&key, type, "ssh:");
		sk_signature(
		    &sig, "ssh:", said[i / 2].flags, said[i / 2].counter, type);
		damage(&key, &sig, &sk);
		assert_int_equal(
		    verify(&key, &sig, &sk, &(struct ir_err){0}), 0);
		assert_true(sk.used);
		assert_int_equal(sk.flags, said[i / 2].flags);
		assert_int_equal(sk.counter, said[i / 2].counter);
		/* Made for another application: a web site's, perhaps. */
		put_sk_key(&other, type, "ssh:other");
		refused(&other, &sig, "not made by this key over these");
		sig.len -= 5;
		refused(&key, &sig, "no flags and counter");
	}
}

/* A good one, and its R and S made otherwise. */
static void
ecdsa_signature(struct ir_buf *sig, const char *rs, size_t n)
{
	ir_auto_buf struct ir_buf good = IR_BUF_INIT;

	sign_ecdsa(&good, msg, sizeof(msg));
	puts_wire(sig, "ecdsa-sha2-nistp256");
	ir_wire_put_string(sig, rs ? rs : good.p, rs ? n : good.len);
}

static void
test_ecdsa(void **state)
{
	ir_auto_buf struct ir_buf key = IR_BUF_INIT;
	ir_auto_buf struct ir_buf sig = IR_BUF_INIT;
	struct ir_sk sk;

	(void)state;
	put_ec_key(&key, "ecdsa-sha2-nistp256", "nistp256");
	ecdsa_signature(&sig, NULL, 0);
	damage(&key, &sig, &sk);
	assert_false(sk.used);
	ir_buf_free(&key);
	put_ec_key(&key, "ecdsa-sha2-nistp256", "nistp384");
	refused(&key, &sig, "not what a key of type ecdsa-sha2-nistp256 is");
	ir_buf_free(&key);
	put_ec_key(&key, "ecdsa-sha2-nistp384", "nistp384");
	refused(&key, &sig, "its kind is not that of its key");
}

/* n, the order of P-256's group, as an mpint. */
#define ORDER                                          \
	"\0\0\0\41\0\377\377\377\377\0\0\0\0\377\377"  \
	"\377\377\377\377\377\377\274\346\372\255\247" \
	"\27\236\204\363\271\312\302\374\143\45\121"
#define ONE "\0\0\0\1\1"

static void
test_scalars(void **state)
{
	static const struct {
		const char *rs;
		size_t n;
		const char *words;
	} bad[] = {
	    {"", 0, "its R is not a positive number"},
	    {ONE, 5, "its S is not a positive number"},
	    {"\0\0\0\0" ONE, 9, "its R is not a positive number"},
	    {ONE "\0\0\0\0", 9, "its S is not a positive number"},
	    {"\0\0\0\1\0" ONE, 10, "its R is not a positive number"},
	    {"\0\0\0\1\377" ONE, 10, "its R is not a positive number"},
	    {"\0\0\0\2\0\1" ONE, 11, "its R is not a positive number"},
	    {ONE "\0\0\0\2\0\1", 11, "its S is not a positive number"},
	    {ORDER ONE, 42, "its R is not below the group order"},
	    {ONE ORDER, 42, "its S is not below the group order"},
	    {ONE ONE "x", 11, "bytes after its S"},
	    {ONE ONE, 10, "not made by this key over these"},
	};
	ir_auto_buf struct ir_buf key = IR_BUF_INIT;

	(void)state;
	put_ec_key(&key, "ecdsa-sha2-nistp256", "nistp256");
	for (size_t i = 0; i < COUNT(bad); i++) {
		ir_auto_buf struct ir_buf sig = IR_BUF_INIT;

		ecdsa_signature(&sig, bad[i].rs, bad[i].n);
		refused(&key, &sig, bad[i].words);
	}
}

/* Public points of P-256: y of x = 0, and the prime. */
#define Y0                                 \
	"66485c780e2f83d72433bd5d84a06bb6" \
	"541c2af31dae871728bf856a174f93f4"
#define PRIME                              \
	"ffffffff000000010000000000000000" \
	"00000000ffffffffffffffffffffffff"
#define ZERO                               \
	"00000000000000000000000000000000" \
	"00000000000000000000000000000000"

static void
test_points(void **state)
{
	static const struct {
		const char *hex, *words;
	} points[] = {
	    {"04" ZERO Y0, NULL},
	    {"04" PRIME Y0, "not in its canonical form"}, /* 0 again */
	    {"04" ZERO PRIME, "not in its canonical form"},
	    {"04" ZERO ZERO, "not a point of nistp256"},
	    {"04" Y0 Y0, "not a point of nistp256"},
	    {"02" ZERO, "not an uncompressed point"},
	    {"02" ZERO Y0, "not an uncompressed point"},
	    {"06" ZERO Y0, "not an uncompressed point"},
	    {"00", "not an uncompressed point"},
	    {"", "not an uncompressed point"},
	    {"04" ZERO Y0 "00", "not an uncompressed point"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(points); i++) {
		uint8_t q[80];
		size_t n = unhex(q, points[i].hex);
		ir_auto_buf struct ir_buf key = IR_BUF_INIT;
		ir_auto_buf struct ir_buf sig = IR_BUF_INIT;
		const char *words = points[i].words;
		struct ir_err err;

		puts_wire(&key, "ecdsa-sha2-nistp256");
		puts_wire(&key, "nistp256");
		ir_wire_put_string(&key, q, n);
		ecdsa_signature(&sig, NULL, 0);
		assert_int_equal(
		    ir_pubkey_check(wire(&key), &err), words ? -1 : 0);
		refused(&key, &sig,
		    words ? words : "not made by this key over these");
	}
}

static void
put_rsa_key(struct ir_buf *b, const uint8_t *e, size_t elen, const uint8_t *n,
    size_t nlen)
{
	puts_wire(b, "ssh-rsa");
	put_mpint(b, e, elen);
	put_mpint(b, n, nlen);
}

static void
rsa_signature(struct ir_buf *sig, const char *type, const char *hash, int algo)
{
	uint8_t digest[64], v[256] = {0};
	gcry_sexp_t data = NULL, made = NULL;
	size_t n;

	gcry_md_hash_buffer(algo, digest, msg, sizeof(msg));
	assert_int_equal(
	    gcry_sexp_build(&data, NULL, "(data (flags pkcs1)(hash %s %b))",
		hash, (int)gcry_md_get_algo_dlen(algo), digest),
	    0);
	assert_int_equal(gcry_pk_sign(&made, data, rsa), 0);
	n = param(made, "s", v, sizeof(v));
	memmove(v + sizeof(v) - n, v, n);
	memset(v, 0, sizeof(v) - n);
	puts_wire(sig, type);
	ir_wire_put_string(sig, v, sizeof(v));
	gcry_sexp_release(data);
	gcry_sexp_release(made);
}

static void
test_rsa(void **state)
{
	static const struct {
		const char *type, *hash;
		int algo;
		const char *words;
	} rows[] = {
	    {"rsa-sha2-512", "sha512", GCRY_MD_SHA512, NULL},
	    {"rsa-sha2-256", "sha256", GCRY_MD_SHA256, NULL},
	    {"rsa-sha2-512", "sha256", GCRY_MD_SHA256, "not made by this key"},
	    {"rsa-sha2-256", "sha512", GCRY_MD_SHA512, "not made by this key"},
	    {"ssh-rsa", "sha1", GCRY_MD_SHA1, "kind ssh-rsa: that is with SHA"},
	    {"ssh-rsa", "sha512", GCRY_MD_SHA512, "kind ssh-rsa: that is with"},
	    {"rsa-sha2-384", "sha384", GCRY_MD_SHA384, "its kind is not that"},
	    {IR_ED25519, "sha512", GCRY_MD_SHA512, "its kind is not that"},
	};
	uint8_t n[256], e[8];
	size_t nlen = param(rsa, "n", n, sizeof(n));
	size_t elen = param(rsa, "e", e, sizeof(e));
	ir_auto_buf struct ir_buf key = IR_BUF_INIT;
	struct ir_sk sk;

	(void)state;
	put_rsa_key(&key, e, elen, n, nlen);
	for (size_t i = 0; i < COUNT(rows); i++) {
		ir_auto_buf struct ir_buf sig = IR_BUF_INIT;

		rsa_signature(&sig, rows[i].type, rows[i].hash, rows[i].algo);
		if (rows[i].words)
			refused(&key, &sig, rows[i].words);
		else
			damage(&key, &sig, &sk);
	}

	ir_auto_buf struct ir_buf sig = IR_BUF_INIT;
	puts_wire(&sig, "rsa-sha2-512");
	ir_wire_put_string(&sig, n, nlen);
	refused(&key, &sig, "not below its key's modulus");
	ir_buf_free(&sig);
	puts_wire(&sig, "rsa-sha2-512");
	ir_wire_put_string(&sig, "\0", 2);
	refused(&key, &sig, "not as long as its key's modulus");
}

static void
test_rsa_keys(void **state)
{
	static const struct {
		size_t bytes;
		uint8_t top, low;
		const char *e;
		const char *words;
	} rows[] = {
	    {256, 0x80, 1, "010001", NULL},
	    {256, 0x80, 1, "03", NULL},
	    {256, 0x80, 1, "ffffffffffffffff", NULL},
	    {2048, 0x80, 1, "010001", NULL},
	    {256, 0x7f, 1, "010001", "of 2047 bits; only 2048 to 16384"},
	    {128, 0x80, 1, "010001", "of 1024 bits; only 2048 to 16384"},
	    {2049, 0x01, 1, "010001", "of 16385 bits; only 2048 to 16384"},
	    {256, 0x80, 2, "010001", "its modulus is even"},
	    {256, 0x80, 1, "01", "its exponent is even, 1, or of more"},
	    {256, 0x80, 1, "02", "its exponent is even, 1, or of more"},
	    {256, 0x80, 1, "010000000000000001", "or of more than 64 bits"},
	};
	uint8_t n[2049] = {0}, e[16];

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		ir_auto_buf struct ir_buf key = IR_BUF_INIT;
		struct ir_err err = {0};

		memset(n, 0, sizeof(n));
		n[0] = rows[i].top;
		n[rows[i].bytes - 1] = rows[i].low;
		put_rsa_key(&key, e, unhex(e, rows[i].e), n, rows[i].bytes);
		if (ir_pubkey_check(wire(&key), &err) !=
			(rows[i].words ? -1 : 0) ||
		    (rows[i].words && !strstr(err.msg, rows[i].words)))
			fail_msg("row %zu: %s", i, err.msg);
	}
}

static void
test_others(void **state)
{
	static const char *const types[] = {"ssh-dss",
	    "ssh-ed25519-cert-v01@openssh.com", "ssh-ed448",
	    "ecdsa-sha2-nistp"};
	struct ir_err err;

	(void)state;
	for (size_t i = 0; i < COUNT(types); i++) {
		ir_auto_buf struct ir_buf key = IR_BUF_INIT;

		puts_wire(&key, types[i]);
		puts_wire(&key, "x");
		assert_int_equal(ir_pubkey_check(wire(&key), &err), -1);
		assert_non_null(strstr(err.msg, types[i]));
		assert_false(ir_pubkey_is_rsa(wire(&key)));
	}
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_sk),
    cmocka_unit_test(test_ecdsa),
    cmocka_unit_test(test_scalars),
    cmocka_unit_test(test_points),
    cmocka_unit_test(test_rsa),
    cmocka_unit_test(test_rsa_keys),
    cmocka_unit_test(test_others),
};

int
main(void)
{
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, enter, leave);
}
