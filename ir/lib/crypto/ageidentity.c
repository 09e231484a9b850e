/* SPDX-License-Identifier: ISC
 *
 * Who opens an age file: see age.h.
 */
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "crypto/agekeys.h"
#include "crypto/bech32.h"
#include "crypto/keyfile.h"
#include "crypto/secret.h"
#include "crypto/x25519.h"

#define SECRET_KEY "AGE-SECRET-KEY-"

void
ir_age_identity_free(struct ir_age_identity *i)
{
	if (i == NULL)
		return;
	gcry_free(i->v);
	free(i);
}

/* Room for n keys. */
static struct ir_age_identity *
new_identity(size_t n, struct ir_err *err)
{
	struct ir_age_identity *i = calloc(1, sizeof(*i));

	if (i == NULL) {
		ir_fail_mem(err);
		return NULL;
	}
	i->v = ir_secret_new(n * sizeof(i->v[0]), err);
	if (i->v != NULL)
		return i;
	free(i);
	return NULL;
}

/* How long the line at s is, and where the next begins. */
static size_t
line_at(const char *s, const char **next)
{
	size_t n = strcspn(s, "\n");

	*next = s[n] == '\n' ? s + n + 1 : s + n;
	return n > 0 && s[n - 1] == '\r' ? n - 1 : n;
}

static bool
is_comment(const char *s, size_t n)
{
	return n == 0 || *s == '#';
}

/* How many keys an identity file of age's has; 0 if it is not one. */
static size_t
count_lines(const char *s)
{
	size_t keys = 0, n;

	for (const char *next; *s != '\0'; s = next) {
		n = line_at(s, &next);
		if (is_comment(s, n))
			continue;
		if (keys == 0 && !ir_starts(s, "AGE-"))
			return 0;
		keys++;
	}
	return keys;
}

/* Lines are named, but never shown. */
static int
add_lines(struct ir_age_identity *i, const char *path, const char *s,
    struct ir_err *err)
{
	unsigned number = 1;
	size_t n;

	for (const char *next; *s != '\0'; s = next, number++) {
		struct ir_age_secret *to = &i->v[i->n];

		n = line_at(s, &next);
		if (is_comment(s, n))
			continue;
		if (!ir_bech32_key(s, n, SECRET_KEY, true, to->scalar))
			return ir_fail(err, IR_EFORMAT,
			    "%s: line %u is not an X25519 identity as "
			    "age-keygen makes (perhaps damaged, or of a "
			    "plugin, or post-quantum)",
			    path, number);
		if (ir_x25519(to->scalar, NULL, to->public.u, err) == -1)
			return ir_wrap(err, "%s: line %u", path, number);
		i->n++;
	}
	return 0;
}

static struct ir_age_identity *
from_lines(const char *path, const char *text, size_t n, struct ir_err *err)
{
	struct ir_age_identity *i;

	if (n > IR_MAX_AGE_KEYS) {
		ir_fail(err, IR_EFORMAT, "%s: more than %u keys", path,
		    IR_MAX_AGE_KEYS);
		return NULL;
	}
	i = new_identity(n, err);
	if (i == NULL || add_lines(i, path, text, err) == 0)
		return i;
	ir_age_identity_free(i);
	return NULL;
}

static struct ir_age_identity *
from_ssh(const struct ir_keyfile *f, struct ir_err *err)
{
	struct ir_age_identity *i = new_identity(1, err);
	struct ir_wire blob = {(const uint8_t *)f->public.p, f->public.len};

	if (i == NULL)
		return NULL;
	ir_x25519_secret(f->pair->seed, i->v[0].scalar);
	if (ir_age_public_ssh(blob, &i->v[0].public, err) == -1) {
		ir_age_identity_free(i);
		return NULL;
	}
	i->n = 1;
	return i;
}

/* What ssh-agent may hold is of no use here. */
static void
no_agent(const char *path, const char *text, struct ir_err *err)
{
	struct ir_err why = *err;

	if (ir_starts(text, "age1") || ir_starts(text, "ssh-"))
		ir_fail(err, IR_EFORMAT,
		    "%s: a public key; only its private half decrypts", path);
	else
		ir_fail(err, IR_EFORMAT,
		    "%s, and ssh-agent cannot decrypt; decrypt with age -d -i "
		    "%s, or name an Ed25519 key without a passphrase",
		    why.msg, path);
}

struct ir_age_identity *
ir_age_identity_load(const char *path, struct ir_err *err)
{
	struct ir_age_identity *i = NULL;
	struct ir_keyfile f;
	struct ir_buf text = IR_BUF_INIT;
	size_t n;
	int rc;

	if (ir_keyfile_text(path, &text, err) != 0) {
		ir_keyfile_wipe(&text);
		return NULL;
	}
	n = count_lines(text.p);
	if (n > 0 && strlen(text.p) != text.len)
		ir_fail(err, IR_EFORMAT, "%s: a NUL in it", path);
	else if (n > 0)
		i = from_lines(path, text.p, n, err);
	else {
		rc = ir_keyfile_parse(path, &text, &f, err);
		if (rc == 0)
			i = from_ssh(&f, err);
		else if (rc == 1)
			no_agent(path, text.p, err);
		ir_keyfile_clear(&f);
	}
	ir_keyfile_wipe(&text);
	return i;
}
