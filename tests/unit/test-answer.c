/* SPDX-License-Identifier: ISC
 *
 * net: what an answer means, byte by byte, and what is none.
 */
#include "tests/unit/unit.h"

#include <stdio.h>

#include "base/limits.h"
#include "net/answer.h"

#define OK  "HTTP/1.1 200 OK\r\n"
#define TEN "0123456789"

static int
on_field(void *arg, const char *name, const char *value, struct ir_err *err)
{
	(void)err;
	ir_buf_printf(arg, "[%s=%s]", name, value);
	return 0;
}

static int
on_body(void *arg, const void *p, size_t n, struct ir_err *err)
{
	(void)err;
	ir_buf_add(arg, p, n);
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

/* Feeds text in pieces; what was taken is in out. */
static ssize_t
feed(struct ir_answer *a, const char *text, size_t n, size_t piece,
    struct ir_err *err)
{
	size_t used = 0;

	while (used < n && a->state != IR_ANSWER_DONE) {
		size_t k = n - used < piece ? n - used : piece;
		ssize_t took = ir_answer_feed(a, text + used, k, err);

		if (took == -1)
			return -1;
		used += (size_t)took;
	}
	return (ssize_t)used;
}

static void
test_good(void **state)
{
	static const struct {
		const char *text, *taken;
		long status;
		size_t left; /* bytes after it */
		bool head, end, keep;
	} v[] = {
	    {OK "Content-Length: 5\r\n\r\nhello", "[Content-Length=5]hello",
		200, 0, false, false, true},
	    {OK "content-length:\t5 \t\r\n\r\nhello!",
		"[content-length=5]hello", 200, 1, false, false, true},
	    {OK "Content-Length: 0\r\n\r\n", "[Content-Length=0]", 200, 0,
		false, false, true},
	    {OK "Content-Length: 5\r\n\r\nhello", "[Content-Length=5]", 200, 5,
		true, false, true},
	    {OK "Content-Length: 000000000000000005\r\n\r\nhello",
		"[Content-Length=000000000000000005]hello", 200, 0, false,
		false, true},
	    {OK "\r\nhello", "hello", 200, 0, false, true, false},
	    {OK "\nhello", "hello", 200, 0, false, true, false},
	    {OK "Connection: Keep-Alive, CLOSE\r\nContent-Length: 0\r\n\r\n",
		"[Connection=Keep-Alive, CLOSE][Content-Length=0]", 200, 0,
		false, false, false},
	    {OK "Connection: closed\r\nContent-Length: 0\r\n\r\n",
		"[Connection=closed][Content-Length=0]", 200, 0, false, false,
		true},
	    {OK "Transfer-Encoding: Chunked\r\n\r\n5 ; x=\"y\"\r\nhello\r\n"
		"00A\r\n" TEN "\r\n0\r\nContent-Length: 7\r\n\r\nx",
		"[Transfer-Encoding=Chunked]hello" TEN, 200, 1, false, false,
		true},
	    {"HTTP/1.1 204 No Content\r\nContent-Length: 3\r\n\r\nabc",
		"[Content-Length=3]", 204, 3, false, false, true},
	    {"HTTP/1.1 304\r\n\r\n", "", 304, 0, false, false, true},
	    {"HTTP/1.0 400 Bad Request\r\nContent-Length: 1\r\n\r\nx",
		"[Content-Length=1]x", 400, 0, false, false, false},
	    {"HTTP/1.1 100 Continue\r\nContent-Length: 9\r\n\r\n"
	     "HTTP/1.1 103 Early Hints\r\n\r\n" OK "Content-Length: 1\r\n\r\nx",
		"[Content-Length=1]x", 200, 0, false, false, true},
	};

	(void)state;
	for (size_t i = 0; i < 3 * sizeof(v) / sizeof(v[0]); i++) {
		static const size_t pieces[] = {1, 7, 100000};
		size_t c = i / 3, n = strlen(v[c].text);
		struct ir_buf taken = IR_BUF_INIT;
		const struct ir_answer_taker taker = {
		    on_field, on_body, &taken};
		struct ir_answer a;
		struct ir_err err = {0};

		ir_answer_init(&a, v[c].head, &taker);
		if (feed(&a, v[c].text, n, pieces[i % 3], &err) !=
		    (ssize_t)(n - v[c].left))
			fail_msg("%zu: %s", c, err.msg);
		assert_true((a.state == IR_ANSWER_DONE) == !v[c].end);
		assert_true(ir_answer_end(&a));
		assert_int_equal(a.status, v[c].status);
		assert_true(a.keep == v[c].keep);
		assert_string_equal(taken.p != NULL ? taken.p : "", v[c].taken);
		ir_answer_free(&a);
		ir_buf_free(&taken);
	}
}

#define CHUNKED OK "Transfer-Encoding: chunked\r\n\r\n"
#define PLAIN(s)                 \
	{                        \
		s, sizeof(s) - 1 \
	}

static void
test_bad(void **state)
{
	static const struct {
		const char *text;
		size_t n;
	} v[] = {
	    /* Another protocol, seen at its first bytes. */
	    PLAIN("S"),
	    PLAIN("\n"),
	    PLAIN("<html>"),
	    PLAIN("HTTP/2"),
	    PLAIN("ICY 200 OK\r\n"),
	    PLAIN("HTTP/1.1 20\r\n"),
	    PLAIN("HTTP/1.1 2000 OK\r\n"),
	    PLAIN("HTTP/1.1 099 OK\r\n"),
	    PLAIN("HTTP/1.1  200 OK\r\n"),
	    PLAIN("HTTP/1.1 200OK\r\n"),
	    PLAIN("HTTP/1.x 200 OK\r\n"),
	    PLAIN("HTTP/1.1 101 Switching Protocols\r\n"),
	    /* A header that two would read in two ways. */
	    PLAIN(OK "Content-Length: 1\r\nContent-Length: 1\r\n"),
	    PLAIN(OK "Content-Length: 1, 1\r\n"),
	    PLAIN(OK "Content-Length: -1\r\n"),
	    PLAIN(OK "Content-Length: +1\r\n"),
	    PLAIN(OK "Content-Length: 0x1\r\n"),
	    PLAIN(OK "Content-Length: 1 2\r\n"),
	    PLAIN(OK "Content-Length:\r\n"),
	    PLAIN(OK "Content-Length: 1000000000000000000\r\n"),
	    PLAIN(OK "Content-Length: 18446744073709551617\r\n"),
	    PLAIN(OK "Content-Length : 1\r\n"),
	    PLAIN(OK " Content-Length: 1\r\n"),
	    PLAIN(OK "X: a\r\n b\r\n"),
	    PLAIN(OK "X\r\n"),
	    PLAIN(OK ": x\r\n"),
	    PLAIN(OK "X: a\rb\r\n"),
	    PLAIN(OK "X: \33[31m\r\n"),
	    PLAIN(OK "X: \177\r\n"),
	    PLAIN(OK "X: a\0b\r\n"),
	    PLAIN(OK "Transfer-Encoding: gzip, chunked\r\n"),
	    PLAIN(OK "Transfer-Encoding: identity\r\n"),
	    PLAIN(OK "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked"
		     "\r\n"),
	    PLAIN(OK "Transfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n"),
	    PLAIN(OK "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n"),
	    /* Chunks. */
	    PLAIN(CHUNKED "\r\n"),
	    PLAIN(CHUNKED "-1\r\n"),
	    PLAIN(CHUNKED " 1\r\n"),
	    PLAIN(CHUNKED "0x1\r\n"),
	    PLAIN(CHUNKED "1 1\r\n"),
	    PLAIN(CHUNKED "1000000000000000\r\n"),
	    PLAIN(CHUNKED "ffffffffffffffff\r\n"),
	    PLAIN(CHUNKED "1\0\r\n"),
	    PLAIN(CHUNKED "1\r\nxy\r\n"),
	};

	(void)state;
	for (size_t i = 0; i < sizeof(v) / sizeof(v[0]); i++) {
		for (size_t piece = 1; piece < 200; piece += 198) {
			struct ir_buf taken = IR_BUF_INIT;
			const struct ir_answer_taker taker = {
			    on_field, on_body, &taken};
			struct ir_answer a;
			struct ir_err err = {0};

			ir_answer_init(&a, false, &taker);
			if (feed(&a, v[i].text, v[i].n, piece, &err) != -1)
				fail_msg("%zu is taken", i);
			assert_int_equal(err.code, IR_EPROTO);
			assert_true(a.refused && err.msg[0] != '\0');
			ir_answer_free(&a);
			ir_buf_free(&taken);
		}
	}
}

/* An end before the end. */
static void
test_cut(void **state)
{
	static const char *const v[] = {"", "HTTP/1.1", "HTTP/1.1 200 OK\r\n",
	    OK "X: y\r\n", OK "Content-Length: 5\r\n\r\nhell", CHUNKED,
	    CHUNKED "5\r\nhell", CHUNKED "5\r\nhello", CHUNKED "5\r\nhello\r\n",
	    CHUNKED "5\r\nhello\r\n0\r\n", CHUNKED "0\r\nX: y\r\n",
	    "HTTP/1.1 100 Continue\r\n\r\n"};

	(void)state;
	for (size_t i = 0; i < sizeof(v) / sizeof(v[0]); i++) {
		struct ir_buf taken = IR_BUF_INIT;
		const struct ir_answer_taker taker = {
		    on_field, on_body, &taken};
		struct ir_answer a;
		struct ir_err err = {0};

		ir_answer_init(&a, false, &taker);
		assert_int_equal(
		    feed(&a, v[i], strlen(v[i]), 3, &err), strlen(v[i]));
		if (ir_answer_end(&a))
			fail_msg("%zu counts as whole", i);
		ir_answer_free(&a);
		ir_buf_free(&taken);
	}
}

/* What never ends. */
static void
test_floods(void **state)
{
	static const struct {
		const char *begin, *again;
	} v[] = {
	    {"HTTP/1.1 200 ", "x"},
	    {OK, "X: y\r\n"},
	    {OK "X: ", "y"},
	    {"", "HTTP/1.1 100 Continue\r\n\r\n"},
	    {CHUNKED, "0"},
	    {CHUNKED "1;", "x"},
	    {CHUNKED "0\r\n", "X: y\r\n"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(v) / sizeof(v[0]); i++) {
		struct ir_buf taken = IR_BUF_INIT;
		const struct ir_answer_taker taker = {
		    on_field, on_body, &taken};
		struct ir_answer a;
		struct ir_err err = {0};
		size_t n = strlen(v[i].again), fed = 0;
		ssize_t rc;

		ir_answer_init(&a, false, &taker);
		rc = feed(&a, v[i].begin, strlen(v[i].begin), 1000, &err);
		while (rc != -1 && fed < 2 * IR_MAX_HTTP_HEAD) {
			rc = feed(&a, v[i].again, n, n, &err);
			fed += n;
		}
		if (rc != -1 || !a.refused)
			fail_msg("%zu goes on for ever", i);
		assert_true(fed <= IR_MAX_HTTP_HEAD + 100);
		ir_answer_free(&a);
		ir_buf_free(&taken);
	}
}

/* A failure of who takes it is handed on as it is. */
static void
test_taker(void **state)
{
	struct ir_buf taken = IR_BUF_INIT;
	const struct ir_answer_taker taker = {on_field, refuse, &taken};
	static const char text[] = OK "Content-Length: 5\r\n\r\nhello";
	struct ir_answer a;
	struct ir_err err = {0};

	(void)state;
	ir_answer_init(&a, false, &taker);
	assert_int_equal(ir_answer_feed(&a, text, sizeof(text) - 1, &err), -1);
	assert_int_equal(err.code, IR_EIO);
	assert_false(a.refused);
	ir_answer_free(&a);
	ir_buf_free(&taken);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_good),
    cmocka_unit_test(test_bad),
    cmocka_unit_test(test_cut),
    cmocka_unit_test(test_floods),
    cmocka_unit_test(test_taker),
};

UNIT_MAIN(tests)
