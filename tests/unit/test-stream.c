/* SPDX-License-Identifier: ISC
 *
 * Streams into a bundle: chunks, gaps, names, a full disk.
 */
#include "tests/unit/unit.h"

#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/limits.h"
#include "bundle/journal.h"
#include "crypto/digest.h"
#include "tests/unit/bundletest.h"
#include "json/json.h"

#define AT(i) json_array_get(l, i)

static void
test_stream_chunks(void **state)
{
	const size_t piece = 3 << 20;
	ir_auto_free char *zeros = calloc(1, piece);
	struct ir_bundle *b = bt_new("");
	struct ir_sink *sink = ir_bundle_sink(b);
	struct ir_journal_end end;
	struct ir_err err;

	(void)state;
	struct ir_stream *s = sink->open(sink, "big", &err);
	assert_non_null(s);
	for (size_t i = 0; i < 22; i++)
		assert_int_equal(s->write(s, zeros, piece, &err), 0);
	assert_false(ir_bundle_has(b, "big"));
	assert_int_equal(s->close(s, NULL, &err), 0);
	assert_true(ir_bundle_has(b, "big"));
	assert_false(sink->has(sink, "big"));
	ir_auto_free char *dir = bt_end(b);
	json_auto_t *l = bt_lines(dir, J1, &end);
	size_t i = 1;
	assert_string_equal(ir_json_str(AT(i++), "ev"), "stream-open");
	json_int_t at = 0;
	for (; strcmp(ir_json_str(AT(i), "ev"), "chunk") == 0; i++) {
		assert_int_equal(ir_json_int(AT(i), "offset"), at);
		at += ir_json_int(AT(i), "length");
		assert_true(ir_json_int(AT(i), "length") <= IR_CHUNK_BYTES);
	}
	/* On a slow machine the time is up before the bytes are. */
	assert_true(at > 0 && at + IR_CHUNK_BYTES > 66 << 20);
	assert_string_equal(ir_json_str(AT(i), "ev"), "stream-close");
	assert_int_equal(ir_json_int(AT(i), "size"), 66 << 20);
	ir_auto_free char *path = bt_path("%s/data/big", dir);
	char out[128], want[128];
	assert_int_equal(
	    bt_sh(out, sizeof(out), "sha256sum < $1/data/big", dir), 0);
	snprintf(want, sizeof(want), "%s  -\n", ir_json_str(AT(i), "sha256"));
	assert_string_equal(out, want);
	bt_rm(dir);
}

static void
test_stream_gap(void **state)
{
	struct ir_bundle *b = bt_new("");
	struct ir_sink *sink = ir_bundle_sink(b);
	struct ir_journal_end end;
	struct ir_err err;

	(void)state;
	struct ir_stream *s = sink->open(sink, "d/cut", &err);
	assert_int_equal(s->write(s, "abc", 3, &err), 0);
	assert_int_equal(s->close(s, "the engine died", &err), 0);
	assert_false(ir_bundle_has(b, "d/cut"));
	ir_auto_free char *dir = bt_end(b);
	ir_auto_free char *path = bt_path("%s/data/d/cut", dir);
	ir_auto_free char *part = bt_path("%s/data/d/cut.part", dir);
	assert_false(bt_exists(path));
	assert_true(bt_exists(part));
	json_auto_t *l = bt_lines(dir, J1, &end);
	assert_string_equal(ir_json_str(AT(1), "end"), "gap");
	assert_string_equal(ir_json_str(AT(1), "why"), "the engine died");
	assert_string_equal(ir_json_str(AT(1), "path"), "data/d/cut");
	assert_int_equal(ir_json_int(AT(1), "size"), 3);
	bt_rm(dir);
}

static void
test_stream_names(void **state)
{
	static const char *const bad[] = {
	    "../x", "/x", "", "a b", "x.part", "x.PART", "x\n"};
	static const char *const taken[] = {
	    "dir/file", "dir/FILE", "DIR/other", "dir/file/below"};
	struct ir_bundle *b = bt_new("");
	struct ir_sink *sink = ir_bundle_sink(b);
	struct ir_err err;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_null(sink->open(sink, bad[i], &err));
		assert_int_equal(err.code, IR_EFORMAT);
	}
	bt_add(b, "dir/file", "x");
	for (size_t i = 0; i < sizeof(taken) / sizeof(taken[0]); i++)
		assert_null(sink->open(sink, taken[i], &err));
	assert_null(sink->open(sink, "DIR/other", &err));
	assert_int_equal(err.code, IR_EEXIST);
	assert_non_null(strstr(err.msg, "another case"));
	ir_auto_free char *dir = bt_end(b);
	char out[256];
	assert_int_equal(
	    bt_sh(out, sizeof(out), "cd $1/data && find . -type f", dir), 0);
	assert_string_equal(out, "./dir/file\n");
	bt_rm(dir);
}

/* A disk that is full: what is there stays, is hashed and marked. */
static void
test_stream_full(void **state)
{
	struct rlimit old, small = {10000, 0};
	struct ir_bundle *b = bt_new("");
	struct ir_sink *sink = ir_bundle_sink(b);
	struct ir_journal_end end;
	struct ir_err err;
	char block[4000], sha[IR_SHA256_HEX];
	size_t len;

	(void)state;
	memset(block, 'x', sizeof(block));
	signal(SIGXFSZ, SIG_IGN);
	bt_add(b, "before", "x");
	struct ir_stream *s = sink->open(sink, "full", &err);
	getrlimit(RLIMIT_FSIZE, &old);
	small.rlim_max = old.rlim_max;
	setrlimit(RLIMIT_FSIZE, &small);
	assert_int_equal(s->write(s, block, sizeof(block), &err), 0);
	assert_int_equal(s->write(s, block, sizeof(block), &err), 0);
	assert_int_equal(s->write(s, block, sizeof(block), &err), -1);
	assert_int_equal(err.code, IR_EIO);
	assert_non_null(strstr(err.msg, "data/full.part"));
	/* Nobody can call it whole now. */
	assert_int_equal(s->close(s, NULL, &err), 0);
	setrlimit(RLIMIT_FSIZE, &old);
	ir_auto_free char *dir = bt_end(b);
	ir_auto_free char *path = bt_path("%s/data/full", dir);
	ir_auto_free char *part = bt_path("%s/data/full.part", dir);
	assert_false(bt_exists(path));
	ir_auto_free char *text = bt_slurp(part, &len);
	assert_int_equal(len, 10000);
	ir_sha256_mem(text, len, sha);
	json_auto_t *l = bt_lines(dir, J1, &end);
	assert_string_equal(ir_json_str(AT(2), "end"), "gap");
	assert_int_equal(ir_json_int(AT(2), "size"), 10000);
	assert_string_equal(ir_json_str(AT(2), "sha256"), sha);
	bt_rm(dir);
}

/* A stream that has gone quiet is attested before the next line. */
static void
test_stream_idle(void **state)
{
	struct ir_bundle *b = bt_new("");
	struct ir_sink *sink = ir_bundle_sink(b);
	struct ir_journal_end end;
	struct ir_err err;
	struct ir_stream *quiet = sink->open(sink, "quiet", &err);
	struct ir_stream *empty = sink->open(sink, "empty", &err);

	(void)state;
	assert_int_equal(quiet->write(quiet, "abc", 3, &err), 0);
	assert_int_equal(ir_bundle_event(b, "soon", json_object(), &err), 0);
	usleep((IR_CHUNK_MS + 10) * 1000);
	assert_int_equal(ir_bundle_event(b, "late", json_object(), &err), 0);
	assert_int_equal(sink->change(sink, "x", "", "", &err), 0);
	assert_int_equal(empty->close(empty, NULL, &err), 0);
	assert_int_equal(quiet->close(quiet, NULL, &err), 0);
	assert_int_equal(ir_bundle_event(b, "after", json_object(), &err), 0);
	ir_auto_free char *dir = bt_end(b);
	json_auto_t *l = bt_lines(dir, J1, &end);
	assert_string_equal(ir_json_str(AT(1), "ev"), "soon");
	assert_string_equal(ir_json_str(AT(2), "ev"), "stream-open");
	assert_string_equal(ir_json_str(AT(3), "ev"), "chunk");
	assert_int_equal(ir_json_int(AT(3), "length"), 3);
	assert_string_equal(ir_json_str(AT(4), "ev"), "late");
	assert_string_equal(ir_json_str(AT(5), "ev"), "change");
	assert_string_equal(ir_json_str(AT(6), "ev"), "stream-close");
	assert_int_equal(end.lines, 10);
	bt_rm(dir);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_stream_chunks),
    cmocka_unit_test(test_stream_gap),
    cmocka_unit_test(test_stream_names),
    cmocka_unit_test(test_stream_full),
    cmocka_unit_test(test_stream_idle),
};

int
main(void)
{
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, bt_enter, bt_leave);
}
