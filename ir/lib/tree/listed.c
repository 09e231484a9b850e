/* SPDX-License-Identifier: ISC
 *
 * The engine's own list of changes: see listed.h.
 */
#include "tree/listed.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "tree/tree.h"
#include "json/json.h"

struct item {
	char *path;
	char kind;
	size_t used; /* of the first of equal ones: how many are taken */
};

struct ir_listed {
	struct item *items; /* sorted */
	size_t n, cap;
	struct ir_listed_path *left;
};

static int
compare(const void *x, const void *y)
{
	const struct item *a = x, *b = y;

	return ir_tree_order(a->path, b->path);
}

static int
add(struct ir_listed *l, const json_t *o, const char *name, struct ir_err *err)
{
	const char *path = ir_json_need_str(o, "Path", name, err);
	json_int_t kind;
	char *copy;

	if (path == NULL || ir_json_need_int(o, "Kind", &kind, name, err) == -1)
		return -1;
	if (path[0] != '/' || kind < 0 || kind > 2)
		return ir_fail(err, IR_EFORMAT,
		    "%s: not a path, or of no known kind: %s", name, path);
	if (l->n == l->cap) {
		size_t cap = l->cap > 0 ? l->cap * 2 : 256;
		void *p = reallocarray(l->items, cap, sizeof(l->items[0]));

		if (p == NULL)
			return ir_fail_mem(err);
		l->items = p;
		l->cap = cap;
	}
	if ((copy = strdup(path)) == NULL)
		return ir_fail_mem(err);
	l->items[l->n++] = (struct item){.kind = "CAD"[kind], .path = copy};
	return 0;
}

static size_t
space(const char *p, size_t n)
{
	size_t i = 0;

	while (i < n && strchr(" \t\r\n", p[i]) != NULL && p[i] != '\0')
		i++;
	return i;
}

/* One element; how many bytes it took, or 0 with err set. */
static size_t
element(struct ir_listed *l, const char *p, size_t n, const char *name,
    struct ir_err *err)
{
	json_error_t je;
	json_auto_t *o = json_loadb(
	    p, n, JSON_REJECT_DUPLICATES | JSON_DISABLE_EOF_CHECK, &je);

	if (o == NULL) {
		ir_fail(err, IR_EFORMAT, "%s: %s", name, je.text);
		return 0;
	}
	return add(l, o, name, err) == 0 ? (size_t)je.position : 0;
}

/* "[", elements with commas between, "]"; or "null". */
static int
elements(struct ir_listed *l, const char *p, size_t n, const char *name,
    struct ir_err *err)
{
	size_t i = space(p, n), used;
	char c = '[';

	if (n - i >= 4 && memcmp(p + i, "null", 4) == 0)
		return i + 4 + space(p + i + 4, n - i - 4) == n
			   ? 0
			   : ir_fail(
				 err, IR_EFORMAT, "%s: more than null", name);
	if (i == n || p[i] != '[')
		return ir_fail(err, IR_EFORMAT, "%s: not a list", name);
	i++;
	i += space(p + i, n - i);
	if (i < n && p[i] == ']')
		c = p[i++];
	while (c != ']') {
		if ((used = element(l, p + i, n - i, name, err)) == 0)
			return -1;
		i += used;
		i += space(p + i, n - i);
		c = i < n ? p[i++] : '\0';
		if (c != ',' && c != ']')
			return ir_fail(err, IR_EFORMAT,
			    "%s: breaks off after %zu paths", name, l->n);
		i += space(p + i, n - i);
	}
	i += space(p + i, n - i);
	if (i != n)
		return ir_fail(err, IR_EFORMAT, "%s: more than one list", name);
	return 0;
}

struct ir_listed *
ir_listed_parse(const char *p, size_t n, const char *name, struct ir_err *err)
{
	struct ir_listed *l = calloc(1, sizeof(*l));

	if (l == NULL) {
		ir_fail_mem(err);
		return NULL;
	}
	if (elements(l, p, n, name, err) == -1) {
		ir_listed_free(l);
		return NULL;
	}
	if (l->n > 0)
		qsort(l->items, l->n, sizeof(l->items[0]), compare);
	return l;
}

void
ir_listed_free(struct ir_listed *l)
{
	if (l == NULL)
		return;
	for (size_t i = 0; i < l->n; i++)
		free(l->items[i].path);
	free(l->items);
	free(l->left);
	free(l);
}

/* path as JSON can hold it: each byte that is no UTF-8 becomes U+FFFD. */
static void
as_json(struct ir_buf *out, const char *path)
{
	size_t n = strlen(path), len;

	for (; n > 0; path += len, n -= len)
		if ((len = ir_text_utf8(path, n)) > 0)
			ir_buf_add(out, path, len);
		else {
			ir_buf_puts(out, "\xef\xbf\xbd");
			len = 1;
		}
}

int
ir_listed_take(struct ir_listed *l, const char *path, struct ir_err *err)
{
	ir_auto_buf struct ir_buf key = IR_BUF_INIT;
	size_t lo = 0, hi = l->n, at;

	as_json(&key, path);
	if (ir_buf_ok(&key, err) == -1)
		return -1;
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (ir_tree_order(l->items[mid].path, key.p) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	at = lo < l->n ? lo + l->items[lo].used : l->n;
	if (at >= l->n || strcmp(l->items[at].path, key.p) != 0)
		return 0;
	l->items[lo].used++;
	return 1;
}

const struct ir_listed_path *
ir_listed_left(struct ir_listed *l, size_t *n, struct ir_err *err)
{
	size_t used = 0;

	free(l->left);
	*n = 0;
	if ((l->left = calloc(l->n + 1, sizeof(l->left[0]))) == NULL) {
		ir_fail_mem(err);
		return NULL;
	}
	for (size_t i = 0; i < l->n; i++) {
		const struct item *it = &l->items[i];

		if (i == 0 || strcmp(it->path, it[-1].path) != 0)
			used = it->used;
		if (used > 0)
			used--;
		else
			l->left[(*n)++] = (struct ir_listed_path){
			    .kind = it->kind, .path = it->path};
	}
	return l->left;
}
