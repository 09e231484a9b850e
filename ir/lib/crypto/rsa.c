/* SPDX-License-Identifier: ISC
 *
 * RSA: see rsa.h.
 */
#include "crypto/rsa.h"

#include <gcrypt.h>
#include <string.h>

#include "crypto/init.h"
#include "crypto/sexp.h"

#define HASH_MAX 64
#define E_BYTES  8

static const struct {
	const char *name;
	int algo;
} hashes[] = {
    [IR_RSA_SHA256] = {"sha256", GCRY_MD_SHA256},
    [IR_RSA_SHA512] = {"sha512", GCRY_MD_SHA512},
};

static size_t
bits(struct ir_wire w)
{
	size_t n = w.len * 8;

	for (uint8_t top = w.p[0]; (top & 0x80) == 0; top = (uint8_t)(top << 1))
		n--;
	return n;
}

int
ir_rsa_check(const struct ir_rsa *k, struct ir_err *err)
{
	size_t size = bits(k->n);

	if (size < IR_RSA_MIN || size > IR_RSA_MAX)
		return ir_fail(err, IR_EFORMAT,
		    "an RSA key of %zu bits; only %u to %u are allowed", size,
		    IR_RSA_MIN, IR_RSA_MAX);
	if ((k->n.p[k->n.len - 1] & 1) == 0)
		return ir_fail(
		    err, IR_EFORMAT, "bad public key: its modulus is even");
	if (k->e.len > E_BYTES || (k->e.p[k->e.len - 1] & 1) == 0 ||
	    (k->e.len == 1 && k->e.p[0] == 1))
		return ir_fail(err, IR_EFORMAT,
		    "bad public key: its exponent is even, 1, or of more than "
		    "64 bits");
	return 0;
}

static gcry_error_t
build(gcry_sexp_t *key, const struct ir_rsa *k)
{
	ir_auto_mpi n = NULL;
	ir_auto_mpi e = NULL;
	gcry_error_t r;

	r = gcry_mpi_scan(&n, GCRYMPI_FMT_USG, k->n.p, k->n.len, NULL);
	if (!r)
		r = gcry_mpi_scan(&e, GCRYMPI_FMT_USG, k->e.p, k->e.len, NULL);
	if (!r)
		r = gcry_sexp_build(
		    key, NULL, "(public-key (rsa (n %m)(e %m)))", n, e);
	return r;
}

int
ir_rsa_verify(const struct ir_rsa *k, enum ir_rsa_hash hash, const void *p,
    size_t n, struct ir_wire s, struct ir_err *err)
{
	ir_auto_sexp key = NULL;
	ir_auto_sexp data = NULL;
	ir_auto_sexp given = NULL;
	uint8_t digest[HASH_MAX];
	gcry_error_t e;

	if (ir_rsa_check(k, err) == -1)
		return -1;
	if (s.len != k->n.len)
		return ir_fail(err, IR_EFORMAT,
		    "malformed signature: not as long as its key's modulus");
	if (memcmp(s.p, k->n.p, s.len) >= 0)
		return ir_fail(err, IR_EFORMAT,
		    "bad signature: it is not below its key's modulus");
	ir_crypto_init();
	gcry_md_hash_buffer(hashes[hash].algo, digest, p, n);
	e = build(&key, k);
	if (!e)
		e = gcry_sexp_build(&data, NULL,
		    "(data (flags pkcs1)(hash %s %b))", hashes[hash].name,
		    (int)gcry_md_get_algo_dlen(hashes[hash].algo), digest);
	if (!e)
		e = gcry_sexp_build(
		    &given, NULL, "(sig-val (rsa (s %b)))", (int)s.len, s.p);
	if (!e)
		e = gcry_pk_verify(given, data, key);
	if (gcry_err_code(e) == GPG_ERR_BAD_SIGNATURE)
		return ir_fail(err, IR_EFORMAT,
		    "bad signature: it was not made by this key over these "
		    "bytes");
	if (e)
		return ir_fail(err, IR_EINTERNAL, "cannot verify with RSA: %s",
		    gcry_strerror(e));
	return 0;
}
