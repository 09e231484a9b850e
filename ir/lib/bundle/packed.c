/* SPDX-License-Identifier: ISC
 *
 * A bundle in one file: see packed.h.
 */
#include "bundle/packed.h"

#include <stdlib.h>
#include <string.h>

#include "archive/zstd.h"
#include "base/file.h"
#include "base/text.h"
#include "bundle/bag.h"
#include "bundle/manifest.h"

/* A tar's first header says "ustar" here (POSIX.1-2017, pax). */
#define USTAR_AT 257
#define LOOK_AT  512

/* A source whose first bytes were looked at, and are given once more. */
struct peek {
	struct ir_source source;
	struct ir_source *below;
	size_t at, n; /* of these, what is still to be given */
	char bytes[LOOK_AT];
};

static ssize_t
peek_read(struct ir_source *s, void *p, size_t n, struct ir_err *err)
{
	struct peek *k = (struct peek *)s;

	if (k->at == k->n)
		return k->below->read(k->below, p, n, err);
	if (n > k->n - k->at)
		n = k->n - k->at;
	memcpy(p, k->bytes + k->at, n);
	k->at += n;
	return (ssize_t)n;
}

static void
peek_close(struct ir_source *s)
{
	struct peek *k = (struct peek *)s;

	k->below->close(k->below);
	free(k);
}

/* Takes below, in a failure too. */
static struct peek *
peek(struct ir_source *below, struct ir_err *err)
{
	struct peek *k = calloc(1, sizeof(*k));
	ssize_t n;

	if (k == NULL) {
		below->close(below);
		ir_fail_mem(err);
		return NULL;
	}
	k->source = (struct ir_source){peek_read, peek_close};
	k->below = below;
	if ((n = ir_source_full(below, k->bytes, LOOK_AT, err)) == -1) {
		peek_close(&k->source);
		return NULL;
	}
	k->n = (size_t)n;
	return k;
}

static bool
begins(const struct peek *k, const char *magic, size_t len)
{
	return k->n >= len && memcmp(k->bytes, magic, len) == 0;
}

/* What is within the encryption, if k is encrypted.  Takes k. */
static struct peek *
decrypt(struct peek *k, const struct ir_age_identity *id, const char *name,
    struct ir_err *err)
{
	struct ir_source *s;

	if (!begins(k, IR_AGE_MAGIC, IR_AGE_MAGIC_LEN))
		return k;
	if (id == NULL) {
		ir_fail(err, IR_EPERM,
		    "%s: is encrypted: name your private key with -i", name);
		peek_close(&k->source);
		return NULL;
	}
	s = ir_age_decrypt(&k->source, id, name, err);
	return s != NULL ? peek(s, err) : NULL;
}

static struct peek *
decompress(struct peek *k, const char *name, struct ir_err *err)
{
	struct ir_source *s;

	if (!begins(k, IR_ZSTD_MAGIC, IR_ZSTD_MAGIC_LEN))
		return k;
	s = ir_zstd_source(&k->source, name, err);
	return s != NULL ? peek(s, err) : NULL;
}

struct ir_source *
ir_packed_source(struct ir_source *src, const char *name,
    const struct ir_age_identity *id, struct ir_err *err)
{
	struct peek *k = peek(src, err);

	if (k == NULL || (k = decrypt(k, id, name, err)) == NULL ||
	    (k = decompress(k, name, err)) == NULL)
		return NULL;
	if (k->n == LOOK_AT && memcmp(k->bytes + USTAR_AT, "ustar", 5) == 0)
		return &k->source;
	ir_fail(err, IR_EFORMAT,
	    "%s: is no tar, nor one compressed with zstd or encrypted with age",
	    name);
	peek_close(&k->source);
	return NULL;
}

struct ir_source *
ir_packed_open(
    const char *path, const struct ir_age_identity *id, struct ir_err *err)
{
	const char *name = strcmp(path, "-") == 0 ? "standard input" : path;
	struct ir_source *s;
	int fd = ir_open_input(path, err);

	if (fd == -1)
		return NULL;
	s = ir_source_fd(fd, name, err);
	return s != NULL ? ir_packed_source(s, name, id, err) : NULL;
}

int
ir_packed_rank(const char *path)
{
	if (ir_starts(path, "custody/"))
		return 0;
	if (ir_starts(path, "journal/"))
		return 1;
	if (strcmp(path, IR_TAGMANIFEST) == 0)
		return 2;
	if (strcmp(path, IR_MANIFEST) == 0)
		return 3;
	return ir_starts(path, "data/") ? IR_PACKED_PAYLOAD : 4;
}

bool
ir_packed_has(const char *path, bool sealed)
{
	return ir_packed_rank(path) == IR_PACKED_PAYLOAD ||
	       ir_bag_knows(path) || (!sealed && ir_bag_unfinished(path));
}
