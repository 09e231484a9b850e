/* SPDX-License-Identifier: ISC
 *
 * What the signatures in a journal prove of files: whole, cut short, edited by
 * somebody who has no key, on a disk that is full.
 */
#include "tests/unit/unit.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/limits.h"
#include "tests/unit/bundletest.h"
#include "json/json.h"

/* Two files and the end: run sig | close mark sig | close mark sig | end sig */
static char *
two_files(void)
{
	struct ir_bundle *b = bt_new("alice");

	bt_add(b, "a", "one\n");
	bt_add(b, "b", "two\n");
	return bt_end(b);
}

#define CUT(n) "sed -i '" #n ",$d' $1/" J1

/* By somebody who can write, and has no key. */
static void
test_edits(void **state)
{
	static const struct bt_attack t[] = {
	    {"true", IR_UNSEALED, "bundle", "what is proven was signed"},
	    {CUT(10), IR_UNSEALED, "bundle", "the other 1 lines"},
	    {CUT(9), IR_UNSEALED, "bundle", "what is proven was signed"},
	    {CUT(8), IR_UNSEALED, "bundle", "the other 2 lines"},
	    {CUT(6), IR_CONTENT, "data/b", "no journal says"},
	    {CUT(6) "; rm $1/data/b", IR_UNSEALED, "bundle",
		"what is proven was signed"},
	    {"sed -i 3s#data/a#data/b# $1/" J1, IR_CHAIN, J1,
		"line 4: does not"},
	    {"sed -i '4s/mark/mork/' $1/" J1, IR_CHAIN, J1, "line 5: does not"},
	    {"sed -i '4{h;d};7G' $1/" J1, IR_CHAIN, J1, "line 4: has the"},
	    {"sed -i '4,5{H;d};8G' $1/" J1, IR_CHAIN, J1, "line 4: has the"},
	    {"sed -i 5d $1/" J1, IR_CHAIN, J1, "line 5: has the number 5"},
	    {"sed -i '1s/session_key\":\".*\"}/x\":\"\"}/' $1/" J1, IR_CHAIN,
		J1, "line 2: does not"},
	    {"sed -i '10s/sig\":\"-----B/sig\":\"-----b/' $1/" J1, IR_SIGNATURE,
		J1, "line 10: malformed"},
	    {"echo one >> $1/data/a", IR_CONTENT, "data/a", "has 8 bytes"},
	    {"echo two > $1/data/a", IR_CONTENT, "data/a", "was modified"},
	};
	ir_auto_free char *dir = two_files();

	(void)state;
	BT_ATTACKS(dir, t);
	bt_rm(dir);
}

/* Cut back to a mark, it is what it was then; that it goes no further shows. */
static void
test_cut(void **state)
{
	ir_auto_free char *dir = two_files();
	char out[64];

	(void)state;
	bt_proves("whole", dir, 2, 0);
	assert_int_equal(
	    bt_sh(out, sizeof(out), CUT(6) "; rm $1/data/b", dir), 0);
	bt_proves("cut", dir, 1, 0);
	struct ir_report r = bt_report(dir);
	ir_auto_free char *all = json_dumps(r.findings, 0);
	assert_non_null(strstr(all, "has no end: its program was killed"));
	ir_report_free(&r);
	bt_rm(dir);
}

/* What is proven of a file that was not closed, or whose closing is not
 * signed for, is less than what is attested. */
static void
test_prefix(void **state)
{
	static const struct bt_attack t[] = {
	    {"true", IR_UNSEALED, "bundle", "the other 1 lines"},
	    {"mv $1/data/big.part $1/data/big", IR_UNSEALED, "bundle",
		"the other 1 lines"},
	    {"printf x | dd of=$1/data/big.part conv=notrunc status=none",
		IR_CONTENT, "data/big.part", "of its first 67108864 bytes"},
	    {"printf x | dd of=$1/data/big.part conv=notrunc status=none "
	     "seek=67108865 bs=1",
		IR_CONTENT, "data/big.part", "of its 67108868 bytes"},
	};
	ir_auto_free char *block = calloc(1, IR_CHUNK_BYTES);
	struct ir_bundle *b = bt_new("alice");
	struct ir_sink *sink = ir_bundle_sink(b);
	struct ir_err err;
	struct ir_stream *s = sink->open(sink, "big", &err);
	char out[64];

	(void)state;
	assert_int_equal(s->write(s, block, IR_CHUNK_BYTES, &err), 0);
	assert_int_equal(s->write(s, "tail", 4, &err), 0);
	assert_int_equal(s->close(s, NULL, &err), 0);
	ir_auto_free char *dir = bt_end(b);
	assert_int_equal(bt_sh(out, sizeof(out),
			     "cd $1; mv data/big data/big.part; n=$(grep -n "
			     "stream-close " J1
			     " | cut -d: -f1); sed -i \"$((n + 1)),\\$d\" " J1,
			     dir),
	    0);
	struct ir_report r = bt_report(dir);
	const json_t *p = json_array_get(ir_json_at(r.summary, "proven"), 0);
	const json_t *a = json_array_get(ir_json_at(r.summary, "attested"), 0);
	/* On a slow machine the time is up before the bytes are. */
	assert_true(ir_json_int(p, "bytes") >= IR_CHUNK_BYTES / 64 &&
		    ir_json_int(p, "bytes") <= IR_CHUNK_BYTES + 4);
	assert_false(ir_json_true(p, "whole"));
	assert_int_equal(ir_json_int(a, "bytes"), IR_CHUNK_BYTES + 4);
	assert_true(ir_json_true(a, "whole"));
	if (ir_json_int(p, "bytes") == IR_CHUNK_BYTES)
		BT_ATTACKS(dir, t);
	ir_report_free(&r);
	bt_rm(dir);
}

/* No room for a line and its proof: nothing of it stays, and the key that was
 * there before signs the next. */
static void
test_full(void **state)
{
	struct rlimit old, small;
	struct ir_bundle *b = bt_new("alice");
	ir_auto_free char *path = bt_path("%s/" J1, ir_bundle_dir(b));
	struct ir_err err;
	struct stat st;

	(void)state;
	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &old);
	bt_add(b, "a", "one\n");
	for (rlim_t room = 1; room < 900; room += 100) {
		assert_int_equal(stat(path, &st), 0);
		small =
		    (struct rlimit){(rlim_t)st.st_size + room, old.rlim_max};
		setrlimit(RLIMIT_FSIZE, &small);
		assert_int_equal(ir_bundle_outcome(b, "logs", "web",
				     IR_COLLECTED, "", 1, &err),
		    -1);
		setrlimit(RLIMIT_FSIZE, &old);
		assert_int_equal(ir_bundle_outcome(b, "logs", "web",
				     IR_COLLECTED, "", 1, &err),
		    0);
	}
	ir_auto_free char *dir = bt_end(b);
	bt_verdict(dir, IR_UNSEALED, "bundle", "what is proven was signed");
	bt_proves("full", dir, 1, 0);
	bt_seal(dir, "alice", NULL);
	bt_verdict(dir, IR_VALID, NULL, NULL);
	bt_rm(dir);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_edits),
    cmocka_unit_test(test_cut),
    cmocka_unit_test(test_prefix),
    cmocka_unit_test(test_full),
};

int
main(void)
{
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, bt_enter, bt_leave);
}
