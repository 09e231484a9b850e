/* SPDX-License-Identifier: ISC
 *
 * net: ssh:// as a URL, as a command, as a connection, and what its end means.
 * The ssh is a false one here; tests/engine/ssh.t has the true one.
 */
#include "tests/unit/unit.h"

#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "net/http.h"
#include "net/ssh.h"
#include "tests/unit/scripted.h"

static void
test_argv(void **state)
{
	static const struct {
		const char *url, *command;
	} v[] = {
	    {"ssh://h", "-- h docker system dial-stdio"},
	    {"ssh://h/", "-- h docker system dial-stdio"},
	    {"ssh://me@h.lab:22", "-l me -p 22 -- h.lab docker system "
				  "dial-stdio"},
	    {"ssh://me%40corp@h", "-l me@corp -- h docker system dial-stdio"},
	    {"ssh://me@corp@h", "-l me@corp -- h docker system dial-stdio"},
	    {"ssh://[::1]:9/run/d.sock",
		"-p 9 -- ::1 docker --host unix:///run/d.sock system "
		"dial-stdio"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(v) / sizeof(v[0]); i++) {
		const char *argv[IR_SSH_ARGS];
		struct ir_buf got = IR_BUF_INIT;
		struct ir_ssh_buf buf;
		struct ir_ssh ssh;
		struct ir_err err;
		size_t n = 0;

		if (ir_ssh_parse(v[i].url, &ssh, &err) == -1)
			fail_msg("%s: %s", v[i].url, err.msg);
		ir_ssh_argv(&ssh, 7, &buf, argv);
		for (; argv[n] != NULL; n++)
			ir_buf_printf(&got, " %s", argv[n]);
		assert_true(n < IR_SSH_ARGS);
		assert_memory_equal(got.p, " ssh -T -a -x ", 14);
		assert_non_null(strstr(got.p, " -oStrictHostKeyChecking=yes "));
		assert_non_null(strstr(got.p, " -oBatchMode=yes "));
		assert_non_null(strstr(got.p, " -oConnectTimeout=7 "));
		n = got.len - strlen(v[i].command);
		assert_string_equal(got.p + n, v[i].command);
		ir_buf_free(&got);
		ir_ssh_free(&ssh);
	}
}

static void
test_refused(void **state)
{
	static const char *const v[] = {"ssh://", "ssh://@h", "ssh://me@",
	    "ssh://-oProxyCommand=x", "ssh://me@-h", "ssh://-x@h",
	    "ssh://me:secret@h", "ssh://a b@h", "ssh://a;b@h", "ssh://$(a)@h",
	    "ssh://a%41@h", "ssh://h:", "ssh://h:0", "ssh://h:65536",
	    "ssh://h:22x", "ssh://h?x", "ssh://h#x", "ssh://h /x",
	    "ssh://h/a b", "ssh://h/$(x)", "ssh://h/a;b", "ssh://h/a'b",
	    "ssh://h/a\nb", "ssh://[::1", "ssh://h\\x", "tcp://h", "ssh:h"};

	(void)state;
	for (size_t i = 0; i < sizeof(v) / sizeof(v[0]); i++) {
		struct ir_ssh ssh;
		struct ir_err err = {0};

		if (ir_ssh_parse(v[i], &ssh, &err) != -1)
			fail_msg("%s is taken", v[i]);
		assert_int_equal(err.code, IR_EUSAGE);
		assert_non_null(strstr(err.msg, "ssh://user@host"));
		assert_null(ssh.host);
	}
}

/* As wait(2) has it. */
#define EXITED(n) ((n) << 8)

static void
test_words(void **state)
{
	static const struct {
		const char *said;
		int status;
		enum ir_code code;
		const char *words;
	} v[] = {
	    {"No ED25519 host key is known for h and you have requested "
	     "strict checking.\r\nHost key verification failed.\r\n",
		EXITED(255), IR_EPERM, "not known here"},
	    {"@ WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED! @\r\n"
	     "Host key verification failed.\r\n",
		EXITED(255), IR_EPERM, "NOT the one"},
	    {"me@h: Permission denied (publickey).\r\n", EXITED(255), IR_EPERM,
		"takes no key of yours"},
	    {"ssh: connect to host h port 22: Connection timed out\r\n",
		EXITED(255), IR_EUNAVAIL, "does not answer"},
	    {"ssh: connect to host h port 22: No route to host\r\n",
		EXITED(255), IR_EUNAVAIL, "not reached"},
	    {"bash: line 1: docker: command not found\n", EXITED(127),
		IR_EUNAVAIL, "no docker in the PATH"},
	    {"docker: 'dial-stdio' is not a docker command.\n", EXITED(1),
		IR_EUNAVAIL, "older than 18.09"},
	    {"dial unix /var/run/docker.sock: connect: permission denied\n",
		EXITED(1), IR_EPERM, "may not open"},
	    {"dial unix /x: connect: no such file or directory\n", EXITED(1),
		IR_EUNAVAIL, "does not exist"},
	    {"dial unix /x: connect: connection refused\n", EXITED(1),
		IR_EUNAVAIL, "nobody listens"},
	    /* What docker says over there is not what ssh says here. */
	    {"Host key verification failed.\n", EXITED(1), IR_EPROTO,
		"without an answer: Host key"},
	    {"first\nlast\r\n \n", EXITED(255), IR_EPROTO, "answer: last"},
	    {"", EXITED(255), IR_EPROTO, "without an answer"},
	    {"", 9, IR_EPROTO, "killed (signal 9)"},
	    {"", -1, IR_EPROTO, "without an answer"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(v) / sizeof(v[0]); i++) {
		struct ir_err err = {0};

		ir_ssh_explain("ssh://h", v[i].said, v[i].status, &err);
		if (err.code != v[i].code ||
		    strstr(err.msg, v[i].words) == NULL ||
		    strstr(err.msg, "ssh://h") == NULL)
			fail_msg("%zu: %d %s", i, err.code, err.msg);
	}
}

static char dir[] = "/tmp/ir-unit-XXXXXX";
static char starts[64];

static int
make_ssh(void **state)
{
	char path[4096];

	(void)state;
	signal(SIGPIPE, SIG_IGN);
	assert_non_null(mkdtemp(dir));
	snprintf(starts, sizeof(starts), "%s/starts", dir);
	snprintf(path, sizeof(path), "%s:%s", dir, getenv("PATH"));
	return setenv("PATH", path, 1);
}

static int
remove_ssh(void **state)
{
	(void)state;
	return run("rm", "-rf", dir, NULL);
}

/* What ssh does; it notes its process id first. */
static void
ssh_is(const char *script)
{
	char path[64];
	FILE *f;

	unlink(starts);
	snprintf(path, sizeof(path), "%s/ssh", dir);
	assert_non_null(f = fopen(path, "w"));
	fprintf(f, "#!/bin/sh\necho $$ >>%s\n%s\n", starts, script);
	fclose(f);
	assert_int_equal(chmod(path, 0755), 0);
}

/* How often ssh was started; none of them may run any more if over is set. */
static int
started(bool over)
{
	int n = 0, pid;
	FILE *f = fopen(starts, "r");

	for (; f != NULL && fscanf(f, "%d", &pid) == 1; n++)
		if (over)
			assert_int_equal(kill(pid, 0), -1);
	if (f != NULL)
		fclose(f);
	return n;
}

static struct ir_http *
dial(void)
{
	const struct ir_http_server server = {
	    .ssh = "ssh://h", .origin = "http://localhost"};
	struct ir_err err;
	struct ir_http *h = ir_http_new(&server, &err);

	assert_non_null(h);
	return h;
}

static int
ask(struct ir_http *h, const char *method, const char *path, struct ir_err *err)
{
	const struct ir_http_request req = {
	    .method = method, .path = path, .total_ms = 5000};
	struct ir_http_response res;
	int rc = ir_http_do(h, &req, &res, err);

	ir_http_response_free(&res);
	return rc == 0 ? (int)res.status : -1;
}

static bool
to_engine(struct scripted *s, const char *script)
{
	char line[256];

	if (run("socat", "-V", NULL) != 0 || !scripted_start(s, script, NULL))
		return false;
	snprintf(line, sizeof(line), "exec socat -t0 - UNIX-CONNECT:%s",
	    s->where + strlen("unix://"));
	ssh_is(line);
	return true;
}

/* One connection for all; what changes something is sent once even if it dies
 * with that. */
static void
test_once(void **state)
{
	static const char script[] =
	    "{\"answers\": [{\"method\": \"DELETE\", \"path\": \"/version\", "
	    "\"raw\": \"\"}]}";
	struct ir_err err = {0};
	struct scripted s;
	struct ir_http *h;

	(void)state;
	if (!to_engine(&s, script))
		skip();
	h = dial();
	assert_int_equal(ask(h, "GET", "/version", &err), 200);
	assert_int_equal(ask(h, "POST", "/version", &err), 200);
	assert_int_equal(ask(h, "GET", "/nothing", &err), 404);
	assert_int_equal(ask(h, "POST", "/version", &err), 200);
	assert_int_equal(started(false), 1);
	assert_int_equal(ask(h, "DELETE", "/version", &err), -1);
	assert_int_equal(err.code, IR_EPROTO);
	assert_int_equal(scripted_requests(&s, "DELETE"), 1);
	assert_int_equal(started(true), 1);
	assert_int_equal(ask(h, "GET", "/version", &err), 200);
	assert_int_equal(started(false), 2);
	ir_http_free(h);
	assert_int_equal(started(true), 2);
	scripted_stop(&s);
}

/* A connection that ended while nobody used it is replaced, for a change too:
 * nothing had been sent over it. */
static void
test_idle(void **state)
{
	static const char script[] =
	    "{\"answers\": [{\"path\": \"/last\", \"text\": \"x\", "
	    "\"act\": \"cut\"}]}";
	struct ir_err err = {0};
	struct scripted s;
	struct ir_http *h;

	(void)state;
	if (!to_engine(&s, script))
		skip();
	h = dial();
	assert_int_equal(ask(h, "GET", "/last", &err), 200);
	usleep(200000);
	if (ask(h, "POST", "/version", &err) != 200)
		fail_msg("%s", err.msg);
	assert_int_equal(scripted_requests(&s, "POST"), 1);
	assert_int_equal(started(false), 2);
	ir_http_free(h);
	assert_int_equal(started(true), 2);
	scripted_stop(&s);
}

static void
fails(const char *script, enum ir_code code, const char *words)
{
	struct ir_http *h;
	struct ir_err err = {0};

	ssh_is(script);
	h = dial();
	assert_int_equal(ask(h, "GET", "/version", &err), -1);
	if (err.code != code || strstr(err.msg, words) == NULL)
		fail_msg("%s: %d %s", script, err.code, err.msg);
	ir_http_free(h);
	assert_int_equal(started(true), 1);
}

static void
test_ends(void **state)
{
	(void)state;
	fails("exit 0", IR_EPROTO, "ended without an answer");
	fails("echo 'x: Permission denied (publickey).' >&2; exit 255",
	    IR_EPERM, "takes no key");
	/* More than is kept, and than a pipe holds. */
	fails("i=0; while [ $i -lt 9000 ]; do echo 0123456789abcdef >&2; "
	      "i=$((i + 1)); done; exit 255",
	    IR_EPROTO, "0123456789");
	fails("kill -KILL $$", IR_EPROTO, "killed (signal 9)");
	fails("echo Welcome", IR_EPROTO, "start-up file");
	/* An end of the connection is none of the answer if ssh says so. */
	fails("printf 'HTTP/1.1 200 OK\\r\\n\\r\\nhalf'; exit 255", IR_EPROTO,
	    "broke off in the middle");
	/* It does not care that we hang up. */
	fails("trap '' TERM; exec 2>&-; echo no; sleep 60", IR_EPROTO,
	    "start-up file");
}

static void
test_absent(void **state)
{
	char *path = strdup(getenv("PATH"));
	struct ir_http *h = dial();
	struct ir_err err = {0};

	(void)state;
	setenv("PATH", "/nowhere", 1);
	assert_int_equal(ask(h, "GET", "/version", &err), -1);
	assert_int_equal(err.code, IR_EUNAVAIL);
	assert_non_null(strstr(err.msg, "openssh-client"));
	setenv("PATH", path, 1);
	free(path);
	ir_http_free(h);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_argv),
    cmocka_unit_test(test_refused),
    cmocka_unit_test(test_words),
    cmocka_unit_test(test_once),
    cmocka_unit_test(test_idle),
    cmocka_unit_test(test_ends),
    cmocka_unit_test(test_absent),
};

int
main(void)
{
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, make_ssh, remove_ssh);
}
