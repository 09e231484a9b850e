/* SPDX-License-Identifier: ISC
 *
 * JSON: see json.h.
 */
#include "json/json.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/limits.h"
#include "base/text.h"

/* At least how many values there are: what begins one, or ends one before
 * another, outside of strings. */
static size_t
values(const char *p, size_t n)
{
	bool quoted = false;
	size_t found = 0;

	for (size_t i = 0; i < n; i++) {
		if (p[i] == '"')
			quoted = !quoted;
		else if (quoted)
			i += p[i] == '\\';
		else
			found += p[i] == '[' || p[i] == '{' || p[i] == ',';
	}
	return found;
}

json_t *
ir_json_parse(const char *p, size_t n, const char *name, struct ir_err *err)
{
	json_error_t where;
	json_t *j;

	if (n > IR_MAX_JSON) {
		ir_fail(err, IR_EFORMAT, "%s: larger than %u bytes", name,
		    IR_MAX_JSON);
		return NULL;
	}
	if (values(p, n) > IR_MAX_JSON_VALUES) {
		ir_fail(err, IR_EFORMAT, "%s: more than %u values", name,
		    IR_MAX_JSON_VALUES);
		return NULL;
	}
	j = json_loadb(p, n, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &where);
	if (j == NULL && json_error_code(&where) == json_error_out_of_memory)
		ir_fail_mem(err);
	else if (j == NULL)
		ir_fail(err, IR_EFORMAT, "%s: line %d: %s", name, where.line,
		    where.text);
	return j;
}

static char *
dump(const json_t *j, size_t flags, const char *end, struct ir_err *err)
{
	char *text = json_dumps(j, flags | JSON_ENCODE_ANY), *whole;
	size_t n;

	if (text == NULL) {
		ir_fail(err, IR_EINTERNAL, "cannot write JSON");
		return NULL;
	}
	n = strlen(text);
	if ((whole = realloc(text, n + strlen(end) + 1)) == NULL) {
		free(text);
		ir_fail_mem(err);
		return NULL;
	}
	strcpy(whole + n, end);
	return whole;
}

char *
ir_json_line(const json_t *j, struct ir_err *err)
{
	return dump(j, JSON_COMPACT, "", err);
}

char *
ir_json_pretty(const json_t *j, struct ir_err *err)
{
	return dump(j, JSON_INDENT(2), "\n", err);
}

json_t *
ir_json_text(const char *s)
{
	struct ir_buf safe = IR_BUF_INIT;
	json_t *j = json_string(s);

	if (j == NULL) {
		ir_text_escape(&safe, s, strlen(s));
		j = json_string(safe.p);
		ir_buf_free(&safe);
	}
	return j;
}

json_t *
ir_json_at(const json_t *j, const char *path)
{
	char key[128];

	while (j != NULL) {
		size_t n = strcspn(path, ".");

		if (n >= sizeof(key))
			return NULL;
		memcpy(key, path, n);
		key[n] = '\0';
		j = json_object_get(j, key);
		if (path[n] == '\0')
			break;
		path += n + 1;
	}
	return (json_t *)(uintptr_t)j;
}

const char *
ir_json_str(const json_t *j, const char *path)
{
	const char *s = json_string_value(ir_json_at(j, path));

	return s != NULL ? s : "";
}

json_int_t
ir_json_int(const json_t *j, const char *path)
{
	return json_integer_value(ir_json_at(j, path));
}

bool
ir_json_true(const json_t *j, const char *path)
{
	return json_is_true(ir_json_at(j, path));
}

bool
ir_json_has(const json_t *list, const json_t *v)
{
	size_t i;
	const json_t *x;

	json_array_foreach (list, i, x)
		if (json_equal(x, v))
			return true;
	return false;
}

static bool
is_within(const json_t *a, const json_t *b)
{
	size_t i;
	const json_t *v;

	json_array_foreach (a, i, v)
		if (!ir_json_has(b, v))
			return false;
	return true;
}

bool
ir_json_same_set(const json_t *a, const json_t *b)
{
	return is_within(a, b) && is_within(b, a);
}

const char *
ir_json_need_str(
    const json_t *j, const char *path, const char *name, struct ir_err *err)
{
	const char *s = json_string_value(ir_json_at(j, path));

	if (s == NULL)
		ir_fail(err, IR_EFORMAT, "%s: %s: missing or not a string",
		    name, path);
	return s;
}

int
ir_json_need_int(const json_t *j, const char *path, json_int_t *out,
    const char *name, struct ir_err *err)
{
	const json_t *v = ir_json_at(j, path);

	if (!json_is_integer(v))
		return ir_fail(err, IR_EFORMAT,
		    "%s: %s: missing or not an integer", name, path);
	*out = json_integer_value(v);
	return 0;
}
