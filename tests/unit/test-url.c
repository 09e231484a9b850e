/* SPDX-License-Identifier: ISC
 *
 * net: URLs that a person gave.
 */
#include "tests/unit/unit.h"

#include "net/url.h"

static void
test_good(void **state)
{
	static const struct {
		const char *url, *origin, *path;
	} t[] = {
	    {"http://tsa.example", "http://tsa.example", "/"},
	    {"http://tsa.example/", "http://tsa.example", "/"},
	    {"HTTPS://tsa.example:443/a/b?c=d&e", "https://tsa.example:443",
		"/a/b?c=d&e"},
	    {"http://127.0.0.1:1/%20~x", "http://127.0.0.1:1", "/%20~x"},
	    {"http://[::1]:65535/x", "http://[::1]:65535", "/x"},
	    {"http://[::ffff:1.2.3.4]", "http://[::ffff:1.2.3.4]", "/"},
	    {"http://a_b-c.d:80/@:", "http://a_b-c.d:80", "/@:"},
	};
	struct ir_url u;
	struct ir_err err;

	(void)state;
	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		if (ir_url_parse(t[i].url, &u, &err) == -1)
			fail_msg("%s", err.msg);
		assert_string_equal(u.origin, t[i].origin);
		assert_string_equal(u.path, t[i].path);
		ir_url_free(&u);
		assert_null(u.origin);
	}
}

static void
test_bad(void **state)
{
	static const struct {
		const char *url, *word;
	} t[] = {
	    {"", "must begin"},
	    {"tsa.example", "must begin"},
	    {"ftp://tsa.example/", "must begin"},
	    {"file:///etc/passwd", "must begin"},
	    {"httpx://a", "must begin"},
	    {" http://a", "must begin"},
	    {"http://", "no host"},
	    {"http:///x", "no host"},
	    {"http://:80/", "no host"},
	    {"http://-a/", "no host"},
	    {"http://[]/", "no host"},
	    {"http://[::1/", "no host"},
	    {"http://[::1%25eth0]/", "no host"},
	    {"https://user@a/", "user's name"},
	    {"https://user:secret@a/", "user's name"},
	    {"http://a:/", "nothing but a port"},
	    {"http://a:0/", "nothing but a port"},
	    {"http://a:65536/", "nothing but a port"},
	    {"http://a:000080/", "nothing but a port"},
	    {"http://a:8x/", "nothing but a port"},
	    {"http://a b/", "nothing but a port"},
	    {"http://a\\b", "nothing but a port"},
	    {"http://a\r\nX: y", "nothing but a port"},
	    {"http://a?x", "begin with a slash"},
	    {"http://a#x", "a fragment"},
	    {"http://a/x#y", "a fragment"},
	    {"http://a/x y", "percent-encoded"},
	    {"http://a/x\r\nHost: b", "percent-encoded"},
	    {"http://a/\xc3\xa4", "percent-encoded"},
	};
	struct ir_url u;
	struct ir_err err;

	(void)state;
	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		memset(&err, 0, sizeof(err));
		if (ir_url_parse(t[i].url, &u, &err) == 0 ||
		    err.code != IR_EUSAGE || strstr(err.msg, t[i].word) == NULL)
			fail_msg("%s: %d %s", t[i].url, err.code, err.msg);
		assert_null(u.origin);
	}
}

static void
test_long_host(void **state)
{
	char url[400] = "http://";
	struct ir_url u;
	struct ir_err err;

	(void)state;
	memset(url + 7, 'a', 253);
	assert_int_equal(ir_url_parse(url, &u, &err), 0);
	ir_url_free(&u);
	url[7 + 253] = 'a';
	assert_int_equal(ir_url_parse(url, &u, &err), -1);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_good),
    cmocka_unit_test(test_bad),
    cmocka_unit_test(test_long_host),
};

UNIT_MAIN(tests)
