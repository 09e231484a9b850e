/* SPDX-License-Identifier: ISC
 *
 * The keys of a session: journals written anew by people who have some of
 * them.
 */
#include "tests/unit/unit.h"

#include "base/buf.h"
#include "bundle/custody.h"
#include "bundle/tail.h"
#include "crypto/sshsig.h"
#include "tests/unit/bundletest.h"
#include "json/json.h"

#define KEYS 8

/* A journal that is being written by somebody who keeps all keys. */
struct forge {
	const char *dir, *uuid;
	struct ir_tail tail;
	struct ir_buf out;
	size_t last, before; /* where the last line begins, the one before */
	struct ir_key *key[KEYS]; /* of the session, one after the other */
	size_t now, marks, files;
};

static void
line(struct forge *f, const char *ev, json_t *fields)
{
	struct ir_err err;

	f->before = f->last;
	f->last = f->out.len;
	assert_non_null(fields);
	assert_int_equal(ir_tail_line(&f->tail, &f->out, ev, fields, &err), 0);
}

/* The last line but for the bytes that are not signed. */
static void
sign(struct forge *f, const struct ir_key *key, const char *ns, size_t from)
{
	struct ir_err err;
	ir_auto_free char *sig =
	    ir_sshsig_sign(key, ns, f->out.p + from, f->out.len - from, &err);

	assert_non_null(sig);
	line(f, "sig", json_pack("{s:s}", "sig", sig));
}

static json_t *public(const struct ir_key *k)
{
	struct ir_err err;
	ir_auto_free char *text = ir_key_public(k, &err);

	return json_string(text);
}

static void
run(struct forge *f, json_t *session)
{
	line(f, "run",
	    json_pack("{s:s, s:{s:s}, s:s, s:o*}", "bundle", f->uuid, "actor",
		"id", "alice@lab", "program", "ir-test", "session_key",
		session));
}

/* One more file, and what a journal says of it. */
static void
claim(struct forge *f)
{
	ir_auto_free char *path = bt_path("data/%zu", f->files++);
	ir_auto_free char *full = bt_path("%s/%s", f->dir, path);
	char sha[IR_SHA256_HEX];

	bt_spit(full, path, strlen(path));
	ir_sha256_mem(path, strlen(path), sha);
	line(f, "stream-close",
	    json_pack("{s:s, s:I, s:s, s:s}", "path", path, "size",
		(json_int_t)strlen(path), "sha256", sha, "end", "complete"));
}

static void
mark(struct forge *f)
{
	line(f, "mark",
	    json_pack("{s:o}", "next_key", public(f->key[++f->marks])));
}

/* One letter, one line. */
static void
step(struct forge *f, char what)
{
	const struct ir_key *alice = bt_who("alice", "alice").key;
	const struct ir_key *mallory = bt_who("mallory", "mallory").key;
	static const char short_key[] = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5";

	switch (what) {
	case 'R':
		run(f, public(f->key[0]));
		break;
	case 'r':
		run(f, NULL);
		break;
	case 'b':
		run(f, json_string("ssh-rsa AAAA"));
		break;
	case 'k':
		run(f, public(f->key[KEYS - 1]));
		break;
	case 'S':
		sign(f, alice, IR_NS_JOURNAL, f->last);
		break;
	case 'M':
		sign(f, mallory, IR_NS_JOURNAL, f->last);
		break;
	case 'B':
		sign(f, alice, IR_NS_JOURNAL, f->last + 1);
		break;
	case 'c':
		claim(f);
		break;
	case 'o':
		line(f, "api", json_object());
		break;
	case 'm':
		mark(f);
		break;
	case 'n':
		line(f, "mark", json_object());
		break;
	case 'h':
		line(f, "mark", json_pack("{s:s}", "next_key", short_key));
		break;
	case 'e':
		line(f, "end", json_pack("{s:i}", "status", 0));
		break;
	case 's':
		sign(f, f->key[f->now++], IR_NS_JOURNAL, f->last);
		break;
	case 'w':
		sign(f, f->key[f->now + 1], IR_NS_JOURNAL, f->last);
		break;
	case 'p':
		sign(f, f->key[f->now - 1], IR_NS_JOURNAL, f->last);
		break;
	case 'z':
		sign(f, f->key[KEYS - 1], IR_NS_JOURNAL, f->last);
		break;
	case 'N':
		sign(f, f->key[f->now], IR_NS_CUSTODY, f->last);
		break;
	case '0':
		sign(f, f->key[f->now], IR_NS_JOURNAL, f->before);
		break;
	case 'x':
		line(f, "sig", json_object());
		break;
	default:
		fail_msg("no step %c", what);
	}
}

/* A bundle with that journal. */
static char *
forge(const char *steps)
{
	struct ir_bundle_who who = bt_who("alice", "alice");
	struct ir_err err;
	struct ir_bundle *b = ir_bundle_create(".", &bt_case, &who, &err);
	char *dir = bt_path("%s", ir_bundle_dir(b));
	ir_auto_free char *open = bt_path("%s/" IR_CUSTODY_OPEN, dir);
	ir_auto_free char *journal = bt_path("%s/" J1, dir);
	struct forge f = {.dir = dir, .uuid = ir_bundle_uuid(b)};
	size_t len;
	ir_auto_free char *text = bt_slurp(open, &len);

	ir_sha256_mem(text, len, f.tail.head);
	for (size_t i = 0; i < KEYS; i++)
		assert_non_null(f.key[i] = ir_key_fresh(&err));
	for (const char *p = steps; *p != '\0'; p++)
		step(&f, *p);
	bt_spit(journal, f.out.p, f.out.len);
	for (size_t i = 0; i < KEYS; i++)
		ir_key_free(f.key[i]);
	ir_buf_free(&f.out);
	ir_bundle_close(b);
	return dir;
}

/* R run, S signed by alice, c a file, m mark, s signed by the session, e end;
 * the others are step()'s. */
static void
test_steps(void **state)
{
	static const struct {
		const char *steps;
		enum ir_verdict verdict;
		const char *word;
		size_t proven, attested;
	} t[] = {
	    /* What our own programs write, whole and killed. */
	    {"RScmscmses", IR_UNSEALED, "what is proven was signed", 2, 0},
	    {"RScomscms", IR_UNSEALED, "what is proven was signed", 2, 0},
	    {"RScmse", IR_UNSEALED, "the other 1 lines", 1, 0},
	    {"RScmscm", IR_UNSEALED, "the other 2 lines", 1, 1},
	    {"RScmsc", IR_UNSEALED, "the other 1 lines", 1, 1},
	    {"RScmso", IR_UNSEALED, "the other 1 lines", 1, 0},
	    {"RSc", IR_UNSEALED, "the other 1 lines", 0, 1},
	    {"RS", IR_UNSEALED, "what is proven was signed", 0, 0},
	    {"rSc", IR_UNSEALED, "the other 1 lines", 0, 1},
	    {"rcce", IR_UNSEALED, "no signature that you trust", 0, 2},
	    {"RMcms", IR_UNSEALED, "no signature that you trust", 0, 1},
	    /* Whoever has the key of now, and wants to change what was before
	     * the last mark: by that key, by his own in place of alice's
	     * choice, with the old signature. */
	    {"RScmw", IR_SIGNATURE, "line 5: was signed by another key", 0, 1},
	    {"RScmscmw", IR_SIGNATURE, "line 8: was signed by another", 1, 1},
	    {"RScmz", IR_SIGNATURE, "line 5: was signed by another key", 0, 1},
	    {"kBcmz", IR_SIGNATURE, "bad signature", 0, 1},
	    {"kMcmz", IR_UNSEALED, "no signature that you trust", 0, 1},
	    {"RScmsccm0", IR_SIGNATURE, "line 9: bad signature", 1, 2},
	    /* ... or the key of before. */
	    {"RScmscmp", IR_SIGNATURE, "line 8: was signed by another", 1, 1},
	    {"RScmsep", IR_SIGNATURE, "line 7: was signed by another", 1, 0},
	    {"RScmscmN", IR_SIGNATURE, "line 8: signature is for namespace", 1,
		1},
	    {"RScmscmx", IR_SIGNATURE, "line 8: malformed signature", 1, 1},
	    /* One that was wrong spoils all that follows. */
	    {"RScm0cmscms", IR_SIGNATURE, "line 5: bad signature", 0, 3},
	    /* Signatures that are taken out, put in, or somewhere else. */
	    {"RScmscmoscms", IR_CHAIN, "line 8: follows a line that must be", 1,
		2},
	    {"RScmscmms", IR_CHAIN, "line 8: follows a line that must be", 1,
		1},
	    {"RScmscs", IR_CHAIN, "line 7: a signature where none is due", 1,
		1},
	    {"RSscms", IR_CHAIN, "line 3: a signature where none is due", 0, 1},
	    {"RScmsess", IR_CHAIN, "goes on after its end", 1, 0},
	    {"RScmseo", IR_CHAIN, "goes on after its end", 1, 0},
	    {"RScmseso", IR_CHAIN, "goes on after its end", 1, 0},
	    {"Rcms", IR_SIGNATURE, "the signature was removed", 0, 1},
	    {"R", IR_SIGNATURE, "the signature was removed", 0, 0},
	    {"rScms", IR_CHAIN, "line 4: a mark in a run that has no key", 0,
		1},
	    {"rSces", IR_CHAIN, "goes on after its end", 0, 1},
	    /* Keys that are none. */
	    {"RScmscns", IR_HOSTILE, "line 7: names no proper key", 0, 0},
	    {"RScmschs", IR_HOSTILE, "line 7: names no proper key", 0, 0},
	    {"bScms", IR_HOSTILE, "line 1: names no proper key", 0, 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		ir_auto_free char *dir = forge(t[i].steps);

		print_message("# %s\n", t[i].steps);
		bt_verdict(dir, t[i].verdict,
		    t[i].verdict == IR_UNSEALED ? "bundle" : J1, t[i].word);
		bt_proves(t[i].steps, dir, t[i].proven, t[i].attested);
		bt_rm(dir);
	}
}

/* The seal would vouch for what a signature does not. */
static void
test_seal_refuses(void **state)
{
	struct ir_bundle_who who = bt_who("alice", "alice");
	ir_auto_free char *bad = forge("RScmw");
	ir_auto_free char *cut = forge("RScmscm");

	(void)state;
	bt_seal_fails(bad, &who, IR_EFORMAT, "line 5: was signed by another");
	bt_seal(cut, "alice", NULL);
	bt_verdict(cut, IR_INCOMPLETE, J1, "has no end");
	bt_rm(bad);
	bt_rm(cut);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_steps),
    cmocka_unit_test(test_seal_refuses),
};

int
main(void)
{
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, bt_enter, bt_leave);
}
