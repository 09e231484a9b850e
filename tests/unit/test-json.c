/* SPDX-License-Identifier: ISC
 *
 * Parsing JSON that nobody vouches for.
 */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/limits.h"
#include "unit.h"
#include "json/json.h"

/* n times s between two ends. */
static char *
repeat(const char *start, const char *s, size_t n, const char *end)
{
	struct ir_buf b = IR_BUF_INIT;
	struct ir_err err;

	ir_buf_puts(&b, start);
	for (size_t i = 0; i < n; i++)
		ir_buf_puts(&b, s);
	ir_buf_puts(&b, end);
	return ir_buf_take(&b, &err);
}

static void
refused(const char *text, const char *word)
{
	struct ir_err err;

	assert_null(ir_json_parse(text, strlen(text), "x", &err));
	assert_int_equal(err.code, IR_EFORMAT);
	if (strstr(err.msg, word) == NULL)
		fail_msg("%s: not %s", err.msg, word);
}

static void
taken(const char *text, size_t size)
{
	struct ir_err err;
	json_t *j = ir_json_parse(text, strlen(text), "x", &err);

	if (j == NULL)
		fail_msg("%s", err.msg);
	assert_int_equal(json_array_size(j), size);
	json_decref(j);
}

static void
test_refused(void **state)
{
	(void)state;
	refused("{\"a\":1,\"a\":2}", "duplicate");
	refused("[1,]", "line 1");
	refused("\"\\u00\"", "line 1");
	refused("\"\xff\"", "line 1");
	ir_auto_free char *deep = repeat("", "[", 10000, "");
	refused(deep, "depth");
	ir_auto_free char *large = repeat("\"", " ", IR_MAX_JSON, "\"");
	refused(large, "larger than");
}

/* What looks like values is none in a string. */
static void
test_values(void **state)
{
	(void)state;
	ir_auto_free char *most =
	    repeat("[1", ",1", IR_MAX_JSON_VALUES - 1, "]");
	taken(most, IR_MAX_JSON_VALUES);
	ir_auto_free char *more = repeat("[1", ",1", IR_MAX_JSON_VALUES, "]");
	refused(more, "more than 1048576 values");
	ir_auto_free char *lists =
	    repeat("[[]", ",[]", IR_MAX_JSON_VALUES / 2, "]");
	refused(lists, "more than 1048576 values");
	ir_auto_free char *text =
	    repeat("[\"\\\"", "[,{", IR_MAX_JSON_VALUES, "\\\\\",\"\"]");
	taken(text, 2);
}

static void
test_sets(void **state)
{
	static const struct {
		const char *a, *b;
		bool same;
	} v[] = {
	    {"[]", "[]", true},
	    {"[\"a\",{\"b\":1}]", "[{\"b\":1},\"a\"]", true},
	    {"[\"a\"]", "[\"a\",\"a\"]", true},
	    {"[\"a\",\"a\"]", "[\"a\",\"b\"]", false},
	    {"[\"a\",\"b\"]", "[\"a\"]", false},
	    {"[\"a\"]", "[]", false},
	};
	struct ir_err err;

	(void)state;
	for (size_t i = 0; i < sizeof(v) / sizeof(v[0]); i++) {
		json_auto_t *a =
		    ir_json_parse(v[i].a, strlen(v[i].a), "a", &err);
		json_auto_t *b =
		    ir_json_parse(v[i].b, strlen(v[i].b), "b", &err);

		assert_int_equal(ir_json_same_set(a, b), v[i].same);
		assert_int_equal(ir_json_same_set(b, a), v[i].same);
	}
	json_auto_t *none = json_array();
	json_auto_t *text = json_string("a");
	assert_true(ir_json_same_set(NULL, none));
	assert_false(ir_json_has(none, text));
	assert_false(ir_json_has(NULL, text));
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_refused),
    cmocka_unit_test(test_values),
    cmocka_unit_test(test_sets),
};

UNIT_MAIN(tests)
