/* SPDX-License-Identifier: ISC
 *
 * JSON in tests, legible: ' stands for ".
 */
#ifndef IR_TESTS_JS_H
#define IR_TESTS_JS_H

#include <jansson.h>

#include "base/buf.h"
#include "tests/unit/unit.h"

static inline json_t *
js(const char *text)
{
	ir_auto_free char *copy = strdup(text);
	json_t *j;

	for (char *p = copy; *p != '\0'; p++)
		if (*p == '\'')
			*p = '"';
	j = json_loads(copy, JSON_DECODE_ANY, NULL);
	assert_non_null(j);
	return j;
}

static inline void
is_json(const json_t *got, const char *want)
{
	json_auto_t *w = js(want);

	if (json_equal(got, w))
		return;
	ir_auto_free char *text = json_dumps(got, JSON_ENCODE_ANY);
	fail_msg("got %s, want %s", text != NULL ? text : "nothing", want);
}

#endif
