/* SPDX-License-Identifier: ISC
 *
 * ECDSA: see ecdsa.h.
 */
#include "crypto/ecdsa.h"

#include <gcrypt.h>
#include <stdbool.h>

#include "crypto/init.h"
#include "crypto/sexp.h"

static const struct {
	const char *ssh, *gcrypt, *hash;
	int algo;
	size_t bytes; /* of a coordinate */
} curves[] = {
    [IR_NISTP256] = {"nistp256", "NIST P-256", "sha256", GCRY_MD_SHA256, 32},
    [IR_NISTP384] = {"nistp384", "NIST P-384", "sha384", GCRY_MD_SHA384, 48},
    [IR_NISTP521] = {"nistp521", "NIST P-521", "sha512", GCRY_MD_SHA512, 66},
};

#define HASH_MAX 64

static void
context_release(gcry_ctx_t *c)
{
	gcry_ctx_release(*c);
}
#define auto_context __attribute__((cleanup(context_release))) gcry_ctx_t

const char *
ir_curve_name(enum ir_curve c)
{
	return curves[c].ssh;
}

static int
fail_gcry(struct ir_err *err, gcry_error_t e)
{
	return ir_fail(err, IR_EINTERNAL, "cannot verify with ECDSA: %s",
	    gcry_strerror(e));
}

/* Whether both coordinates at xy are below the curve's prime: libgcrypt would
 * reduce them, so that one key had two forms. */
static bool
reduced(gcry_ctx_t curve, const uint8_t *xy, size_t bytes)
{
	ir_auto_mpi prime = gcry_mpi_ec_get_mpi("p", curve, 1);

	for (size_t i = 0; prime && i < 2; i++) {
		ir_auto_mpi v = NULL;

		if (gcry_mpi_scan(&v, GCRYMPI_FMT_USG, xy + i * bytes, bytes,
			NULL) != 0 ||
		    gcry_mpi_cmp(v, prime) >= 0)
			return false;
	}
	return prime != NULL;
}

static bool
on_curve(gcry_ctx_t curve, struct ir_wire q)
{
	ir_auto_mpi v =
	    gcry_mpi_set_opaque_copy(NULL, q.p, (unsigned)(q.len * 8));
	gcry_mpi_point_t point = gcry_mpi_point_new(0);
	bool is = gcry_mpi_ec_decode_point(point, v, curve) == 0 &&
		  gcry_mpi_ec_curve_point(point, curve);

	gcry_mpi_point_release(point);
	return is;
}

static int
check(gcry_ctx_t curve, enum ir_curve c, struct ir_wire q, struct ir_err *err)
{
	size_t bytes = curves[c].bytes;

	if (q.len != 1 + 2 * bytes || q.p[0] != 4)
		return ir_fail(err, IR_EFORMAT,
		    "bad public key: not an uncompressed point of %s",
		    curves[c].ssh);
	if (!reduced(curve, q.p + 1, bytes))
		return ir_fail(err, IR_EFORMAT,
		    "bad public key: not in its canonical form");
	if (!on_curve(curve, q))
		return ir_fail(err, IR_EFORMAT,
		    "bad public key: not a point of %s", curves[c].ssh);
	return 0;
}

int
ir_ecdsa_check(enum ir_curve c, struct ir_wire q, struct ir_err *err)
{
	auto_context curve = NULL;
	gcry_error_t e;

	ir_crypto_init();
	e = gcry_mpi_ec_new(&curve, NULL, curves[c].gcrypt);
	return e ? fail_gcry(err, e) : check(curve, c, q, err);
}

/* R or S: at least 1, since an mpint of ours is positive, and below the order
 * of the group. */
static int
take_scalar(gcry_ctx_t curve, struct ir_wire *rs, const char *name,
    gcry_mpi_t *out, struct ir_err *err)
{
	ir_auto_mpi order = gcry_mpi_ec_get_mpi("n", curve, 1);
	struct ir_wire w;

	if (!ir_wire_mpint(rs, &w))
		return ir_fail(err, IR_EFORMAT,
		    "malformed signature: its %s is not a positive number in "
		    "its shortest form",
		    name);
	if (!order ||
	    gcry_mpi_scan(out, GCRYMPI_FMT_USG, w.p, w.len, NULL) != 0)
		return ir_fail_mem(err);
	if (gcry_mpi_cmp(*out, order) >= 0)
		return ir_fail(err, IR_EFORMAT,
		    "bad signature: its %s is not below the group order", name);
	return 0;
}

static int
verify(enum ir_curve c, struct ir_wire q, const uint8_t *digest, gcry_mpi_t r,
    gcry_mpi_t s, struct ir_err *err)
{
	ir_auto_sexp key = NULL;
	ir_auto_sexp data = NULL;
	ir_auto_sexp given = NULL;
	gcry_error_t e;

	e = gcry_sexp_build(&key, NULL, "(public-key (ecc (curve %s)(q %b)))",
	    curves[c].gcrypt, (int)q.len, q.p);
	if (!e)
		e = gcry_sexp_build(&data, NULL,
		    "(data (flags raw)(hash %s %b))", curves[c].hash,
		    (int)gcry_md_get_algo_dlen(curves[c].algo), digest);
	if (!e)
		e = gcry_sexp_build(
		    &given, NULL, "(sig-val (ecdsa (r %m)(s %m)))", r, s);
	if (!e)
		e = gcry_pk_verify(given, data, key);
	if (gcry_err_code(e) == GPG_ERR_BAD_SIGNATURE)
		return ir_fail(err, IR_EFORMAT,
		    "bad signature: it was not made by this key over these "
		    "bytes");
	return e ? fail_gcry(err, e) : 0;
}

int
ir_ecdsa_verify(enum ir_curve c, struct ir_wire q, const void *p, size_t n,
    struct ir_wire rs, struct ir_err *err)
{
	auto_context curve = NULL;
	ir_auto_mpi r = NULL;
	ir_auto_mpi s = NULL;
	uint8_t digest[HASH_MAX];
	gcry_error_t e;

	ir_crypto_init();
	e = gcry_mpi_ec_new(&curve, NULL, curves[c].gcrypt);
	if (e)
		return fail_gcry(err, e);
	if (check(curve, c, q, err) == -1 ||
	    take_scalar(curve, &rs, "R", &r, err) == -1 ||
	    take_scalar(curve, &rs, "S", &s, err) == -1)
		return -1;
	if (rs.len != 0)
		return ir_fail(
		    err, IR_EFORMAT, "malformed signature: bytes after its S");
	gcry_md_hash_buffer(curves[c].algo, digest, p, n);
	return verify(c, q, digest, r, s, err);
}
