/* SPDX-License-Identifier: ISC
 *
 * A manifest, read as that of the payload and as that of the tags.
 */
#include <string.h>

#include "base/buf.h"
#include "bundle/manifest.h"
#include "bundle/names.h"
#include "tests/fuzz/fuzz.h"

/* What was read without a fault is what would be written. */
static void
same(const struct ir_items *l, const char *text, size_t n)
{
	struct ir_buf b = IR_BUF_INIT;

	for (size_t i = 0; i < l->n; i++) {
		FUZZ_HOLDS(ir_bundle_path_ok(l->v[i]->path));
		ir_manifest_line(&b, l->v[i]->listed, l->v[i]->path);
	}
	FUZZ_HOLDS(!b.failed && b.len == n);
	FUZZ_HOLDS(n == 0 || memcmp(b.p, text, n) == 0);
	ir_buf_free(&b);
}

static void
read_as(bool payload, const uint8_t *p, size_t n)
{
	char name[] = IR_MANIFEST;
	struct ir_item it = {
	    .path = name, .here = true, .size = n, .text = fuzz_text(p, n)};
	struct ir_faults f = {json_array(), IR_VALID};
	struct ir_items l = {0};
	struct ir_err err = {0};

	FUZZ_HOLDS(ir_manifest_read(&it, payload, &l, &f, &err) == 0);
	if (f.worst == IR_VALID)
		same(&l, it.text, n);
	else
		FUZZ_HOLDS(json_array_size(f.list) > 0);
	ir_items_free(&l);
	json_decref(f.list);
	free(it.text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	read_as(true, p, n);
	read_as(false, p, n);
	return 0;
}
