/* SPDX-License-Identifier: ISC
 *
 * JSON from outside, read strictly (jansson): duplicate keys, bad UTF-8,
 * trailing text and excessive size or depth are refused.  Fields are named by
 * a dotted path ("State.Status"), and a missing or wrong one is reported with
 * it.  Field names that themselves hold a dot are reached by
 * json_object_get().
 */
#ifndef IR_JSON_JSON_H
#define IR_JSON_JSON_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

/** ir_json_parse(p, n, name, err): one JSON value, any type, the caller owns
 * it; NULL and IR_EFORMAT ("name: line 3: ...") if it is not.  At most
 * IR_MAX_JSON bytes; jansson itself stops at depth 2048. */
json_t *ir_json_parse(
    const char *p, size_t n, const char *name, struct ir_err *err);

/** ir_json_line(j, err): compact, on one line, keys in the order of insertion,
 * without a line feed; the caller frees. */
char *ir_json_line(const json_t *j, struct ir_err *err);

/** ir_json_pretty(j, err): indented by two, with a final line feed; the caller
 * frees. */
char *ir_json_pretty(const json_t *j, struct ir_err *err);

/** ir_json_text(s): a string of outside bytes: as it is when it is UTF-8, else
 * with every odd byte as ir_text_escape() writes it.  The caller owns it; NULL
 * only when out of memory. */
json_t *ir_json_text(const char *s);

/** ir_json_at(j, path): the value at path, borrowed; NULL if there is none or
 * j is NULL. */
json_t *ir_json_at(const json_t *j, const char *path);

/** ir_json_str(j, path): the string there, borrowed; "" if there is none. */
const char *ir_json_str(const json_t *j, const char *path);

/** ir_json_int(j, path): the integer there; 0 if there is none. */
json_int_t ir_json_int(const json_t *j, const char *path);

/** ir_json_true(j, path): whether true stands there. */
bool ir_json_true(const json_t *j, const char *path);

/** ir_json_has(list, v): whether v stands in the array. */
bool ir_json_has(const json_t *list, const json_t *v);

/** ir_json_same_set(a, b): whether the arrays hold the same, in whichever order
 * and however often; NULL holds nothing. */
bool ir_json_same_set(const json_t *a, const json_t *b);

/** ir_json_need_str(j, path, name, err): the string there, borrowed; NULL and
 * "name: path: missing or not a string" if there is none. */
const char *ir_json_need_str(
    const json_t *j, const char *path, const char *name, struct ir_err *err);

/** ir_json_need_int(j, path, out, name, err): the same for an integer. */
int ir_json_need_int(const json_t *j, const char *path, json_int_t *out,
    const char *name, struct ir_err *err);

#endif
