/* SPDX-License-Identifier: ISC
 *
 * Revoked keys: see revoked.h.
 */
#include "crypto/revoked.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/limits.h"
#include "crypto/signerline.h"

struct ir_revoked {
	struct ir_buf *list;
	size_t n;
};

static int
add(struct ir_revoked *r, char *line, struct ir_err *err)
{
	struct ir_buf *list;

	line += strspn(line, " \t\r");
	if (*line == '\0' || *line == '#')
		return 0;
	list = reallocarray(r->list, r->n + 1, sizeof(*list));
	if (!list)
		return ir_fail_mem(err);
	r->list = list;
	list[r->n] = (struct ir_buf)IR_BUF_INIT;
	return ir_signer_key_parse(line, &list[r->n++], err);
}

static int
parse(struct ir_revoked *r, char *text, size_t n, const char *name,
    struct ir_err *err)
{
	static const char krl[] = "SSHKRL\n"; /* and its NUL */
	size_t number = 0;
	char *line;

	if (n >= sizeof(krl) && memcmp(text, krl, sizeof(krl)) == 0)
		return ir_fail(err, IR_EFORMAT,
		    "%s: a binary KRL, which is not supported: list the "
		    "revoked public keys, one a line",
		    name);
	if (strlen(text) != n)
		return ir_fail(err, IR_EFORMAT,
		    "%s: not a list of public keys: has a NUL in it", name);
	while ((line = strsep(&text, "\n"))) {
		number++;
		if (add(r, line, err) == -1)
			return ir_wrap(err, "%s:%zu", name, number);
	}
	return 0;
}

struct ir_revoked *
ir_revoked_load(const char *path, struct ir_err *err)
{
	size_t n;
	ir_auto_free char *text = ir_read_file(path, IR_MAX_SIGNERS, &n, err);
	struct ir_revoked *r;

	if (!text)
		return NULL;
	r = calloc(1, sizeof(*r));
	if (!r)
		ir_fail_mem(err);
	else if (parse(r, text, n, path, err) == -1) {
		ir_revoked_free(r);
		return NULL;
	}
	return r;
}

void
ir_revoked_free(struct ir_revoked *r)
{
	if (!r)
		return;
	for (size_t i = 0; i < r->n; i++)
		ir_buf_free(&r->list[i]);
	free(r->list);
	free(r);
}

bool
ir_revoked_has(const struct ir_revoked *r, const uint8_t *blob, size_t len)
{
	for (size_t i = 0; r && i < r->n; i++)
		if (r->list[i].len == len &&
		    memcmp(r->list[i].p, blob, len) == 0)
			return true;
	return false;
}
