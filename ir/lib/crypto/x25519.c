/* SPDX-License-Identifier: ISC
 *
 * X25519: see x25519.h.
 */
#include "crypto/x25519.h"

#include <gcrypt.h>
#include <stdbool.h>
#include <string.h>

#include "crypto/ed25519.h"
#include "crypto/init.h"
#include "crypto/sexp.h"

int
ir_x25519(const uint8_t scalar[32], const uint8_t *u, uint8_t out[32],
    struct ir_err *err)
{
	static const uint8_t base[32] = {9};
	gcry_error_t e;
	uint8_t any = 0;

	ir_crypto_init();
	e = gcry_ecc_mul_point(
	    GCRY_ECC_CURVE25519, out, scalar, u != NULL ? u : base);
	if (e)
		return ir_crypto_fail(err, e, "do X25519");
	for (int i = 0; i < 32; i++)
		any |= out[i];
	if (any == 0)
		return ir_fail(err, IR_EFORMAT,
		    "an X25519 public key of low order, which protects "
		    "nothing");
	return 0;
}

static bool
on_curve(const uint8_t ed[32])
{
	gcry_ctx_t ctx = NULL;
	gcry_mpi_point_t point = gcry_mpi_point_new(0);
	ir_auto_mpi value = gcry_mpi_set_opaque_copy(NULL, ed, 256);
	bool ok = gcry_mpi_ec_new(&ctx, NULL, "Ed25519") == 0 &&
		  gcry_mpi_ec_decode_point(point, value, ctx) == 0 &&
		  gcry_mpi_ec_curve_point(point, ctx); /* not told before */

	gcry_ctx_release(ctx);
	gcry_mpi_point_release(point);
	return ok;
}

static void
reverse(uint8_t to[32], const uint8_t from[32])
{
	for (int i = 0; i < 32; i++)
		to[i] = from[31 - i];
}

/* u = (1 + y) / (1 - y) modulo 2^255 - 19.  y is not 1, which is of small
 * order. */
static gcry_error_t
map(const uint8_t ed[32], uint8_t u[32])
{
	ir_auto_mpi p = gcry_mpi_set_ui(NULL, 1);
	ir_auto_mpi one = gcry_mpi_set_ui(NULL, 1);
	ir_auto_mpi above = gcry_mpi_new(256);
	ir_auto_mpi below = gcry_mpi_new(256);
	ir_auto_mpi y = NULL;
	uint8_t big[32], out[32] = {0};
	gcry_error_t e;
	size_t n;

	gcry_mpi_mul_2exp(p, p, 255);
	gcry_mpi_sub_ui(p, p, 19);
	reverse(big, ed);
	big[0] &= 0x7f; /* the sign of x */
	e = gcry_mpi_scan(&y, GCRYMPI_FMT_USG, big, 32, NULL);
	if (e)
		return e;
	gcry_mpi_addm(above, one, y, p);
	gcry_mpi_subm(below, one, y, p);
	if (!gcry_mpi_invm(below, below, p))
		return gcry_error(GPG_ERR_INV_OBJ);
	gcry_mpi_mulm(y, above, below, p);
	e = gcry_mpi_print(GCRYMPI_FMT_USG, big, 32, &n, y);
	if (e)
		return e;
	/* It is printed without leading zeros. */
	memcpy(out + 32 - n, big, n);
	reverse(u, out);
	return 0;
}

int
ir_x25519_public(const uint8_t ed[32], uint8_t u[32], struct ir_err *err)
{
	gcry_error_t e;

	ir_crypto_init();
	if (ir_ed25519_check(ed, err) == -1)
		return -1;
	if (!on_curve(ed))
		return ir_fail(err, IR_EFORMAT,
		    "bad public key: not a point of Ed25519's curve");
	e = map(ed, u);
	return e ? ir_crypto_fail(err, e, "convert a public key") : 0;
}

void
ir_x25519_secret(const uint8_t seed[32], uint8_t scalar[32])
{
	uint8_t hash[64];

	ir_crypto_init();
	gcry_md_hash_buffer(GCRY_MD_SHA512, hash, seed, 32);
	memcpy(scalar, hash, 32);
	explicit_bzero(hash, sizeof(hash));
}
