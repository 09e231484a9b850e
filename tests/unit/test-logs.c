/* SPDX-License-Identifier: ISC
 *
 * docker: log streams turned into json-file's lines, however they are cut.
 */
#include "tests/unit/unit.h"

#include <stdbool.h>
#include <stdio.h>

#include "base/buf.h"
#include "base/limits.h"
#include "docker/logs.h"
#include "json/json.h"

#define T1 "2026-11-22T01:34:41.123456789Z"
#define T2 "2026-11-22T01:34:42.120000000Z"
#define T3 "2026-11-22T01:34:43+01:00"
#define T4 "2026-11-22T01:34:44.123456789-11:30" /* as long as any */

static int
gather(void *arg, const void *p, size_t n, struct ir_err *err)
{
	ir_buf_add(arg, p, n);
	return ir_buf_ok(arg, err);
}

static void
add_frame(struct ir_buf *b, char kind, const char *text, size_t n)
{
	const char head[8] = {kind, 0, 0, 0, (char)(n >> 24), (char)(n >> 16),
	    (char)(n >> 8), (char)n};

	ir_buf_add(b, head, 8);
	ir_buf_add(b, text, n);
}

static void
frame(struct ir_buf *b, char kind, const char *text)
{
	add_frame(b, kind, text, strlen(text));
}

/* Converts in pieces: the first of them first bytes, the rest each. */
static int
convert(const struct ir_buf *in, bool tty, size_t first, size_t each,
    struct ir_buf *out, struct ir_docker_log_counts *counts, struct ir_err *err)
{
	struct ir_docker_demux *x =
	    ir_docker_demux_new(tty, gather, out, counts, err);
	size_t i = 0, n = first;
	struct ir_err second;
	int rc = 0;

	assert_non_null(x);
	while (i < in->len && rc == 0) {
		if (n > in->len - i)
			n = in->len - i;
		rc = ir_docker_demux_feed(x, in->p + i, n, err);
		i += n;
		n = each;
	}
	if (ir_docker_demux_end(x, rc == 0 ? err : &second) == -1)
		rc = -1;
	ir_docker_demux_free(x);
	return rc;
}

/* At once, cut in two at every place, and byte by byte: always the same. */
static void
becomes(struct ir_buf *in, bool tty, const char *want, uint64_t lines,
    uint64_t replaced, uint64_t unstamped)
{
	struct ir_docker_log_counts counts;
	struct ir_err err;

	for (size_t cut = 0; cut <= in->len + 1; cut++) {
		ir_auto_buf struct ir_buf out = IR_BUF_INIT;
		bool single = cut == in->len + 1;

		assert_int_equal(convert(in, tty, single ? 1 : cut,
				     single ? 1 : in->len, &out, &counts, &err),
		    0);
		assert_string_equal(out.p != NULL ? out.p : "", want);
		assert_int_equal(counts.lines, lines);
		assert_int_equal(counts.replaced, replaced);
		assert_int_equal(counts.unstamped, unstamped);
	}
	ir_buf_free(in);
}

static void
test_frames(void **state)
{
	struct ir_buf in = IR_BUF_INIT;

	(void)state;
	frame(&in, 1, T1 " hello\n");
	frame(&in, 2, T2 " oops \"\\ <b>&\t\r\x01\x7f\n");
	frame(&in, 1, T3 " \n");
	frame(&in, 0, T4 " in\n");
	frame(&in, 1, "");
	frame(&in, 1, "2026-11-22T01:34:45.000000000Z even\n");
	becomes(&in, false,
	    "{\"log\":\"hello\\n\",\"stream\":\"stdout\",\"time\":\"" T1 "\"}\n"
	    "{\"log\":\"oops \\\"\\\\ \\u003cb\\u003e\\u0026\\u0009\\r\\u0001"
	    "\x7f\\n\",\"stream\":\"stderr\","
	    "\"time\":\"2026-11-22T01:34:42.12Z\"}\n"
	    "{\"log\":\"\\n\",\"stream\":\"stdout\",\"time\":\"" T3 "\"}\n"
	    "{\"log\":\"in\\n\",\"stream\":\"stdout\",\"time\":\"" T4 "\"}\n"
	    "{\"log\":\"even\\n\",\"stream\":\"stdout\","
	    "\"time\":\"2026-11-22T01:34:45Z\"}\n",
	    5, 0, 0);
	becomes(&in, false, "", 0, 0, 0);
}

static void
test_utf8(void **state)
{
	struct ir_buf in = IR_BUF_INIT;

	(void)state;
	frame(&in, 1,
	    T1 " \xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80"
	       "\xe2\x80\xa8\xe2\x80\xa9\n");
	frame(&in, 1,
	    T1 " \xff\xc0\xaf\xed\xa0\x80\xf4\x90\x80\x80"
	       "a\xe2\x82\n");
	frame(&in, 2, T1 " cut\xf0\x9f\x98");
	becomes(&in, false,
	    "{\"log\":\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\\u2028\\u2029\\n\""
	    ",\"stream\":\"stdout\",\"time\":\"" T1 "\"}\n"
	    "{\"log\":\"\\ufffd\\ufffd\\ufffd\\ufffd\\ufffd\\ufffd\\ufffd"
	    "\\ufffd\\ufffd\\ufffda\\ufffd\\ufffd\\n\","
	    "\"stream\":\"stdout\",\"time\":\"" T1 "\"}\n"
	    "{\"log\":\"cut\\ufffd\\ufffd\\ufffd\","
	    "\"stream\":\"stderr\",\"time\":\"" T1 "\"}\n",
	    3, 15, 0);
}

/* Pieces of lines, several lines in a frame, and none with a time of its
 * own. */
static void
test_pieces(void **state)
{
	struct ir_buf in = IR_BUF_INIT;

	(void)state;
	frame(&in, 1, T1 " begun ");
	frame(&in, 2, T2 " between\n");
	frame(&in, 1, "so");
	frame(&in, 1, "and ended\n");
	frame(&in, 1, "lost\n" T1 " found\n\nlost again");
	becomes(&in, false,
	    "{\"log\":\"begun \",\"stream\":\"stdout\",\"time\":\"" T1 "\"}\n"
	    "{\"log\":\"between\\n\",\"stream\":\"stderr\","
	    "\"time\":\"2026-11-22T01:34:42.12Z\"}\n"
	    "{\"log\":\"so\",\"stream\":\"stdout\",\"time\":\"" T1 "\"}\n"
	    "{\"log\":\"and ended\\n\",\"stream\":\"stdout\","
	    "\"time\":\"" T1 "\"}\n"
	    "{\"log\":\"lost\\n\",\"stream\":\"stdout\","
	    "\"time\":\"0001-01-01T00:00:00Z\"}\n"
	    "{\"log\":\"found\\n\",\"stream\":\"stdout\",\"time\":\"" T1 "\"}\n"
	    "{\"log\":\"\\n\",\"stream\":\"stdout\","
	    "\"time\":\"0001-01-01T00:00:00Z\"}\n"
	    "{\"log\":\"lost again\",\"stream\":\"stdout\","
	    "\"time\":\"0001-01-01T00:00:00Z\"}\n",
	    8, 0, 3);
}

/* What only resembles a time is text. */
static void
test_stamps(void **state)
{
	static const char *const bad[] = {"2026-11-22 01:34:41Z",
	    "2026-11-22T01:34:41", "2026-11-22T01:34:41.Z",
	    "2026-11-22T01:34:41.1", "2026-11-22T01:34:41Zz",
	    "2026-11-22T01:34:41+0100", "2026-11-22T01:34:4\"Z",
	    "2026-11-22T01:34:41.123456789123456789Z"};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct ir_buf in = IR_BUF_INIT, out = IR_BUF_INIT;
		struct ir_docker_log_counts counts;
		struct ir_err err;
		char text[80];

		snprintf(text, sizeof(text), "%s x\n", bad[i]);
		frame(&in, 1, text);
		assert_int_equal(
		    convert(&in, false, 99, 99, &out, &counts, &err), 0);
		json_auto_t *j = ir_json_parse(out.p, out.len, "", &err);
		assert_string_equal(ir_json_str(j, "log"), text);
		assert_int_equal(counts.unstamped, 1);
		ir_buf_free(&in);
		ir_buf_free(&out);
	}
}

static void
test_tty(void **state)
{
	struct ir_buf in = IR_BUF_INIT;

	(void)state;
	ir_buf_puts(&in, T1 " one\r\n" T2 " \x1b[31m" T1 " two\n" T3 " end");
	becomes(&in, true,
	    "{\"log\":\"one\\r\\n\",\"stream\":\"stdout\","
	    "\"time\":\"" T1 "\"}\n"
	    "{\"log\":\"\\u001b[31m" T1 " two\\n\",\"stream\":\"stdout\","
	    "\"time\":\"2026-11-22T01:34:42.12Z\"}\n"
	    "{\"log\":\"end\",\"stream\":\"stdout\",\"time\":\"" T3 "\"}\n",
	    3, 0, 0);
	ir_buf_puts(&in, "Error grabbing logs: oops\n");
	becomes(&in, true,
	    "{\"log\":\"Error grabbing logs: oops\\n\",\"stream\":\"stdout\","
	    "\"time\":\"0001-01-01T00:00:00Z\"}\n",
	    1, 0, 1);
}

/* Adds n times c. */
static void
fill(struct ir_buf *b, char c, size_t n)
{
	ir_auto_free char *p = malloc(n);

	assert_non_null(p);
	memset(p, c, n);
	ir_buf_add(b, p, n);
}

/* The lengths of the texts of the objects in out, which are JSON, each. */
static size_t
lengths(const struct ir_buf *out, size_t *len, size_t max)
{
	const char *p = out->p, *lf;
	struct ir_err err;
	size_t n = 0;

	while ((lf = strchr(p, '\n')) != NULL && n < max) {
		json_auto_t *j = ir_json_parse(p, (size_t)(lf - p), "", &err);

		assert_non_null(j);
		len[n++] = json_string_length(json_object_get(j, "log"));
		p = lf + 1;
	}
	assert_true(*p == '\0');
	return n;
}

/* With a terminal, a long line's messages follow one another directly: after
 * 16 KiB the engine's next stamp stands, and nowhere else. */
static void
test_tty_long(void **state)
{
	static const size_t each[] = {1, 7, 4096, 1000000};
	struct ir_buf in = IR_BUF_INIT;

	(void)state;
	ir_buf_puts(&in, T1 " ");
	fill(&in, 'x', 16383);
	ir_buf_puts(&in, "y" T2 " " T1 " forged");
	fill(&in, 'z', 16384 - strlen(T1 " forged"));
	ir_buf_puts(&in, "no stamp here\n");
	for (size_t i = 0; i < sizeof(each) / sizeof(each[0]); i++) {
		ir_auto_buf struct ir_buf out = IR_BUF_INIT;
		struct ir_docker_log_counts counts;
		size_t len[8];
		struct ir_err err;

		assert_int_equal(
		    convert(&in, true, each[i], each[i], &out, &counts, &err),
		    0);
		assert_int_equal(lengths(&out, len, 8), 2);
		assert_int_equal(len[0], 16384);
		assert_int_equal(len[1], 16384 + strlen("no stamp here\n"));
		assert_non_null(strstr(out.p, "y\",\"stream\":\"stdout\","
					      "\"time\":\"" T1 "\"}"));
		assert_int_equal(counts.unstamped, 0);
	}
	ir_buf_free(&in);
}

static void
test_long(void **state)
{
	static const size_t each[] = {4096, 999983, 9000000};
	struct ir_buf in = IR_BUF_INIT;
	size_t n = 3 * IR_MAX_LOG_TEXT - 1;

	(void)state;
	ir_buf_puts(&in, T1 " ");
	fill(&in, 'x', n);
	ir_buf_puts(&in, "\xe2\x82\xac\n");
	struct ir_buf framed = IR_BUF_INIT;
	add_frame(&framed, 1, in.p, in.len);
	for (size_t i = 0; i < sizeof(each) / sizeof(each[0]); i++) {
		ir_auto_buf struct ir_buf out = IR_BUF_INIT;
		struct ir_docker_log_counts counts;
		size_t len[8];
		struct ir_err err;

		assert_int_equal(convert(&framed, false, each[i], each[i], &out,
				     &counts, &err),
		    0);
		assert_int_equal(lengths(&out, len, 8), 4);
		assert_int_equal(len[0], IR_MAX_LOG_TEXT);
		assert_int_equal(len[1], IR_MAX_LOG_TEXT);
		/* No character is cut in two. */
		assert_int_equal(len[2], IR_MAX_LOG_TEXT + 2);
		assert_int_equal(len[3], 1);
		assert_int_equal(counts.lines, 4);
		assert_int_equal(counts.replaced, 0);
	}
	ir_buf_free(&in);
	ir_buf_free(&framed);
}

static void
breaks(const void *p, size_t n, const char *words, const char *kept)
{
	struct ir_buf in = IR_BUF_INIT, out = IR_BUF_INIT;
	struct ir_docker_log_counts counts;
	struct ir_err err = {0};

	ir_buf_add(&in, p, n);
	for (size_t each = 1; each < 40; each += 5) {
		out.len = 0;
		assert_int_equal(
		    convert(&in, false, each, each, &out, &counts, &err), -1);
		assert_int_equal(err.code, IR_EPROTO);
		assert_non_null(strstr(err.msg, words));
		assert_string_equal(
		    out.p != NULL && out.len ? out.p : "", kept);
	}
	ir_buf_free(&in);
	ir_buf_free(&out);
}

/* What came before is kept, as whole lines of JSON. */
static void
test_broken(void **state)
{
	static const char good[] = "\1\0\0\0\0\0\0\x26" T1 " hello\n";
	static const char json[] = "{\"log\":\"hello\\n\",\"stream\":\"stdout\""
				   ",\"time\":\"" T1 "\"}\n";
	char b[400];
	size_t n = sizeof(good) - 1;

	(void)state;
	memcpy(b, good, n);
	b[7] = (char)(n - 8);
	breaks("\1", 1, "within a message", "");
	breaks("\1\0\0\0\0\0\0\1", 8, "within a message", "");
	breaks("\1\0\0\0\xff\xff\xff\xffxyz", 11, "within a message",
	    "{\"log\":\"xyz\",\"stream\":\"stdout\","
	    "\"time\":\"0001-01-01T00:00:00Z\"}\n");
	for (size_t cut = 1; cut < 8; cut++) {
		memcpy(b + n, b, n);
		breaks(b, n + cut, "within a message", json);
	}
	memcpy(b + n, "\4\0\0\0\0\0\0\1x", 9);
	breaks(b, n + 9, "not in frames", json);
	memcpy(b + n, "\1\0\1\0\0\0\0\1x", 9);
	breaks(b, n + 9, "not in frames", json);
	memcpy(b + n, T1 " hello\n", 37);
	breaks(b, n + 37, "not in frames", json);
	memcpy(b + n, "\3\0\0\0\0\0\0\4oops", 12);
	breaks(b, n + 12, "could not read the log to its end: oops", json);
	memcpy(b + n, "\3\0\0\0\0\0\0\4oo", 10);
	breaks(b, n + 10, "within a message", json);
}

static int
refuse(void *arg, const void *p, size_t n, struct ir_err *err)
{
	(void)arg;
	(void)p;
	(void)n;
	return ir_fail(err, IR_EIO, "disk full");
}

static void
test_full(void **state)
{
	struct ir_docker_log_counts counts;
	struct ir_buf in = IR_BUF_INIT;
	struct ir_docker_demux *x;
	struct ir_err err;

	(void)state;
	ir_buf_puts(&in, T1 " ");
	fill(&in, 'x', 100000);
	x = ir_docker_demux_new(true, refuse, NULL, &counts, &err);
	assert_int_equal(ir_docker_demux_feed(x, in.p, in.len, &err), -1);
	assert_int_equal(err.code, IR_EIO);
	assert_int_equal(ir_docker_demux_end(x, &err), -1);
	assert_string_equal(err.msg, "disk full");
	ir_docker_demux_free(x);
	ir_docker_demux_free(NULL);
	ir_buf_free(&in);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_frames),
    cmocka_unit_test(test_utf8),
    cmocka_unit_test(test_pieces),
    cmocka_unit_test(test_stamps),
    cmocka_unit_test(test_tty),
    cmocka_unit_test(test_tty_long),
    cmocka_unit_test(test_long),
    cmocka_unit_test(test_broken),
    cmocka_unit_test(test_full),
};

UNIT_MAIN(tests)
