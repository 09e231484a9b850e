/* SPDX-License-Identifier: ISC
 *
 * Asking a time-stamping authority: see stamp.h.
 */
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include "stamp/inside.h"

/* SHA-256 of the bytes, with NULL as its parameters, as all authorities take
 * it. */
static TS_MSG_IMPRINT *
make_imprint(const void *p, size_t n)
{
	TS_MSG_IMPRINT *imprint = TS_MSG_IMPRINT_new();
	X509_ALGOR *alg = X509_ALGOR_new();
	unsigned char md[EVP_MAX_MD_SIZE];
	unsigned size;
	bool ok = imprint != NULL && alg != NULL &&
		  EVP_Digest(p, n, md, &size, EVP_sha256(), NULL) == 1 &&
		  X509_ALGOR_set0(
		      alg, OBJ_nid2obj(NID_sha256), V_ASN1_NULL, NULL) == 1 &&
		  TS_MSG_IMPRINT_set_algo(imprint, alg) == 1 &&
		  TS_MSG_IMPRINT_set_msg(imprint, md, (int)size) == 1;

	X509_ALGOR_free(alg);
	if (ok)
		return imprint;
	TS_MSG_IMPRINT_free(imprint);
	return NULL;
}

static ASN1_INTEGER *
make_nonce(void)
{
	ASN1_INTEGER *nonce = ASN1_INTEGER_new();
	uint64_t n;

	if (nonce != NULL && RAND_bytes((unsigned char *)&n, sizeof(n)) == 1 &&
	    ASN1_INTEGER_set_uint64(nonce, n) == 1)
		return nonce;
	ASN1_INTEGER_free(nonce);
	return NULL;
}

int
ir_stamp_query(
    const void *p, size_t n, struct ir_buf *query, struct ir_err *err)
{
	TS_REQ *req = TS_REQ_new();
	TS_MSG_IMPRINT *imprint = make_imprint(p, n);
	ASN1_INTEGER *nonce = make_nonce();
	char words[IR_STAMP_WORDS];
	unsigned char *der = NULL;
	int len = -1;

	if (req != NULL && imprint != NULL && nonce != NULL &&
	    TS_REQ_set_version(req, 1) == 1 &&
	    TS_REQ_set_msg_imprint(req, imprint) == 1 &&
	    TS_REQ_set_nonce(req, nonce) == 1 &&
	    TS_REQ_set_cert_req(req, 1) == 1)
		len = i2d_TS_REQ(req, &der);
	if (len > 0)
		ir_buf_add(query, der, (size_t)len);
	OPENSSL_free(der);
	TS_REQ_free(req);
	TS_MSG_IMPRINT_free(imprint);
	ASN1_INTEGER_free(nonce);
	if (len > 0)
		return ir_buf_ok(query, err);
	ir_stamp_words(words);
	return ir_fail(
	    err, IR_EINTERNAL, "cannot make a time-stamp request: %s", words);
}

/* Same algorithm, same hash. */
static bool
same_imprint(TS_MSG_IMPRINT *a, TS_MSG_IMPRINT *b)
{
	const ASN1_OBJECT *oa, *ob;

	X509_ALGOR_get0(&oa, NULL, NULL, TS_MSG_IMPRINT_get_algo(a));
	X509_ALGOR_get0(&ob, NULL, NULL, TS_MSG_IMPRINT_get_algo(b));
	return OBJ_cmp(oa, ob) == 0 &&
	       ASN1_OCTET_STRING_cmp(
		   TS_MSG_IMPRINT_get_msg(a), TS_MSG_IMPRINT_get_msg(b)) == 0;
}

static int
compare(TS_REQ *req, TS_TST_INFO *info, struct ir_err *err)
{
	const ASN1_INTEGER *nonce = TS_TST_INFO_get_nonce(info);

	if (!same_imprint(
		TS_REQ_get_msg_imprint(req), TS_TST_INFO_get_msg_imprint(info)))
		return ir_fail(err, IR_EFORMAT,
		    "the time-stamp is not over the bytes that were asked for");
	if (nonce == NULL ||
	    ASN1_INTEGER_cmp(nonce, TS_REQ_get_nonce(req)) != 0)
		return ir_fail(err, IR_EFORMAT,
		    "the time-stamp has not the nonce of the request: it "
		    "answers another one");
	return 0;
}

int
ir_stamp_answers(const struct ir_buf *query, const void *reply, size_t len,
    struct ir_err *err)
{
	const unsigned char *p = (const unsigned char *)query->p;
	TS_REQ *req = d2i_TS_REQ(NULL, &p, (long)query->len);
	TS_RESP *resp;
	int rc = -1;

	if (req == NULL) {
		ERR_clear_error();
		return ir_fail(
		    err, IR_EINTERNAL, "the time-stamp request is none");
	}
	resp = ir_stamp_parse(reply, len, err);
	if (resp != NULL)
		rc = compare(req, TS_RESP_get_tst_info(resp), err);
	TS_RESP_free(resp);
	TS_REQ_free(req);
	return rc;
}
