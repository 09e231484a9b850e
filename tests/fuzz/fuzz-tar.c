/* SPDX-License-Identifier: ISC
 *
 * A tar: whether it is whole, and its members, as of an engine's export or of a
 * packed bundle.
 */
#include <string.h>

#include "archive/reader.h"
#include "archive/tarend.h"
#include "tests/fuzz/fuzz.h"

#define MAX_MEMBERS 50

/* Whether it is whole does not depend on how it comes in. */
static bool
whole(const uint8_t *p, size_t n, size_t piece, uint64_t *members)
{
	struct ir_err err = {0};
	struct ir_tarend *t = ir_tarend_new(&err);
	bool ok;

	FUZZ_HOLDS(t != NULL);
	for (size_t i = 0; i < n; i += piece)
		ir_tarend_feed(t, p + i, n - i < piece ? n - i : piece);
	*members = ir_tarend_entries(t);
	ok = ir_tarend_check(t, &err) == 0;
	FUZZ_HOLDS(ok || (err.code == IR_EPROTO && err.msg[0] != '\0'));
	ir_tarend_free(t);
	return ok;
}

/* All of a member's content, in order and within its size. */
static int
content(struct ir_tar *t, const struct ir_tar_member *m, struct ir_err *err)
{
	uint64_t offset, at = 0;
	const void *p;
	size_t len;
	int rc;

	while ((rc = ir_tar_data(t, &p, &len, &offset, err)) == 1) {
		FUZZ_HOLDS(offset >= at);
		FUZZ_HOLDS(offset + len >= offset && offset + len <= m->size);
		FUZZ_HOLDS(m->sparse || offset == at);
		at = offset + len;
	}
	FUZZ_HOLDS(rc == -1 || m->sparse || at == m->size);
	return rc;
}

static bool
members(const uint8_t *p, size_t n, uint64_t *count)
{
	struct ir_err err = {0};
	struct ir_tar *t =
	    ir_tar_open(fuzz_source(p, n), MAX_MEMBERS, "tar", &err);
	const struct ir_tar_member *m;
	int rc = 0;

	*count = 0;
	if (t == NULL) {
		FUZZ_HOLDS(err.msg[0] != '\0');
		return false;
	}
	while (rc == 0 && (m = ir_tar_next(t, &err)) != NULL) {
		FUZZ_HOLDS(m->path != NULL && strchr("-dlcbph", m->type));
		FUZZ_HOLDS(
		    (m->link != NULL) == (m->type == 'l' || m->type == 'h'));
		FUZZ_HOLDS(m->type == '-' || m->size == 0);
		for (size_t i = 1; i < m->nxattrs; i++)
			FUZZ_HOLDS(strcmp(m->xattrs[i - 1].name,
				       m->xattrs[i].name) <= 0);
		FUZZ_HOLDS(++*count <= MAX_MEMBERS);
		rc = content(t, m, &err);
	}
	FUZZ_HOLDS(err.code == IR_OK || err.msg[0] != '\0');
	ir_tar_close(t);
	return rc == 0 && err.code == IR_OK;
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	uint64_t a, b, c;
	bool is_whole = whole(p, n, n + 1, &a);

	FUZZ_HOLDS(whole(p, n, 1, &b) == is_whole && a == b);
	FUZZ_HOLDS(whole(p, n, 509, &b) == is_whole && a == b);
	/* What is read to its end is whole, and nothing was left out. */
	if (members(p, n, &c))
		FUZZ_HOLDS(is_whole && a == c);
	return 0;
}
