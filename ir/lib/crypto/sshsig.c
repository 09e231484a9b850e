/* SPDX-License-Identifier: ISC
 *
 * Detached SSH signatures: see sshsig.h.
 */
#include "crypto/sshsig.h"

#include <gcrypt.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/text.h"
#include "crypto/init.h"
#include "crypto/pubkey.h"
#include "crypto/sshwire.h"

static const char begin[] = "-----BEGIN SSH SIGNATURE-----\n";
static const char end[] = "\n-----END SSH SIGNATURE-----\n";
static const char magic[] = "SSHSIG";

#define SIG_VERSION 1
#define ARMOR_COL   70 /* where ssh-keygen breaks the lines */
#define HASH_MAX    64

/* The fields of a signature, in their order after magic and version. */
struct fields {
	struct ir_wire key, ns, reserved, hash, sig;
};

static const struct {
	const char *name;
	int algo;
} hashes[] = {{"sha512", GCRY_MD_SHA512}, {"sha256", GCRY_MD_SHA256}};

/* 0 if there is no such hash. */
static int
hash_algo(struct ir_wire name)
{
	for (size_t i = 0; i < sizeof(hashes) / sizeof(hashes[0]); i++)
		if (ir_wire_is(name, hashes[i].name))
			return hashes[i].algo;
	return 0;
}

/* What is really signed: the hash of the message, bound to its purpose. */
static void
put_signed(struct ir_buf *b, const char *ns, struct ir_wire hash, int algo,
    const void *p, size_t n)
{
	uint8_t digest[HASH_MAX];

	ir_crypto_init();
	gcry_md_hash_buffer(algo, digest, p, n);
	ir_buf_puts(b, magic);
	ir_wire_put_string(b, ns, strlen(ns));
	ir_wire_put_string(b, "", 0); /* reserved */
	ir_wire_put_string(b, hash.p, hash.len);
	ir_wire_put_string(b, digest, gcry_md_get_algo_dlen(algo));
}

static void
put_blob(struct ir_buf *b, const struct ir_key *k, const char *ns,
    const char *hash, const struct ir_buf *sig)
{
	size_t len;
	const uint8_t *key = ir_key_blob(k, &len);

	ir_buf_puts(b, magic);
	ir_wire_put_u32(b, SIG_VERSION);
	ir_wire_put_string(b, key, len);
	ir_wire_put_string(b, ns, strlen(ns));
	ir_wire_put_string(b, "", 0); /* reserved */
	ir_wire_put_string(b, hash, strlen(hash));
	ir_wire_put_string(b, sig->p, sig->len);
}

char *
ir_sshsig_sign(const struct ir_key *k, const char *ns, const void *p, size_t n,
    struct ir_err *err)
{
	ir_auto_buf struct ir_buf tbs = IR_BUF_INIT;
	ir_auto_buf struct ir_buf sig = IR_BUF_INIT;
	ir_auto_buf struct ir_buf blob = IR_BUF_INIT;
	struct ir_buf armor = IR_BUF_INIT;
	struct ir_wire hash = {
	    (const uint8_t *)hashes[0].name, strlen(hashes[0].name)};

	put_signed(&tbs, ns, hash, hashes[0].algo, p, n);
	if (ir_buf_ok(&tbs, err) == -1 ||
	    ir_key_sign(k, tbs.p, tbs.len, &sig, err) == -1)
		return NULL;
	put_blob(&blob, k, ns, hashes[0].name, &sig);
	if (ir_buf_ok(&blob, err) == -1)
		return NULL;
	ir_buf_puts(&armor, begin);
	ir_base64(&armor, blob.p, blob.len, ARMOR_COL);
	ir_buf_puts(&armor, end + 1); /* base64 has ended its last line */
	return ir_buf_take(&armor, err);
}

static int
malformed(const char *what, struct ir_err *err)
{
	return ir_fail(err, IR_EFORMAT, "malformed signature: %s", what);
}

static int
dearmor(const char *armor, size_t len, struct ir_buf *blob, struct ir_err *err)
{
	const char *body = armor + strlen(begin), *stop;
	ir_auto_buf struct ir_buf again = IR_BUF_INIT;

	if (len > IR_MAX_SIG)
		return malformed("too long", err);
	if (len < strlen(begin) || memcmp(armor, begin, strlen(begin)) != 0)
		return malformed(
		    "does not start with BEGIN SSH SIGNATURE", err);
	len -= strlen(begin);
	stop = memmem(body, len, end, strlen(end));
	if (!stop)
		return malformed("no line END SSH SIGNATURE", err);
	if (stop + strlen(end) != body + len)
		return malformed("text after END SSH SIGNATURE", err);
	if (ir_base64_decode(blob, body, (size_t)(stop - body)) == -1)
		return ir_buf_ok(blob, err) == -1
			   ? -1
			   : malformed("not base64", err);
	/* Nothing covers the last signature of a bundle: it can be written in
	 * one way only, so that none of its bytes can be changed. */
	ir_base64(&again, blob->p, blob->len, ARMOR_COL);
	if (ir_buf_ok(&again, err) == -1)
		return -1;
	if (again.len != (size_t)(stop + 1 - body) ||
	    memcmp(again.p, body, again.len) != 0)
		return malformed("its lines do not have 70 characters", err);
	return 0;
}

static int
split(struct ir_wire r, struct fields *f, struct ir_err *err)
{
	struct ir_wire m;
	uint32_t version;

	if (!ir_wire_bytes(&r, strlen(magic), &m) || !ir_wire_is(m, magic))
		return malformed("no SSHSIG in it", err);
	if (!ir_wire_u32(&r, &version))
		return malformed("cut short", err);
	if (version != SIG_VERSION)
		return ir_fail(err, IR_EFORMAT,
		    "signature of version %u; only version %u is known",
		    version, SIG_VERSION);
	if (!ir_wire_string(&r, &f->key) || !ir_wire_string(&r, &f->ns) ||
	    !ir_wire_string(&r, &f->reserved) ||
	    !ir_wire_string(&r, &f->hash) || !ir_wire_string(&r, &f->sig))
		return malformed("cut short", err);
	if (r.len != 0)
		return malformed("bytes after its end", err);
	return 0;
}

static int
check_fields(const struct fields *f, const char *ns, struct ir_err *err)
{
	if (!ir_wire_is(f->ns, ns))
		return ir_fail(err, IR_EFORMAT,
		    "signature is for namespace \"%.*s\", not \"%s\"",
		    IR_WIRE_ARG(f->ns), ns);
	if (f->reserved.len != 0)
		return malformed("its reserved field is not empty", err);
	if (hash_algo(f->hash) == 0)
		return ir_fail(err, IR_EFORMAT,
		    "signature uses hash \"%.*s\"; only sha512 and sha256 are "
		    "allowed",
		    IR_WIRE_ARG(f->hash));
	return 0;
}

int
ir_sshsig_verify(const char *armor, size_t len, const char *ns, const void *p,
    size_t n, struct ir_sshsig *out, struct ir_err *err)
{
	ir_auto_buf struct ir_buf blob = IR_BUF_INIT;
	ir_auto_buf struct ir_buf tbs = IR_BUF_INIT;
	struct ir_wire r;
	struct fields f;

	*out = (struct ir_sshsig){0};
	if (dearmor(armor, len, &blob, err) == -1)
		return -1;
	r.p = (const uint8_t *)blob.p;
	r.len = blob.len;
	if (split(r, &f, err) == -1 || check_fields(&f, ns, err) == -1)
		return -1;
	put_signed(&tbs, ns, f.hash, hash_algo(f.hash), p, n);
	if (ir_buf_ok(&tbs, err) == -1 ||
	    ir_pubkey_verify(f.key, tbs.p, tbs.len, f.sig, &out->sk, err) == -1)
		return -1;
	out->blob = malloc(f.key.len);
	if (!out->blob)
		return ir_fail_mem(err);
	memcpy(out->blob, f.key.p, f.key.len);
	out->len = f.key.len;
	return 0;
}

void
ir_sshsig_free(struct ir_sshsig *s)
{
	free(s->blob);
	*s = (struct ir_sshsig){0};
}
