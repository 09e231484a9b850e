/* SPDX-License-Identifier: ISC
 *
 * An age file as a whole: see age.h.  The key of the file is random, wrapped in
 * a stanza for each recipient, and authenticates the stanzas as well as the
 * content; nothing of the content is read before that was checked.
 */
#include "crypto/age.h"

#include <string.h>

#include "crypto/agekeys.h"
#include "crypto/agestream.h"
#include "crypto/kdf.h"
#include "crypto/secret.h"

static int
header_mac(const uint8_t key[IR_AGE_FILE_KEY], struct ir_wire signed_part,
    uint8_t mac[32], struct ir_err *err)
{
	static const uint8_t info[] = {'h', 'e', 'a', 'd', 'e', 'r'};
	ir_auto_secret uint8_t *mac_key = ir_secret_new(32, err);

	if (mac_key == NULL ||
	    ir_hkdf_sha256((struct ir_wire){key, IR_AGE_FILE_KEY},
		(struct ir_wire){NULL, 0}, (struct ir_wire){info, sizeof(info)},
		mac_key, err) == -1)
		return -1;
	return ir_hmac_sha256(
	    (struct ir_wire){mac_key, 32}, signed_part, mac, err);
}

static int
make_header(const struct ir_age_recipients *r,
    const uint8_t key[IR_AGE_FILE_KEY], struct ir_buf *b, struct ir_err *err)
{
	uint8_t mac[32];

	if (r->n == 0)
		return ir_fail(
		    err, IR_EUSAGE, "nobody to encrypt to: name a public key");
	ir_buf_puts(b, IR_AGE_MAGIC);
	for (size_t i = 0; i < r->n; i++)
		if (ir_age_wrap(&r->v[i], key, b, err) == -1)
			return -1;
	ir_buf_puts(b, "---");
	if (ir_buf_ok(b, err) == -1 ||
	    header_mac(key, (struct ir_wire){(const uint8_t *)b->p, b->len},
		mac, err) == -1)
		return -1;
	ir_buf_puts(b, " ");
	ir_age_put_base64(b, mac, sizeof(mac));
	ir_buf_puts(b, "\n");
	return ir_buf_ok(b, err);
}

struct ir_stream *
ir_age_encrypt(struct ir_stream *below, const struct ir_age_recipients *r,
    struct ir_err *err)
{
	ir_auto_secret uint8_t *key = ir_secret_new(IR_AGE_FILE_KEY, err);
	ir_auto_buf struct ir_buf header = IR_BUF_INIT;
	struct ir_stream *s = NULL;
	struct ir_err second;

	if (key != NULL) {
		gcry_randomize(key, IR_AGE_FILE_KEY, GCRY_STRONG_RANDOM);
		if (make_header(r, key, &header, err) == 0 &&
		    below->write(below, header.p, header.len, err) == 0)
			s = ir_age_payload_stream(below, key, err);
	}
	if (s == NULL)
		below->close(below, err->msg, &second);
	return s;
}

/* A passphrase stands alone (c2sp.org/age): whoever knows it made the file. */
static int
check_stanzas(const struct ir_age_header *h, struct ir_err *err)
{
	for (size_t i = 0; i < h->n; i++) {
		if (ir_age_check_stanza(&h->v[i], err) == -1)
			return -1;
		if (!ir_wire_is(h->v[i].arg[0], "scrypt"))
			continue;
		if (h->n > 1)
			return ir_fail(err, IR_EFORMAT,
			    "its header has more beside a passphrase");
		return ir_fail(err, IR_EPERM,
		    "encrypted with a passphrase, not to a key that you gave; "
		    "decrypt it with age -d");
	}
	return 0;
}

/* How many stanzas of that kind there are. */
static size_t
count(const struct ir_age_header *h, const char *type)
{
	size_t n = 0;

	for (size_t i = 0; i < h->n; i++)
		n += ir_wire_is(h->v[i].arg[0], type);
	return n;
}

static int
not_ours(const struct ir_age_header *h, struct ir_err *err)
{
	size_t x = count(h, "X25519"), ed = count(h, IR_ED25519);
	size_t rsa = count(h, "ssh-rsa");

	return ir_fail(err, IR_EPERM,
	    "not encrypted to a key that you gave; its recipients are %zu of "
	    "X25519, %zu of ssh-ed25519, %zu of ssh-rsa and %zu of other kinds",
	    x, ed, rsa, h->n - x - ed - rsa);
}

static int
find_key(const struct ir_age_header *h, const struct ir_age_identity *own,
    uint8_t key[IR_AGE_FILE_KEY], struct ir_err *err)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < h->n; i++)
		for (size_t k = 0; rc == 0 && k < own->n; k++)
			rc = ir_age_unwrap(&own->v[k], &h->v[i], key, err);
	return rc == 0 ? not_ours(h, err) : rc;
}

/* Takes the same time wherever they differ. */
static bool
same(const uint8_t a[32], const uint8_t b[32])
{
	volatile uint8_t differ = 0;

	for (int i = 0; i < 32; i++)
		differ |= a[i] ^ b[i];
	return differ == 0;
}

/* The key of the file, from a header that was made with it. */
static int
open_header(const char *text, size_t n, const struct ir_age_identity *own,
    uint8_t key[IR_AGE_FILE_KEY], struct ir_err *err)
{
	struct ir_age_header h;
	uint8_t mac[32];
	int rc = -1;

	if (ir_age_header_parse(text, n, &h, err) == 0 &&
	    check_stanzas(&h, err) == 0 && find_key(&h, own, key, err) == 1 &&
	    header_mac(key, h.signed_part, mac, err) == 0)
		rc = same(mac, h.mac)
			 ? 0
			 : ir_fail(err, IR_EFORMAT,
			       "its header was changed after it was made");
	ir_age_header_clear(&h);
	return rc;
}

struct ir_source *
ir_age_decrypt(struct ir_source *below, const struct ir_age_identity *own,
    const char *name, struct ir_err *err)
{
	ir_auto_secret uint8_t *key = ir_secret_new(IR_AGE_FILE_KEY, err);
	ir_auto_buf struct ir_buf text = IR_BUF_INIT;
	struct ir_source *s = NULL;
	struct ir_wire ahead;
	size_t n;

	if (key == NULL)
		;
	else if (ir_age_header_read(below, &text, &n, err) == -1 ||
		 open_header(text.p, n, own, key, err) == -1)
		ir_wrap(err, "%s", name);
	else {
		ahead =
		    (struct ir_wire){(const uint8_t *)text.p + n, text.len - n};
		s = ir_age_payload_source(below, ahead, key, name, err);
	}
	if (s == NULL)
		below->close(below);
	return s;
}
