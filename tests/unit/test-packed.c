/* SPDX-License-Identifier: ISC
 *
 * packed, export, import: what a packed bundle is made of, what is around it,
 * and that it comes back as it went.
 */
#include "tests/unit/unit.h"

#include <fcntl.h>
#include <unistd.h>

#include "bundle/export.h"
#include "bundle/import.h"
#include "bundle/packed.h"
#include "tests/unit/bundletest.h"

static void
test_rank(void **state)
{
	static const char *const order[] = {"custody/0000-open.json",
	    "journal/0001-ir-x.jsonl", "tagmanifest-sha256.txt",
	    "manifest-sha256.txt", "bagit.txt", "data/a"};

	(void)state;
	for (int i = 0; i <= IR_PACKED_PAYLOAD; i++)
		assert_int_equal(ir_packed_rank(order[i]), i);
	assert_int_equal(ir_packed_rank(".open"), 4);
	assert_int_equal(ir_packed_rank("datafile"), 4);
	assert_int_equal(ir_packed_rank("custody"), 4);
	assert_int_equal(ir_packed_rank("custody-2/x"), 4);
}

static void
test_has(void **state)
{
	(void)state;
	assert_true(ir_packed_has("data/any.thing", true));
	assert_true(ir_packed_has("custody/0007-note.json.sig", true));
	assert_true(ir_packed_has(".open", true));
	assert_false(ir_packed_has("custody/note.json", true));
	assert_false(ir_packed_has("notes.txt", true));
	assert_false(ir_packed_has("notes.txt", false));
	assert_false(ir_packed_has("bag-info.txt.new.tmp", true));
	assert_true(ir_packed_has("bag-info.txt.new.tmp", false));
	assert_false(ir_packed_has(".tmp", false));
}

static void
opens(const char *path, enum ir_code code, const char *word)
{
	struct ir_err err = {0};
	char first[5];
	struct ir_source *s = ir_packed_open(path, NULL, &err);

	if (code == IR_OK) {
		if (s == NULL)
			fail_msg("%s", err.msg);
		/* What was looked at comes once more. */
		assert_int_equal(ir_source_full(s, first, 5, &err), 5);
		assert_memory_equal(first, "INC-1", 5);
		s->close(s);
		return;
	}
	assert_null(s);
	if (err.code != code || strstr(err.msg, word) == NULL)
		fail_msg("%d: not %s in: %s", err.code, word, err.msg);
}

static void
seen(void *arg, uint64_t done, uint64_t total)
{
	uint64_t *last = arg;

	assert_true(done <= total || total == 0);
	assert_true(done >= last[0]);
	last[0] = done;
	last[1] = total;
}

static void
packs(const char *dir, const char *out, bool zst)
{
	uint64_t last[2] = {0};
	struct ir_export_options o = {
	    .out = out, .zst = zst, .progress = seen, .arg = last};
	struct ir_exported x;
	struct ir_err err;

	if (ir_bundle_export(dir, &o, &x, &err) == -1)
		fail_msg("%s", err.msg);
	assert_string_equal(x.file, out);
	assert_true(x.sealed);
	assert_int_equal(last[0], x.bytes);
	assert_int_equal(last[1], x.bytes);
	free(x.file);
	opens(out, IR_OK, "");
}

static void
unpacks(const char *file, const char *dir, const char *like)
{
	uint64_t last[2] = {0};
	const struct ir_import_options o = {
	    .dir = dir, .progress = seen, .arg = last};
	struct ir_imported x;
	struct ir_err err;
	char out[4096], script[256];

	if (ir_bundle_import(file, &o, &x, &err) == -1)
		fail_msg("%s", err.msg);
	assert_string_equal(x.dir, dir);
	assert_true(x.sealed);
	assert_int_equal(last[0], x.bytes);
	free(x.dir);
	snprintf(script, sizeof(script), "diff -r $1 %s 2>&1", like);
	assert_int_equal(bt_sh(out, sizeof(out), script, dir), 0);
	assert_string_equal(out, "");
	bt_verdict(dir, IR_VALID, NULL, "");
	assert_int_equal(ir_bundle_import(file, &o, &x, &err), -1);
	assert_int_equal(err.code, IR_EEXIST);
	assert_null(x.dir);
	bt_rm(dir);
}

static void
test_round(void **state)
{
	char *dir = bt_sealed();
	char out[4096];

	(void)state;
	packs(dir, "a.tar", false);
	packs(dir, "a.tar.zst", true);
	unpacks("a.tar", "one", dir);
	unpacks("a.tar.zst", "two", dir);
	assert_int_equal(bt_sh(out, sizeof(out), "ls -A | grep tmp$", dir), 1);
	bt_rm(dir);
	free(dir);
}

static void
test_refused(void **state)
{
	char *dir = bt_sealed();
	struct ir_export_options o = {.out = "b.tar"};
	const struct ir_import_options back = {.dir = "back"};
	struct ir_exported x;
	struct ir_imported y;
	struct ir_err err;
	char text[600];

	(void)state;
	opens("nothing.tar", IR_ENOENT, "nothing.tar: ");
	memset(text, 'x', sizeof(text));
	bt_spit("text", text, sizeof(text));
	opens("text", IR_EFORMAT, "text: is no tar");
	bt_spit("text", "", 0);
	opens("text", IR_EFORMAT, "text: is no tar");
	bt_spit("text", IR_AGE_MAGIC, IR_AGE_MAGIC_LEN);
	opens("text", IR_EPERM, "text: is encrypted");
	packs(dir, "b.tar", false);
	assert_int_equal(ir_bundle_export(dir, &o, &x, &err), -1);
	assert_int_equal(err.code, IR_EEXIST);
	assert_null(x.file);
	bt_spit("cut.tar", text, 0);
	assert_int_equal(
	    bt_sh(text, sizeof(text), "head -c 9000 b.tar >cut.tar", dir), 0);
	assert_int_equal(ir_bundle_import("cut.tar", &back, &y, &err), -1);
	assert_int_equal(err.code, IR_EFORMAT);
	assert_false(bt_exists("back"));
	bt_rm(dir);
	free(dir);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_rank),
    cmocka_unit_test(test_has),
    cmocka_unit_test(test_round),
    cmocka_unit_test(test_refused),
};

int
main(void)
{
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, bt_enter, bt_leave);
}
