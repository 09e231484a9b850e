/* SPDX-License-Identifier: ISC
 *
 * Custody entries, one a line.  Those that say so in their usual form are given
 * the hashes of the one before, since no mutation could.  With '+' before it
 * alice signs the entry, which takes its time; with '!' it gets the signature
 * of the one before, and with '=' it is signed as it is.
 */
#include <string.h>

#include "base/buf.h"
#include "bundle/check.h"
#include "tests/fuzz/fuzz.h"

#define MAX_ENTRIES 8

static struct ir_item *
put(struct ir_check *c, const char *path, const char *text, size_t n)
{
	struct ir_err err;
	struct ir_item *it = ir_items_add(&c->items, path, &err);

	FUZZ_HOLDS(it != NULL);
	it->here = true;
	ir_items_text(it, fuzz_text((const uint8_t *)text, n), n);
	return it;
}

/* What the entry says that it is, if that can be in a name. */
static void
name_of(char name[64], unsigned seq, const struct ir_buf *b)
{
	const char *type = b->len > 0 ? strstr(b->p, "\"type\":\"") : NULL;
	size_t n = 0;

	if (type != NULL) {
		type += strlen("\"type\":\"");
		n = strspn(type, "abcdefghijklmnopqrstuvwxyz-");
	}
	if (n == 0 || n > 30) {
		type = "open";
		n = 4;
	}
	snprintf(name, 64, "custody/%04u-%.*s.json", seq, (int)n, type);
}

/* One entry; before is the item of the one before it, or NULL. */
static struct ir_item *
entry(struct ir_check *c, unsigned seq, const char *line, size_t n,
    struct ir_item *before, char **sig)
{
	struct ir_buf b = IR_BUF_INIT;
	char how = n > 0 ? line[0] : ' ', name[64];
	struct ir_item *it;
	struct ir_err err;
	char sig_hash[IR_SHA256_HEX] = "";

	if (n > 0 && strchr("+!=", how) != NULL) {
		line++;
		n--;
	}
	ir_buf_add(&b, line, n);
	ir_buf_puts(&b, "\n");
	if (*sig != NULL)
		ir_sha256_mem(*sig, strlen(*sig), sig_hash);
	if (how != '=') {
		fuzz_put_hash(
		    &b, "\"prev\":", before != NULL ? before->found : "");
		fuzz_put_hash(&b, "\"prev_sig\":", sig_hash);
	}
	name_of(name, seq, &b);
	it = put(c, name, b.p, b.len);
	if (how != '!') {
		free(*sig);
		*sig = NULL;
		if (how == '+' || how == '=')
			*sig = ir_sshsig_sign(
			    fuzz_key(), IR_NS_CUSTODY, b.p, b.len, &err);
	}
	ir_buf_free(&b);
	snprintf(name + strlen(name), 5, ".sig");
	if (*sig != NULL)
		put(c, name, *sig, strlen(*sig));
	return it;
}

/* Whether any of them is not signed, or by the signature of another. */
static bool
put_all(struct ir_check *c, const uint8_t *p, size_t n)
{
	struct ir_item *before = NULL;
	char *sig = NULL;
	bool spoilt = false;

	for (unsigned seq = 0; n > 0 && seq < MAX_ENTRIES; seq++) {
		const uint8_t *lf = memchr(p, '\n', n);
		size_t len = lf != NULL ? (size_t)(lf - p) : n;

		spoilt |= len == 0 || (*p != '+' && *p != '=');
		before = entry(c, seq, (const char *)p, len, before, &sig);
		p += len + (lf != NULL);
		n -= len + (lf != NULL);
	}
	free(sig);
	ir_items_sort(&c->items);
	return spoilt;
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct ir_verify_options o = {.signers = fuzz_signers()};
	struct ir_check c = {.dirfd = -1, .o = &o, .sealed = true};
	struct ir_err err = {0};
	bool spoilt;

	c.faults = (struct ir_faults){json_array(), IR_VALID};
	c.summary = json_object();
	c.acts = json_array();
	spoilt = put_all(&c, p, n);
	FUZZ_HOLDS(ir_check_custody(&c, &err) == 0);
	if (c.open != NULL && c.faults.worst < IR_HOSTILE)
		FUZZ_HOLDS(ir_check_history(&c, &err) == 0);
	FUZZ_HOLDS(!c.holder.disposed || ir_holder_name(&c.holder)[0] == '\0');
	if (c.faults.worst == IR_VALID) {
		FUZZ_HOLDS(!spoilt && c.open != NULL);
		FUZZ_HOLDS(strlen(c.uuid) == 36);
	}
	ir_items_free(&c.items);
	json_decref(c.open);
	json_decref(c.seal);
	json_decref(c.summary);
	json_decref(c.acts);
	ir_holder_free(&c.holder);
	json_decref(c.faults.list);
	return 0;
}
