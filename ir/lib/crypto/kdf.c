/* SPDX-License-Identifier: ISC
 *
 * HMAC and HKDF: see kdf.h.
 */
#include "crypto/kdf.h"

#include <string.h>

#include "crypto/secret.h"

#define INFO_MAX 64

int
ir_hmac_sha256(struct ir_wire key, struct ir_wire data, uint8_t out[32],
    struct ir_err *err)
{
	gcry_md_hd_t h;
	gcry_error_t e;

	ir_crypto_init();
	e = gcry_md_open(
	    &h, GCRY_MD_SHA256, GCRY_MD_FLAG_HMAC | GCRY_MD_FLAG_SECURE);
	if (e)
		return ir_crypto_fail(err, e, "compute an HMAC");
	e = gcry_md_setkey(h, key.p, key.len);
	if (!e) {
		gcry_md_write(h, data.p, data.len);
		memcpy(out, gcry_md_read(h, 0), 32);
	}
	gcry_md_close(h);
	return e ? ir_crypto_fail(err, e, "compute an HMAC") : 0;
}

int
ir_hkdf_sha256(struct ir_wire secret, struct ir_wire salt, struct ir_wire info,
    uint8_t out[32], struct ir_err *err)
{
	static const uint8_t none[32];
	uint8_t block[INFO_MAX + 1];
	ir_auto_secret uint8_t *key = ir_secret_new(32, err);

	if (key == NULL)
		return -1;
	if (info.len > INFO_MAX)
		return ir_fail(err, IR_EINTERNAL, "HKDF: info is too long");
	if (salt.len == 0)
		salt = (struct ir_wire){none, sizeof(none)};
	memcpy(block, info.p, info.len);
	block[info.len] = 1;
	if (ir_hmac_sha256(salt, secret, key, err) == -1)
		return -1;
	return ir_hmac_sha256((struct ir_wire){key, 32},
	    (struct ir_wire){block, info.len + 1}, out, err);
}
