/* SPDX-License-Identifier: ISC
 *
 * Attacks on a sealed bundle, each with its verdict.  Mallory can write every
 * file, and has a key, but neither alice's nor bob's.
 */
#include "tests/unit/unit.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "bundle/custody.h"
#include "bundle/seal.h"
#include "bundle/verify.h"
#include "crypto/sshsig.h"
#include "tests/unit/bundletest.h"
#include "json/json.h"

#define OPEN "custody/0000-open.json"
#define SEAL "custody/0001-seal.json"

struct attack {
	const char *script; /* bash, with the bundle's directory as $1 */
	enum ir_verdict verdict;
	const char *object, *word;
};

static void
attacks(const char *dir, const struct attack *t, size_t n)
{
	char out[256];

	for (size_t i = 0; i < n; i++) {
		ir_auto_free char *copy = bt_copy(dir);

		if (bt_sh(out, sizeof(out), t[i].script, copy) != 0)
			fail_msg("%s", t[i].script);
		bt_verdict(copy, t[i].verdict, t[i].object, t[i].word);
		bt_rm(copy);
	}
}

#define ATTACKS(dir, t) attacks(dir, t, sizeof(t) / sizeof(t[0]))

/* Manifests made anew, as any BagIt tool would. */
#define REMAKE                                                           \
	"; cd $1; export LC_ALL=C; "                                     \
	"find data -type f | sort | xargs sha256sum "                    \
	"> manifest-sha256.txt; cut -c67- tagmanifest-sha256.txt "       \
	"> names; xargs sha256sum < names > tagmanifest-sha256.txt; rm " \
	"names"

static void
test_content(void **state)
{
	static const struct attack t[] = {
	    {"echo two > $1/data/a/one", IR_CONTENT, "data/a/one",
		"was modified"},
	    {"echo more >> $1/data/a/one", IR_CONTENT, "data/a/one",
		"has 9 bytes where 4 were acquired"},
	    {"echo two > $1/data/a/one" REMAKE, IR_CONTENT,
		"tagmanifest-sha256.txt", "was modified after the sealing"},
	    {"echo two > $1/data/a/one" REMAKE, IR_CONTENT, "data/a/one",
		"was modified"},
	    {"rm $1/data/a/one", IR_CONTENT, "data/a/one", "is missing"},
	    {"rm $1/data/a/one" REMAKE, IR_CONTENT, "data/a/one", "is missing"},
	    {"echo x > $1/data/two", IR_CONTENT, "data/two",
		"added after the sealing"},
	    {"echo x > $1/data/two" REMAKE, IR_CONTENT, "data/two",
		"no journal says"},
	    {"cp $1/data/a/one $1/data/a/one.part", IR_CONTENT,
		"data/a/one.part", "added after the sealing"},
	    {"mv $1/data/a/one $1/data/a/uno", IR_CONTENT, "data/a/one",
		"is missing"},
	    {"truncate -s 1T $1/data/a/one", IR_CONTENT, "data/a/one",
		"more than all that was sealed"},
	    {"truncate -s 1T $1/data/completeness.json", IR_CONTENT,
		"data/completeness.json", "is larger than"},
	    {"truncate -s 1T $1/data/new", IR_CONTENT, "data", "were sealed"},
	    {"sed -i s/complete/COMPLETE/ $1/data/completeness.json",
		IR_CONTENT, "data/completeness.json", "was modified"},
	    {"echo x >> $1/VERIFY.txt", IR_CONTENT, "VERIFY.txt",
		"was modified"},
	    {"rm $1/VERIFY.txt", IR_CONTENT, "VERIFY.txt", "is missing"},
	    {"rm $1/bagit.txt", IR_CONTENT, "bagit.txt", "is missing"},
	    {"rm $1/manifest-sha256.txt", IR_CONTENT, "manifest-sha256.txt",
		"is missing"},
	    {"rm $1/tagmanifest-sha256.txt", IR_CONTENT,
		"tagmanifest-sha256.txt", "is missing"},
	    /* What was changed is not parsed. */
	    {"echo x >> $1/manifest-sha256.txt", IR_CONTENT,
		"manifest-sha256.txt", "was modified"},
	    {"echo x >> $1/tagmanifest-sha256.txt", IR_CONTENT,
		"tagmanifest-sha256.txt", "was modified"},
	    {"echo x > $1/README", IR_CONTENT, "README", "has no place"},
	    {"echo x > $1/custody/notes", IR_CONTENT, "custody/notes",
		"has no place"},
	    {"echo x > $1/.open", IR_CONTENT, ".open", "was modified"},
	};
	ir_auto_free char *dir = bt_sealed();

	(void)state;
	ATTACKS(dir, t);
	bt_rm(dir);
}

static void
test_journals(void **state)
{
	static const struct attack t[] = {
	    {"sed -i s/alice/bobby/ $1/" J1, IR_CHAIN, J1, "does not follow"},
	    {"sed -i 3d $1/" J1, IR_CHAIN, J1, "removed, added or reordered"},
	    {"sed -i '3{h;d};4G' $1/" J1, IR_CHAIN, J1, "line 3"},
	    {"sed -i '$d' $1/" J1, IR_CHAIN, J1, "does not end as it did"},
	    {"sed -i '$s/0}/1}/' $1/" J1, IR_CHAIN, J1,
		"does not end as it did"},
	    {"sed -i '3s/{/[/' $1/" J1, IR_CHAIN, J1, "line 3"},
	    {"echo '{}' >> $1/" J1, IR_CHAIN, J1, "line 7"},
	    {"printf x >> $1/" J1, IR_CONTENT, J1, "was modified"},
	    {"rm $1/" J1, IR_CHAIN, "journal", "1 journals were sealed"},
	    {"cp $1/" J1 " $1/journal/0001-x.jsonl", IR_CHAIN,
		"journal/0001-x.jsonl", "number of another"},
	    {"cp $1/" J1 " $1/" J2, IR_CHAIN, J2, "follows a record"},
	    {"mv $1/" J1 " $1/" J2, IR_CHAIN, J2, "does not end as it did"},
	};
	ir_auto_free char *dir = bt_sealed();

	(void)state;
	ATTACKS(dir, t);
	bt_rm(dir);
}

static void
test_hostile(void **state)
{
	static const struct attack t[] = {
	    {"ln -sf /etc/passwd $1/data/a/one", IR_HOSTILE, "data/a/one",
		"symbolic link"},
	    {"rm -r $1/data/a; ln -s /etc $1/data/a", IR_HOSTILE, "data/a",
		"symbolic link"},
	    {"ln $1/data/a/one $1.link", IR_HOSTILE, "data/a/one", "2 links"},
	    {"rm $1/data/a/one; mkfifo $1/data/a/one", IR_HOSTILE, "data/a/one",
		"FIFO"},
	    {"echo x > $1/data/A; rm -r $1/data/a; echo x > $1/data/a",
		IR_HOSTILE, "data/a", "only in case"},
	    {"echo x > \"$1/data/a b\"", IR_HOSTILE, "data/a b", "not a name"},
	    {"echo x > $1/data/$'\\x1b[31m'", IR_HOSTILE, "data/\x1b[31m",
		"not a name"},
	    {"echo x > $1/data/$'\\xff'", IR_HOSTILE, "data/\\xff",
		"not a name"},
	    {"echo x > $1/fetch.txt", IR_HOSTILE, "fetch.txt", "elsewhere"},
	    {"mkdir -p $1/data/1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16/17",
		IR_HOSTILE, "data/1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16",
		"levels deep"},
	    {"truncate -s 1T $1/" J1, IR_HOSTILE, J1, "is larger than"},
	    {"truncate -s 1T $1/manifest-sha256.txt", IR_HOSTILE,
		"manifest-sha256.txt", "is larger than"},
	    {"truncate -s 8M $1/" SEAL, IR_HOSTILE, SEAL, "larger than"},
	    {"truncate -s 8M $1/" SEAL ".sig", IR_HOSTILE, SEAL, "larger than"},
	    {"rm -r $1/custody $1/bagit.txt", IR_HOSTILE, "bundle",
		"is no bundle"},
	};
	ir_auto_free char *dir = bt_sealed();

	(void)state;
	ATTACKS(dir, t);
	bt_rm(dir);
}

static void
test_custody(void **state)
{
	static const struct attack t[] = {
	    {"sed -i s/INC-1/INC-9/ $1/" SEAL, IR_SIGNATURE, SEAL, ""},
	    {"rm $1/" SEAL ".sig", IR_SIGNATURE, SEAL, "is not signed"},
	    {"rm $1/" SEAL, IR_CHAIN, SEAL ".sig", "is missing"},
	    {"rm -r $1/custody", IR_CHAIN, OPEN, "is missing"},
	    {"rm $1/" OPEN, IR_CHAIN, SEAL, "act number 0 is due"},
	    {"rm $1/" OPEN ".sig", IR_CHAIN, SEAL,
		"does not follow the signature"},
	    {"sed -i s/INC-1/INC-9/ $1/" OPEN, IR_CHAIN, SEAL,
		"does not follow"},
	    {"cp $1/" OPEN ".sig $1/" SEAL ".sig", IR_SIGNATURE, SEAL, ""},
	    {"echo x >> $1/" SEAL ".sig", IR_SIGNATURE, SEAL, ""},
	    {"cd $1; rm " SEAL
	     ".sig; ssh-keygen -q -Y sign -f ../alice -n file " SEAL
	     " 2>/dev/null",
		IR_SIGNATURE, SEAL, "namespace"},
	    {"cd $1; rm " SEAL
	     ".sig; ssh-keygen -q -Y sign -f ../alice -n " IR_NS_JOURNAL
	     " " SEAL " 2>/dev/null",
		IR_SIGNATURE, SEAL, "namespace"},
	    {"cd $1; rm " SEAL
	     ".sig; ssh-keygen -q -Y sign -f ../mallory -n " IR_NS_CUSTODY
	     " " SEAL " 2>/dev/null",
		IR_UNTRUSTED, SEAL, "not in your allowed_signers"},
	    {"cd $1; rm " SEAL
	     ".sig; ssh-keygen -q -Y sign -f ../bob -n " IR_NS_CUSTODY " " SEAL
	     " 2>/dev/null",
		IR_SIGNATURE, SEAL, "key of somebody else"},
	    {"mv $1/" SEAL " $1/custody/0002-seal.json; mv $1/" SEAL
	     ".sig $1/custody/0002-seal.json.sig; touch $1/.open",
		IR_CHAIN, "custody/0002-seal.json", "act number 1 is due"},
	    {"cp $1/" SEAL " $1/custody/0001-note.json", IR_CHAIN, SEAL,
		"one number was used twice"},
	};
	ir_auto_free char *dir = bt_sealed();

	(void)state;
	ATTACKS(dir, t);
	bt_rm(dir);
}

/* The whole bundle made anew, in alice's name, by somebody else. */
static void
test_forged(void **state)
{
	struct ir_bundle_who who = bt_who("alice", "mallory");
	struct ir_seal_result r;
	struct ir_err err;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct ir_bundle *b = bt_new(i == 0 ? "mallory" : "alice");

		bt_add(b, "a", "forged");
		ir_auto_free char *dir = bt_end(b);
		b = ir_bundle_open(dir, &err);
		assert_int_equal(
		    ir_bundle_seal(b, &who, &bt_case, &r, &err), 0);
		json_decref(r.ledger);
		ir_bundle_close(b);
		bt_verdict(dir, IR_UNTRUSTED, SEAL, "said to be that of alice");
		bt_rm(dir);
	}
}

/* An entry of a bundle, or a journal, in another bundle of the same people. */
static void
test_transplants(void **state)
{
	static const struct attack t[] = {
	    {"cp ../other/" OPEN "* $1/custody", IR_CHAIN, SEAL, ""},
	    {"cp ../other/" SEAL "* $1/custody", IR_CHAIN, SEAL,
		"belongs to another bundle"},
	    {"cp ../other/" J1 " $1/" J1, IR_CHAIN, J1,
		"belongs to another bundle"},
	};
	ir_auto_free char *dir = bt_sealed();
	ir_auto_free char *other = bt_sealed();

	(void)state;
	assert_int_equal(rename(other, "other"), 0);
	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		ir_auto_free char *copy = bt_copy(dir);
		ir_auto_free char *script =
		    bt_path("cd $1 && set -- . && %s", t[i].script);
		char out[64];

		assert_int_equal(bt_sh(out, sizeof(out), script, copy), 0);
		bt_verdict(copy, t[i].verdict, t[i].object, t[i].word);
		bt_rm(copy);
	}
	bt_rm("other");
	bt_rm(dir);
}

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
	static const struct attack t[] = {
	    {"true", IR_VALID, NULL, NULL},
	    {"sed -i s/logs/bugs/ $1/data/completeness.json" PAYLOAD(
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
		IR_HOSTILE, "data/A/ONE", "only in case"},
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
	    {"sed -i 's/\"lines\":6/\"lines\":7/' $1/" SEAL, IR_CHAIN, J1,
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

/* Before the seal only the journals hold, and they do. */
static void
test_unsealed(void **state)
{
	static const struct attack t[] = {
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
	struct ir_bundle_who who = bt_who("bob", "bob");
	struct ir_bundle *b = bt_new("alice");
	struct ir_sink *sink = ir_bundle_sink(b);
	struct ir_err err;

	(void)state;
	bt_add(b, "a", "one\n");
	struct ir_stream *s = sink->open(sink, "cut", &err);
	assert_int_equal(s->write(s, "abc", 3, &err), 0);
	assert_int_equal(s->close(s, "cut", &err), 0);
	ir_auto_free char *dir = bt_end(b);
	b = ir_bundle_open(dir, &err);
	assert_int_equal(ir_bundle_begin(b, &who, NULL, &err), 0);
	free(bt_end(b));
	ATTACKS(dir, t);
	bt_rm(dir);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_content),
    cmocka_unit_test(test_journals),
    cmocka_unit_test(test_hostile),
    cmocka_unit_test(test_custody),
    cmocka_unit_test(test_forged),
    cmocka_unit_test(test_transplants),
    cmocka_unit_test(test_lying_sealer),
    cmocka_unit_test(test_unsealed),
};

int
main(void)
{
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, bt_enter, bt_leave);
}
