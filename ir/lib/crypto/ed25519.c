/* SPDX-License-Identifier: ISC
 *
 * Ed25519: see ed25519.h.
 */
#include "crypto/ed25519.h"

#include <gcrypt.h>
#include <stdbool.h>
#include <string.h>
#include <sys/random.h>

#include "crypto/init.h"
#include "crypto/sexp.h"

/* libgcrypt's S-expressions count in 16 bits: with an atom of 65530 bytes they
 * lose bytes without a word, and with 65536 they end the process.  What is
 * signed here holds a hash instead of data and stays under 1 KiB. */
#define MESSAGE_MAX 32768u

struct ir_ed25519 *
ir_ed25519_new(struct ir_err *err)
{
	struct ir_ed25519 *k;

	ir_crypto_init();
	k = gcry_calloc_secure(1, sizeof(*k));
	if (!k)
		ir_fail_mem(err);
	return k;
}

void
ir_ed25519_free(struct ir_ed25519 *k)
{
	if (!k)
		return;
	explicit_bzero(k, sizeof(*k));
	gcry_free(k);
}

int
ir_ed25519_derive(
    const struct ir_ed25519 *k, uint8_t pub[32], struct ir_err *err)
{
	ir_auto_sexp key = NULL;
	gcry_ctx_t ctx = NULL;
	gcry_mpi_t q = NULL;
	const uint8_t *p = NULL;
	unsigned bits = 0;
	gcry_error_t e;

	e = gcry_sexp_build(&key, NULL,
	    "(private-key (ecc (curve Ed25519)(flags eddsa)(d %b)))", 32,
	    k->seed);
	if (!e)
		e = gcry_mpi_ec_new(&ctx, key, NULL);
	if (e)
		return ir_crypto_fail(err, e, "derive a public key");
	q = gcry_mpi_ec_get_mpi("q@eddsa", ctx, 1);
	if (q)
		p = gcry_mpi_get_opaque(q, &bits);
	if (p && bits == 256)
		memcpy(pub, p, 32);
	else
		e = gcry_error(GPG_ERR_INV_OBJ);
	gcry_mpi_release(q);
	gcry_ctx_release(ctx);
	return e ? ir_crypto_fail(err, e, "derive a public key") : 0;
}

/* The seed comes from the kernel: a generator of our own would hold a state
 * from which somebody might compute what it gave before. */
struct ir_ed25519 *
ir_ed25519_fresh(struct ir_err *err)
{
	struct ir_ed25519 *k = ir_ed25519_new(err);

	if (!k)
		return NULL;
	if (getrandom(k->seed, sizeof(k->seed), 0) != sizeof(k->seed))
		ir_fail_errno(err, "cannot get random bytes");
	else if (ir_ed25519_derive(k, k->pub, err) == 0)
		return k;
	ir_ed25519_free(k);
	return NULL;
}

/* The value called name ("r", "s") in sig, 32 bytes. */
static bool
take(gcry_sexp_t sig, const char *name, uint8_t out[32])
{
	ir_auto_sexp s = gcry_sexp_find_token(sig, name, 1);
	size_t n = 0;
	const char *p = s ? gcry_sexp_nth_data(s, 1, &n) : NULL;

	if (!p || n != 32)
		return false;
	memcpy(out, p, 32);
	return true;
}

static gcry_error_t
data_of(gcry_sexp_t *data, const void *p, size_t n)
{
	return gcry_sexp_build(data, NULL,
	    "(data (flags eddsa)(hash-algo sha512)(value %b))", (int)n, p);
}

int
ir_ed25519_sign(const struct ir_ed25519 *k, const void *p, size_t n,
    uint8_t sig[64], struct ir_err *err)
{
	ir_auto_sexp key = NULL;
	ir_auto_sexp data = NULL;
	ir_auto_sexp made = NULL;
	gcry_error_t e;

	if (n > MESSAGE_MAX)
		return ir_fail(
		    err, IR_EINTERNAL, "cannot sign %zu bytes at once", n);
	e = gcry_sexp_build(&key, NULL,
	    "(private-key (ecc (curve Ed25519)(flags eddsa)(q %b)(d %b)))", 32,
	    k->pub, 32, k->seed);
	if (!e)
		e = data_of(&data, p, n);
	if (!e)
		e = gcry_pk_sign(&made, data, key);
	if (!e && (!take(made, "r", sig) || !take(made, "s", sig + 32)))
		e = gcry_error(GPG_ERR_INV_OBJ);
	if (e)
		return ir_crypto_fail(err, e, "sign with Ed25519");
	/* A wrong signature, from a fault in the machine, can give the
	 * private key away. */
	return ir_ed25519_verify(k->pub, p, n, sig, err);
}

/* Whether a < b, both 32 bytes, little-endian. */
static bool
below(const uint8_t a[32], const uint8_t b[32])
{
	for (int i = 31; i >= 0; i--)
		if (a[i] != b[i])
			return a[i] < b[i];
	return false;
}

static int
check_s(const uint8_t s[32], struct ir_err *err)
{
	/* L, the order of the base point (RFC 8032, 5.1). */
	static const uint8_t order[32] = {0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63,
	    0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde,
	    0x14, [31] = 0x10};

	if (!below(s, order))
		return ir_fail(err, IR_EFORMAT,
		    "bad signature: its S is not below the group order, as in "
		    "one altered after it was made");
	return 0;
}

int
ir_ed25519_check(const uint8_t pub[32], struct ir_err *err)
{
	/* p = 2^255 - 19 */
	static const uint8_t prime[32] = {0xed, 0xff, 0xff, 0xff, 0xff, 0xff,
	    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
	    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
	    0xff, 0xff, 0xff, 0x7f};
	/* The y of the eight points whose order divides the cofactor 8. */
	static const uint8_t small[][32] = {{0}, {1},
	    {0xec, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
		0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
		0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
		0x7f},
	    {0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4,
		0x89, 0xf2, 0xef, 0x98, 0xf0, 0xd5, 0xdf, 0xac, 0x05, 0xd3,
		0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc,
		0x05},
	    {0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b,
		0x76, 0x0d, 0x10, 0x67, 0x0f, 0x2a, 0x20, 0x53, 0xfa, 0x2c,
		0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac, 0x03,
		0x7a}};
	uint8_t y[32];

	memcpy(y, pub, 32);
	y[31] &= 0x7f; /* the top bit is the sign of x */
	if (!below(y, prime))
		return ir_fail(err, IR_EFORMAT,
		    "bad public key: not in its canonical form");
	for (size_t i = 0; i < sizeof(small) / sizeof(small[0]); i++)
		if (memcmp(y, small[i], 32) == 0)
			return ir_fail(err, IR_EFORMAT,
			    "bad public key: of small order, so that anyone "
			    "can sign for it");
	/* No generator hits such a y, and libgcrypt 1.10 ends the process
	 * over a y that is short of a machine word at its top. */
	if (memcmp(y + 32 - sizeof(long), small[0], sizeof(long)) == 0)
		return ir_fail(err, IR_EFORMAT,
		    "bad public key: far too small to be a real one");
	return 0;
}

int
ir_ed25519_verify(const uint8_t pub[32], const void *p, size_t n,
    const uint8_t sig[64], struct ir_err *err)
{
	ir_auto_sexp key = NULL;
	ir_auto_sexp data = NULL;
	ir_auto_sexp given = NULL;
	gcry_error_t e;

	if (n > MESSAGE_MAX)
		return ir_fail(
		    err, IR_EINTERNAL, "cannot verify %zu bytes at once", n);
	if (check_s(sig + 32, err) == -1 || ir_ed25519_check(pub, err) == -1)
		return -1;
	ir_crypto_init();
	e = gcry_sexp_build(&key, NULL,
	    "(public-key (ecc (curve Ed25519)(flags eddsa)(q %b)))", 32, pub);
	if (!e)
		e = data_of(&data, p, n);
	if (!e)
		e = gcry_sexp_build(&given, NULL,
		    "(sig-val (eddsa (r %b)(s %b)))", 32, sig, 32, sig + 32);
	if (!e)
		e = gcry_pk_verify(given, data, key);
	switch (gcry_err_code(e)) {
	case GPG_ERR_NO_ERROR:
		return 0;
	case GPG_ERR_BAD_SIGNATURE:
		return ir_fail(err, IR_EFORMAT,
		    "bad signature: it was not made by this key over these "
		    "bytes");
	case GPG_ERR_INV_OBJ: /* how a point off the curve is reported */
	case GPG_ERR_BROKEN_PUBKEY:
		return ir_fail(err, IR_EFORMAT,
		    "bad public key: not a point of Ed25519's curve");
	default:
		return ir_crypto_fail(err, e, "verify an Ed25519 signature");
	}
}
