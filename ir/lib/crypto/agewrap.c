/* SPDX-License-Identifier: ISC
 *
 * The key of an age file, wrapped: see agewrap.h.  X25519 stanzas are those of
 * c2sp.org/age.  ssh-ed25519 stanzas are the same, with the public key as an
 * X25519 key, a tag that tells the recipient before the share, and the shared
 * secret multiplied once more, by a scalar that depends on the SSH key.
 */
#include "crypto/agewrap.h"

#include <gcrypt.h>
#include <string.h>

#include "crypto/aead.h"
#include "crypto/kdf.h"
#include "crypto/secret.h"
#include "crypto/x25519.h"

#define X25519      "X25519"
#define X25519_INFO "age-encryption.org/v1/X25519"
#define SSH_INFO    "age-encryption.org/v1/ssh-ed25519"

/* A key wraps one file key only. */
static const uint8_t nonce[12];

static struct ir_wire
text(const char *s)
{
	return (struct ir_wire){(const uint8_t *)s, strlen(s)};
}

int
ir_age_public_ssh(
    struct ir_wire blob, struct ir_age_public *to, struct ir_err *err)
{
	const uint8_t *pub;

	if (!ir_wire_ed25519(blob.p, blob.len, &pub))
		return ir_fail(err, IR_EFORMAT,
		    "its key is not an ssh-ed25519 key; only age1... and "
		    "ssh-ed25519 can be encrypted to");
	to->ssh = true;
	memcpy(to->blob, blob.p, sizeof(to->blob));
	return ir_x25519_public(pub, to->u, err);
}

/* The first bytes of the hash of the SSH key. */
static void
tag_of(const struct ir_age_public *k, uint8_t tag[4])
{
	uint8_t hash[32];

	ir_crypto_init();
	gcry_md_hash_buffer(GCRY_MD_SHA256, hash, k->blob, sizeof(k->blob));
	memcpy(tag, hash, 4);
}

/* What is made for one stanza. */
struct work {
	uint8_t ephemeral[32], shared[32], tweak[32], wrap[32];
	uint8_t salt[64]; /* the share and the recipient's key */
};

/* The key that wraps: from the product of scalar and u, one of them the
 * recipient's. */
static int
derive(struct work *w, const struct ir_age_public *to, const uint8_t scalar[32],
    const uint8_t u[32], struct ir_err *err)
{
	struct ir_wire salt = {w->salt, sizeof(w->salt)};
	struct ir_wire shared = {w->shared, sizeof(w->shared)};
	struct ir_wire info = text(to->ssh ? SSH_INFO : X25519_INFO);
	struct ir_wire blob = {to->blob, sizeof(to->blob)};

	memcpy(w->salt + 32, to->u, 32);
	if (ir_x25519(scalar, u, w->shared, err) == -1)
		return -1;
	if (to->ssh &&
	    (ir_hkdf_sha256(text(""), blob, info, w->tweak, err) == -1 ||
		ir_x25519(w->tweak, w->shared, w->shared, err) == -1))
		return -1;
	return ir_hkdf_sha256(shared, salt, info, w->wrap, err);
}

int
ir_age_wrap(const struct ir_age_public *to, const uint8_t key[IR_AGE_FILE_KEY],
    struct ir_buf *out, struct ir_err *err)
{
	ir_auto_secret struct work *w = ir_secret_new(sizeof(*w), err);
	uint8_t body[IR_AGE_FILE_KEY + IR_AEAD_TAG], tag[4];
	struct ir_aead *a;
	int rc;

	if (w == NULL)
		return -1;
	gcry_randomize(w->ephemeral, 32, GCRY_STRONG_RANDOM);
	if (ir_x25519(w->ephemeral, NULL, w->salt, err) == -1 ||
	    derive(w, to, w->ephemeral, to->u, err) == -1 ||
	    (a = ir_aead_new(w->wrap, err)) == NULL)
		return -1;
	memcpy(body, key, IR_AGE_FILE_KEY);
	rc = ir_aead_seal(
	    a, nonce, body, IR_AGE_FILE_KEY, body + IR_AGE_FILE_KEY, err);
	ir_aead_free(a);
	if (rc == -1) {
		explicit_bzero(body, sizeof(body));
		return -1;
	}
	ir_buf_printf(out, "-> %s ", to->ssh ? IR_ED25519 : X25519);
	if (to->ssh) {
		tag_of(to, tag);
		ir_age_put_base64(out, tag, sizeof(tag));
		ir_buf_puts(out, " ");
	}
	ir_age_put_base64(out, w->salt, 32);
	ir_buf_puts(out, "\n");
	ir_age_put_base64(out, body, sizeof(body));
	ir_buf_puts(out, "\n");
	return ir_buf_ok(out, err);
}

/* Takes apart a stanza that is for a key of that kind: 0 if it is for another
 * kind, -1 if it is malformed. */
static int
share_of(
    const struct ir_age_stanza *s, bool ssh, uint8_t tag[4], uint8_t share[32])
{
	size_t last = ssh ? 2 : 1;

	if (!ir_wire_is(s->arg[0], ssh ? IR_ED25519 : X25519))
		return 0;
	if (s->nargs != last + 1 || s->body_len != sizeof(s->body) ||
	    !ir_age_base64(s->arg[last], share, 32) ||
	    (ssh && !ir_age_base64(s->arg[1], tag, 4)))
		return -1;
	return 1;
}

int
ir_age_check_stanza(const struct ir_age_stanza *s, struct ir_err *err)
{
	uint8_t share[32], tag[4];

	if (share_of(s, false, tag, share) == -1 ||
	    share_of(s, true, tag, share) == -1)
		return ir_fail(err, IR_EFORMAT,
		    "a malformed %.*s stanza in its header",
		    IR_WIRE_ARG(s->arg[0]));
	return 0;
}

int
ir_age_unwrap(const struct ir_age_secret *own, const struct ir_age_stanza *s,
    uint8_t key[IR_AGE_FILE_KEY], struct ir_err *err)
{
	const struct ir_age_public *public = &own->public;
	ir_auto_secret struct work *w = ir_secret_new(sizeof(*w), err);
	ir_auto_secret uint8_t *body = ir_secret_new(IR_AGE_FILE_KEY, err);
	uint8_t tag[4], own_tag[4];
	struct ir_aead *a;
	int rc;

	if (w == NULL || body == NULL)
		return -1;
	if (share_of(s, public->ssh, tag, w->salt) != 1)
		return 0;
	if (public->ssh) {
		tag_of(public, own_tag);
		if (memcmp(tag, own_tag, sizeof(tag)) != 0)
			return 0;
	}
	if (derive(w, public, own->scalar, w->salt, err) == -1)
		return ir_wrap(err, "a stanza in its header");
	a = ir_aead_new(w->wrap, err);
	if (a == NULL)
		return -1;
	memcpy(body, s->body, IR_AGE_FILE_KEY);
	rc = ir_aead_open(
	    a, nonce, body, IR_AGE_FILE_KEY, s->body + IR_AGE_FILE_KEY, err);
	ir_aead_free(a);
	if (rc != 0)
		return rc == 1 ? 0 : -1;
	memcpy(key, body, IR_AGE_FILE_KEY);
	return 1;
}
