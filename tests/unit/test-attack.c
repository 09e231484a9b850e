/* SPDX-License-Identifier: ISC
 *
 * Attacks on a sealed bundle, each with its verdict.  Mallory can write every
 * file, and has a key, but neither alice's nor bob's.
 */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <unistd.h>

#include "base/buf.h"
#include "bundle/seal.h"
#include "crypto/sshsig.h"
#include "tests/unit/bundletest.h"

#define OPEN "custody/0000-open.json"
#define SEAL "custody/0001-seal.json"

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
	static const struct bt_attack t[] = {
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
	BT_ATTACKS(dir, t);
	bt_rm(dir);
}

static void
test_journals(void **state)
{
	static const struct bt_attack t[] = {
	    {"sed -i s/alice/bobby/ $1/" J1, IR_CHAIN, J1, "does not follow"},
	    {"sed -i 3d $1/" J1, IR_CHAIN, J1, "removed, added or reordered"},
	    {"sed -i '3{h;d};4G' $1/" J1, IR_CHAIN, J1, "line 3"},
	    {"sed -i '$d' $1/" J1, IR_CHAIN, J1, "does not end as it did"},
	    {"sed -i '12s/0}/1}/' $1/" J1, IR_CHAIN, J1,
		"line 13: does not follow"},
	    {"sed -i '$s/SIGN/sign/' $1/" J1, IR_CHAIN, J1,
		"does not end as it did"},
	    {"sed -i '3s/{/[/' $1/" J1, IR_CHAIN, J1, "line 3"},
	    {"echo '{}' >> $1/" J1, IR_CHAIN, J1, "line 14"},
	    {"printf x >> $1/" J1, IR_CONTENT, J1, "was modified"},
	    {"rm $1/" J1, IR_CHAIN, "journal", "1 journals were sealed"},
	    {"cp $1/" J1 " $1/journal/0001-x.jsonl", IR_CHAIN,
		"journal/0001-x.jsonl", "number of another"},
	    {"cp $1/" J1 " $1/" J2, IR_CHAIN, J2, "follows a record"},
	    {"mv $1/" J1 " $1/" J2, IR_CHAIN, J2, "does not end as it did"},
	};
	ir_auto_free char *dir = bt_sealed();

	(void)state;
	BT_ATTACKS(dir, t);
	bt_rm(dir);
}

static void
test_hostile(void **state)
{
	static const struct bt_attack t[] = {
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
	    {"{ printf '{\"x\":\"'; head -c 1G /dev/zero | tr '\\0' a; } "
	     "> $1/custody/0002-note.json",
		IR_HOSTILE, "custody/0002-note.json", "is larger than"},
	    {"truncate -s 8M $1/" SEAL ".sig", IR_HOSTILE, SEAL, "larger than"},
	    {"rm -r $1/custody $1/bagit.txt", IR_HOSTILE, "bundle",
		"is no bundle"},
	};
	ir_auto_free char *dir = bt_sealed();

	(void)state;
	BT_ATTACKS(dir, t);
	bt_rm(dir);
}

/* Takes the signature of the seal apart, and puts it together otherwise. */
#define RESIGN(how)                                                     \
	"python3 -c '\n"                                                \
	"import base64, sys\n"                                          \
	"p = sys.argv[1]\n"                                             \
	"l = open(p).read().split()\n"                                  \
	"b = bytearray(base64.b64decode(\"\".join(l[3:-3])))\n" how     \
	"t = base64.b64encode(b).decode()\n"                            \
	"with open(p, \"w\") as f:\n"                                   \
	"  print(*l[:3], file=f)\n"                                     \
	"  for i in range(0, len(t), 70): print(t[i:i + 70], file=f)\n" \
	"  print(*l[-3:], file=f)' $1/" SEAL ".sig"

static void
test_custody(void **state)
{
	static const struct bt_attack t[] = {
	    {RESIGN(""), IR_VALID, NULL, NULL},
	    {RESIGN("s = int.from_bytes(b[-32:], \"little\") + 2**252 +"
		    " 27742317777372353535851937790883648493\n"
		    "b[-32:] = s.to_bytes(32, \"little\")\n"),
		IR_SIGNATURE, SEAL, ""},
	    {RESIGN("at = b.index(b\"@ir-tools\") + 9\n"
		    "b[at:at + 4] = b\"\\0\\0\\0\\1x\"\n"),
		IR_SIGNATURE, SEAL, "reserved field is not empty"},
	    {"cd $1; fold -w 60 " SEAL ".sig >../s; mv ../s " SEAL ".sig",
		IR_SIGNATURE, SEAL, "70 characters"},
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
	BT_ATTACKS(dir, t);
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
	static const struct bt_attack t[] = {
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

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_content),
    cmocka_unit_test(test_journals),
    cmocka_unit_test(test_hostile),
    cmocka_unit_test(test_custody),
    cmocka_unit_test(test_forged),
    cmocka_unit_test(test_transplants),
};

int
main(void)
{
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, bt_enter, bt_leave);
}
