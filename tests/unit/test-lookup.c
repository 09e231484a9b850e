/* SPDX-License-Identifier: ISC
 *
 * Finding captures in a bundle.
 */
#include "tests/unit/unit.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "bundle/lookup.h"
#include "tests/unit/bundletest.h"
#include "json/json.h"

#define A  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define AB "ab00000000000000000000000000000000000000000000000000000000000000"
#define I  "1111111111111111111111111111111111111111111111111111111111111111"

static char *dir;
static int fd;

static void
capture(struct ir_bundle *b, const char *at, const char *name, bool whole)
{
	ir_auto_free char *inspect = bt_path("containers/%s/inspect.json", at);
	ir_auto_free char *tar = bt_path("containers/%s/filesystem.tar", at);
	ir_auto_free char *text =
	    bt_path("{\"Name\":\"/%s\",\"Image\":\"sha256:" I "\"}", name);

	bt_add(b, inspect, text);
	if (whole)
		bt_add(b, tar, "tar");
}

static void
expect(const char *name, const char *at, const char *image)
{
	struct ir_capture c;
	struct ir_err err;

	if (ir_bundle_capture(fd, name, &c, &err) == -1)
		fail_msg("%s", err.msg);
	ir_auto_free char *want = bt_path("data/containers/%s", at);
	ir_auto_free char *want_image = bt_path("data/images/%s", image);
	assert_string_equal(c.dir, want);
	assert_memory_equal(at, c.id, 64);
	assert_string_equal(c.image, want_image);
	assert_string_equal(ir_json_str(c.inspect, "Image"), "sha256:" I);
	ir_capture_free(&c);
}

static void
refuse(const char *name, enum ir_code code, const char *word)
{
	struct ir_capture c;
	struct ir_err err;

	assert_int_equal(ir_bundle_capture(fd, name, &c, &err), -1);
	assert_int_equal(err.code, code);
	if (strstr(err.msg, word) == NULL)
		fail_msg("%s: not in: %s", word, err.msg);
}

static void
begin(struct ir_bundle *b)
{
	dir = bt_end(b);
	fd = open(dir, O_RDONLY | O_DIRECTORY);
}

static void
end(void)
{
	close(fd);
	bt_rm(dir);
	free(dir);
}

static void
test_one(void **state)
{
	struct ir_bundle *b = bt_new("");

	(void)state;
	capture(b, A, "web", true);
	begin(b);
	expect(NULL, A, I);
	expect("web", A, I);
	expect("/web", A, I);
	expect("aaa", A, I);
	expect(A, A, I);
	refuse("db", IR_ENOENT, "no capture of db, but of web (aaaaaaaaaaaa)");
	refuse("", IR_ENOENT, "no capture of");
	end();
}

static void
test_several(void **state)
{
	struct ir_bundle *b = bt_new("");

	(void)state;
	capture(b, A, "web", true);
	capture(b, AB, "aaa", true);
	begin(b);
	refuse(NULL, IR_ENOENT, "several");
	refuse("a", IR_ENOENT, "aaa (ab0000000000)");
	expect("web", A, I);
	expect("ab", AB, I);
	/* The name of one is how the other's id begins. */
	expect("aaa", AB, I);
	end();
}

static void
test_same_name(void **state)
{
	struct ir_bundle *b = bt_new("");

	(void)state;
	capture(b, A, "web", true);
	capture(b, AB, "web", true);
	begin(b);
	refuse("web", IR_ENOENT, "several containers that fit web");
	expect("aa", A, I);
	end();
}

static void
test_newest(void **state)
{
	struct ir_bundle *b = bt_new("");

	(void)state;
	capture(b, A, "web", true);
	capture(b, A "/run-0002", "web", true);
	capture(b, A "/run-0010", "web", true);
	capture(b, A "/run-0011", "web", false);
	capture(b, AB, "db", false);
	capture(b, AB "/run-0003", "db", false);
	bt_add(b, "images/" I "/run-0003/filesystem.tar", "x");
	begin(b);
	expect("web", A "/run-0010", I "/run-0003");
	expect("db", AB "/run-0003", I "/run-0003");
	end();
}

static void
test_bad(void **state)
{
	struct ir_bundle *b = bt_new("");

	(void)state;
	bt_add(b, "containers/not-an-id/inspect.json", "{}");
	begin(b);
	refuse(NULL, IR_ENOENT, "no capture");
	end();
	b = bt_new("");
	bt_add(b, "containers/" A "/inspect.json", "{\"Image\":\"../x\"}");
	begin(b);
	refuse(NULL, IR_EFORMAT, "no image id");
	end();
	b = bt_new("");
	bt_add(b, "containers/" A "/inspect.json", "{\"Image\":1,\"Image\":1}");
	begin(b);
	refuse(NULL, IR_EFORMAT, "duplicate");
	end();
	b = bt_new("");
	begin(b);
	refuse("web", IR_ENOENT, "take one with ir-capture");
	end();
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_one),
    cmocka_unit_test(test_several),
    cmocka_unit_test(test_same_name),
    cmocka_unit_test(test_newest),
    cmocka_unit_test(test_bad),
};

int
main(void)
{
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, bt_enter, bt_leave);
}
