/* SPDX-License-Identifier: ISC
 *
 * stamp: requests, answers and tokens of an authority that tests/tsa.py makes;
 * what is said of each token, openssl(1) must say too.
 */
#include "tests/unit/unit.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/time.h"
#include "stamp/stamp.h"
#include "tests/unit/scripted.h"

static char dir[] = "/tmp/ir-unit-XXXXXX";
static char tsa[512];
static bool ready;

static const char bytes[] = "what is stamped\n";

static void
put(const char *name, const void *p, size_t n)
{
	FILE *f = fopen(name, "w");

	assert_non_null(f);
	assert_int_equal(fwrite(p, 1, n, f), n);
	assert_int_equal(fclose(f), 0);
}

static int
enter(void **state)
{
	const char *top = getenv("IR_SRCDIR");
	ir_auto_free char *here = NULL;

	(void)state;
	signal(SIGPIPE, SIG_IGN);
	if (run("python3", "-c", "", NULL) != 0 ||
	    run("openssl", "version", NULL) != 0)
		return 0;
	here = realpath(top != NULL ? top : ".", NULL);
	assert_non_null(here);
	snprintf(tsa, sizeof(tsa), "%s/tests/tsa.py", here);
	if (mkdtemp(dir) == NULL || chdir(dir) == -1)
		return -1;
	put("f", bytes, sizeof(bytes) - 1);
	put("g", "other bytes\n", 12);
	ready = true;
	return run("python3", tsa, "init", ".", NULL);
}

static int
leave(void **state)
{
	(void)state;
	if (chdir("/") == -1 || !ready)
		return 0;
	return run("rm", "-rf", dir, NULL);
}

/* A token over f, or what else is said; freed by the caller. */
static char *
token(const char *options, size_t *len)
{
	char script[1024];
	struct ir_err err;
	char *p;

	snprintf(script, sizeof(script), "python3 $0 token . t f %s", options);
	if (run("bash", "-c", script, tsa, NULL) != 0)
		fail_msg("cannot make: %s", options);
	p = ir_read_file("t", 1 << 20, len, &err);
	assert_non_null(p);
	return p;
}

/* What openssl(1) says of the token in t, by these roots, as of a time. */
static bool
openssl_takes(const char *roots, int64_t when)
{
	char at[32];

	snprintf(at, sizeof(at), "%lld", (long long)when);
	return run("openssl", "ts", "-verify", "-data", "f", "-in", "t",
		   "-CAfile", roots, "-attime", at, NULL) == 0;
}

static int
check(const char *p, size_t n, const char *roots, struct ir_stamp *s,
    struct ir_err *err)
{
	struct ir_stamp_roots *r = NULL;
	int rc;

	memset(err, 0, sizeof(*err));
	if (roots != NULL && (r = ir_stamp_roots_load(roots, err)) == NULL)
		fail_msg("%s", err->msg);
	rc = ir_stamp_check(p, n, bytes, sizeof(bytes) - 1, r, s, err);
	ir_stamp_roots_free(r);
	return rc;
}

#define NOW 1893456000 /* 2030-01-01T00:00:00Z */
#define AT  "--time 20300101000000Z "

static void
test_good(void **state)
{
	static const struct {
		const char *options, *authority;
		int64_t time;
		uint32_t accuracy;
	} t[] = {
	    {AT, "CN = Test tsa, O = Tests", NOW, 0},
	    {AT "--signer ec", "CN = Test ec, O = Tests", NOW, 0},
	    {AT "--signer below", "CN = Test below, O = Tests", NOW, 0},
	    {AT "--hash sha384 --sign-with sha512", "CN = Test tsa, O = Tests",
		NOW, 0},
	    {AT "--hash sha512 --sign-with sha384", "CN = Test tsa, O = Tests",
		NOW, 0},
	    {AT "--accuracy 2", "CN = Test tsa, O = Tests", NOW, 2000},
	    {AT "--accuracy 1.002003", "CN = Test tsa, O = Tests", NOW, 1003},
	    {"--time 20300101000000.75Z", "CN = Test tsa, O = Tests", NOW, 0},
	    {"--signer old --time 20210601120000Z", "CN = Test old, O = Tests",
		1622548800, 0},
	};
	struct ir_stamp s;
	struct ir_err err;
	size_t n;

	(void)state;
	if (!ready)
		skip();
	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		ir_auto_free char *p = token(t[i].options, &n);

		if (check(p, n, "ca.pem", &s, &err) == -1)
			fail_msg("%s: %s", t[i].options, err.msg);
		assert_string_equal(s.authority, t[i].authority);
		assert_int_equal(s.time, t[i].time);
		assert_int_equal(s.accuracy_ms, t[i].accuracy);
		assert_true(openssl_takes("ca.pem", t[i].time));
		ir_stamp_free(&s);
		/* Well-made, and nobody vouches for it. */
		assert_int_equal(check(p, n, NULL, &s, &err), -1);
		assert_int_equal(err.code, IR_EPERM);
		assert_non_null(strstr(err.msg, "no roots were given"));
		assert_int_equal(s.time, t[i].time);
		ir_stamp_free(&s);
		assert_int_equal(check(p, n, "other.pem", &s, &err), -1);
		assert_int_equal(err.code, IR_EPERM);
		assert_non_null(strstr(err.msg, "none of your roots vouches"));
		assert_string_equal(s.authority, t[i].authority);
		assert_false(openssl_takes("other.pem", t[i].time));
		ir_stamp_free(&s);
	}
}

/* Not what it should be, whoever is believed; "stricter" where openssl(1) takes
 * it all the same. */
static void
test_bad(void **state)
{
	static const struct {
		const char *options, *words;
		enum ir_code code;
		bool stricter;
	} t[] = {
	    {"; python3 $0 token . t g", "over other bytes", IR_EFORMAT, false},
	    {"--hash sha1", "hash is none of", IR_EFORMAT, true},
	    {"--hash md5", "hash is none of", IR_EFORMAT, true},
	    {"--hash sha224", "hash is none of", IR_EFORMAT, true},
	    {"--sign-with sha1", "signed with none of", IR_EFORMAT, true},
	    {"--version 2", "is of version 2", IR_EFORMAT, false},
	    {"--critical", "critical extension", IR_EFORMAT, true},
	    {"--accuracy 4294968", "accuracy is absurd", IR_EFORMAT, true},
	    {"--time 20300101000000+0100", "not one in UTC", IR_EFORMAT, true},
	    {"--time 203001010000", "not one in UTC", IR_EFORMAT, true},
	    {"--time 20301301000000Z", "not one in UTC", IR_EFORMAT, true},
	    {"--time x", "time-stamp", IR_EFORMAT, true},
	    {"--no-certs", "does not hold its signer", IR_EFORMAT, false},
	    {"--no-ess", "not a proper one", IR_EFORMAT, false},
	    {"--signer noeku", "certificate purpose", IR_EFORMAT, false},
	    {"--signer loose", "certificate purpose", IR_EFORMAT, false},
	    {"--signer both", "certificate purpose", IR_EFORMAT, false},
	    {"--signer ca", "certificate purpose", IR_EFORMAT, false},
	    {"--signer small", "EE certificate key too weak", IR_EFORMAT, true},
	    {"--signer old " AT, "certificate has expired", IR_EFORMAT, false},
	    {"--time 20191231235959Z", "not yet valid", IR_EFORMAT, false},
	    {"--signer strange " AT, "none of your roots vouches", IR_EPERM,
		false},
	    {"--signer alone " AT, "none of your roots vouches", IR_EPERM,
		false},
	};
	struct ir_stamp s;
	struct ir_err err;
	size_t n;

	(void)state;
	if (!ready)
		skip();
	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		ir_auto_free char *p = token(t[i].options, &n);

		if (check(p, n, "ca.pem", &s, &err) == 0 ||
		    err.code != t[i].code ||
		    strstr(err.msg, t[i].words) == NULL)
			fail_msg("%s: %d %s", t[i].options, err.code, err.msg);
		if (openssl_takes("ca.pem", s.time != 0 ? s.time : NOW) &&
		    !t[i].stricter)
			fail_msg("%s: openssl takes it", t[i].options);
		ir_stamp_free(&s);
	}
}

/* Bytes that are not a token, or not only one. */
static void
test_shape(void **state)
{
	struct ir_stamp s;
	struct ir_err err;
	size_t n;

	(void)state;
	if (!ready)
		skip();
	ir_auto_free char *good = token(AT, &n);
	ir_auto_free char *p = calloc(1, IR_MAX_STAMP + 1);

	memcpy(p, good, n);
	assert_int_equal(check(p, n + 1, "ca.pem", &s, &err), -1);
	assert_non_null(strstr(err.msg, "1 bytes stand after"));
	memcpy(p + n, good, n);
	assert_int_equal(check(p, 2 * n, "ca.pem", &s, &err), -1);
	assert_non_null(strstr(err.msg, "stand after"));
	for (size_t i = 0; i < n; i++) {
		assert_int_equal(check(good, i, "ca.pem", &s, &err), -1);
		assert_int_equal(err.code, IR_EFORMAT);
		ir_stamp_free(&s);
	}
	assert_int_equal(check(p, IR_MAX_STAMP + 1, "ca.pem", &s, &err), -1);
	assert_non_null(strstr(err.msg, "at most 65536 bytes"));
	/* A refusal that is kept as if it were a token. */
	assert_int_equal(
	    check("\x30\x05\x30\x03\x02\x01\x02", 7, "ca.pem", &s, &err), -1);
	assert_int_equal(err.code, IR_EFORMAT);
	assert_non_null(strstr(err.msg, "refused (status 2)"));
	/* Granted, and nothing in it. */
	assert_int_equal(
	    check("\x30\x05\x30\x03\x02\x01\x00", 7, "ca.pem", &s, &err), -1);
	assert_int_equal(err.code, IR_EFORMAT);
}

/* Whatever is flipped: refused, or still the same statement by the same. */
static void
test_flipped(void **state)
{
	struct ir_stamp_roots *r;
	struct ir_stamp s;
	struct ir_err err;
	size_t n, taken = 0;

	(void)state;
	if (!ready)
		skip();
	ir_auto_free char *p = token(AT "--accuracy 1 --signer below", &n);
	assert_non_null(r = ir_stamp_roots_load("ca.pem", &err));
	for (size_t i = 0; i < n; i++) {
		p[i] ^= (char)(1 << i % 8);
		if (ir_stamp_check(
			p, n, bytes, sizeof(bytes) - 1, r, &s, &err) == 0) {
			taken++;
			assert_int_equal(s.time, NOW);
			assert_int_equal(s.accuracy_ms, 1000);
			assert_string_equal(
			    s.authority, "CN = Test below, O = Tests");
		}
		ir_stamp_free(&s);
		p[i] ^= (char)(1 << i % 8);
	}
	ir_stamp_roots_free(r);
	/* Status 1, and what no signature covers. */
	assert_true(taken > 0 && taken < n / 4);
}

static void
test_roots(void **state)
{
	static const struct {
		const char *script, *words;
		enum ir_code code;
	} t[] = {
	    {"rm -f r", "r: ", IR_ENOENT},
	    {": > r", "no certificate in PEM form", IR_EFORMAT},
	    {"cp ca.key r", "no certificate in PEM form", IR_EFORMAT},
	    {"openssl x509 -in ca.pem -outform DER -out r",
		"no certificate in PEM form", IR_EFORMAT},
	    {"{ cat ca.pem; sed 's/^M/N/' other.pem; } > r", "certificate 2",
		IR_EFORMAT},
	    {"head -n 5 ca.pem > r", "certificate 1 cannot be read",
		IR_EFORMAT},
	    {"head -c 2000000 /dev/zero > r", "r: ", IR_EFORMAT},
	};
	struct ir_stamp s;
	struct ir_err err;
	size_t n;

	(void)state;
	if (!ready)
		skip();
	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		memset(&err, 0, sizeof(err));
		assert_int_equal(run("bash", "-c", t[i].script, NULL), 0);
		assert_null(ir_stamp_roots_load("r", &err));
		if (err.code != t[i].code ||
		    strstr(err.msg, t[i].words) == NULL)
			fail_msg("%s: %d %s", t[i].script, err.code, err.msg);
	}
	/* Text between them, and one twice, is fine. */
	assert_int_equal(
	    run("bash", "-c", "{ echo mine; cat other.pem ca.pem ca.pem; } > r",
		NULL),
	    0);
	ir_auto_free char *p = token(AT, &n);
	if (check(p, n, "r", &s, &err) == -1)
		fail_msg("%s", err.msg);
	ir_stamp_free(&s);
	ir_stamp_roots_free(NULL);
}

/* Once it is ready, it needs no file: as in the verifier's sandbox. */
static void
test_no_files(void **state)
{
	struct ir_stamp_roots *r;
	struct ir_stamp s;
	struct ir_err err;
	size_t n;
	int status;
	pid_t pid;

	(void)state;
	if (!ready)
		skip();
	ir_auto_free char *p = token(AT "--signer below", &n);
	if ((pid = fork()) == 0) {
		static const struct rlimit none = {0, 0};

		r = ir_stamp_roots_load("ca.pem", &err);
		if (r == NULL || setrlimit(RLIMIT_NOFILE, &none) == -1 ||
		    open("/dev/null", O_RDONLY) != -1)
			_exit(2);
		_exit(ir_stamp_check(
			  p, n, bytes, sizeof(bytes) - 1, r, &s, &err) != 0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

/* A query as openssl(1) reads it, and its answer. */
static void
test_query(void **state)
{
	ir_auto_buf struct ir_buf q = IR_BUF_INIT, q2 = IR_BUF_INIT;
	struct ir_stamp s;
	struct ir_err err;
	size_t n;

	(void)state;
	if (!ready)
		skip();
	assert_int_equal(ir_stamp_query(bytes, sizeof(bytes) - 1, &q, &err), 0);
	assert_int_equal(
	    ir_stamp_query(bytes, sizeof(bytes) - 1, &q2, &err), 0);
	put("q", q.p, q.len);
	assert_int_equal(run("bash", "-c",
			     "openssl ts -query -in q -text > q.txt && "
			     "grep -qx 'Version: 1' q.txt && "
			     "grep -qx 'Hash Algorithm: sha256' q.txt && "
			     "grep -qx 'Certificate required: yes' q.txt && "
			     "grep -qE 'Nonce: 0x[0-9A-F]{12}' q.txt && "
			     "openssl ts -reply -config conf -section ts "
			     "-queryfile q -signer tsa.pem -inkey tsa.key "
			     "-out t && openssl ts -verify -queryfile q -in t "
			     "-CAfile ca.pem",
			     NULL),
	    0);
	ir_auto_free char *p = ir_read_file("t", 1 << 20, &n, &err);
	assert_non_null(p);
	if (ir_stamp_answers(&q, p, n, &err) == -1)
		fail_msg("%s", err.msg);
	if (check(p, n, "ca.pem", &s, &err) == -1)
		fail_msg("%s", err.msg);
	assert_int_equal(s.accuracy_ms, 1000);
	ir_stamp_free(&s);
	assert_int_equal(ir_stamp_answers(&q2, p, n, &err), -1);
	assert_int_equal(err.code, IR_EFORMAT);
	assert_non_null(strstr(err.msg, "nonce"));
	assert_int_equal(ir_stamp_answers(&q, p, n - 1, &err), -1);
	assert_int_equal(err.code, IR_EFORMAT);
	ir_buf_free(&q2);
	assert_int_equal(ir_stamp_query("x", 1, &q2, &err), 0);
	assert_int_equal(ir_stamp_answers(&q2, p, n, &err), -1);
	assert_non_null(strstr(err.msg, "not over the bytes"));
	assert_int_equal(
	    ir_stamp_answers(&q, "\x30\x05\x30\x03\x02\x01\x02", 7, &err), -1);
	assert_int_equal(err.code, IR_EPROTO);
	assert_int_equal(run("bash", "-c",
			     "openssl ts -reply -config conf -section tsbadalg "
			     "-queryfile q -signer tsa.pem -inkey tsa.key "
			     "-out t",
			     NULL),
	    0);
	free(p);
	p = ir_read_file("t", 1 << 20, &n, &err);
	assert_int_equal(ir_stamp_answers(&q, p, n, &err), -1);
	assert_int_equal(err.code, IR_EPROTO);
	assert_non_null(strstr(err.msg, "does not take that hash"));
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_good),
    cmocka_unit_test(test_bad),
    cmocka_unit_test(test_shape),
    cmocka_unit_test(test_flipped),
    cmocka_unit_test(test_roots),
    cmocka_unit_test(test_no_files),
    cmocka_unit_test(test_query),
};

int
main(void)
{
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, enter, leave);
}
