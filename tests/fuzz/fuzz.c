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
