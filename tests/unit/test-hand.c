/* SPDX-License-Identifier: ISC
 *
 * What others say of our bundles: stock tools, by the commands of VERIFY.txt as
 * they stand there, and a checker of BagIt that was written from RFC 8493.
 */
#include "tests/unit/unit.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/limits.h"
#include "tests/unit/bundletest.h"

/* The commands are the lines that begin with four spaces. */
#define BY_HAND                                                          \
	"cd $1 && AS=$PWD/../signers && sed -n 's/^    //p' VERIFY.txt " \
	"> ../commands && . ../commands 2>&1"
#define BAGIT "python3 $IR_SRCDIR/tests/bagit-check.py $1"

static void
put_signers(void)
{
	ir_auto_free char *alice = bt_public("alice");
	ir_auto_free char *bob = bt_public("bob");
	ir_auto_free char *text = bt_path("alice@lab %sbob@lab %s", alice, bob);

	bt_spit("signers", text, strlen(text));
}

static void
says(const char *dir, const char *script, const char *want)
{
	char out[8192];

	bt_sh(out, sizeof(out), script, dir);
	if (strstr(out, want) == NULL)
		fail_msg("%s: not in: %s", want, out);
}

static void
test_sealed(void **state)
{
	static const char good[] =
	    "Good \"custody.v1@ir-tools\" signature for alice@lab with "
	    "ED25519 key SHA256:";
	ir_auto_free char *dir = bt_sealed();
	ir_auto_free char *path = bt_path("%s/custody/0001-seal.json", dir);
	char out[8192], sha[65], head[80];
	size_t len, lines = 0;

	(void)state;
	put_signers();
	assert_int_equal(bt_sh(out, sizeof(out), BY_HAND, dir), 0);
	ir_auto_free char *text = bt_slurp(path, &len);
	ir_sha256_mem(text, len, sha);
	snprintf(head, sizeof(head), "\nhead %s\n", sha);
	for (const char *p = out; (p = strchr(p, '\n')) != NULL; p++)
		lines++;
	/* Two acts, the head, the seal, a journal: and not one line more. */
	if (lines != 6 || memcmp(out, good, strlen(good)) != 0 ||
	    strstr(out, head) == NULL ||
	    strstr(out, "\ntagmanifest-sha256.txt: OK\n") == NULL ||
	    strstr(out, "\nGood \"journal.v1@ir-tools\" signature for "
			"alice@lab with") == NULL ||
	    strstr(out, "\nproven: 13 of 13 lines of " J1 "\n") == NULL)
		fail_msg("%s", out);
	assert_int_equal(bt_sh(out, sizeof(out), BAGIT, dir), 0);
	assert_string_equal(out, "");
	bt_rm(dir);
}

/* With acts after the seal. */
static void
test_handed(void **state)
{
	static const struct {
		const char *spoil, *by_hand;
	} t[] = {
	    {"rm $1/custody/0003*", "BROKEN custody/0004-receive.json"},
	    {"rm $1/custody/0004*.sig", "BROKEN custody/0004-receive.json"},
	    {"rm $1/custody/0004*.sig", "BROKEN custody/0005-access.json"},
	    {"sed -i s/access/copied/ $1/custody/0005*.json",
		"BROKEN custody/0005-access.json"},
	    {"cp $1/custody/0004*.sig $1/custody/0005-access.json.sig",
		"BROKEN custody/0005-access.json"},
	    {"cp $1/custody/0005-access.json $1/custody/0005-copy.json;"
	     "cp $1/custody/0005*.sig $1/custody/0005-copy.json.sig",
		"BROKEN custody/0005-copy.json"},
	};
	ir_auto_free char *dir = bt_handed();
	char out[8192];
	size_t lines = 0;

	(void)state;
	put_signers();
	assert_int_equal(bt_sh(out, sizeof(out), BY_HAND, dir), 0);
	for (const char *p = out; (p = strchr(p, '\n')) != NULL; p++)
		lines++;
	/* Six acts, the head, the seal, a journal, what of it is proven. */
	if (lines != 10 || strstr(out, "for bob@lab with") == NULL)
		fail_msg("%s", out);
	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		ir_auto_free char *copy = bt_copy(dir);

		assert_int_equal(bt_sh(out, sizeof(out), t[i].spoil, copy), 0);
		says(copy, BY_HAND, t[i].by_hand);
		bt_rm(copy);
	}
	bt_rm(dir);
}

static void
test_spoilt(void **state)
{
	static const struct {
		const char *spoil, *by_hand, *bagit;
	} t[] = {
	    {"echo two > $1/data/a/one", "data/a/one: FAILED",
		"changed: data/a/one"},
	    {"rm $1/data/a/one", "data/a/one: FAILED open", "differs from"},
	    {"echo x > $1/data/x", "> data/x", "differs from data/"},
	    {"echo x > $1/data/x; cd $1; sha256sum data/x >> "
	     "manifest-sha256.txt",
		"manifest-sha256.txt: FAILED", "Payload-Oxum is"},
	    {"echo x >> $1/manifest-sha256.txt", "manifest-sha256.txt: FAILED",
		"malformed: 'x'"},
	    {"sed -i 's#data/a#data/../a#' $1/manifest-sha256.txt",
		"manifest-sha256.txt: FAILED", "leads out of the bag"},
	    {"sed -i 1p $1/manifest-sha256.txt", "manifest-sha256.txt: FAILED",
		"twice"},
	    {"sed -i 's/Oxum: /Oxum: 9/' $1/bag-info.txt",
		"bag-info.txt: FAILED", "Payload-Oxum"},
	    {"echo x >> $1/VERIFY.txt", "VERIFY.txt: FAILED",
		"changed: VERIFY.txt"},
	    {"echo x >> $1/bagit.txt", "bagit.txt: FAILED", "not two lines"},
	    {"ln -sf /etc/passwd $1/data/a/one", "\n./data/a/one\n",
		"missing: data/a/one"},
	    {"sed -i '3s/alice/bob/;3s/a/b/' $1/" J1, "BROKEN " J1, "changed"},
	    {"sed -i '$s/-----END/-----end/' $1/" J1, "proven: 11 of 13",
		"changed"},
	    {"sed -i '$s/-----END/-----end/' $1/" J1, "BROKEN " J1, "changed"},
	    {"sed -i s/INC/ABC/ $1/custody/0001-seal.json",
		"BROKEN custody/0001-seal.json", NULL},
	    {"cp $1/custody/0000-open.json.sig $1/custody/0001-seal.json.sig",
		"BROKEN custody/0001-seal.json", NULL},
	    {"echo x > $1/README", "> README", NULL},
	    {"echo x > $1/.open", "> .open", NULL},
	    {"echo x > $1/custody/x", "\ncustody/x\n", NULL},
	    {"mkdir $1/custody/0002-a; echo > $1/custody/0002-a/0003-b.json",
		"\ncustody/0002-a/0003-b.json\n", NULL},
	};
	ir_auto_free char *dir = bt_sealed();
	char out[256];

	(void)state;
	put_signers();
	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		ir_auto_free char *copy = bt_copy(dir);

		if (bt_sh(out, sizeof(out), t[i].spoil, copy) != 0)
			fail_msg("%s", t[i].spoil);
		if (strncmp(t[i].by_hand, "\n./", 3) == 0)
			says(copy, "echo;" BY_HAND, t[i].by_hand);
		else
			says(copy, BY_HAND, t[i].by_hand);
		if (t[i].bagit != NULL)
			says(copy, BAGIT, t[i].bagit);
		else /* it knows of no signatures, and allows more tag files */
			assert_int_equal(
			    bt_sh(out, sizeof(out), BAGIT, copy), 0);
		bt_rm(copy);
	}
	bt_rm(dir);
}

/* A sealing that was killed at its last step: intact, by us and by hand. */
static void
test_left_open(void **state)
{
	ir_auto_free char *dir = bt_sealed();
	ir_auto_free char *mark = bt_path("%s/.open", dir);
	char out[8192];

	(void)state;
	put_signers();
	bt_spit(mark, "", 0);
	bt_verdict(dir, IR_VALID, NULL, NULL);
	assert_int_equal(bt_sh(out, sizeof(out), BY_HAND, dir), 0);
	if (strstr(out, "open") != NULL)
		fail_msg("%s", out);
	bt_rm(dir);
}

/* Opened and sealed, and nothing else. */
static void
test_empty(void **state)
{
	struct ir_bundle_who who = bt_who("alice", "alice");
	struct ir_err err;
	struct ir_bundle *b = ir_bundle_create(".", &bt_case, &who, &err);
	ir_auto_free char *dir = bt_path("%s", ir_bundle_dir(b));
	char out[8192];

	(void)state;
	put_signers();
	ir_bundle_close(b);
	bt_seal(dir, "alice", NULL);
	bt_verdict(dir, IR_VALID, NULL, NULL);
	assert_int_equal(bt_sh(out, sizeof(out), BY_HAND, dir), 0);
	if (strstr(out, "OK\n") == NULL || strstr(out, "journal") != NULL)
		fail_msg("%s", out);
	bt_rm(dir);
}

/* Signed by somebody whom nobody trusts. */
static void
test_untrusted(void **state)
{
	ir_auto_free char *dir = bt_sealed();

	(void)state;
	bt_spit("signers", "# nobody\n", 9);
	says(dir, BY_HAND, "BROKEN custody/0000-open.json");
	says(dir, BY_HAND, "BROKEN custody/0001-seal.json");
	says(dir, BY_HAND, "BROKEN " J1);
	bt_rm(dir);
}

/* Cut short, and never sealed: what is attested is seen by hand too. */
static void
test_part(void **state)
{
	ir_auto_free char *block = calloc(1, IR_CHUNK_BYTES);
	struct ir_bundle_who who = bt_who("bob", "");
	struct ir_bundle *b = bt_new("alice");
	struct ir_sink *sink = ir_bundle_sink(b);
	struct ir_err err;
	struct ir_stream *s = sink->open(sink, "big", &err);

	(void)state;
	put_signers();
	assert_int_equal(s->write(s, block, IR_CHUNK_BYTES, &err), 0);
	assert_int_equal(s->write(s, "tail", 4, &err), 0);
	bt_add(b, "small", "x");
	ir_auto_free char *dir = bt_copy(ir_bundle_dir(b));
	assert_int_equal(s->close(s, "", &err), 0);
	bt_rm(ir_bundle_dir(b));
	ir_bundle_close(b);
	ir_auto_free char *path = bt_path("%s/" J1, dir);
	ir_auto_free char *part = bt_path("%s/data/big.part", dir);
	ir_auto_free char *one = bt_path("%s/data/small", dir);
	int fd = open(path, O_WRONLY | O_APPEND);
	assert_int_equal(write(fd, "{\"seq\":", 7), 7);
	close(fd);
	b = ir_bundle_open(dir, &err);
	assert_non_null(b);
	assert_int_equal(ir_bundle_begin(b, &who, NULL, &err), 0);
	free(bt_end(b));
	assert_true(bt_exists(path));
	says(dir, BY_HAND,
	    "attested: the first 67108864 bytes of data/big.part");
	says(dir, BY_HAND, "proven: the first 67108864 bytes of data/big.part");
	says(dir, BY_HAND, "unsigned " J2);
	bt_flip(part, 7);
	bt_flip(one, 0);
	says(dir, BY_HAND, "BROKEN data/big.part");
	says(dir, BY_HAND, "data/small: FAILED");
	bt_rm(dir);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_sealed),
    cmocka_unit_test(test_handed),
    cmocka_unit_test(test_spoilt),
    cmocka_unit_test(test_left_open),
    cmocka_unit_test(test_empty),
    cmocka_unit_test(test_untrusted),
    cmocka_unit_test(test_part),
};

int
main(void)
{
	bt_need("jq");
	bt_need("openssl");
	bt_need("python3");
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, bt_enter, bt_leave);
}
