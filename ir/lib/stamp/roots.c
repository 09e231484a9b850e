/* SPDX-License-Identifier: ISC
 *
 * The analyst's list of roots, and making libcrypto ready: see stamp.h.
 */
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>

#include "base/file.h"
#include "base/limits.h"
#include "stamp/inside.h"

/* Random numbers and one digest bring in what else libcrypto loads late. */
int
ir_stamp_ready(struct ir_err *err)
{
	unsigned char md[EVP_MAX_MD_SIZE];
	unsigned n;
	char words[IR_STAMP_WORDS];

	if (OPENSSL_init_crypto(OPENSSL_INIT_LOAD_CRYPTO_STRINGS |
				    OPENSSL_INIT_ADD_ALL_CIPHERS |
				    OPENSSL_INIT_ADD_ALL_DIGESTS |
				    OPENSSL_INIT_LOAD_CONFIG,
		NULL) == 1 &&
	    RAND_bytes(md, sizeof(md)) == 1 &&
	    EVP_Digest("", 0, md, &n, EVP_sha256(), NULL) == 1) {
		ERR_clear_error();
		return 0;
	}
	ir_stamp_words(words);
	return ir_fail(err, IR_EINTERNAL, "cannot start libcrypto: %s", words);
}

/* All certificates in the text. */
static int
read_all(
    struct ir_stamp_roots *r, BIO *bio, const char *path, struct ir_err *err)
{
	char words[IR_STAMP_WORDS];
	unsigned long last;
	X509 *x;

	ERR_clear_error();
	while ((x = PEM_read_bio_X509(bio, NULL, NULL, NULL)) != NULL)
		if (sk_X509_push(r->certs, x) <= 0) {
			X509_free(x);
			return ir_fail_mem(err);
		}
	last = ERR_peek_last_error();
	if (ERR_GET_LIB(last) != ERR_LIB_PEM ||
	    ERR_GET_REASON(last) != PEM_R_NO_START_LINE) {
		ir_stamp_words(words);
		return ir_fail(err, IR_EFORMAT,
		    "%s: certificate %d cannot be read: %s", path,
		    sk_X509_num(r->certs) + 1, words);
	}
	ERR_clear_error();
	if (sk_X509_num(r->certs) == 0)
		return ir_fail(err, IR_EFORMAT,
		    "%s: holds no certificate in PEM form (-----BEGIN "
		    "CERTIFICATE-----)",
		    path);
	return 0;
}

struct ir_stamp_roots *
ir_stamp_roots_load(const char *path, struct ir_err *err)
{
	size_t len;
	ir_auto_free char *text = NULL;
	struct ir_stamp_roots *r = NULL;
	BIO *bio = NULL;
	int rc = -1;

	if (ir_stamp_ready(err) == -1)
		return NULL;
	text = ir_read_file(path, IR_MAX_STAMP_ROOTS, &len, err);
	if (text == NULL)
		return NULL;
	r = calloc(1, sizeof(*r));
	bio = BIO_new_mem_buf(text, (int)len);
	if (r == NULL || bio == NULL || (r->certs = sk_X509_new_null()) == NULL)
		ir_fail_mem(err);
	else
		rc = read_all(r, bio, path, err);
	BIO_free(bio);
	if (rc == 0)
		return r;
	ir_stamp_roots_free(r);
	return NULL;
}

void
ir_stamp_roots_free(struct ir_stamp_roots *r)
{
	if (r == NULL)
		return;
	sk_X509_pop_free(r->certs, X509_free);
	free(r);
}
