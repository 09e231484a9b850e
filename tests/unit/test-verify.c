/* SPDX-License-Identifier: ISC
 *
 * What the verifier says of honest bundles: sealed, open, cut short, keyless,
 * and of signers who are trusted more or less.
 */
#include "tests/unit/unit.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/text.h"
#include "bundle/custody.h"
#include "bundle/seal.h"
#include "bundle/verify.h"
#include "crypto/digest.h"
#include "crypto/ed25519.h"
#include "crypto/sshsig.h"
#include "crypto/sshwire.h"
#include "tests/unit/bundletest.h"
#include "json/json.h"

#define OPEN "custody/0000-open.json"
#define SEAL "custody/0001-seal.json"

static struct ir_report
report(const char *dir, const char *case_number)
{
	struct ir_verify_options o = {.case_number = case_number};
	struct ir_report r;

	bt_verify(dir, &o, &r);
	return r;
}

static void
test_valid(void **state)
{
	ir_auto_free char *dir = bt_sealed();

	(void)state;
	bt_verdict(dir, IR_VALID, NULL, NULL);
	struct ir_report r = report(dir, "INC-1");
	assert_int_equal(r.verdict, IR_UNTRUSTED);
	const json_t *s = r.summary;
	assert_string_equal(ir_json_str(s, "case"), "INC-1");
	assert_string_equal(ir_json_str(s, "opened.actor"), "alice@lab");
	assert_string_equal(ir_json_str(s, "sealed.status"), "complete");
	assert_int_equal(strlen(ir_json_str(s, "sealed.head")), 64);
	assert_int_equal(ir_json_int(s, "files"), 3);
	assert_int_equal(ir_json_int(s, "journals"), 1);
	ir_report_free(&r);
	bt_rm(dir);
}

static void
test_trust(void **state)
{
	static const struct {
		const char *who, *options, *key;
		enum ir_verdict v;
		const char *object, *word;
	} t[] = {
	    {"alice@lab", "", "alice", IR_VALID, NULL, NULL},
	    {"*@lab", "namespaces=\"*.v1@ir-tools\"", "alice", IR_VALID, NULL,
		NULL},
	    {"bob@lab", "", "bob", IR_UNTRUSTED, SEAL, "not in your allowed"},
	    {"bob@lab", "", "alice", IR_SIGNATURE, SEAL, "somebody else"},
	    {"alice@lab", "namespaces=\"file\"", "alice", IR_SIGNATURE, SEAL,
		"does not allow"},
	    {"alice@lab", "namespaces=\"custody.v1@ir-tools\"", "alice",
		IR_SIGNATURE, J1, "does not allow"},
	    {"alice@lab", "valid-before=\"20200101\"", "alice", IR_TIME, SEAL,
		"was not valid"},
	};
	ir_auto_free char *dir = bt_sealed();

	(void)state;
	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		ir_auto_free char *pub = bt_public(t[i].key);
		ir_auto_free char *line =
		    bt_path("%s %s %s", t[i].who, t[i].options, pub);

		bt_signers(line);
		bt_verdict(dir, t[i].v, t[i].object, t[i].word);
	}
	bt_signers("# nobody\n");
	bt_verdict(dir, IR_UNTRUSTED, OPEN, "SHA256:");
	bt_signers(NULL);
	struct ir_report r = report(dir, NULL);
	assert_int_equal(r.verdict, IR_UNTRUSTED);
	assert_int_equal(json_array_size(r.findings), 1);
	assert_string_equal(ir_json_str(json_array_get(r.findings, 0), "what"),
	    "no allowed_signers file was given: who signed cannot be judged");
	ir_report_free(&r);
	bt_rm(dir);
}

static void
test_case(void **state)
{
	ir_auto_free char *dir = bt_sealed();
	struct ir_report r = report(dir, "INC-2");

	(void)state;
	assert_int_equal(r.verdict, IR_SIGNATURE);
	ir_report_free(&r);
	bt_rm(dir);
}

static void
test_no_bundle(void **state)
{
	struct ir_verify_options o = {0};
	struct ir_report r;

	(void)state;
	bt_verify(".", &o, &r);
	assert_int_equal(r.verdict, IR_HOSTILE);
	ir_report_free(&r);
}

static void
test_unsealed(void **state)
{
	struct ir_bundle *b = bt_new("alice");

	(void)state;
	bt_verdict(ir_bundle_dir(b), IR_UNSEALED, "bundle", "not sealed");
	bt_add(b, "a", "abc");
	struct ir_report busy = report(ir_bundle_dir(b), NULL);
	ir_auto_free char *all = json_dumps(busy.findings, 0);
	assert_non_null(strstr(all, "is being written to at this moment"));
	ir_report_free(&busy);
	ir_auto_free char *dir = bt_end(b);
	struct ir_report r = report(dir, NULL);
	json_t *p = ir_json_at(r.summary, "attested");
	assert_int_equal(r.verdict, IR_UNSEALED);
	assert_int_equal(json_array_size(p), 1);
	p = json_array_get(p, 0);
	assert_string_equal(ir_json_str(p, "file"), "data/a");
	assert_int_equal(ir_json_int(p, "bytes"), 3);
	assert_true(ir_json_true(p, "whole"));
	ir_report_free(&r);
	bt_verdict(dir, IR_UNSEALED, "bundle", "what is proven was signed");
	bt_signers("# nobody\n");
	bt_verdict(dir, IR_UNSEALED, "bundle", "no signature that you trust");
	bt_signers(NULL);
	bt_rm(dir);
}

/* A program killed in the middle of a stream: what was attested stays so
 * through the sealing. */
static void
test_killed(void **state)
{
	ir_auto_free char *block = calloc(1, IR_CHUNK_BYTES);
	struct ir_bundle *b = bt_new("alice");
	struct ir_sink *sink = ir_bundle_sink(b);
	ir_auto_free char *dir = bt_path("%s", ir_bundle_dir(b));
	ir_auto_free char *copy = NULL;
	struct ir_err err;
	struct ir_stream *s = sink->open(sink, "big", &err);

	(void)state;
	assert_int_equal(s->write(s, block, IR_CHUNK_BYTES, &err), 0);
	assert_int_equal(s->write(s, "tail", 4, &err), 0);
	struct ir_stream *tiny = sink->open(sink, "tiny", &err);
	assert_int_equal(tiny->write(tiny, "t", 1, &err), 0);
	/* What a killed program leaves is on the disk now. */
	copy = bt_copy(dir);
	assert_int_equal(s->close(s, "abandoned", &err), 0);
	assert_int_equal(tiny->close(tiny, "abandoned", &err), 0);
	ir_bundle_close(b);
	bt_rm(dir);
	bt_verdict(copy, IR_UNSEALED, "bundle", "not sealed");
	struct ir_report r = report(copy, NULL);
	json_t *p = ir_json_at(r.summary, "attested");
	assert_int_equal(json_array_size(p), 1);
	assert_int_equal(
	    ir_json_int(json_array_get(p, 0), "bytes"), IR_CHUNK_BYTES);
	assert_false(ir_json_true(json_array_get(p, 0), "whole"));
	assert_int_equal(json_array_size(ir_json_at(r.summary, "gaps")), 2);
	ir_report_free(&r);
	bt_seal(copy, "alice", NULL);
	bt_verdict(copy, IR_INCOMPLETE, "data/big.part",
	    "67108864 of its 67108868 bytes are attested");
	bt_verdict(copy, IR_INCOMPLETE, "data/tiny.part", "0 of its 1 bytes");
	bt_verdict(copy, IR_INCOMPLETE, J1, "its program was killed");
	ir_auto_free char *part = bt_path("%s/data/big.part", copy);
	bt_flip(part, 5);
	bt_verdict(copy, IR_CONTENT, "data/big.part", "was modified");
	bt_rm(copy);
}

static void
test_incomplete(void **state)
{
	struct ir_bundle *b = bt_new("alice");
	struct ir_sink *sink = ir_bundle_sink(b);
	struct ir_err err;

	(void)state;
	struct ir_stream *s = sink->open(sink, "cut", &err);
	assert_int_equal(s->write(s, "abc", 3, &err), 0);
	assert_int_equal(s->close(s, "the engine died", &err), 0);
	ir_bundle_outcome(b, "logs", "web", IR_FAILED, "no route", 1, &err);
	ir_bundle_outcome(b, "top", "web", IR_SKIPPED, "not running", 1, &err);
	ir_auto_free char *dir = bt_end(b);
	bt_seal(dir, "alice", NULL);
	bt_verdict(dir, IR_INCOMPLETE, "data/cut.part", "the engine died");
	bt_verdict(
	    dir, IR_INCOMPLETE, "web", "logs was not collected: no route");
	bt_rm(dir);
}

/* What failed and was collected later is no gap; what was skipped is none. */
static void
test_made_good(void **state)
{
	struct ir_bundle *b = bt_new("alice");
	struct ir_err err;

	(void)state;
	ir_bundle_outcome(b, "logs", "web", IR_FAILED, "no route", 1, &err);
	ir_bundle_outcome(b, "logs", "db", IR_FAILED, "no route", 1, &err);
	ir_bundle_outcome(b, "logs", "web", IR_COLLECTED, "", 1, &err);
	ir_bundle_outcome(b, "logs", "db", IR_EMPTY, "", 1, &err);
	ir_bundle_outcome(b, "top", "web", IR_SKIPPED, "stopped", 1, &err);
	ir_auto_free char *dir = bt_end(b);
	bt_seal(dir, "alice", NULL);
	bt_verdict(dir, IR_VALID, NULL, NULL);
	bt_rm(dir);
}

static void
test_keyless(void **state)
{
	struct ir_bundle *b = bt_new("");

	(void)state;
	bt_add(b, "a", "abc");
	ir_auto_free char *dir = bt_end(b);
	bt_verdict(dir, IR_UNSEALED, OPEN, "not signed");
	bt_seal(dir, "alice", NULL);
	bt_verdict(dir, IR_VALID, NULL, NULL);
	bt_rm(dir);
}

/* Two people, two runs at a time, two signers. */
static void
test_two(void **state)
{
	struct ir_bundle_who who = bt_who("bob", "bob");
	struct ir_bundle *a = bt_new("alice");
	struct ir_err err;
	struct ir_bundle *b = ir_bundle_open(ir_bundle_dir(a), &err);

	(void)state;
	assert_int_equal(ir_bundle_begin(b, &who, NULL, &err), 0);
	bt_add(a, "a", "1");
	bt_add(b, "b", "2");
	free(bt_end(a));
	ir_auto_free char *dir = bt_end(b);
	bt_seal(dir, "bob", NULL);
	bt_verdict(dir, IR_VALID, NULL, NULL);
	ir_auto_free char *pub = bt_public("alice");
	ir_auto_free char *line = bt_path("alice@lab %s", pub);
	bt_signers(line);
	bt_verdict(dir, IR_UNTRUSTED, SEAL, "");
	bt_signers(NULL);
	bt_rm(dir);
}

/* An act after the seal, as later versions will write them. */
static void
put_act(const char *dir, const char *path, const char *type, int seq,
    const char *before, const char *name)
{
	struct ir_bundle_who who = bt_who(name, name);
	int fd = open(dir, O_RDONLY | O_DIRECTORY);
	struct ir_custody prev;
	char uuid[37], hash[65];
	struct ir_err err;

	assert_int_equal(ir_custody_read(fd, before, &prev, &err), 0);
	json_auto_t *doc = ir_json_parse(prev.text, prev.len, before, &err);
	strcpy(uuid, ir_json_str(doc, "bundle"));
	json_auto_t *act =
	    ir_custody_entry(uuid, seq, type, &prev, "INC-1", NULL, &who);
	if (ir_custody_put(fd, path, act, who.key, hash, &err) == -1)
		fail_msg("%s", err.msg);
	ir_custody_free(&prev);
	close(fd);
}

static void
test_later_acts(void **state)
{
	static const char note[] = "custody/0002-note.json";
	static const char verify[] = "custody/0003-verify.json";
	ir_auto_free char *dir = bt_sealed();
	ir_auto_free char *path = bt_path("%s/%s", dir, note);
	char out[64];

	(void)state;
	put_act(dir, note, "note", 2, SEAL, "bob");
	bt_verdict(dir, IR_VALID, NULL, NULL);
	put_act(dir, verify, "verify", 3, note, "alice");
	bt_verdict(dir, IR_VALID, NULL, NULL);
	put_act(dir, "custody/0004-seal.json", "seal", 4, verify, "alice");
	bt_verdict(dir, IR_CHAIN, "custody/0004-seal.json", "there once");
	bt_sh(out, sizeof(out), "rm $1/custody/0004*", dir);
	put_act(dir, "custody/0004-copy.json", "copy", 4, verify, "mallory");
	bt_verdict(dir, IR_UNTRUSTED, "custody/0004-copy.json", "");
	bt_sh(out, sizeof(out), "rm $1/custody/0004*", dir);
	put_act(dir, "custody/0003-note.json", "note", 3, note, "bob");
	bt_verdict(dir, IR_CHAIN, verify, "one number was used twice");
	bt_sh(out, sizeof(out), "rm $1/custody/0003-note*", dir);
	bt_sh(out, sizeof(out), "rm $1/custody/0002*", dir);
	bt_verdict(dir, IR_CHAIN, verify, "act number 2 is due");
	bt_rm(dir);
}

#define SK_TYPE "sk-ssh-ed25519@openssh.com"

static void
put_hash(struct ir_buf *b, const void *p, size_t n)
{
	struct ir_err err;
	struct ir_sha256 *d = ir_sha256_new(&err);
	uint8_t raw[IR_SHA256_LEN];

	ir_sha256_update(d, p, n);
	ir_sha256_raw(d, raw);
	ir_sha256_free(d);
	ir_buf_add(b, raw, sizeof(raw));
}

static void
puts_wire(struct ir_buf *b, const char *s)
{
	ir_wire_put_string(b, s, strlen(s));
}

/* The armored signature over text by k, as a security key makes it. */
static char *
sk_sign(const struct ir_ed25519 *k, const struct ir_buf *blob, uint8_t flags,
    const char *text, size_t n)
{
	ir_auto_buf struct ir_buf digest = IR_BUF_INIT, tbs = IR_BUF_INIT;
	ir_auto_buf struct ir_buf what = IR_BUF_INIT, sig = IR_BUF_INIT;
	ir_auto_buf struct ir_buf all = IR_BUF_INIT;
	struct ir_buf armor = IR_BUF_INIT;
	struct ir_err err;
	uint8_t raw[64];

	put_hash(&digest, text, n);
	ir_buf_puts(&tbs, "SSHSIG");
	puts_wire(&tbs, IR_NS_CUSTODY);
	puts_wire(&tbs, "");
	puts_wire(&tbs, "sha256");
	ir_wire_put_string(&tbs, digest.p, digest.len);
	put_hash(&what, "ssh:", 4);
	ir_buf_add(&what, &flags, 1);
	ir_wire_put_u32(&what, 7);
	put_hash(&what, tbs.p, tbs.len);
	assert_int_equal(ir_ed25519_sign(k, what.p, what.len, raw, &err), 0);
	puts_wire(&sig, SK_TYPE);
	ir_wire_put_string(&sig, raw, sizeof(raw));
	ir_buf_add(&sig, &flags, 1);
	ir_wire_put_u32(&sig, 7);
	ir_buf_puts(&all, "SSHSIG");
	ir_wire_put_u32(&all, 1);
	ir_wire_put_string(&all, blob->p, blob->len);
	puts_wire(&all, IR_NS_CUSTODY);
	puts_wire(&all, "");
	puts_wire(&all, "sha256");
	ir_wire_put_string(&all, sig.p, sig.len);
	ir_buf_puts(&armor, "-----BEGIN SSH SIGNATURE-----\n");
	ir_base64(&armor, all.p, all.len, 70);
	ir_buf_puts(&armor, "-----END SSH SIGNATURE-----\n");
	return ir_buf_take(&armor, &err);
}

/* A seal by a security key is as good as another, and whether somebody touched
 * it is told. */
static void
test_security_key(void **state)
{
	static const struct {
		uint8_t flags;
		const char *word;
	} rows[] = {
	    {0, "security key, with nobody touching it (counter 7)"},
	    {4, "security key, with nobody touching it (counter 7)"},
	    {1, "security key, touched by somebody (counter 7)"},
	    {5, "who gave its PIN or a finger (counter 7)"},
	};
	ir_auto_free char *dir = bt_sealed();
	ir_auto_free char *path = bt_path("%s/" SEAL, dir);
	ir_auto_free char *sigpath = bt_path("%s.sig", path);
	ir_auto_free char *alice = bt_public("alice");
	ir_auto_buf struct ir_buf blob = IR_BUF_INIT, line = IR_BUF_INIT;
	struct ir_err err;
	struct ir_ed25519 *k = ir_ed25519_new(&err);
	size_t n;
	ir_auto_free char *text = bt_slurp(path, &n);

	(void)state;
	k->seed[0] = 7;
	assert_int_equal(ir_ed25519_derive(k, k->pub, &err), 0);
	puts_wire(&blob, SK_TYPE);
	ir_wire_put_string(&blob, k->pub, 32);
	puts_wire(&blob, "ssh:");
	ir_buf_printf(&line, "alice@lab %salice@lab " SK_TYPE " ", alice);
	ir_base64(&line, blob.p, blob.len, 0);
	bt_signers(line.p);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		ir_auto_free char *sig =
		    sk_sign(k, &blob, rows[i].flags, text, n);

		bt_spit(sigpath, sig, strlen(sig));
		bt_verdict(dir, IR_VALID, SEAL, rows[i].word);
	}
	bt_signers(NULL);
	bt_verdict(dir, IR_UNTRUSTED, SEAL, "not in your allowed_signers");
	ir_ed25519_free(k);
	bt_rm(dir);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_security_key),
    cmocka_unit_test(test_valid),
    cmocka_unit_test(test_trust),
    cmocka_unit_test(test_case),
    cmocka_unit_test(test_no_bundle),
    cmocka_unit_test(test_unsealed),
    cmocka_unit_test(test_killed),
    cmocka_unit_test(test_incomplete),
    cmocka_unit_test(test_made_good),
    cmocka_unit_test(test_keyless),
    cmocka_unit_test(test_two),
    cmocka_unit_test(test_later_acts),
};

int
main(void)
{
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, bt_enter, bt_leave);
}
