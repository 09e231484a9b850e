/* SPDX-License-Identifier: ISC
 *
 * What the tests of bundles share: see bundletest.h.
 */
#include "tests/unit/bundletest.h"

#include "tests/unit/unit.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/proc.h"
#include "bundle/seal.h"
#include "bundle/verify.h"
#include "json/json.h"

static char scratch[64];
static struct ir_key *keys[3];
static struct ir_signers *signers;
static const char *const names[] = {"alice", "bob", "mallory"};

const struct ir_bundle_case bt_case = {
    .number = "INC-1",
    .item = "7",
    .where = "lab",
    .why = "a test",
    .remarks = "",
};

static int
run(char *const argv[], char *out, size_t max)
{
	ir_auto_buf struct ir_buf b = IR_BUF_INIT;
	struct ir_err err;
	int rc = ir_proc_run(argv, NULL, 0, &b, 1 << 20, &err);

	if (rc == -1)
		fail_msg("%s", err.msg);
	snprintf(out, max, "%s", b.p != NULL ? b.p : "");
	return rc;
}

#define ARG(s) ((char *)(uintptr_t)(s))

int
bt_sh(char *out, size_t max, const char *script, const char *dir)
{
	char *argv[] = {
	    ARG("bash"), ARG("-c"), ARG(script), ARG("bash"), ARG(dir), NULL};

	return run(argv, out, max);
}

void
bt_need(const char *program)
{
	struct ir_err err;
	struct ir_buf out = IR_BUF_INIT;
	char *argv[] = {ARG("sh"), ARG("-c"), ARG("command -v \"$0\""),
	    (char *)(uintptr_t)program, NULL};
	int rc = ir_proc_run(argv, NULL, 0, &out, 4096, &err);

	ir_buf_free(&out);
	if (rc == 0)
		return;
	printf("1..0 # SKIP no %s here\n", program);
	exit(0);
}

/* Every test of bundles makes its keys with it. */
__attribute__((constructor)) static void
need_keygen(void)
{
	bt_need("ssh-keygen");
}

int
bt_enter(void **state)
{
	struct ir_err err;
	char out[256];

	(void)state;
	strcpy(scratch, "/tmp/ir-bundle-XXXXXX");
	if (mkdtemp(scratch) == NULL || chdir(scratch) == -1)
		return -1;
	setenv("HOME", scratch, 1);
	unsetenv("IR_BUNDLE");
	for (size_t i = 0; i < 3; i++) {
		char *argv[] = {ARG("ssh-keygen"), ARG("-q"), ARG("-t"),
		    ARG("ed25519"), ARG("-N"), ARG(""), ARG("-C"),
		    ARG(names[i]), ARG("-f"), ARG(names[i]), NULL};

		if (run(argv, out, sizeof(out)) != 0 ||
		    (keys[i] = ir_key_load(names[i], &err)) == NULL)
			return -1;
	}
	bt_signers(NULL);
	return 0;
}

int
bt_leave(void **state)
{
	(void)state;
	for (size_t i = 0; i < 3; i++)
		ir_key_free(keys[i]);
	ir_signers_free(signers);
	bt_rm(scratch);
	return chdir("/");
}

static char *no_args[] = {ARG("ir-test"), ARG("--x"), NULL};

struct ir_bundle_who
bt_who(const char *name, const char *key)
{
	struct ir_bundle_who who = {
	    .id = "alice@lab",
	    .name = "Alice Example",
	    .role = "responder",
	    .org = "Lab",
	    .program = "ir-test",
	    .version = "1",
	    .exe_sha256 = "",
	    .argv = no_args,
	};

	if (strcmp(name, "bob") == 0)
		who.id = "bob@lab";
	if (strcmp(name, "mallory") == 0)
		who.id = "mallory@lab";
	for (size_t i = 0; i < 3; i++)
		if (strcmp(key, names[i]) == 0)
			who.key = keys[i];
	return who;
}

struct ir_bundle *
bt_new(const char *key)
{
	struct ir_bundle_who who = bt_who("alice", key);
	struct ir_err err;
	struct ir_bundle *b = ir_bundle_create(".", &bt_case, &who, &err);

	if (b == NULL || ir_bundle_begin(b, &who, NULL, &err) == -1)
		fail_msg("%s", err.msg);
	return b;
}

void
bt_add(struct ir_bundle *b, const char *path, const char *text)
{
	struct ir_err err;

	if (ir_sink_put(ir_bundle_sink(b), path, text, strlen(text), &err) ==
	    -1)
		fail_msg("%s", err.msg);
}

char *
bt_end(struct ir_bundle *b)
{
	struct ir_err err;
	char *dir = bt_path("%s", ir_bundle_dir(b));

	if (ir_bundle_end(b, 0, &err) == -1)
		fail_msg("%s", err.msg);
	ir_bundle_close(b);
	return dir;
}

void
bt_seal(const char *dir, const char *name, char *head)
{
	struct ir_bundle_who who = bt_who(name, name);
	struct ir_seal_result r;
	struct ir_err err;
	struct ir_bundle *b = ir_bundle_open(dir, &err);

	if (b == NULL || ir_bundle_seal(b, &who, &bt_case, &r, &err) == -1)
		fail_msg("%s", err.msg);
	if (head != NULL)
		strcpy(head, r.head);
	json_decref(r.ledger);
	ir_bundle_close(b);
}

void
bt_seal_fails(const char *dir, const struct ir_bundle_who *who,
    enum ir_code code, const char *word)
{
	struct ir_seal_result r;
	struct ir_err err;
	struct ir_bundle *b = ir_bundle_open(dir, &err);

	if (b == NULL)
		fail_msg("%s", err.msg);
	assert_int_equal(ir_bundle_seal(b, who, &bt_case, &r, &err), -1);
	ir_bundle_close(b);
	if (err.code != code || strstr(err.msg, word) == NULL)
		fail_msg("%d: not %s in: %s", err.code, word, err.msg);
	ir_auto_free char *sig = bt_path("%s/custody/0001-seal.json.sig", dir);
	assert_false(bt_exists(sig));
}

char *
bt_sealed(void)
{
	struct ir_bundle *b = bt_new("alice");
	struct ir_err err;

	bt_add(b, "a/one", "one\n");
	bt_add(b, "b.json", "{}\n");
	assert_int_equal(
	    ir_bundle_outcome(b, "logs", "web", IR_COLLECTED, "", 1, &err), 0);
	char *dir = bt_end(b);
	bt_seal(dir, "alice", NULL);
	return dir;
}

const struct ir_bundle_case bt_said = {
    .number = "", .item = "", .where = "", .why = "w", .remarks = "r"};

int
bt_try_act(const char *dir, const char *type, const char *name, json_t *more,
    struct ir_acted *done, struct ir_err *err)
{
	struct ir_bundle_who who = bt_who(name, name);
	const struct ir_act a = {.type = type, .c = &bt_said, .more = more};
	int rc = ir_act_write(dir, &a, &who, done, err);

	json_decref(more);
	return rc;
}

json_t *
bt_to(const char *id)
{
	return json_pack("{s:s}", "to", id);
}

struct ir_acted
bt_act(const char *dir, const char *type, const char *name, json_t *more)
{
	struct ir_acted done;
	struct ir_err err;

	if (bt_try_act(dir, type, name, more, &done, &err) == -1)
		fail_msg("%s", err.msg);
	return done;
}

char *
bt_handed(void)
{
	char *dir = bt_sealed();

	bt_act(dir, "note", "alice", json_object());
	bt_act(dir, "release", "alice", bt_to("bob@lab"));
	bt_act(dir, "receive", "bob", json_object());
	bt_act(dir, "access", "bob", json_object());
	return dir;
}

char *
bt_public(const char *name)
{
	ir_auto_free char *path = bt_path("%s/%s.pub", scratch, name);
	size_t len;

	return bt_slurp(path, &len);
}

void
bt_signers(const char *text)
{
	ir_auto_free char *alice = bt_public("alice");
	ir_auto_free char *bob = bt_public("bob");
	ir_auto_free char *usual =
	    bt_path("alice@lab %sbob@lab %s", alice, bob);
	struct ir_err err;

	ir_signers_free(signers);
	if (text == NULL)
		text = usual;
	signers = ir_signers_parse(text, strlen(text), "signers", &err);
	if (signers == NULL)
		fail_msg("%s", err.msg);
}

static bool
has_finding(const json_t *findings, enum ir_verdict verdict, const char *object,
    const char *word)
{
	const char *name =
	    verdict == IR_VALID ? "NOTE" : ir_verdict_name(verdict);
	const json_t *f;
	size_t i;

	json_array_foreach (findings, i, f)
		if (strcmp(ir_json_str(f, "verdict"), name) == 0 &&
		    strcmp(ir_json_str(f, "object"), object) == 0 &&
		    strstr(ir_json_str(f, "what"), word) != NULL)
			return true;
	return false;
}

/* The files of a bundle as a tar, in the order that a packed one has. */
static const char pack_script[] =
    "cd \"$1\" && all() { find . -type f -printf '%P\\0' | sort -z; }\n"
    "pick() { all | grep -zE \"$1\" || true; }\n"
    "{ pick ^custody/; pick ^journal/; pick '^tagmanifest-sha256.txt$'\n"
    "  pick '^manifest-sha256.txt$'\n"
    "  all | grep -zEv '^(custody|journal|data)/|^(tag)?manifest-sha' || true\n"
    "  pick ^data/; } | LC_ALL=C tar -cf \"$OLDPWD/packed.tar\" \\\n"
    "  --format=pax --transform 's,^,bag/,' --owner=0 --group=0 --null \\\n"
    "  --no-recursion --verbatim-files-from -T - 2>&1";

static struct ir_source *
pack(const char *dir)
{
	char out[512];
	struct ir_err err;
	struct ir_source *s;

	if (bt_sh(out, sizeof(out), pack_script, dir) != 0)
		fail_msg("packing %s: %s", dir, out);
	s = ir_source_fd(open("packed.tar", O_RDONLY | O_CLOEXEC), "tar", &err);
	unlink("packed.tar");
	return s;
}

/* What only a directory can hold comes out of a tar as something else. */
static bool
packs(const char *dir)
{
	char out[512];

	return bt_sh(out, sizeof(out),
		   "find \"$1\" ! -type f ! -type d -o -type f -links +1 |"
		   " grep -q . && exit 1; find \"$1\" -type d -empty |"
		   " grep -qv '/data$' && exit 1; find \"$1\" -size +1G |"
		   " grep -q . && exit 1; exit 0",
		   dir) == 0;
}

static void
judge(const char *form, struct ir_report *r, enum ir_verdict verdict,
    const char *object, const char *word)
{
	if (r->verdict != verdict ||
	    (object != NULL &&
		!has_finding(r->findings, verdict, object, word)))
		fail_msg("%s: %s, not %s of %s: %s", form,
		    ir_verdict_name(r->verdict), ir_verdict_name(verdict),
		    object != NULL ? object : "-",
		    json_dumps(r->findings, JSON_INDENT(1)));
	ir_report_free(r);
}

void
bt_verify(const char *dir, const struct ir_verify_options *options,
    struct ir_report *r)
{
	ir_auto_close int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct ir_err err;

	assert_int_not_equal(fd, -1);
	if (ir_bundle_verify(fd, options, r, &err) == -1)
		fail_msg("%s", err.msg);
}

struct ir_report
bt_report(const char *dir)
{
	struct ir_verify_options o = {.signers = signers};
	struct ir_report r;

	bt_verify(dir, &o, &r);
	return r;
}

void
bt_verdict_by(const char *dir, const struct ir_verify_options *options,
    enum ir_verdict verdict, const char *object, const char *word)
{
	struct ir_verify_options o = *options;
	struct ir_report r;
	struct ir_err err;

	o.signers = signers;
	bt_verify(dir, &o, &r);
	judge("directory", &r, verdict, object, word);
	if (packs(dir)) {
		if (ir_bundle_verify_tar(pack(dir), "tar", &o, &r, &err) == -1)
			fail_msg("%s", err.msg);
		judge("tar", &r, verdict, object, word);
	}
}

void
bt_verdict(const char *dir, enum ir_verdict verdict, const char *object,
    const char *word)
{
	const struct ir_verify_options o = {0};

	bt_verdict_by(dir, &o, verdict, object, word);
}

void
bt_proves(const char *what, const char *dir, size_t proven, size_t attested)
{
	struct ir_report r = bt_report(dir);
	size_t p = json_array_size(ir_json_at(r.summary, "proven"));
	size_t a = json_array_size(ir_json_at(r.summary, "attested"));

	if (p != proven || a != attested)
		fail_msg("%s: %zu proven, not %zu; %zu attested, not %zu", what,
		    p, proven, a, attested);
	ir_report_free(&r);
}

void
bt_attacks(const char *dir, const struct bt_attack *t, size_t n)
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

char *
bt_path(const char *fmt, ...)
{
	va_list ap;
	char *p;

	va_start(ap, fmt);
	if (vasprintf(&p, fmt, ap) == -1)
		abort();
	va_end(ap);
	return p;
}

char *
bt_slurp(const char *path, size_t *len)
{
	struct ir_err err;
	char *p = ir_read_file(path, 100 << 20, len, &err);

	if (p == NULL)
		fail_msg("%s", err.msg);
	return p;
}

void
bt_spit(const char *path, const void *p, size_t len)
{
	struct ir_err err;
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	if (fd == -1 || ir_write_all(fd, p, len, path, &err) == -1)
		fail_msg("cannot write %s", path);
	close(fd);
}

bool
bt_exists(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0;
}

void
bt_replace(const char *path, const char *from, const char *to)
{
	size_t len, at, n = strlen(from);
	char *p = bt_slurp(path, &len), *hit = memmem(p, len, from, n);
	struct ir_buf b = IR_BUF_INIT;

	if (hit == NULL)
		fail_msg("%s does not hold %s", path, from);
	at = (size_t)(hit - p);
	ir_buf_add(&b, p, at);
	ir_buf_puts(&b, to);
	ir_buf_add(&b, hit + n, len - at - n);
	bt_spit(path, b.p, b.len);
	ir_buf_free(&b);
	free(p);
}

void
bt_flip(const char *path, long at)
{
	size_t len;
	char *p = bt_slurp(path, &len);

	if (at < 0)
		at += (long)len;
	assert_true(at >= 0 && (size_t)at < len);
	p[at] ^= 1;
	bt_spit(path, p, len);
	free(p);
}

char *
bt_copy(const char *dir)
{
	static unsigned n;
	char *to = bt_path("copy-%u", n++), out[256];
	char *argv[] = {ARG("cp"), ARG("-a"), ARG("--"), ARG(dir), to, NULL};

	assert_int_equal(run(argv, out, sizeof(out)), 0);
	return to;
}

void
bt_rm(const char *dir)
{
	char *argv[] = {ARG("rm"), ARG("-rf"), ARG("--"), ARG(dir), NULL};
	char out[256];

	assert_int_equal(run(argv, out, sizeof(out)), 0);
}

static int
gather(void *arg, const struct ir_journal_line *line, struct ir_err *err)
{
	json_t *copy = json_deep_copy(line->doc);

	(void)err;
	json_object_set_new(copy, "hash", json_string(line->hash));
	return json_array_append_new(arg, copy);
}

json_t *
bt_lines(const char *dir, const char *journal, struct ir_journal_end *end)
{
	json_t *all = json_array();
	char *path = bt_path("%s/%s", dir, journal);
	struct ir_err err;
	size_t len;
	char *text = bt_slurp(path, &len);

	if (ir_journal_read(journal, text, len, gather, all, end, &err) == -1)
		fail_msg("%s", err.msg);
	free(text);
	free(path);
	return all;
}
