/* SPDX-License-Identifier: ISC
 *
 * What the fuzz targets share: see fuzz.h.
 */
#include "tests/fuzz/fuzz.h"

#include <string.h>

const uint8_t fuzz_alice[51] =
    "\0\0\0\x0bssh-ed25519\0\0\0\x20"
    "\xd7\x5a\x98\x01\x82\xb1\x0a\xb7\xd5\x4b\xfe\xd3\xc9\x64\x07\x3a"
    "\x0e\xe1\x72\xf3\xda\xa6\x23\x25\xaf\x02\x1a\x68\xf7\x07\x51\x1a";

struct memory {
	struct ir_source source;
	const uint8_t *p;
	size_t n, piece;
};

static ssize_t
memory_read(struct ir_source *s, void *p, size_t n, struct ir_err *err)
{
	struct memory *m = (struct memory *)s;

	(void)err;
	m->piece = m->piece * 5 % 1021; /* 1, 5, 25, ... 1020 and again */
	if (n > m->piece)
		n = m->piece;
	if (n > m->n)
		n = m->n;
	if (n == 0)
		return 0;
	memcpy(p, m->p, n);
	m->p += n;
	m->n -= n;
	return (ssize_t)n;
}

static void
memory_close(struct ir_source *s)
{
	free(s);
}

struct ir_source *
fuzz_source(const uint8_t *p, size_t n)
{
	struct memory *m = malloc(sizeof(*m));

	FUZZ_HOLDS(m != NULL);
	*m = (struct memory){{memory_read, memory_close}, p, n, 1};
	return &m->source;
}

char *
fuzz_text(const uint8_t *p, size_t n)
{
	char *text = malloc(n + 1);

	FUZZ_HOLDS(text != NULL);
	if (n > 0)
		memcpy(text, p, n);
	text[n] = '\0';
	return text;
}

void
fuzz_put(struct ir_buf *b, const char *key, const char *value)
{
	char *at = b->len > 0 ? strstr(b->p, key) : NULL, *end;
	struct ir_buf out = IR_BUF_INIT;

	if (at == NULL)
		return;
	at += strlen(key);
	end = at + strspn(at, "0123456789nul");
	if (*at == '"' && (end = strchr(at + 1, '"')) != NULL)
		end++;
	if (end == NULL || end == at)
		return;
	ir_buf_add(&out, b->p, (size_t)(at - b->p));
	ir_buf_puts(&out, value);
	ir_buf_add(&out, end, b->len - (size_t)(end - b->p));
	FUZZ_HOLDS(!out.failed);
	ir_buf_free(b);
	*b = out;
}

void
fuzz_put_hash(struct ir_buf *b, const char *key, const char *hash)
{
	char value[IR_SHA256_HEX + 2];

	snprintf(
	    value, sizeof(value), hash[0] != '\0' ? "\"%s\"" : "null%s", hash);
	fuzz_put(b, key, value);
}

void
fuzz_journal(
    const char *p, size_t n, struct ir_buf *b, char head[IR_SHA256_HEX])
{
	for (unsigned seq = 0; n > 0; seq++) {
		const char *lf = memchr(p, '\n', n);
		size_t len = lf != NULL ? (size_t)(lf + 1 - p) : n;
		struct ir_buf line = IR_BUF_INIT;
		char number[16];

		ir_buf_add(&line, p, len);
		snprintf(number, sizeof(number), "%u", seq);
		fuzz_put(&line, "{\"seq\":", number);
		fuzz_put_hash(&line, ",\"prev\":", head);
		ir_sha256_mem(line.p, line.len, head);
		ir_buf_add(b, line.p, line.len);
		ir_buf_free(&line);
		p += len;
		n -= len;
	}
	FUZZ_HOLDS(!b->failed);
}

const struct ir_key *
fuzz_key(void)
{
	static struct ir_key *key;
	struct ir_err err;

	if (key == NULL)
		key = ir_key_fresh(&err);
	FUZZ_HOLDS(key != NULL);
	return key;
}

const struct ir_signers *
fuzz_signers(void)
{
	static struct ir_signers *signers;
	struct ir_err err;

	if (signers == NULL) {
		char *key = ir_key_public(fuzz_key(), &err);
		struct ir_buf b = IR_BUF_INIT;

		ir_buf_printf(&b, "*@lab %s\n", key != NULL ? key : "");
		signers = ir_signers_parse(b.p, b.len, "signers", &err);
		ir_buf_free(&b);
		free(key);
	}
	FUZZ_HOLDS(signers != NULL);
	return signers;
}
