/* SPDX-License-Identifier: ISC
 *
 * The responder's signing key: see key.h.
 */
#include "crypto/key.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "crypto/agent.h"
#include "crypto/digest.h"
#include "crypto/ed25519.h"
#include "crypto/keyfile.h"
#include "crypto/pubkey.h"
#include "crypto/sshwire.h"

/* A list of keys needs nobody's consent; to sign, a person may have to find
 * the token and touch it. */
#define LIST_MS 10000
#define SIGN_MS 60000

struct ir_key {
	struct ir_ed25519 *pair; /* NULL: the private half is in ssh-agent */
	struct ir_buf blob;
	char *comment;
};

static struct ir_wire
wire(const struct ir_buf *b)
{
	return (struct ir_wire){(const uint8_t *)b->p, b->len};
}

static struct ir_key *
new_key(struct ir_err *err)
{
	struct ir_key *k = calloc(1, sizeof(*k));

	if (!k)
		ir_fail_mem(err);
	return k;
}

/* Moves the contents of f. */
static struct ir_key *
from_file(struct ir_keyfile *f, struct ir_err *err)
{
	struct ir_key *k = new_key(err);

	if (k) {
		*k = (struct ir_key){f->pair, f->public, f->comment};
		*f = (struct ir_keyfile){.pair = NULL};
	}
	return k;
}

/* Moves the contents of a. */
static struct ir_key *
from_agent(struct ir_agent_key *a, struct ir_err *err)
{
	struct ir_key *k = new_key(err);

	if (k) {
		*k = (struct ir_key){NULL, a->blob, a->comment};
		*a = (struct ir_agent_key){.comment = NULL};
	}
	return k;
}

struct ir_key *
ir_key_fresh(struct ir_err *err)
{
	struct ir_keyfile f = {.pair = ir_ed25519_fresh(err)};
	struct ir_key *k = NULL;

	if (!f.pair)
		return NULL;
	ir_wire_put_string(&f.public, IR_ED25519, strlen(IR_ED25519));
	ir_wire_put_string(&f.public, f.pair->pub, sizeof(f.pair->pub));
	f.comment = ir_asprintf(err, "%s", "");
	if (f.comment && ir_buf_ok(&f.public, err) == 0)
		k = from_file(&f, err);
	ir_keyfile_clear(&f);
	return k;
}

/* The agent's key with that public half; else why, the reason for asking it,
 * gets the agent's own words. */
static struct ir_key *
find(struct ir_wire public, const struct ir_err *why, struct ir_err *err)
{
	struct ir_agent_keys keys = {NULL, 0};
	struct ir_key *k = NULL;
	struct ir_err no;
	int rc = ir_agent_list(&keys, LIST_MS, &no);

	for (size_t i = 0; rc == 0 && !k && i < keys.n; i++)
		if (keys.v[i].blob.len == public.len &&
		    memcmp(keys.v[i].blob.p, public.p, public.len) == 0) {
			k = from_agent(&keys.v[i], err);
			rc = 1;
		}
	ir_agent_keys_free(&keys);
	if (rc == -1)
		ir_fail(err, why->code, "%s (%s)", why->msg, no.msg);
	else if (rc == 0)
		ir_fail(err, why->code,
		    "%s (ssh-agent does not hold it, or is locked)", why->msg);
	return k;
}

/* By the public half in f, or in the file beside it. */
static struct ir_key *
by_public(const char *path, struct ir_keyfile *f, struct ir_err *err)
{
	ir_auto_free char *beside = NULL;
	struct ir_err why = *err;

	if (f->public.len == 0) {
		beside = ir_asprintf(err, "%s.pub", path);
		if (!beside || access(beside, F_OK) == -1) {
			*err = why;
			return NULL;
		}
		if (ir_keyfile_public(beside, &f->public, err) == -1)
			return NULL;
	}
	if (ir_pubkey_check(wire(&f->public), err) == -1) {
		ir_wrap(err, "%s", path);
		return NULL;
	}
	return find(wire(&f->public), &why, err);
}

struct ir_key *
ir_key_load(const char *path, struct ir_err *err)
{
	struct ir_keyfile f;
	struct ir_key *k = NULL;
	int rc = ir_keyfile_read(path, &f, err);

	if (rc == 0)
		k = from_file(&f, err);
	else if (rc == 1)
		k = by_public(path, &f, err);
	ir_keyfile_clear(&f);
	return k;
}

/* Several keys: who is asking must say which. */
static int
ambiguous(const struct ir_agent_keys *keys, struct ir_err *err)
{
	ir_auto_buf struct ir_buf list = IR_BUF_INIT;

	for (size_t i = 0; i < keys->n; i++) {
		struct ir_wire type = {0}, blob = wire(&keys->v[i].blob);
		ir_auto_free char *print =
		    ir_key_fingerprint(blob.p, blob.len, err);

		if (!print)
			return -1;
		ir_wire_key_type(blob.p, blob.len, &type);
		ir_buf_printf(&list, "%s%s %.64s (%.*s)", i > 0 ? ", " : "",
		    print, keys->v[i].comment, IR_WIRE_ARG(type));
	}
	if (ir_buf_ok(&list, err) == -1)
		return -1;
	return ir_fail(err, IR_EUSAGE,
	    "ssh-agent holds %zu keys: name the file of yours, or of its "
	    "public half, with --key: %s",
	    keys->n, list.p);
}

int
ir_key_agent(struct ir_key **k, struct ir_err *err)
{
	struct ir_agent_keys keys = {NULL, 0};
	int rc = 0;

	*k = NULL;
	if (!ir_agent_set())
		return 0;
	rc = ir_agent_list(&keys, LIST_MS, err);
	if (rc == 0 && keys.n > 1)
		rc = ambiguous(&keys, err);
	else if (rc == 0 && keys.n == 1) {
		*k = from_agent(&keys.v[0], err);
		rc = *k ? 0 : -1;
	}
	ir_agent_keys_free(&keys);
	return rc;
}

void
ir_key_free(struct ir_key *k)
{
	if (!k)
		return;
	ir_ed25519_free(k->pair);
	ir_buf_free(&k->blob);
	free(k->comment);
	free(k);
}

const char *
ir_key_comment(const struct ir_key *k)
{
	return k->comment;
}

const uint8_t *
ir_key_blob(const struct ir_key *k, size_t *len)
{
	*len = k->blob.len;
	return (const uint8_t *)k->blob.p;
}

char *
ir_key_public(const struct ir_key *k, struct ir_err *err)
{
	struct ir_buf b = IR_BUF_INIT;
	struct ir_wire type = {0};

	ir_wire_key_type((const uint8_t *)k->blob.p, k->blob.len, &type);
	ir_buf_add(&b, type.p, type.len);
	ir_buf_puts(&b, " ");
	ir_base64(&b, k->blob.p, k->blob.len, 0);
	return ir_buf_take(&b, err);
}

char *
ir_key_fingerprint(const uint8_t *blob, size_t len, struct ir_err *err)
{
	struct ir_sha256 *d = ir_sha256_new(err);
	struct ir_buf b = IR_BUF_INIT;
	uint8_t raw[IR_SHA256_LEN];

	if (!d)
		return NULL;
	ir_sha256_update(d, blob, len);
	ir_sha256_raw(d, raw);
	ir_sha256_free(d);
	ir_buf_puts(&b, "SHA256:");
	ir_base64(&b, raw, sizeof(raw), 0);
	while (b.len > 0 && b.p[b.len - 1] == '=')
		b.p[--b.len] = '\0';
	return ir_buf_take(&b, err);
}

/* An agent that signs something else, or with something else, would leave a
 * bundle that nobody can verify. */
static int
sign_by_agent(const struct ir_key *k, const void *p, size_t n,
    struct ir_buf *sig, struct ir_err *err)
{
	ir_auto_buf struct ir_buf made = IR_BUF_INIT;
	struct ir_sk sk;

	if (ir_agent_sign(wire(&k->blob), p, n, &made, SIGN_MS, err) == -1)
		return -1;
	if (ir_pubkey_verify(wire(&k->blob), p, n, wire(&made), &sk, err) ==
	    -1) {
		ir_wrap(err, "its signature is of no use");
		err->code = IR_EPROTO;
		return -1;
	}
	ir_buf_add(sig, made.p, made.len);
	return ir_buf_ok(sig, err);
}

int
ir_key_sign(const struct ir_key *k, const void *p, size_t n, struct ir_buf *sig,
    struct ir_err *err)
{
	uint8_t raw[64];

	if (!k->pair) {
		ir_auto_free char *print = ir_key_fingerprint(
		    (const uint8_t *)k->blob.p, k->blob.len, err);

		if (!print)
			return -1;
		return sign_by_agent(k, p, n, sig, err) == -1
			   ? ir_wrap(err, "ssh-agent did not sign with %s %s",
				 print, k->comment)
			   : 0;
	}
	if (ir_ed25519_sign(k->pair, p, n, raw, err) == -1)
		return -1;
	ir_wire_put_string(sig, IR_ED25519, strlen(IR_ED25519));
	ir_wire_put_string(sig, raw, sizeof(raw));
	return ir_buf_ok(sig, err);
}
