/* SPDX-License-Identifier: ISC
 *
 * Judging a time-stamp: see stamp.h.  libcrypto verifies the same token twice:
 * against the certificate that its signer put into it, which says whether it is
 * a whole and proper token at all, and against the analyst's roots, which says
 * whether its maker is believed.
 */
#include <limits.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <string.h>
#include <time.h>

#include "stamp/inside.h"

/* 112 bits: RSA from 2048, SHA-2. */
#define SECURITY_LEVEL 2

/* A name is for a line of a report. */
#define MAX_NAME 200

/* What a token may be made over, and be signed with. */
static const EVP_MD *
digest_of(const X509_ALGOR *alg)
{
	const ASN1_OBJECT *oid;

	X509_ALGOR_get0(&oid, NULL, NULL, alg);
	switch (OBJ_obj2nid(oid)) {
	case NID_sha256:
		return EVP_sha256();
	case NID_sha384:
		return EVP_sha384();
	case NID_sha512:
		return EVP_sha512();
	default:
		return NULL;
	}
}

static int
check_imprint(TS_TST_INFO *info, const void *p, size_t n, struct ir_err *err)
{
	TS_MSG_IMPRINT *imprint = TS_TST_INFO_get_msg_imprint(info);
	const EVP_MD *md = digest_of(TS_MSG_IMPRINT_get_algo(imprint));
	ASN1_OCTET_STRING *said = TS_MSG_IMPRINT_get_msg(imprint);
	unsigned char found[EVP_MAX_MD_SIZE];
	unsigned size;

	if (md == NULL)
		return ir_fail(err, IR_EFORMAT,
		    "the time-stamp's hash is none of SHA-256, SHA-384 and "
		    "SHA-512");
	if (EVP_Digest(p, n, found, &size, md, NULL) != 1)
		return ir_fail(err, IR_EINTERNAL, "libcrypto does not hash");
	if (ASN1_STRING_length(said) != (int)size ||
	    memcmp(ASN1_STRING_get0_data(said), found, size) != 0)
		return ir_fail(
		    err, IR_EFORMAT, "the time-stamp is over other bytes");
	return 0;
}

/* genTime is in UTC, "20261122013441Z" or with a fraction (RFC 3161, 2.4.2). */
static int
take_time(TS_TST_INFO *info, struct ir_stamp *out, struct ir_err *err)
{
	const ASN1_GENERALIZEDTIME *t = TS_TST_INFO_get_time(info);
	const unsigned char *s = ASN1_STRING_get0_data(t);
	int n = ASN1_STRING_length(t);
	struct tm tm;

	if (n < 15 || s[n - 1] != 'Z' || ASN1_TIME_to_tm(t, &tm) != 1)
		return ir_fail(
		    err, IR_EFORMAT, "the time-stamp's time is not one in UTC");
	out->time = timegm(&tm);
	return 0;
}

/* One part of the accuracy; absent is 0. */
static int
part(const ASN1_INTEGER *i, int64_t max, int64_t *out)
{
	*out = 0;
	if (i == NULL)
		return 0;
	return ASN1_INTEGER_get_int64(out, i) == 1 && *out >= 0 && *out <= max
		   ? 0
		   : -1;
}

static int
take_accuracy(TS_TST_INFO *info, struct ir_stamp *out, struct ir_err *err)
{
	const TS_ACCURACY *a = TS_TST_INFO_get_accuracy(info);
	int64_t s, ms, us;

	if (a == NULL)
		return 0;
	if (part(TS_ACCURACY_get_seconds(a), UINT32_MAX / 1000 - 1, &s) == -1 ||
	    part(TS_ACCURACY_get_millis(a), 999, &ms) == -1 ||
	    part(TS_ACCURACY_get_micros(a), 999, &us) == -1)
		return ir_fail(
		    err, IR_EFORMAT, "the time-stamp's accuracy is absurd");
	out->accuracy_ms = (uint32_t)(s * 1000 + ms + (us > 0));
	return 0;
}

static int
check_info(TS_TST_INFO *info, struct ir_stamp *out, struct ir_err *err)
{
	if (TS_TST_INFO_get_version(info) != 1)
		return ir_fail(err, IR_EFORMAT,
		    "the time-stamp is of version %ld: this program knows "
		    "version 1",
		    TS_TST_INFO_get_version(info));
	if (TS_TST_INFO_get_ext_by_critical(info, 1, -1) >= 0)
		return ir_fail(err, IR_EFORMAT,
		    "the time-stamp has a critical extension, which this "
		    "program does not know");
	if (take_time(info, out, err) == -1)
		return -1;
	return take_accuracy(info, out, err);
}

/* The one who signed, by the certificates in the token; borrowed. */
static X509 *
signer_of(PKCS7 *token, struct ir_err *err)
{
	STACK_OF(PKCS7_SIGNER_INFO) *infos = PKCS7_get_signer_info(token);
	STACK_OF(X509) *signers = NULL;
	X509 *signer = NULL;

	if (infos == NULL || sk_PKCS7_SIGNER_INFO_num(infos) != 1)
		ir_fail(err, IR_EFORMAT,
		    "the time-stamp has not just one signature");
	else if (digest_of(sk_PKCS7_SIGNER_INFO_value(infos, 0)->digest_alg) ==
		 NULL)
		ir_fail(err, IR_EFORMAT,
		    "the time-stamp is signed with none of SHA-256, SHA-384 "
		    "and SHA-512");
	else if ((signers = PKCS7_get0_signers(token, NULL, 0)) == NULL ||
		 sk_X509_num(signers) != 1)
		ir_fail(err, IR_EFORMAT,
		    "the time-stamp does not hold its signer's certificate");
	else
		signer = sk_X509_value(signers, 0);
	sk_X509_free(signers);
	ERR_clear_error();
	return signer;
}

static int
take_name(X509 *signer, struct ir_stamp *out, struct ir_err *err)
{
	BIO *bio = BIO_new(BIO_s_mem());
	char *p;
	long n;

	if (bio == NULL ||
	    X509_NAME_print_ex(bio, X509_get_subject_name(signer), 0,
		XN_FLAG_ONELINE & ~ASN1_STRFLGS_ESC_MSB) < 0) {
		BIO_free(bio);
		return ir_fail(err, IR_EFORMAT,
		    "the name of the time-stamp's signer cannot be read");
	}
	n = BIO_get_mem_data(bio, &p);
	out->authority =
	    strndup(n > 0 ? p : "nobody", n > 0 && n < MAX_NAME ? n : MAX_NAME);
	BIO_free(bio);
	return out->authority != NULL ? 0 : ir_fail_mem(err);
}

/* Certificates that are believed as of a time. */
static X509_STORE *
make_store(STACK_OF(X509) * anchors, int64_t when, unsigned long flags)
{
	X509_STORE *store = X509_STORE_new();
	X509_VERIFY_PARAM *param;

	if (store == NULL)
		return NULL;
	param = X509_STORE_get0_param(store);
	X509_VERIFY_PARAM_set_time(param, (time_t)when);
	X509_VERIFY_PARAM_set_auth_level(param, SECURITY_LEVEL);
	X509_VERIFY_PARAM_set_flags(param, flags);
	for (int i = 0; i < sk_X509_num(anchors); i++)
		if (X509_STORE_add_cert(store, sk_X509_value(anchors, i)) !=
		    1) {
			X509_STORE_free(store);
			return NULL;
		}
	return store;
}

/* Signature, signing certificate (ESS), purpose and chain: 1 if all is well,
 * 0 with the reason in words. */
static int
verify(TS_RESP *resp, STACK_OF(X509) * anchors, int64_t when,
    unsigned long flags, char words[IR_STAMP_WORDS], struct ir_err *err)
{
	TS_VERIFY_CTX *ctx = TS_VERIFY_CTX_new();
	X509_STORE *store = make_store(anchors, when, flags);
	int ok;

	if (ctx == NULL || store == NULL) {
		TS_VERIFY_CTX_free(ctx);
		X509_STORE_free(store);
		return ir_fail_mem(err);
	}
	TS_VERIFY_CTX_set_flags(
	    ctx, TS_VFY_VERSION | TS_VFY_SIGNER | TS_VFY_SIGNATURE);
	TS_VERIFY_CTX_set_store(ctx, store);
	ERR_clear_error();
	ok = TS_RESP_verify_response(ctx, resp) == 1;
	if (!ok)
		ir_stamp_words(words);
	TS_VERIFY_CTX_free(ctx); /* and the store */
	return ok;
}

/* The token by itself: its own signer is the anchor, and no other certificate
 * in it counts. */
static int
check_itself(
    TS_RESP *resp, X509 *signer, const struct ir_stamp *s, struct ir_err *err)
{
	PKCS7_SIGNED *data = TS_RESP_get_token(resp)->d.sign;
	STACK_OF(X509) *all = data->cert, *only = sk_X509_new_null();
	char words[IR_STAMP_WORDS];
	int rc;

	if (only == NULL || sk_X509_push(only, signer) <= 0) {
		sk_X509_free(only);
		return ir_fail_mem(err);
	}
	data->cert = only;
	rc = verify(resp, only, s->time, X509_V_FLAG_PARTIAL_CHAIN, words, err);
	data->cert = all;
	sk_X509_free(only);
	if (rc == 0)
		return ir_fail(err, IR_EFORMAT,
		    "the time-stamp is not a proper one of %s: %s",
		    s->authority, words);
	return rc == 1 ? 0 : -1;
}

static int
check_roots(TS_RESP *resp, const struct ir_stamp_roots *roots,
    const struct ir_stamp *s, struct ir_err *err)
{
	char words[IR_STAMP_WORDS];
	int rc;

	if (roots == NULL)
		return ir_fail(err, IR_EPERM,
		    "no roots were given to judge %s by", s->authority);
	rc = verify(resp, roots->certs, s->time, 0, words, err);
	if (rc == 0)
		return ir_fail(err, IR_EPERM,
		    "none of your roots vouches for %s: %s", s->authority,
		    words);
	return rc == 1 ? 0 : -1;
}

int
ir_stamp_check(const void *reply, size_t len, const void *p, size_t n,
    const struct ir_stamp_roots *roots, struct ir_stamp *out,
    struct ir_err *err)
{
	TS_RESP *resp;
	TS_TST_INFO *info;
	X509 *signer;
	int rc = -1;

	*out = (struct ir_stamp){0};
	if ((resp = ir_stamp_parse(reply, len, err)) == NULL) {
		if (err->code == IR_EPROTO)
			err->code = IR_EFORMAT;
		return -1;
	}
	info = TS_RESP_get_tst_info(resp);
	if (check_imprint(info, p, n, err) == 0 &&
	    check_info(info, out, err) == 0 &&
	    (signer = signer_of(TS_RESP_get_token(resp), err)) != NULL &&
	    take_name(signer, out, err) == 0 &&
	    check_itself(resp, signer, out, err) == 0)
		rc = check_roots(resp, roots, out, err);
	TS_RESP_free(resp);
	return rc;
}

void
ir_stamp_free(struct ir_stamp *s)
{
	free(s->authority);
	*s = (struct ir_stamp){0};
}
