/* SPDX-License-Identifier: ISC
 *
 * Whom an age file is encrypted to: see age.h.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/text.h"
#include "crypto/agekeys.h"
#include "crypto/bech32.h"
#include "crypto/signerline.h"
#include "crypto/x25519.h"

struct ir_age_recipients *
ir_age_recipients_new(struct ir_err *err)
{
	struct ir_age_recipients *r = calloc(1, sizeof(*r));

	if (r == NULL ||
	    (r->v = calloc(IR_MAX_AGE_KEYS, sizeof(r->v[0]))) == NULL) {
		free(r);
		ir_fail_mem(err);
		return NULL;
	}
	return r;
}

void
ir_age_recipients_free(struct ir_age_recipients *r)
{
	if (r == NULL)
		return;
	free(r->v);
	free(r);
}

static bool
is_private(const char *s)
{
	return ir_starts(s, "AGE-SECRET-KEY-") || ir_starts(s, "AGE-PLUGIN-") ||
	       (ir_starts(s, "-----BEGIN ") && strstr(s, "PRIVATE KEY"));
}

/* Not the name of a file. */
static bool
is_public(const char *s)
{
	return ir_starts(s, "age1") ||
	       ((ir_starts(s, "ssh-") || ir_starts(s, "ecdsa-") ||
		    ir_starts(s, "sk-")) &&
		   strpbrk(s, " \t") != NULL);
}

/* A point of low order would give the file to everyone. */
static int
check_point(const uint8_t u[32], struct ir_err *err)
{
	static const uint8_t any[32] = {1};
	uint8_t out[32];

	return ir_x25519(any, u, out, err);
}

static int
parse_x25519(const char *s, struct ir_age_public *to, struct ir_err *err)
{
	if (!ir_bech32_key(s, strlen(s), "age", false, to->u))
		return ir_fail(err, IR_EFORMAT,
		    "not an X25519 recipient as age-keygen -y prints (perhaps "
		    "mistyped, or of a plugin, or post-quantum)");
	return check_point(to->u, err);
}

static int
parse_ssh(const char *s, struct ir_age_public *to, struct ir_err *err)
{
	ir_auto_buf struct ir_buf blob = IR_BUF_INIT;
	ir_auto_free char *copy = strdup(s);

	if (copy == NULL)
		return ir_fail_mem(err);
	if (ir_signer_key_parse(copy, &blob, err) == -1)
		return -1;
	return ir_age_public_ssh(
	    (struct ir_wire){(const uint8_t *)blob.p, blob.len}, to, err);
}

static bool
is_signer(const char *s)
{
	ir_auto_free char *copy = strdup(s);
	struct ir_signer one = {0};
	struct ir_err ignored;
	bool is = copy != NULL && ir_signer_parse(copy, &one, &ignored) == 0 &&
		  one.principals != NULL;

	ir_signer_clear(&one);
	return is;
}

/* One key, which is never echoed: it may be a private one. */
static int
add_key(struct ir_age_recipients *r, const char *s, struct ir_err *err)
{
	struct ir_age_public *to = &r->v[r->n];

	if (is_private(s))
		return ir_fail(err, IR_EFORMAT,
		    "a private key; encrypt to its public half, and show this "
		    "one to nobody");
	if (r->n == IR_MAX_AGE_KEYS)
		return ir_fail(err, IR_EFORMAT, "more than %u recipients",
		    IR_MAX_AGE_KEYS);
	if (is_signer(s))
		return ir_fail(err, IR_EFORMAT,
		    "that is a line of allowed_signers: give the public key "
		    "file");
	if ((ir_starts(s, "age1") ? parse_x25519(s, to, err)
				  : parse_ssh(s, to, err)) == -1) {
		memset(to, 0, sizeof(*to));
		return -1;
	}
	r->n++;
	return 0;
}

static int
add_lines(struct ir_age_recipients *r, const char *path, char *text,
    struct ir_err *err)
{
	size_t before = r->n;
	unsigned number = 0;
	char *line;

	if (is_private(text))
		return ir_fail(err, IR_EFORMAT,
		    "%s: a private key; name the file of its public half",
		    path);
	while ((line = strsep(&text, "\n")) != NULL) {
		number++;
		line[strcspn(line, "\r")] = '\0';
		if (*line == '\0' || *line == '#')
			continue;
		if (add_key(r, line, err) == -1)
			return ir_wrap(err, "%s: line %u", path, number);
	}
	return r->n > before
		   ? 0
		   : ir_fail(err, IR_EFORMAT, "%s: no public key in it", path);
}

int
ir_age_recipients_add(
    struct ir_age_recipients *r, const char *text, struct ir_err *err)
{
	ir_auto_free char *content = NULL;
	size_t n;

	if (is_private(text))
		return add_key(r, text, err);
	if (is_public(text))
		return add_key(r, text, err) == -1
			   ? ir_wrap(err, "recipient %.80s", text)
			   : 0;
	content = ir_read_file(text, IR_MAX_KEY_FILE, &n, err);
	if (content == NULL && err->code == IR_ENOENT)
		return ir_fail(err, IR_ENOENT,
		    "%.200s: neither a public key (age1..., or ssh-ed25519 "
		    "AAAA...) nor a file of them",
		    text);
	if (content == NULL)
		return -1;
	if (memchr(content, '\0', n) != NULL)
		return ir_fail(
		    err, IR_EFORMAT, "%s: not a file of public keys", text);
	return add_lines(r, text, content, err);
}
