/* SPDX-License-Identifier: ISC
 *
 * net: TLS with client certificates, each success ringed by failures.
 */
#include "tests/unit/unit.h"

#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "net/http.h"
#include "tests/unit/scripted.h"

static const char *const names[] = {
    "ca", "server", "client", "other-ca", "other", "locked"};

static char dir[] = "/tmp/ir-unit-XXXXXX";

/* dir/name.pem and dir/name.key are pem(name) and key(name). */
static const char *
file(const char *name, const char *suffix)
{
	static char paths[8][64];
	static size_t next;
	char *p = paths[next++ % 8];

	snprintf(p, sizeof(paths[0]), "%s/%s.%s", dir, name, suffix);
	return p;
}

/* A certificate, signed by the named authority; NULL: by itself. */
static bool
certify(const char *name, const char *by, const char *extension)
{
	const char *conf = file("openssl", "cnf");
	FILE *f = fopen(conf, "w");

	assert_non_null(f);
	fputs("[req]\ndistinguished_name=dn\n[dn]\n", f);
	fclose(f);
	if (by == NULL)
		return run("openssl", "req", "-config", conf, "-x509",
			   "-newkey", "rsa:2048", "-nodes", "-days", "2",
			   "-subj", "/CN=ca", "-addext", extension, "-keyout",
			   file(name, "key"), "-out", file(name, "pem"),
			   NULL) == 0;
	return run("openssl", "req", "-config", conf, "-x509", "-newkey",
		   "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=x",
		   "-addext", extension, "-CA", file(by, "pem"), "-CAkey",
		   file(by, "key"), "-keyout", file(name, "key"), "-out",
		   file(name, "pem"), NULL) == 0;
}

static int
make_certificates(void **state)
{
	static const char ca[] = "basicConstraints=critical,CA:TRUE";

	(void)state;
	signal(SIGPIPE, SIG_IGN);
	if (run("openssl", "version", NULL) != 0)
		return 0;
	assert_non_null(mkdtemp(dir));
	assert_true(certify("ca", NULL, ca));
	assert_true(certify("other-ca", NULL, ca));
	assert_true(certify("server", "ca", "subjectAltName=DNS:localhost"));
	assert_true(certify("client", "ca", "extendedKeyUsage=clientAuth"));
	assert_true(
	    certify("other", "other-ca", "extendedKeyUsage=clientAuth"));
	assert_int_equal(
	    run("openssl", "rsa", "-aes256", "-passout", "pass:secret", "-in",
		file("client", "key"), "-out", file("locked", "key"), NULL),
	    0);
	return 0;
}

static int
remove_certificates(void **state)
{
	(void)state;
	if (access(dir, F_OK) != 0)
		return 0;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		unlink(file(names[i], "pem"));
		unlink(file(names[i], "key"));
	}
	unlink(file("openssl", "cnf"));
	return rmdir(dir);
}

/* An engine that wants a client's certificate. */
static bool
start(struct scripted *s)
{
	return access(dir, F_OK) == 0 &&
	       scripted_start(s, "ok", "--tcp", "127.0.0.1:0", "--cert",
		   file("server", "pem"), "--key", file("server", "key"),
		   "--client-ca", file("ca", "pem"), NULL);
}

/* One request; the authority's, the certificate's and the key's names may be
 * NULL. */
static int
request(const struct scripted *s, const char *scheme, const char *host,
    const char *const files[3], bool verify, struct ir_err *err)
{
	static const struct ir_http_request req = {
	    .method = "GET", .path = "/version", .total_ms = 10000};
	struct ir_http_server server = {.verify = verify};
	struct ir_http_response res;
	struct ir_http *h;
	char origin[160];
	int rc;

	snprintf(origin, sizeof(origin), "%s://%s%s", scheme, host,
	    strrchr(s->where, ':'));
	server.origin = origin;
	server.ca = files[0] != NULL ? file(files[0], "pem") : NULL;
	server.cert = files[1] != NULL ? file(files[1], "pem") : NULL;
	server.key = files[2] != NULL ? file(files[2], "key") : NULL;
	assert_non_null(h = ir_http_new(&server, err));
	rc = ir_http_do(h, &req, &res, err);
	if (rc == 0)
		rc = (int)res.status;
	ir_http_response_free(&res);
	ir_http_free(h);
	return rc;
}

static void
test_good(void **state)
{
	static const char *const files[] = {"ca", "client", "client"};
	static const char *const unsure[] = {NULL, "client", "client"};
	struct scripted s;
	struct ir_err err = {0};

	(void)state;
	if (!start(&s))
		skip();
	assert_int_equal(
	    request(&s, "https", "localhost", files, true, &err), 200);
	assert_int_equal(
	    request(&s, "https", "127.0.0.1", unsure, false, &err), 200);
	scripted_stop(&s);
}

static void
test_bad(void **state)
{
	static const struct {
		const char *scheme, *host, *files[3], *words;
		enum ir_code code;
	} bad[] = {
	    {"https", "localhost", {"other-ca", "client", "client"},
		"not from that authority", IR_EUNAVAIL},
	    {"https", "localhost", {NULL, "client", "client"},
		"not from that authority", IR_EUNAVAIL},
	    {"https", "127.0.0.1", {"ca", "client", "client"}, "another host",
		IR_EUNAVAIL},
	    {"https", "localhost", {"ca", NULL, NULL}, "wants a client's",
		IR_EUNAVAIL},
	    {"https", "localhost", {"ca", "other", "other"},
		"does not know our", IR_EUNAVAIL},
	    {"https", "localhost", {"ca", "client", "other"}, "passphrase",
		IR_EUNAVAIL},
	    {"https", "localhost", {"ca", "client", "locked"}, "passphrase",
		IR_EUNAVAIL},
	    {"https", "localhost", {"absent", "client", "client"}, "absent.pem",
		IR_EUNAVAIL},
	};
	struct scripted s;
	struct ir_err err;

	(void)state;
	if (!start(&s))
		skip();
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		memset(&err, 0, sizeof(err));
		if (request(&s, bad[i].scheme, bad[i].host, bad[i].files, true,
			&err) == -1 &&
		    err.code == bad[i].code &&
		    strstr(err.msg, bad[i].words) != NULL)
			continue;
		fail_msg("%zu: %d %s", i, err.code, err.msg);
	}
	assert_int_equal(scripted_requests(&s, ""), 0);
	scripted_stop(&s);
}

/* TLS to an engine without, and the other way round, which HTTP can say. */
static void
test_plain(void **state)
{
	static const char *const files[] = {NULL, NULL, NULL};
	struct scripted s;
	struct ir_err err;

	(void)state;
	if (!start(&s))
		skip();
	assert_int_equal(
	    request(&s, "http", "localhost", files, true, &err), 400);
	scripted_stop(&s);
	if (!scripted_start(&s, "ok", "--tcp", "127.0.0.1:0", NULL))
		skip();
	assert_int_equal(
	    request(&s, "https", "127.0.0.1", files, false, &err), -1);
	assert_int_equal(err.code, IR_EUNAVAIL);
	assert_non_null(strstr(err.msg, "does it speak TLS"));
	scripted_stop(&s);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_good),
    cmocka_unit_test(test_bad),
    cmocka_unit_test(test_plain),
};

int
main(void)
{
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(
	    tests, make_certificates, remove_certificates);
}
