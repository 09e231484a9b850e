/* SPDX-License-Identifier: ISC
 *
 * bundle/manifest: the longest name there may be, and one longer.
 */
#include "tests/unit/unit.h"

#include "base/buf.h"
#include "base/limits.h"
#include "bundle/manifest.h"

/* The worst of what is found in a manifest of one file, whose name has that
 * many bytes. */
static enum ir_verdict
judge(size_t len)
{
	ir_auto_buf struct ir_buf path = IR_BUF_INIT, text = IR_BUF_INIT;
	char name[] = IR_MANIFEST, hash[] = "0123456789abcdef0123456789abcdef"
					    "0123456789abcdef0123456789abcdef";
	struct ir_item it = {.path = name, .here = true};
	struct ir_faults f = {json_array(), IR_VALID};
	struct ir_items l = {0};
	struct ir_err err;

	ir_buf_puts(&path, "data");
	while (path.len < len)
		ir_buf_puts(&path, path.len % 200 == 4 ? "/" : "x");
	ir_manifest_line(&text, hash, path.p);
	it.text = text.p;
	it.size = text.len;
	assert_int_equal(ir_manifest_read(&it, true, &l, &f, &err), 0);
	assert_int_equal(ir_items_get(&l, path.p) != NULL, f.worst == IR_VALID);
	ir_items_free(&l);
	json_decref(f.list);
	return f.worst;
}

static void
test_long_names(void **state)
{
	(void)state;
	assert_int_equal(judge(10), IR_VALID);
	assert_int_equal(judge(IR_MAX_PATH - 1), IR_VALID);
	assert_int_equal(judge(IR_MAX_PATH), IR_HOSTILE);
	assert_int_equal(judge(IR_MAX_PATH + 1), IR_HOSTILE);
	assert_int_equal(judge(20 * IR_MAX_PATH), IR_HOSTILE);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_long_names),
};

UNIT_MAIN(tests)
