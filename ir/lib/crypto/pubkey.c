/* SPDX-License-Identifier: ISC
 *
 * Public keys of all kinds: see pubkey.h.
 */
#include "crypto/pubkey.h"

#include <gcrypt.h>
#include <string.h>

#include "base/buf.h"
#include "crypto/ecdsa.h"
#include "crypto/ed25519.h"
#include "crypto/init.h"
#include "crypto/rsa.h"

#define SHA256_LEN 32

enum family {
	ED25519,
	ECDSA,
	RSA
};

static const struct kind {
	const char *type;
	enum family family;
	enum ir_curve curve;
	bool sk;
} kinds[] = {
    {IR_ED25519, ED25519, 0, false},
    {"ecdsa-sha2-nistp256", ECDSA, IR_NISTP256, false},
    {"ecdsa-sha2-nistp384", ECDSA, IR_NISTP384, false},
    {"ecdsa-sha2-nistp521", ECDSA, IR_NISTP521, false},
    {"ssh-rsa", RSA, 0, false},
    {"sk-ssh-ed25519@openssh.com", ED25519, 0, true},
    {"sk-ecdsa-sha2-nistp256@openssh.com", ECDSA, IR_NISTP256, true},
};

/* A public key taken apart. */
struct key {
	const struct kind *kind;
	struct ir_wire point; /* of Ed25519 and ECDSA */
	struct ir_rsa rsa;
	struct ir_wire application; /* what a security key made it for */
};

static bool
take_fields(struct ir_wire *r, struct key *k)
{
	struct ir_wire curve;

	switch (k->kind->family) {
	case ED25519:
		return ir_wire_string(r, &k->point) && k->point.len == 32;
	case ECDSA:
		return ir_wire_string(r, &curve) &&
		       ir_wire_is(curve, ir_curve_name(k->kind->curve)) &&
		       ir_wire_string(r, &k->point);
	case RSA:
		return ir_wire_mpint(r, &k->rsa.e) &&
		       ir_wire_mpint(r, &k->rsa.n);
	}
	return false;
}

static int
parse(struct ir_wire key, struct key *k, struct ir_err *err)
{
	struct ir_wire type, r = key;

	memset(k, 0, sizeof(*k));
	if (!ir_wire_key_type(key.p, key.len, &type))
		return ir_fail(
		    err, IR_EFORMAT, "malformed public key: no type of key");
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (ir_wire_is(type, kinds[i].type))
			k->kind = &kinds[i];
	if (!k->kind)
		return ir_fail(err, IR_EFORMAT,
		    "a key of type %.*s; only Ed25519, ECDSA and RSA keys, "
		    "and the first two on security keys, are supported",
		    IR_WIRE_ARG(type));
	ir_wire_string(&r, &type);
	if (!take_fields(&r, k) ||
	    (k->kind->sk && !ir_wire_string(&r, &k->application)) || r.len != 0)
		return ir_fail(err, IR_EFORMAT,
		    "malformed public key: not what a key of type %s is",
		    k->kind->type);
	return 0;
}

int
ir_pubkey_check(struct ir_wire key, struct ir_err *err)
{
	struct key k;

	if (parse(key, &k, err) == -1)
		return -1;
	switch (k.kind->family) {
	case ECDSA:
		return ir_ecdsa_check(k.kind->curve, k.point, err);
	case RSA:
		return ir_rsa_check(&k.rsa, err);
	default:
		return 0;
	}
}

bool
ir_pubkey_is_rsa(struct ir_wire key)
{
	struct ir_wire type;

	return ir_wire_key_type(key.p, key.len, &type) &&
	       ir_wire_is(type, "ssh-rsa");
}

static int
malformed(const char *what, struct ir_err *err)
{
	return ir_fail(err, IR_EFORMAT, "malformed signature: %s", what);
}

/* The kind of a signature is its key's, and for RSA names the hash, too. */
static int
check_kind(const struct key *k, struct ir_wire type, enum ir_rsa_hash *hash,
    struct ir_err *err)
{
	*hash = IR_RSA_SHA512;
	if (k->kind->family != RSA)
		return ir_wire_is(type, k->kind->type)
			   ? 0
			   : ir_fail(err, IR_EFORMAT,
				 "malformed signature: its kind is not that "
				 "of its key, %s",
				 k->kind->type);
	if (ir_wire_is(type, "rsa-sha2-512"))
		return 0;
	*hash = IR_RSA_SHA256;
	if (ir_wire_is(type, "rsa-sha2-256"))
		return 0;
	if (ir_wire_is(type, "ssh-rsa"))
		return ir_fail(err, IR_EFORMAT,
		    "signature of kind ssh-rsa: that is with SHA-1, which can "
		    "be forged; only rsa-sha2-512 and rsa-sha2-256 are "
		    "allowed");
	return malformed("its kind is not that of its key, ssh-rsa", err);
}

static int
verify_plain(const struct key *k, enum ir_rsa_hash hash, const void *p,
    size_t n, struct ir_wire raw, struct ir_err *err)
{
	switch (k->kind->family) {
	case ED25519:
		if (raw.len != 64)
			return malformed("not 64 bytes", err);
		return ir_ed25519_verify(k->point.p, p, n, raw.p, err);
	case ECDSA:
		return ir_ecdsa_verify(
		    k->kind->curve, k->point, p, n, raw, err);
	case RSA:
		return ir_rsa_verify(&k->rsa, hash, p, n, raw, err);
	}
	return -1;
}

/* A security key signs a hash of the message, and its own words with it. */
static int
verify_sk(const struct key *k, const void *p, size_t n, struct ir_wire raw,
    const struct ir_sk *sk, struct ir_err *err)
{
	ir_auto_buf struct ir_buf b = IR_BUF_INIT;
	uint8_t digest[SHA256_LEN];

	ir_crypto_init();
	gcry_md_hash_buffer(
	    GCRY_MD_SHA256, digest, k->application.p, k->application.len);
	ir_buf_add(&b, digest, sizeof(digest));
	ir_buf_add(&b, &sk->flags, 1);
	ir_wire_put_u32(&b, sk->counter);
	gcry_md_hash_buffer(GCRY_MD_SHA256, digest, p, n);
	ir_buf_add(&b, digest, sizeof(digest));
	if (ir_buf_ok(&b, err) == -1)
		return -1;
	return verify_plain(k, IR_RSA_SHA512, b.p, b.len, raw, err);
}

int
ir_pubkey_verify(struct ir_wire key, const void *p, size_t n,
    struct ir_wire sig, struct ir_sk *sk, struct ir_err *err)
{
	struct ir_wire type, raw, flags;
	struct ir_sk said = {0};
	enum ir_rsa_hash hash;
	struct key k;
	int rc;

	*sk = said;
	if (parse(key, &k, err) == -1)
		return -1;
	if (!ir_wire_string(&sig, &type))
		return malformed("no kind of signature", err);
	if (check_kind(&k, type, &hash, err) == -1)
		return -1;
	if (!ir_wire_string(&sig, &raw))
		return malformed("cut short", err);
	if (k.kind->sk) {
		if (!ir_wire_bytes(&sig, 1, &flags) ||
		    !ir_wire_u32(&sig, &said.counter))
			return malformed(
			    "no flags and counter of a security key", err);
		said.used = true;
		said.flags = flags.p[0];
	}
	if (sig.len != 0)
		return malformed("bytes after the signature itself", err);
	rc = k.kind->sk ? verify_sk(&k, p, n, raw, &said, err)
			: verify_plain(&k, hash, p, n, raw, err);
	if (rc == 0)
		*sk = said;
	return rc;
}
