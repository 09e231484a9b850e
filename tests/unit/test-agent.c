/* SPDX-License-Identifier: ISC
 *
 * crypto/agent, and keys in it: what a hostile ssh-agent can answer.  The real
 * one is in tests/cli/agent.t.
 */
#include "tests/unit/unit.h"

#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/signal.h"
#include "base/time.h"
#include "crypto/agent.h"
#include "crypto/ed25519.h"
#include "crypto/key.h"
#include "crypto/sshsig.h"
#include "tests/unit/sshtest.h"

#define SOCK "agent.sock"
#define MSG  "what is signed"

/* How the agent behaves; then it answers with the bytes that were asked for. */
enum mood {
	ANSWER,
	SILENT, /* reads, and says nothing */
	ABSENT, /* hangs up without reading */
};

static pid_t agent;

/* An answer for each connection, in turn; the last one for all that follow. */
static void
serve(int fd, enum mood mood, const struct ir_buf *answers, size_t n)
{
	for (size_t i = 0;; i += i + 1 < n) {
		char question[4096];
		int c = accept(fd, NULL, NULL);

		if (mood != ABSENT)
			(void)!read(c, question, sizeof(question));
		if (mood == SILENT)
			pause();
		if (mood == ANSWER)
			(void)!write(c, answers[i].p, answers[i].len);
		close(c);
	}
}

static void
start(enum mood mood, const struct ir_buf *answers, size_t n)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX, .sun_path = SOCK};
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	unlink(SOCK);
	assert_int_equal(bind(fd, (struct sockaddr *)&a, sizeof(a)), 0);
	assert_int_equal(listen(fd, 8), 0);
	agent = fork();
	assert_true(agent >= 0);
	if (agent == 0) {
		signal(SIGPIPE, SIG_IGN);
		signal(SIGTERM, SIG_DFL);
		serve(fd, mood, answers, n);
	}
	close(fd);
}

static void
stop(void)
{
	kill(agent, SIGKILL);
	waitpid(agent, NULL, 0);
}

static struct ir_wire
pub1_blob(struct ir_buf *b)
{
	ir_wire_put_string(b, IR_ED25519, strlen(IR_ED25519));
	ir_wire_put_string(b, pub1, 32);
	return (struct ir_wire){(const uint8_t *)b->p, b->len};
}

static void
frame(struct ir_buf *b, const struct ir_buf *body)
{
	ir_wire_put_string(b, body->p, body->len);
}

/* An answer with n times the key of RFC 8032, or n keys of no use. */
static void
put_list(struct ir_buf *b, uint32_t n, const char *comment)
{
	ir_auto_buf struct ir_buf body = IR_BUF_INIT;
	ir_auto_buf struct ir_buf key = IR_BUF_INIT;

	pub1_blob(&key);
	ir_buf_puts(&body, "\14");
	ir_wire_put_u32(&body, n);
	for (uint32_t i = 0; i < n; i++) {
		ir_wire_put_string(&body, key.p, key.len);
		ir_wire_put_string(&body, comment, strlen(comment));
	}
	frame(b, &body);
}

static void
put_sig(struct ir_buf *b, const char *type, const uint8_t *raw, size_t n)
{
	ir_auto_buf struct ir_buf body = IR_BUF_INIT;
	ir_auto_buf struct ir_buf sig = IR_BUF_INIT;

	ir_wire_put_string(&sig, type, strlen(type));
	ir_wire_put_string(&sig, raw, n);
	ir_buf_puts(&body, "\16");
	ir_wire_put_string(&body, sig.p, sig.len);
	frame(b, &body);
}

static const struct {
	const char *bytes;
	size_t n;
	const char *words;
} nonsense[] = {
    {"", 0, "broke off in the middle"},
    {"\0\0\0", 3, "broke off in the middle"},
    {"\0\0\0\5\14", 5, "broke off in the middle"},
    {"\0\4\0\0\14", 5, "broke off in the middle"},
    {"\0\0\0\0", 4, "an empty answer"},
    {"\0\4\0\1\14", 5, "an answer that is far too long"},
    {"\377\377\377\377\14", 5, "an answer that is far too long"},
    {"\0\0\0\1\14", 5, "no list of keys|no signature"},
    {"\0\0\0\1\5", 5, "no list of keys|it refused"},
    {"\0\0\0\2\5x", 6, "no list of keys|no signature"},
    {"\0\0\0\1\6", 5, "no list of keys|no signature"},
    {"\0\0\0\5\16\0\0\0\0", 9, "no list of keys|"},
    {"\0\0\0\6\14\0\0\0\0x", 10, "bytes after the end of its list|no sig"},
    {"\0\0\0\5\14\0\0\0\1", 9, "a list of keys cut short|no sig"},
    {"\0\0\0\5\14\377\377\377\377", 9, "a list of keys cut short|no sig"},
    {"\0\0\0\15\14\0\0\0\1\377\377\377\377\0\0\0\0", 17,
	"a list of keys cut short|no sig"},
    {"\0\0\0\11\16\377\377\377\377aaaa", 13, "no list of keys|no signature"},
    {"\0\0\0\6\16\0\0\0\0x", 10, "no list of keys|no signature"},
};

/* Whether one of the words|in a row, the which-th, is in the message. */
static void
has(const struct ir_err *err, const char *words, int which)
{
	char want[128];
	char *bar;

	snprintf(want, sizeof(want), "%s", words);
	bar = strchr(want, '|');
	if (bar)
		*bar = '\0';
	if (!strstr(err->msg, which && bar ? bar + 1 : want))
		fail_msg("%s: instead of: %s", err->msg, words);
}

static void
test_nonsense(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(nonsense); i++) {
		struct ir_buf a = {
		    (char *)(uintptr_t)nonsense[i].bytes, nonsense[i].n, 0, 0};
		ir_auto_buf struct ir_buf key = IR_BUF_INIT;
		ir_auto_buf struct ir_buf sig = IR_BUF_INIT;
		struct ir_agent_keys keys;
		struct ir_err err = {0};
		int rc;

		start(ANSWER, &a, 1);
		assert_int_equal(ir_agent_list(&keys, 5000, &err), -1);
		assert_int_equal(err.code, IR_EPROTO);
		has(&err, nonsense[i].words, 0);
		ir_agent_keys_free(&keys);
		rc = ir_agent_sign(pub1_blob(&key), MSG, 3, &sig, 5000, &err);
		if (rc == -1) {
			assert_int_equal(err.code, IR_EPROTO);
			has(&err, nonsense[i].words, 1);
		}
		assert_int_equal(sig.len, 0);
		stop();
	}
}

static void
test_list(void **state)
{
	ir_auto_buf struct ir_buf answer = IR_BUF_INIT;
	ir_auto_buf struct ir_buf body = IR_BUF_INIT;
	ir_auto_buf struct ir_buf key = IR_BUF_INIT;
	struct ir_agent_keys keys;
	struct ir_err err;
	struct ir_wire blob = pub1_blob(&key);

	(void)state;
	/* A kind that is unknown, one that is malformed, one that is good. */
	ir_buf_add(&body, "\14\0\0\0\3", 5);
	ir_buf_add(&body, "\0\0\0\5\0\0\0\1x\0\0\0\0", 13);
	ir_wire_put_string(&body, blob.p, blob.len - 1);
	ir_wire_put_string(&body, "cut", 3);
	ir_wire_put_string(&body, blob.p, blob.len);
	ir_wire_put_string(&body, "a\0b", 3);
	frame(&answer, &body);
	start(ANSWER, &answer, 1);
	assert_int_equal(ir_agent_list(&keys, 5000, &err), 0);
	assert_int_equal(keys.n, 1);
	assert_int_equal(keys.v[0].blob.len, blob.len);
	assert_memory_equal(keys.v[0].blob.p, blob.p, blob.len);
	assert_string_equal(keys.v[0].comment, "a");
	ir_agent_keys_free(&keys);
	assert_int_equal(keys.n, 0);
	stop();
}

static void
test_no_agent(void **state)
{
	struct ir_agent_keys keys;
	struct ir_err err;
	struct ir_key *k;
	char longer[200];

	(void)state;
	unsetenv("SSH_AUTH_SOCK");
	assert_int_equal(ir_agent_list(&keys, 5000, &err), -1);
	assert_int_equal(err.code, IR_EUNAVAIL);
	assert_int_equal(ir_key_agent(&k, &err), 0);
	assert_null(k);
	setenv("SSH_AUTH_SOCK", "", 1);
	assert_int_equal(ir_key_agent(&k, &err), 0);
	assert_null(k);
	setenv("SSH_AUTH_SOCK", "none.sock", 1);
	assert_int_equal(ir_key_agent(&k, &err), -1);
	assert_int_equal(err.code, IR_EUNAVAIL);
	assert_non_null(strstr(err.msg, "none.sock (SSH_AUTH_SOCK): No such"));
	memset(longer, 'x', sizeof(longer));
	longer[sizeof(longer) - 1] = '\0';
	setenv("SSH_AUTH_SOCK", longer, 1);
	assert_int_equal(ir_key_agent(&k, &err), -1);
	assert_int_equal(err.code, IR_EUNAVAIL);
	assert_non_null(strstr(err.msg, "too long for a socket"));
	setenv("SSH_AUTH_SOCK", SOCK, 1);
	start(ABSENT, NULL, 0);
	assert_int_equal(ir_key_agent(&k, &err), -1);
	assert_int_equal(err.code, IR_EPROTO);
	assert_non_null(strstr(err.msg, "broke off"));
	stop();
	/* A socket that nobody listens on any more. */
	assert_int_equal(ir_key_agent(&k, &err), -1);
	assert_int_equal(err.code, IR_EUNAVAIL);
	assert_non_null(strstr(err.msg, "refused"));
}

static void
test_deadline(void **state)
{
	struct ir_agent_keys keys;
	struct ir_err err;
	uint64_t from = ir_mono_ns();

	(void)state;
	start(SILENT, NULL, 0);
	assert_int_equal(ir_agent_list(&keys, 200, &err), -1);
	assert_int_equal(err.code, IR_ETIMEOUT);
	assert_non_null(strstr(err.msg, "did not answer within 1 seconds"));
	assert_true(ir_mono_ns() - from >= 200000000);
	ir_interrupt();
	assert_int_equal(ir_agent_list(&keys, 60000, &err), -1);
	assert_int_equal(err.code, IR_EINTR);
	ir_uninterrupted();
	assert_true(ir_mono_ns() - from < 10000000000);
	stop();
}

/* A signature by the key of RFC 8032 over p. */
static void
good_sig(uint8_t raw[64], const char *p, size_t n)
{
	struct ir_err err;
	struct ir_ed25519 *k = ir_ed25519_new(&err);

	memcpy(k->seed, seed1, 32);
	memcpy(k->pub, pub1, 32);
	assert_int_equal(ir_ed25519_sign(k, p, n, raw, &err), 0);
	ir_ed25519_free(k);
}

/* The agent's only key, signing MSG: 0, or the words of the failure. */
static void
sign(const uint8_t *raw, size_t n, const char *type, const char *words)
{
	struct ir_buf answers[2] = {IR_BUF_INIT, IR_BUF_INIT};
	ir_auto_buf struct ir_buf sig = IR_BUF_INIT;
	struct ir_err err = {0};
	struct ir_key *k;
	int rc;

	put_list(&answers[0], 1, "alice@lab");
	put_sig(&answers[1], type, raw, n);
	start(ANSWER, answers, 2);
	assert_int_equal(ir_key_agent(&k, &err), 0);
	assert_string_equal(ir_key_comment(k), "alice@lab");
	ir_auto_free char *public = ir_key_public(k, &err);
	assert_string_equal(public, PUB1);
	rc = ir_key_sign(k, MSG, strlen(MSG), &sig, &err);
	assert_int_equal(rc, words ? -1 : 0);
	if (words) {
		assert_int_equal(err.code, IR_EPROTO);
		assert_int_equal(sig.len, 0);
		assert_non_null(strstr(err.msg, "did not sign with SHA256:bb"));
		assert_non_null(strstr(err.msg, "alice@lab"));
		if (!strstr(err.msg, words))
			fail_msg("%s: instead of: %s", err.msg, words);
	} else {
		assert_int_equal(sig.len, 4 + 11 + 4 + 64);
	}
	stop();
	ir_key_free(k);
	ir_buf_free(&answers[0]);
	ir_buf_free(&answers[1]);
}

static void
test_sign(void **state)
{
	uint8_t raw[65] = {0};

	(void)state;
	good_sig(raw, MSG, strlen(MSG));
	sign(raw, 64, IR_ED25519, NULL);
	sign(raw, 65, IR_ED25519, "not 64 bytes");
	sign(raw, 63, IR_ED25519, "not 64 bytes");
	sign(raw, 64, "rsa-sha2-512", "its kind is not that of its key");
	raw[7] ^= 1;
	sign(raw, 64, IR_ED25519, "was not made by this key over these bytes");
	good_sig(raw, "other", 5);
	sign(raw, 64, IR_ED25519, "was not made by this key over these bytes");
}

static void
test_several(void **state)
{
	ir_auto_buf struct ir_buf answer = IR_BUF_INIT;
	ir_auto_buf struct ir_buf none = IR_BUF_INIT;
	char comment[2000];
	struct ir_err err;
	struct ir_key *k;

	(void)state;
	put_list(&answer, 2, "bob");
	start(ANSWER, &answer, 1);
	assert_int_equal(ir_key_agent(&k, &err), -1);
	assert_null(k);
	assert_int_equal(err.code, IR_EUSAGE);
	assert_non_null(strstr(err.msg, "holds 2 keys"));
	assert_non_null(strstr(err.msg,
	    "SHA256:bbXpuKG6zhzdmnxq256TlqzFBzRl2f6OOg722cYNbU8 bob "
	    "(ssh-ed25519), SHA256:"));
	stop();
	/* More than fits a message. */
	memset(comment, 'c', sizeof(comment));
	comment[sizeof(comment) - 1] = '\0';
	ir_buf_free(&answer);
	put_list(&answer, 100, comment);
	start(ANSWER, &answer, 1);
	assert_int_equal(ir_key_agent(&k, &err), -1);
	assert_int_equal(err.code, IR_EUSAGE);
	assert_non_null(strstr(err.msg, "holds 100 keys: name the file"));
	stop();
	put_list(&none, 0, "");
	start(ANSWER, &none, 1);
	assert_int_equal(ir_key_agent(&k, &err), 0);
	assert_null(k);
	stop();
}

/* A file that cannot sign by itself leads to the agent's key of that public
 * half, and to no other. */
static void
test_files(void **state)
{
	static const struct keyfile locked = {
	    .cipher = "aes256-ctr", .kdf = "bcrypt", .options = "x"};
	ir_auto_buf struct ir_buf answer = IR_BUF_INIT;
	struct ir_err err;
	struct ir_key *k;
	uint8_t other[32];

	(void)state;
	memcpy(other, pub1, 32);
	other[5] ^= 1;
	put_list(&answer, 1, "in the agent");
	start(ANSWER, &answer, 1);
	put_key("locked", seed1, pub1, &locked);
	put_file(
	    "half.pub", PUB1 " in a file\n", sizeof(PUB1 " in a file"), 0644);
	put_file("broken.pub", "ssh-ed25519 AAAA\n", 17, 0644);
	for (size_t i = 0; i < 3; i++) {
		static const char *const names[] = {
		    "locked", "half.pub", "half"};

		k = ir_key_load(names[i], &err);
		if (!k)
			fail_msg("%s", err.msg);
		assert_string_equal(ir_key_comment(k), "in the agent");
		ir_key_free(k);
	}
	put_key("locked", seed1, other, &locked);
	assert_null(ir_key_load("locked", &err));
	assert_int_equal(err.code, IR_EFORMAT);
	assert_non_null(strstr(err.msg, "protected by a passphrase: add it"));
	assert_non_null(strstr(err.msg, "does not hold it, or is locked"));
	assert_null(ir_key_load("none", &err));
	assert_int_equal(err.code, IR_ENOENT);
	assert_null(ir_key_load("broken", &err));
	assert_non_null(strstr(err.msg, "broken.pub: its key is not of the"));
	stop();
	assert_null(ir_key_load("half", &err));
	assert_int_equal(err.code, IR_ENOENT);
	assert_non_null(strstr(err.msg, "cannot reach ssh-agent at " SOCK));
	/* What must not be used is not looked for elsewhere. */
	put_key("half", seed1, pub1, NULL);
	assert_int_equal(sh("chmod 644 half"), 0);
	assert_null(ir_key_load("half", &err));
	assert_int_equal(err.code, IR_EPERM);
}

static int
enter(void **state)
{
	ir_signal_setup();
	if (scratch_enter(state) == -1)
		return -1;
	return setenv("SSH_AUTH_SOCK", SOCK, 1);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_nonsense),
    cmocka_unit_test(test_list),
    cmocka_unit_test(test_no_agent),
    cmocka_unit_test(test_deadline),
    cmocka_unit_test(test_sign),
    cmocka_unit_test(test_several),
    cmocka_unit_test(test_files),
};

int
main(void)
{
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, enter, scratch_leave);
}
