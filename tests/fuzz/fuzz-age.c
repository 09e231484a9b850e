/* SPDX-License-Identifier: ISC
 *
 * An age file: as it is, and with the MAC over its header put right, which no
 * mutation would ever do.  Whatever it is, nothing comes out of it but what the
 * corpus has sealed.
 */
#include <string.h>

#include "base/buf.h"
#include "crypto/agekeys.h"
#include "crypto/kdf.h"
#include "crypto/x25519.h"
#include "tests/fuzz/fuzz.h"

/* What the corpus encrypts, and the key of its files. */
static const char plain[] = "evidence\n";
static const uint8_t file_key[IR_AGE_FILE_KEY] = "kkkkkkkkkkkkkkk";

/* RFC 8032, 7.1, TEST 1's private key. */
static const uint8_t alice[32] = {0x9d, 0x61, 0xb1, 0x9d, 0xef, 0xfd, 0x5a,
    0x60, 0xba, 0x84, 0x4a, 0xf4, 0x92, 0xec, 0x2c, 0xc4, 0x44, 0x49, 0xc5,
    0x69, 0x7b, 0x32, 0x69, 0x19, 0x70, 0x3b, 0xac, 0x03, 0x1c, 0xae, 0x7f,
    0x60};

/* The example of c2sp.org/age, and alice. */
static const struct ir_age_identity *
identity(void)
{
	static struct ir_age_secret v[2];
	static struct ir_age_identity own = {v, 2};
	struct ir_wire blob = {fuzz_alice, sizeof(fuzz_alice)};
	struct ir_err err;

	if (v[1].public.ssh)
		return &own;
	memset(v[0].scalar, 0x42, 32);
	FUZZ_HOLDS(ir_x25519(v[0].scalar, NULL, v[0].public.u, &err) == 0);
	ir_x25519_secret(alice, v[1].scalar);
	FUZZ_HOLDS(ir_age_public_ssh(blob, &v[1].public, &err) == 0);
	return &own;
}

static void
decrypt(const uint8_t *p, size_t n)
{
	struct ir_err err = {0};
	struct ir_source *s =
	    ir_age_decrypt(fuzz_source(p, n), identity(), "fuzz", &err);
	char out[sizeof(plain) + 1];
	ssize_t got = -1;

	if (s != NULL) {
		got = ir_source_full(s, out, sizeof(out), &err);
		s->close(s);
	}
	if (got == -1) {
		FUZZ_HOLDS(err.code == IR_EFORMAT || err.code == IR_EPERM);
		FUZZ_HOLDS(strncmp(err.msg, "fuzz: ", 6) == 0);
		return;
	}
	FUZZ_HOLDS(got == 0 || got == sizeof(plain) - 1);
	FUZZ_HOLDS(memcmp(out, plain, (size_t)got) == 0);
}

static void
check_parts(const struct ir_age_header *h, const char *p, size_t n)
{
	const uint8_t *end = (const uint8_t *)p + n;
	ir_auto_buf struct ir_buf mac = IR_BUF_INIT;

	FUZZ_HOLDS(h->n > 0);
	for (size_t i = 0; i < h->n; i++) {
		FUZZ_HOLDS(h->v[i].nargs > 0);
		for (size_t k = 0; k < h->v[i].nargs && k < IR_AGE_ARGS; k++) {
			struct ir_wire arg = h->v[i].arg[k];

			FUZZ_HOLDS(arg.len > 0 && arg.p + arg.len < end);
			FUZZ_HOLDS(memchr(arg.p, '\n', arg.len) == NULL);
		}
	}
	FUZZ_HOLDS(h->signed_part.p == (const uint8_t *)p);
	FUZZ_HOLDS(h->signed_part.len == n - 45);
	ir_age_put_base64(&mac, h->mac, sizeof(h->mac));
	FUZZ_HOLDS(mac.len == 43 && memcmp(mac.p, p + n - 44, 43) == 0);
}

/* The same with the MAC that belongs to it. */
static void
decrypt_signed(const struct ir_age_header *h, const uint8_t *p, size_t n)
{
	static const uint8_t info[] = {'h', 'e', 'a', 'd', 'e', 'r'};
	ir_auto_buf struct ir_buf b = IR_BUF_INIT;
	uint8_t key[32], mac[32];
	struct ir_err err;
	size_t skip = h->signed_part.len + 1;

	FUZZ_HOLDS(ir_hkdf_sha256((struct ir_wire){file_key, sizeof(file_key)},
		       (struct ir_wire){NULL, 0},
		       (struct ir_wire){info, sizeof(info)}, key, &err) == 0);
	FUZZ_HOLDS(ir_hmac_sha256((struct ir_wire){key, sizeof(key)},
		       h->signed_part, mac, &err) == 0);
	ir_buf_add(&b, p, skip);
	ir_age_put_base64(&b, mac, sizeof(mac));
	ir_buf_add(&b, p + skip + 43, n - skip - 43);
	decrypt((const uint8_t *)b.p, b.len);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct ir_source *s = fuzz_source(p, n);
	ir_auto_buf struct ir_buf text = IR_BUF_INIT;
	struct ir_age_header h;
	struct ir_err err = {0};
	size_t len;
	int rc = ir_age_header_read(s, &text, &len, &err);

	s->close(s);
	decrypt(p, n);
	if (rc == -1)
		return 0;
	FUZZ_HOLDS(len <= text.len && text.len <= n);
	FUZZ_HOLDS(memcmp(text.p, p, text.len) == 0);
	if (ir_age_header_parse(text.p, len, &h, &err) == 0) {
		check_parts(&h, text.p, len);
		decrypt_signed(&h, p, n);
	} else
		FUZZ_HOLDS(err.code == IR_EFORMAT && err.msg[0] != '\0');
	ir_age_header_clear(&h);
	return 0;
}
