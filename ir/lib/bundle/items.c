/* SPDX-License-Identifier: ISC
 *
 * The files of a bundle: see items.h.
 */
#include "bundle/items.h"

#include <ctype.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/limits.h"
#include "base/text.h"
#include "bundle/bag.h"
#include "bundle/names.h"
#include "bundle/stream.h"

static int
by_path(const void *a, const void *b)
{
	const struct ir_item *x = a, *y = b;

	return strcmp(x->path, y->path);
}

struct ir_item *
ir_items_get(const struct ir_items *l, const char *path)
{
	const struct ir_item key = {.path = (char *)(uintptr_t)path};
	struct ir_item *const *node = tfind(&key, &l->root, by_path);

	return node != NULL ? *node : NULL;
}

struct ir_item *
ir_items_here(const struct ir_items *l, const char *path)
{
	struct ir_item *it = ir_items_get(l, path);

	return it != NULL && it->here ? it : NULL;
}

static int
append(struct ir_items *l, struct ir_item *it)
{
	if (l->n == l->cap) {
		size_t cap = l->cap != 0 ? 2 * l->cap : 64;
		struct ir_item **v =
		    reallocarray(l->v, cap, sizeof(struct ir_item *));

		if (v == NULL)
			return -1;
		l->v = v;
		l->cap = cap;
	}
	if (tsearch(it, &l->root, by_path) == NULL)
		return -1;
	l->v[l->n++] = it;
	return 0;
}

struct ir_item *
ir_items_add(struct ir_items *l, const char *path, struct ir_err *err)
{
	struct ir_item *it = ir_items_get(l, path);

	if (it != NULL)
		return it;
	it = calloc(1, sizeof(*it));
	if (it == NULL || (it->path = strdup(path)) == NULL ||
	    append(l, it) == -1) {
		if (it != NULL)
			free(it->path);
		free(it);
		ir_fail_mem(err);
		return NULL;
	}
	return it;
}

static int
sort_path(const void *a, const void *b)
{
	return by_path(
	    *(struct ir_item *const *)a, *(struct ir_item *const *)b);
}

/* So that a directory comes right after a file of the same name. */
static int
fold(char c)
{
	return c == '/' ? 1 : tolower((unsigned char)c);
}

static int
sort_fold(const void *a, const void *b)
{
	const char *x = (*(struct ir_item *const *)a)->path;
	const char *y = (*(struct ir_item *const *)b)->path;
	int c;

	while (*x != '\0' && fold(*x) == fold(*y))
		x++, y++;
	c = fold(*x) - fold(*y);

	return c != 0 ? c : sort_path(a, b);
}

void
ir_items_sort(struct ir_items *l)
{
	if (l->n > 0)
		qsort(l->v, l->n, sizeof(*l->v), sort_path);
}

static bool
is_below(const char *path, const char *file)
{
	size_t n = strlen(file);

	return strncasecmp(path, file, n) == 0 && path[n] == '/';
}

/* What lies below a file comes right after it. */
static void
check_below(size_t n, struct ir_item *const *v, struct ir_faults *f)
{
	const char *file = NULL;

	for (size_t i = 0; i < n; i++) {
		if (!v[i]->here)
			continue;
		if (file != NULL && is_below(v[i]->path, file))
			ir_fault(f, IR_HOSTILE, v[i]->path,
			    "cannot be beside %s, a file", file);
		else
			file = v[i]->path;
	}
}

int
ir_items_fold(const struct ir_items *l, struct ir_faults *f, struct ir_err *err)
{
	struct ir_item **v;

	if (l->n == 0)
		return 0;
	if ((v = reallocarray(NULL, l->n, sizeof(struct ir_item *))) == NULL)
		return ir_fail_mem(err);
	memcpy(v, l->v, l->n * sizeof(*v));
	qsort(v, l->n, sizeof(*v), sort_fold);
	for (size_t i = 1; i < l->n; i++)
		if (strcasecmp(v[i - 1]->path, v[i]->path) == 0)
			ir_fault(f, IR_HOSTILE, v[i]->path,
			    "differs from %s only in case", v[i - 1]->path);
	check_below(l->n, v, f);
	free(v);
	return 0;
}

static void
keep(void *item)
{
	(void)item;
}

void
ir_items_free(struct ir_items *l)
{
	tdestroy(l->root, keep);
	for (size_t i = 0; i < l->n; i++) {
		free(l->v[i]->path);
		free(l->v[i]->why);
		free(l->v[i]->left);
		free(l->v[i]->text);
		free(l->v[i]);
	}
	free(l->v);
	*l = (struct ir_items){0};
}

static unsigned
depth_of(const char *path)
{
	unsigned n = 0;

	while ((path = strchr(path, '/')) != NULL) {
		n++;
		path++;
	}
	return n;
}

int
ir_items_place(struct ir_items *l, const char *path, uint64_t size,
    struct ir_faults *f, struct ir_item **it, struct ir_err *err)
{
	bool tag = !ir_starts(path, "data/");

	*it = NULL;
	if (!ir_bundle_path_ok(path))
		ir_fault(f, IR_HOSTILE, path,
		    "is not a name for a file in a bundle");
	else if (depth_of(path) > IR_MAX_DEPTH)
		ir_fault(f, IR_HOSTILE, path, "lies more than %u levels deep",
		    IR_MAX_DEPTH);
	else if (strcmp(path, "fetch.txt") == 0)
		ir_fault(f, IR_HOSTILE, path,
		    "says that files are to be had elsewhere");
	else if (tag && size > IR_MAX_TAG_FILE)
		ir_fault(f, IR_HOSTILE, path, "is larger than %u bytes",
		    IR_MAX_TAG_FILE);
	else if (tag && size > IR_MAX_TAG_FILE - l->tags)
		ir_fault(f, IR_HOSTILE, path,
		    "makes all that is outside data/ more than %u bytes",
		    IR_MAX_TAG_FILE);
	else if (l->n >= IR_MAX_BUNDLE_FILES)
		ir_fault(f, IR_HOSTILE, path, "is one file more than %u",
		    IR_MAX_BUNDLE_FILES);
	else {
		if ((*it = ir_items_add(l, path, err)) == NULL)
			return -1;
		(*it)->here = true;
		(*it)->size = size;
		if (tag)
			l->tags += size;
	}
	return 0;
}

bool
ir_items_parsed(const struct ir_item *it)
{
	return !ir_items_payload(it) ||
	       (strcmp(it->path, IR_COMPLETENESS) == 0 &&
		   it->size <= IR_MAX_JSON);
}

void
ir_items_text(struct ir_item *it, char *text, size_t len)
{
	free(it->text);
	it->text = text;
	it->size = len;
	ir_sha256_mem(text, len, it->found);
}

bool
ir_items_payload(const struct ir_item *it)
{
	return ir_starts(it->path, "data/");
}

bool
ir_items_part(const struct ir_item *it)
{
	return ir_ends(it->path, IR_PART);
}

bool
ir_items_changed(const struct ir_item *it)
{
	return it->listed[0] != '\0' && it->found[0] != '\0' &&
	       strcmp(it->listed, it->found) != 0;
}
