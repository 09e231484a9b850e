/* SPDX-License-Identifier: ISC
 *
 * ChaCha20-Poly1305: see aead.h.
 */
#include "crypto/aead.h"

#include <gcrypt.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/init.h"

struct ir_aead {
	gcry_cipher_hd_t h;
};

struct ir_aead *
ir_aead_new(const uint8_t key[32], struct ir_err *err)
{
	struct ir_aead *a = calloc(1, sizeof(*a));
	gcry_error_t e;

	if (a == NULL) {
		ir_fail_mem(err);
		return NULL;
	}
	ir_crypto_init();
	e = gcry_cipher_open(&a->h, GCRY_CIPHER_CHACHA20,
	    GCRY_CIPHER_MODE_POLY1305, GCRY_CIPHER_SECURE);
	if (!e)
		e = gcry_cipher_setkey(a->h, key, 32);
	if (e) {
		ir_aead_free(a);
		ir_crypto_fail(err, e, "use ChaCha20-Poly1305");
		return NULL;
	}
	return a;
}

void
ir_aead_free(struct ir_aead *a)
{
	if (a == NULL)
		return;
	gcry_cipher_close(a->h);
	free(a);
}

int
ir_aead_seal(struct ir_aead *a, const uint8_t nonce[12], uint8_t *p, size_t n,
    uint8_t tag[IR_AEAD_TAG], struct ir_err *err)
{
	gcry_error_t e = gcry_cipher_setiv(a->h, nonce, 12);

	if (!e)
		e = gcry_cipher_encrypt(a->h, p, n, NULL, 0);
	if (!e)
		e = gcry_cipher_gettag(a->h, tag, IR_AEAD_TAG);
	return e ? ir_crypto_fail(err, e, "encrypt") : 0;
}

int
ir_aead_open(struct ir_aead *a, const uint8_t nonce[12], uint8_t *p, size_t n,
    const uint8_t tag[IR_AEAD_TAG], struct ir_err *err)
{
	gcry_error_t e = gcry_cipher_setiv(a->h, nonce, 12);

	if (!e)
		e = gcry_cipher_decrypt(a->h, p, n, NULL, 0);
	if (!e)
		e = gcry_cipher_checktag(a->h, tag, IR_AEAD_TAG);
	if (!e)
		return 0;
	if (n > 0)
		explicit_bzero(p, n);
	return gcry_err_code(e) == GPG_ERR_CHECKSUM
		   ? 1
		   : ir_crypto_fail(err, e, "decrypt");
}
