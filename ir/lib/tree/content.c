/* SPDX-License-Identifier: ISC
 *
 * Contents of files in a tar, and their digests: see content.h.
 */
#include "tree/content.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"

static void
put64(uint8_t out[8], uint64_t v)
{
	for (int i = 7; i >= 0; i--, v >>= 8)
		out[i] = (uint8_t)v;
}

static void
hash_number(struct ir_sha256 *d, uint64_t v)
{
	uint8_t b[8];

	put64(b, v);
	ir_sha256_update(d, b, sizeof(b));
}

void
ir_tree_hash_xattrs(
    struct ir_tree_hashers *h, const struct ir_tar_member *m, uint8_t *out)
{
	struct ir_sha256 *d = h->data;

	bool any = false;

	ir_sha256_reset(d);
	for (size_t i = 0; i < m->nxattrs; i++) {
		const struct ir_tar_xattr *x = &m->xattrs[i];

		/* The host's, who gives it to every file. */
		if (strcmp(x->name, "security.selinux") == 0)
			continue;
		any = true;
		ir_sha256_update(d, x->name, strlen(x->name) + 1);
		hash_number(d, x->len);
		ir_sha256_update(d, x->value, x->len);
	}
	if (any)
		ir_sha256_raw(d, out);
}

static void
hash_zeros(struct ir_tree_hashers *h, uint64_t n)
{
	static const char zeros[4096];

	for (; n > 0; n -= n < sizeof(zeros) ? n : sizeof(zeros))
		ir_sha256_update(
		    h->data, zeros, n < sizeof(zeros) ? n : sizeof(zeros));
}

/* The content of a file into data, with its holes if they are to be filled;
 * where its pieces lie into map. */
static int
hash_pieces(struct ir_tar *tar, const struct ir_tar_member *m, bool fill,
    struct ir_tree_hashers *h, struct ir_err *err)
{
	const void *p;
	size_t n;
	uint64_t at, want = 0, total = 0;
	int rc;

	ir_sha256_reset(h->data);
	ir_sha256_reset(h->map);
	while ((rc = ir_tar_data(tar, &p, &n, &at, err)) == 1) {
		if (at != want || total == 0) {
			hash_number(h->map, total);
			hash_number(h->map, at);
		}
		if (fill)
			hash_zeros(h, at - want);
		ir_sha256_update(h->data, p, n);
		total += n;
		want = at + n;
	}
	if (fill)
		hash_zeros(h, m->size - want);
	return rc;
}

int
ir_tree_hash_content(struct ir_tar *tar, const struct ir_tar_member *m,
    struct ir_tree_hashers *h, struct ir_node *node, struct ir_err *err)
{
	bool fill = m->sparse && m->size <= h->zeros;

	if (hash_pieces(tar, m, fill, h, err) == -1)
		return -1;
	ir_sha256_raw(h->data, node->sha256);
	if (fill) {
		h->zeros -= m->size;
		node->sparse = false;
	}
	if (node->sparse) {
		hash_number(h->map, m->size);
		ir_sha256_update(h->map, node->sha256, sizeof(node->sha256));
		ir_sha256_raw(h->map, node->sha256);
	}
	return 0;
}

static int
read_at(
    int fd, char *p, size_t n, int64_t at, const char *name, struct ir_err *err)
{
	while (n > 0) {
		ssize_t got = pread(fd, p, n, at);

		if (got == -1 && errno == EINTR)
			continue;
		if (got == -1)
			return ir_fail_errno(err, "%s: cannot read", name);
		if (got == 0)
			return ir_fail(
			    err, IR_EFORMAT, "%s: is gone from the tar", name);
		p += got;
		n -= (size_t)got;
		at += got;
	}
	return 0;
}

char *
ir_tree_slurp(
    int fd, const struct ir_node *node, const char *name, struct ir_err *err)
{
	size_t n = (size_t)node->size;
	char want[IR_SHA256_HEX], got[IR_SHA256_HEX];
	char *out = malloc(n + 1);

	if (out == NULL) {
		ir_fail_mem(err);
		return NULL;
	}
	if (read_at(fd, out, n, node->at, name, err) == -1) {
		free(out);
		return NULL;
	}
	out[n] = '\0';
	ir_sha256_mem(out, n, got);
	ir_hex(want, node->sha256, sizeof(node->sha256));
	if (strcmp(got, want) == 0)
		return out;
	ir_fail(err, IR_EFORMAT, "%s: the tar changed while it was read", name);
	free(out);
	return NULL;
}
