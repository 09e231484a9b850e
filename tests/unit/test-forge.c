/* SPDX-License-Identifier: ISC
 *
 * Records that are well made and do not tell the truth: a seal by a trusted
 * person who lies, journals that were changed or written on before the seal.
 */
#include "tests/unit/unit.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/limits.h"
#include "bundle/custody.h"
#include "tests/unit/bundletest.h"

#define FLOOD_LINE (200u << 10)

#define OPEN "custody/0000-open.json"
#define SEAL "custody/0001-seal.json"

/* Signed by a trusted person who does not tell the truth: entry and manifests
 * are changed, then sealed properly again. */
static void
resign(const char *dir)
{
	ir_auto_free char *path = bt_path("%s/" SEAL, dir);
	ir_auto_free char *sig = bt_path("%s/" SEAL ".sig", dir);
	int fd = open(dir, O_RDONLY | O_DIRECTORY);
	struct ir_err err;
	size_t len;
	ir_auto_free char *text = bt_slurp(path, &len);

	unlink(sig);
	if (ir_custody_sign(
		fd, SEAL, text, len, bt_who("alice", "alice").key, &err) == -1)
		fail_msg("%s", err.msg);
	close(fd);
}

#define HASH(f) "$(sha256sum < $1/" f " | cut -c1-64)"
#define PUT(key, f)                                                       \
	"; h=" HASH(f) "; sed -Ei \"s/(\\\"" key "\\\":\\\")[0-9a-f]{64}" \
		       "/\\1$h/\" $1/" SEAL
#define TAG(f)                                                          \
	"; h=" HASH(f) "; sed -Ei \"s#^[0-9a-f]{64}(  " f ")#$h\\1#\" " \
		       "$1/tagmanifest-sha256.txt" PUT(                 \
			   "tagmanifest_sha256", "tagmanifest-sha256.txt")
#define MANIFEST                                      \
	PUT("manifest_sha256", "manifest-sha256.txt") \
	TAG("manifest-sha256.txt")

#define PAYLOAD(f)                                                      \
	"; h=" HASH(f) "; sed -Ei \"s#^[0-9a-f]{64}(  " f ")#$h\\1#\" " \
		       "$1/manifest-sha256.txt" MANIFEST

static void
test_lying_sealer(void **state)
{
	static const struct bt_attack t[] = {
	    {"true", IR_VALID, NULL, NULL},
	    {"sed -i s/logs/bugs/ $1/data/completeness.json" PAYLOAD(
		 "data/completeness.json"),
		IR_CONTENT, "data/completeness.json", "does not follow"},
	    {"sed -i s/resumed/renamed/ $1/data/completeness.json" PAYLOAD(
		 "data/completeness.json"),
		IR_VALID, NULL, NULL},
	    {"sed -i s/status/states/ $1/data/completeness.json" PAYLOAD(
		 "data/completeness.json"),
		IR_CONTENT, "data/completeness.json", "does not follow"},
	    {"echo two > $1/data/a/one" PAYLOAD("data/a/one"), IR_CONTENT,
		"data/a/one", "was modified"},
	    {"echo garbage >> $1/manifest-sha256.txt" MANIFEST, IR_HOSTILE,
		"manifest-sha256.txt", "is not a SHA-256"},
	    {"sed -i 's#data/a/one#data/../../one#' "
	     "$1/manifest-sha256.txt" MANIFEST,
		IR_HOSTILE, "manifest-sha256.txt", "is not a SHA-256"},
	    {"sed -i 's#data/a/one#/etc/passwd#' "
	     "$1/manifest-sha256.txt" MANIFEST,
		IR_HOSTILE, "manifest-sha256.txt", "is not a SHA-256"},
	    {"sed -i 1p $1/manifest-sha256.txt" MANIFEST, IR_HOSTILE,
		"manifest-sha256.txt", "twice there"},
	    {"sed -i '1{h;d};2G' $1/manifest-sha256.txt" MANIFEST, IR_HOSTILE,
		"manifest-sha256.txt", "out of order"},
	    {"sed -i '1{h;s#a/one#A/ONE#;G}' $1/manifest-sha256.txt" MANIFEST,
		IR_HOSTILE, "data/a/one", "only in case"},
	    {"sed -i 's#data/a/one#VERIFY.txt#' "
	     "$1/manifest-sha256.txt" MANIFEST,
		IR_HOSTILE, "manifest-sha256.txt", "no place here"},
	    {"printf 'x%.0s' {1..9999} >> $1/manifest-sha256.txt" MANIFEST,
		IR_HOSTILE, "manifest-sha256.txt", "longer than"},
	    {"sed -i '/VERIFY/d' $1/tagmanifest-sha256.txt" TAG("bagit.txt"),
		IR_CONTENT, "VERIFY.txt", "not in the tag manifest"},
	    {"sed -i 's/Oxum: ./Oxum: 9/' $1/bag-info.txt" TAG("bag-info.txt"),
		IR_CONTENT, "bag-info.txt", "how much was sealed"},
	    {"sed -i 's/uuid:./uuid:x/' $1/bag-info.txt" TAG("bag-info.txt"),
		IR_CONTENT, "bag-info.txt", "does not name this bundle"},
	    {"sed -i 's/1.0/0.9/' $1/bagit.txt" TAG("bagit.txt"), IR_CONTENT,
		"bagit.txt", "BagIt 1.0"},
	    {"sed -i 's/\"gaps\":\\[\\]/\"gaps\":[1]/' $1/" SEAL, IR_CONTENT,
		SEAL, "do not follow"},
	    {"sed -i 's/\"changes\":\\[\\]/\"changes\":[1]/' $1/" SEAL,
		IR_CONTENT, SEAL, "do not follow"},
	    {"sed -i 's/\"complete\"/\"incomplete\"/' $1/" SEAL, IR_CONTENT,
		SEAL, "do not follow"},
	    {"sed -Ei 's/(oxum\":\")/\\19/' $1/" SEAL, IR_CONTENT, "data",
		"were sealed"},
	    {"sed -Ei 's/(oxum\":\")/\\1x/' $1/" SEAL, IR_HOSTILE, SEAL,
		"payload_oxum"},
	    {"sed -i 's/\"lines\":13/\"lines\":14/' $1/" SEAL, IR_CHAIN, J1,
		"does not end"},
	    {"sed -Ei 's/(\"file\":\")/\\1..\\//' $1/" SEAL, IR_HOSTILE, SEAL,
		"nothing proper"},
	    {"sed -i 's/{\"v\":1/{\"v\":1,\"v\":1/' $1/" SEAL, IR_HOSTILE, SEAL,
		"duplicate"},
	    {"sed -i 's/{\"v\":1/{\"v\":2/' $1/" SEAL, IR_HOSTILE, SEAL,
		"version 2"},
	    {"sed -i 's/$/,/' $1/" SEAL, IR_HOSTILE, SEAL, ""},
	    {"printf '[%.0s' {1..10000} > $1/" SEAL, IR_HOSTILE, SEAL, ""},
	    {"sed -i 's/\"time\":\"/\"time\":\"x/' $1/" SEAL, IR_HOSTILE, SEAL,
		"time or bundle"},
	    {"sed -Ei 's/(\"time\":\")2.../\\11999/' $1/" SEAL, IR_TIME, SEAL,
		"earlier time"},
	    {"sed -i 's/\"seq\":1/\"seq\":2/' $1/" SEAL, IR_CHAIN, SEAL,
		"its number is 2"},
	    {"sed -i 's/\"type\":\"seal/\"type\":\"note/' $1/" SEAL, IR_CHAIN,
		SEAL, "another act"},
	    {"sed -Ei 's/(prev\":\").{6}/\\1ffffff/' $1/" SEAL, IR_CHAIN, SEAL,
		"does not follow the act"},
	    {"sed -Ei 's/(prev_sig\":\").{6}/\\1ffffff/' $1/" SEAL, IR_CHAIN,
		SEAL, "does not follow the signature"},
	    {"sed -i 's/alice@lab/bob@lab/' $1/" SEAL, IR_SIGNATURE, SEAL,
		"somebody else"},
	};
	ir_auto_free char *dir = bt_sealed();
	char out[256];

	(void)state;
	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		ir_auto_free char *copy = bt_copy(dir);

		if (bt_sh(out, sizeof(out), t[i].script, copy) != 0)
			fail_msg("%s", t[i].script);
		resign(copy);
		bt_verdict(copy, t[i].verdict, t[i].object, t[i].word);
		bt_rm(copy);
	}
	bt_rm(dir);
}

/* Open, after a run of alice's, with a file and one cut short, and bob's. */
static char *
two_runs(void)
{
	struct ir_bundle_who who = bt_who("bob", "bob");
	struct ir_bundle *b = bt_new("alice");
	struct ir_sink *sink = ir_bundle_sink(b);
	struct ir_err err;

	bt_add(b, "a", "one\n");
	struct ir_stream *s = sink->open(sink, "cut", &err);
	assert_int_equal(s->write(s, "abc", 3, &err), 0);
	assert_int_equal(s->close(s, "cut", &err), 0);
	ir_auto_free char *dir = bt_end(b);
	b = ir_bundle_open(dir, &err);
	assert_int_equal(ir_bundle_begin(b, &who, NULL, &err), 0);
	return bt_end(b);
}

/* Before the seal only the journals hold, and they do. */
static void
test_unsealed(void **state)
{
	static const struct bt_attack t[] = {
	    {"true", IR_UNSEALED, "bundle", ""},
	    {"echo two > $1/data/a", IR_CONTENT, "data/a", "was modified"},
	    {"echo x >> $1/data/a", IR_CONTENT, "data/a", "has 6 bytes where"},
	    {"rm $1/data/a", IR_CONTENT, "data/a", "is missing: the journals"},
	    {"echo x > $1/data/b", IR_CONTENT, "data/b", "no journal says"},
	    {"echo x > $1/notes", IR_CONTENT, "notes", "has no place here"},
	    {"rm $1/data/cut.part", IR_CONTENT, "data/cut.part", "is missing"},
	    {"echo x >> $1/data/cut.part", IR_CONTENT, "data/cut.part",
		"has 5 bytes where 3"},
	    {"printf abd > $1/data/cut.part", IR_CONTENT, "data/cut.part",
		"was modified"},
	    {"sed -i 1d $1/" J1, IR_CHAIN, J1, "line 1: has the number 1"},
	    {"sed -i s/alice/bobby/ $1/" J1, IR_CHAIN, J1, "does not follow"},
	    {"rm $1/" J1, IR_CHAIN, J2, "follows a record that is not here"},
	    {"sed -i '$d' $1/" J1, IR_CHAIN, J2, "follows a record"},
	    {"sed -i '2s/$/x/' $1/" J1, IR_HOSTILE, J1, "line 2"},
	    {"sed -i '3s/\"size\":4/\"size\":\"4\"/' $1/" J1, IR_HOSTILE, J1,
		"no proper stream-close"},
	    {"rm $1/custody/*.sig", IR_UNSEALED, OPEN, "not signed"},
	    {"sed -i s/INC/ABC/ $1/" OPEN, IR_CHAIN, J1, "follows a record"},
	    {"echo '{}' > $1/" OPEN, IR_SIGNATURE, OPEN, ""},
	    {"cp $1/" J1 " $1/journal/0003-x.jsonl", IR_CHAIN,
		"journal/0003-x.jsonl", "follows a record"},
	};
	ir_auto_free char *dir = two_runs();

	(void)state;
	BT_ATTACKS(dir, t);
	bt_rm(dir);
}

/* Lines that are chained as they should be, by somebody who knows how. */
#define FORGE                                                             \
	"J=$1/" J2 "; forge() { n=$(wc -l < $J); p=$(tail -n 1 $J | "     \
	"sha256sum | cut -c1-64); printf '{\"seq\":%s,\"prev\":\"%s\","   \
	"\"t\":\"2026-01-01T00:00:00Z\",\"mono_ns\":\"1\",%s}\\n' $n $p " \
	"\"$1\""                                                          \
	" >> $J; }; "
#define UNEND "sed -i '3,$d' $J; "
#define CHUNK(path, offset, length)                                        \
	"forge '\"ev\":\"chunk\",\"path\":\"" path "\",\"offset\":" offset \
	",\"length\":" length ",\"cum\":\"'$(printf 'a%.0s' {1..64})'\"'; "
#define CLOSE(path, size, end)                                                \
	"forge '\"ev\":\"stream-close\",\"path\":\"" path "\",\"size\":" size \
	",\"sha256\":\"'$(printf 'a%.0s' {1..64})'\",\"end\":\"" end "\"'; "

static void
test_forged_lines(void **state)
{
	static const struct bt_attack t[] = {
	    {"sed -i 's/\"run\"/\"nur\"/;1q' $1/" J1 "; rm $1/" J2, IR_CHAIN,
		J1, "does not begin with its run line"},
	    {FORGE "forge '\"ev\":\"x\"'", IR_CHAIN, J2, "after its end"},
	    {FORGE UNEND "forge '\"ev\":\"x\"'", IR_UNSEALED, "bundle", ""},
	    {FORGE UNEND CHUNK("data/x", "0", "5"), IR_CONTENT, "data/x.part",
		"is missing"},
	    {FORGE UNEND CHUNK("data/x", "5", "5"), IR_CHAIN, J2,
		"data/x do not follow"},
	    {FORGE UNEND CHUNK("data/x", "0", "5") CHUNK("data/x", "4", "5"),
		IR_CHAIN, J2, "data/x do not follow"},
	    {FORGE UNEND CHUNK("data/a", "0", "5"), IR_CHAIN, J2,
		"data/a do not follow"},
	    {FORGE UNEND CHUNK("data/cut", "0", "5"), IR_CHAIN, J2,
		"data/cut do not follow"},
	    {FORGE UNEND CLOSE("data/a", "4", "complete"), IR_CHAIN, J2,
		"data/a do not follow"},
	    {FORGE UNEND CLOSE("data/cut", "3", "complete"), IR_CHAIN, J2,
		"data/cut do not follow"},
	    {FORGE UNEND CHUNK("data/x", "0", "5")
		    CLOSE("data/x", "4", "complete"),
		IR_CHAIN, J2, "data/x do not follow"},
	    {FORGE UNEND CHUNK("data/x", "0", "0"), IR_HOSTILE, J2,
		"no proper chunk"},
	    {FORGE UNEND CHUNK("data/x", "-1", "5"), IR_HOSTILE, J2,
		"no proper chunk"},
	    {FORGE UNEND CHUNK("data/x", "1", "9223372036854775807"),
		IR_HOSTILE, J2, "no proper chunk"},
	    {FORGE UNEND CHUNK("data/../x", "0", "5"), IR_HOSTILE, J2,
		"no proper chunk"},
	    {FORGE UNEND CHUNK("custody/x", "0", "5"), IR_HOSTILE, J2,
		"no proper chunk"},
	    {FORGE UNEND CHUNK("data/x.part", "0", "5"), IR_HOSTILE, J2,
		"no proper chunk"},
	    {FORGE UNEND CLOSE("data/x", "-1", "complete"), IR_HOSTILE, J2,
		"no proper stream-close"},
	    {FORGE UNEND CLOSE("data/x", "1", "maybe"), IR_HOSTILE, J2,
		"no proper stream-close"},
	};
	ir_auto_free char *dir = two_runs();

	(void)state;
	BT_ATTACKS(dir, t);
	bt_rm(dir);
}

/* More outcomes than anybody's memory should be asked for. */
static void
test_flood(void **state)
{
	struct ir_bundle *b = bt_new("alice");
	ir_auto_free char *why = calloc(1, FLOOD_LINE);
	ir_auto_free char *dir = NULL;
	struct ir_err err;

	(void)state;
	memset(why, 'x', FLOOD_LINE - 1);
	for (size_t n = 0; n + 2 * FLOOD_LINE < IR_MAX_RECORD; n += FLOOD_LINE)
		assert_int_equal(
		    ir_bundle_outcome(b, "c", "t", IR_SKIPPED, why, 1, &err),
		    0);
	dir = bt_copy(ir_bundle_dir(b));
	bt_verdict(dir, IR_UNSEALED, "bundle", "is not sealed");
	bt_rm(dir);
	free(dir);
	for (size_t n = 0; n < 3; n++)
		assert_int_equal(
		    ir_bundle_outcome(b, "c", "t", IR_SKIPPED, why, 1, &err),
		    0);
	dir = bt_end(b);
	bt_verdict(dir, IR_HOSTILE, J1, "more outcomes and changes");
	bt_rm(dir);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_lying_sealer),
    cmocka_unit_test(test_unsealed),
    cmocka_unit_test(test_forged_lines),
    cmocka_unit_test(test_flood),
};

int
main(void)
{
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, bt_enter, bt_leave);
}
