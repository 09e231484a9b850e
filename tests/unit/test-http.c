/* SPDX-License-Identifier: ISC
 *
 * net: requests and answers, and everything that can go wrong between.
 */
#include "tests/unit/unit.h"

#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/signal.h"
#include "base/time.h"
#include "net/http.h"
#include "tests/unit/scripted.h"

static struct ir_http *
connect_to(const char *where)
{
	struct ir_http_server server = {.verify = true};
	char origin[128];
	struct ir_err err;
	struct ir_http *h;

	if (strncmp(where, "unix://", 7) == 0) {
		server.unix_path = where + 7;
		server.origin = "http://localhost";
	} else {
		snprintf(origin, sizeof(origin), "http%s", where + 3);
		server.origin = origin;
	}
	assert_non_null(h = ir_http_new(&server, &err));
	return h;
}

static int
gather(void *arg, const void *p, size_t n, struct ir_err *err)
{
	(void)err;
	ir_buf_add(arg, p, n);
	return 0;
}

/* One request of an engine that is there or not: fails as told. */
static void
fails_at(const char *where, const struct ir_http_request *req,
    enum ir_code code, const char *words)
{
	struct ir_http *h = connect_to(where);
	struct ir_http_response res;
	struct ir_err err = {0};

	assert_int_equal(ir_http_do(h, req, &res, &err), -1);
	ir_http_response_free(&res);
	ir_http_free(h);
	if (err.code != code || strstr(err.msg, words) == NULL)
		fail_msg("%s: got %d %s, want %d %s", where, err.code, err.msg,
		    code, words);
}

static const struct ir_http_request get_version = {
    .method = "GET", .path = "/version", .total_ms = 5000, .stall_ms = 5000};

static void
fails(const char *scenario, enum ir_code code, const char *words)
{
	struct scripted s;

	if (!scripted_start(&s, scenario, NULL))
		skip();
	fails_at(s.where, &get_version, code, words);
	scripted_stop(&s);
}

static int
listen_unix(const char *path, int backlog)
{
	struct sockaddr_un sun = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	snprintf(sun.sun_path, sizeof(sun.sun_path), "%s", path);
	assert_int_equal(
	    bind(fd, (const struct sockaddr *)&sun, sizeof(sun)), 0);
	assert_int_equal(listen(fd, backlog), 0);
	return fd;
}

/* Connects until the kernel takes no more. */
static void
fill_queue(const char *path, int *fds, size_t n)
{
	struct sockaddr_un sun = {.sun_family = AF_UNIX};

	snprintf(sun.sun_path, sizeof(sun.sun_path), "%s", path);
	for (size_t i = 0; i < n; i++) {
		fds[i] = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
		connect(fds[i], (const struct sockaddr *)&sun, sizeof(sun));
	}
}

static void
test_nobody(void **state)
{
	struct ir_http_server server = {.origin = "http://localhost"};
	char dir[] = "/tmp/ir-unit-XXXXXX", path[64], where[80], deep[200];
	struct ir_err err;

	(void)state;
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/s", dir);
	snprintf(where, sizeof(where), "unix://%s", path);
	fails_at(where, &get_version, IR_EUNAVAIL, "does not exist");
	close(listen_unix(path, 1));
	fails_at(where, &get_version, IR_EUNAVAIL, "nobody listens");
	assert_int_equal(chmod(path, 0), 0);
	if (geteuid() != 0 || seteuid(65534) == 0)
		fails_at(where, &get_version, IR_EPERM, "no permission");
	if (getuid() == 0)
		assert_int_equal(seteuid(0), 0);
	unlink(path);
	rmdir(dir);
	fails_at("tcp://127.0.0.1:1", &get_version, IR_EUNAVAIL,
	    "Connection refused");
	fails_at("tcp://no-such-host.invalid:1", &get_version, IR_EUNAVAIL,
	    "host name is not known");

	memset(deep, 'x', sizeof(deep) - 1);
	deep[sizeof(deep) - 1] = '\0';
	server.unix_path = deep;
	assert_null(ir_http_new(&server, &err));
	assert_int_equal(err.code, IR_EUSAGE);
}

/* An engine that is stopped (SIGSTOP, a debugger, no more descriptors): the
 * kernel takes connections for it until the queue is full. */
static void
test_deaf(void **state)
{
	char dir[] = "/tmp/ir-unit-XXXXXX", path[64], where[80];
	struct ir_http_request req = get_version;
	int fd, fds[3];

	(void)state;
	req.connect_ms = req.total_ms = 200;
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/s", dir);
	snprintf(where, sizeof(where), "unix://%s", path);
	fd = listen_unix(path, 0);
	fails_at(where, &req, IR_ETIMEOUT, "within 0.2 s");
	fill_queue(path, fds, 3);
	fails_at(where, &req, IR_EUNAVAIL, "too busy");
	for (size_t i = 0; i < 3; i++)
		close(fds[i]);
	close(fd);
	unlink(path);
	rmdir(dir);
}

static void
test_answer(void **state)
{
	struct ir_http_request req = get_version;
	struct ir_http_response res;
	struct ir_buf body = IR_BUF_INIT;
	struct scripted s;
	struct ir_err err;
	struct ir_http *h;

	(void)state;
	if (!scripted_start(&s, "podman", "--tcp", "127.0.0.1:0", NULL))
		skip();
	/* Nobody listens on that port: a proxy would be noticed. */
	setenv("http_proxy", "http://127.0.0.1:1", 1);
	setenv("ALL_PROXY", "http://127.0.0.1:1", 1);
	h = connect_to(s.where);
	req.on_body = gather;
	req.arg = &body;
	assert_int_equal(ir_http_do(h, &req, &res, &err), 0);
	assert_int_equal(res.status, 200);
	assert_string_equal(res.api_version, "1.41");
	assert_string_equal(res.libpod_version, "4.3.1");
	assert_string_equal(res.server, "Scripted");
	assert_string_equal(res.error_body, "");
	assert_true(res.ms > 0 && res.ms < 5000);
	assert_non_null(strstr(body.p, "\"20.10.24\""));
	ir_http_response_free(&res);
	ir_buf_free(&body);

	req.method = "HEAD";
	assert_int_equal(ir_http_do(h, &req, &res, &err), 0);
	assert_int_equal(body.len, 0);
	ir_http_response_free(&res);
	req.method = "GET";
	req.path = "/nothing/here";
	assert_int_equal(ir_http_do(h, &req, &res, &err), 0);
	assert_int_equal(res.status, 404);
	assert_int_equal(body.len, 0);
	assert_string_equal(
	    res.error_body, "{\"message\": \"page not found\"}\n");
	ir_http_response_free(&res);
	unsetenv("http_proxy");
	unsetenv("ALL_PROXY");
	ir_http_free(h);
	scripted_stop(&s);
}

static void
test_methods(void **state)
{
	static const char *const methods[] = {"POST", "PUT", "DELETE"};
	struct ir_http_request req = {.path = "/version", .total_ms = 5000};
	struct ir_http_response res;
	struct scripted s;
	struct ir_err err;
	struct ir_http *h;

	(void)state;
	if (!scripted_start(&s, "ok", NULL))
		skip();
	h = connect_to(s.where);
	for (size_t i = 0; i < 6; i++) {
		req.method = methods[i % 3];
		req.body = i < 3 || i == 5 ? NULL : "{\"a\":1}";
		assert_int_equal(ir_http_do(h, &req, &res, &err), 0);
		assert_int_equal(res.status, 200);
		ir_http_response_free(&res);
	}
	assert_int_equal(scripted_requests(&s, "POST /version 0\n"), 1);
	assert_int_equal(scripted_requests(&s, "POST /version 7\n"), 1);
	assert_int_equal(scripted_requests(&s, "PUT /version 7\n"), 1);
	assert_int_equal(scripted_requests(&s, "DELETE /version -\n"), 2);
	ir_http_free(h);
	scripted_stop(&s);
}

/* What changes the target is asked for once, even where an engine dies on a
 * connection that had been used before. */
static void
test_once(void **state)
{
	static const char script[] =
	    "{\"answers\": [{\"method\": \"POST\", \"path\": \"/version\", "
	    "\"raw\": \"\"}]}";
	struct ir_http_request req = get_version;
	struct ir_http_response res;
	struct scripted s;
	struct ir_err err;
	struct ir_http *h;

	(void)state;
	if (!scripted_start(&s, script, NULL))
		skip();
	h = connect_to(s.where);
	assert_int_equal(ir_http_do(h, &req, &res, &err), 0);
	ir_http_response_free(&res);
	req.method = "POST";
	assert_int_equal(ir_http_do(h, &req, &res, &err), -1);
	ir_http_response_free(&res);
	assert_int_equal(err.code, IR_EPROTO);
	assert_non_null(strstr(err.msg, "without an answer to POST /version"));
	assert_int_equal(scripted_requests(&s, "POST"), 1);
	ir_http_free(h);
	scripted_stop(&s);
}

static void
test_broken(void **state)
{
	(void)state;
	fails("cut", IR_EPROTO,
	    "broke off in the middle of its answer to GET /version, after 100");
	fails("cut-chunked", IR_EPROTO, "after 100 bytes");
	fails("hang-up", IR_EPROTO, "without an answer");
	fails("garbage", IR_EPROTO, "does not speak HTTP");
	fails("huge-head", IR_EPROTO, "bytes of header");
}

static void
test_deadlines(void **state)
{
	struct ir_http_request req = get_version;
	struct scripted s;
	uint64_t before, ms;

	(void)state;
	if (!scripted_start(&s, "silent", NULL))
		skip();
	req.total_ms = 250;
	before = ir_mono_ns();
	fails_at(s.where, &req, IR_ETIMEOUT, "within 0.25 s");
	ms = (ir_mono_ns() - before) / 1000000;
	assert_in_range(ms, 250, 2000);
	scripted_stop(&s);

	assert_true(scripted_start(&s, "stall", NULL));
	req.total_ms = 0;
	req.stall_ms = 250;
	before = ir_mono_ns();
	fails_at(s.where, &req, IR_ETIMEOUT,
	    "sent nothing for 0.25 s, after 100 bytes");
	ms = (ir_mono_ns() - before) / 1000000;
	assert_in_range(ms, 250, 2000);
	scripted_stop(&s);
}

static int
slow(void *arg, const void *p, size_t n, struct ir_err *err)
{
	(void)p;
	(void)err;
	if (*(size_t *)arg == 0)
		usleep(300000);
	*(size_t *)arg += n;
	return 0;
}

static int
refuse(void *arg, const void *p, size_t n, struct ir_err *err)
{
	(void)arg;
	(void)p;
	(void)n;
	return ir_fail(err, IR_EIO, "disk full");
}

/* A slow disk of ours is not a stall of the engine's. */
static void
test_body_fn(void **state)
{
	static const char script[] =
	    "{\"answers\": [{\"path\": \"/version\", \"text\": \"x\", "
	    "\"repeat\": 4000000, \"frame\": \"chunked\"}]}";
	struct ir_http_request req = get_version;
	struct ir_http_response res;
	struct scripted s;
	struct ir_err err;
	struct ir_http *h;
	size_t got = 0;

	(void)state;
	if (!scripted_start(&s, script, NULL))
		skip();
	h = connect_to(s.where);
	req.stall_ms = 200;
	req.on_body = slow;
	req.arg = &got;
	assert_int_equal(ir_http_do(h, &req, &res, &err), 0);
	assert_int_equal(got, 4000000);
	ir_http_response_free(&res);
	req.on_body = refuse;
	assert_int_equal(ir_http_do(h, &req, &res, &err), -1);
	assert_int_equal(err.code, IR_EIO);
	assert_string_equal(err.msg, "disk full");
	ir_http_response_free(&res);
	ir_http_free(h);
	scripted_stop(&s);
}

static void
test_errors(void **state)
{
	struct ir_http_response res;
	struct scripted s;
	struct ir_err err;
	struct ir_http *h;

	(void)state;
	if (!scripted_start(&s, "endless-error", NULL))
		skip();
	h = connect_to(s.where);
	assert_int_equal(ir_http_do(h, &get_version, &res, &err), 0);
	assert_int_equal(res.status, 500);
	assert_int_equal(strlen(res.error_body), IR_MAX_ERROR_BODY);
	ir_http_response_free(&res);
	ir_http_free(h);
	scripted_stop(&s);

	assert_true(scripted_start(&s, "redirect", NULL));
	h = connect_to(s.where);
	assert_int_equal(ir_http_do(h, &get_version, &res, &err), 0);
	assert_int_equal(res.status, 301);
	ir_http_response_free(&res);
	ir_http_free(h);
	scripted_stop(&s);
}

static void
test_interrupt(void **state)
{
	struct scripted s;
	uint64_t before;
	pid_t pid;

	(void)state;
	if (!scripted_start(&s, "silent", NULL))
		skip();
	ir_signal_setup();
	before = ir_mono_ns();
	if ((pid = fork()) == 0) {
		usleep(200000);
		kill(getppid(), SIGINT);
		_exit(0);
	}
	fails_at(s.where, &get_version, IR_EINTR, "interrupted");
	assert_in_range((ir_mono_ns() - before) / 1000000, 150, 2000);
	waitpid(pid, NULL, 0);
	/* Nothing more is begun, until it is forgotten. */
	fails_at(s.where, &get_version, IR_EINTR, "interrupted");
	assert_true(ir_uninterrupted());
	scripted_stop(&s);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_nobody),
    cmocka_unit_test(test_deaf),
    cmocka_unit_test(test_answer),
    cmocka_unit_test(test_methods),
    cmocka_unit_test(test_once),
    cmocka_unit_test(test_broken),
    cmocka_unit_test(test_deadlines),
    cmocka_unit_test(test_body_fn),
    cmocka_unit_test(test_errors),
    cmocka_unit_test(test_interrupt),
};

UNIT_MAIN(tests)
