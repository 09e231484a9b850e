/* SPDX-License-Identifier: ISC
 *
 * The tree that the layers of an image make: see tree.h.
 *
 * Each layer is read as a tree of its own, and put on top of what those below
 * it made: both are sorted, so that it takes one pass.
 */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "tree/inside.h"

#define WHITEOUT ".wh."
#define OPAQUE   ".wh..wh..opq"

/* Paths that a layer takes away: with what is in them, or only that. */
struct gone {
	char *path;
	bool inside;
};

struct merge {
	const struct ir_tree *below, *layer;
	struct ir_tree *out;
	struct gone *gone; /* sorted */
	size_t n, cap;
	const char *cut; /* what is in there is gone; NULL for nothing */
};

static int
compare_gone(const void *x, const void *y)
{
	const struct gone *a = x, *b = y;

	return ir_tree_order(a->path, b->path);
}

static const char *
last_part(const char *path)
{
	return strrchr(path, '/') + 1;
}

static bool
is_marker(const struct ir_node *n)
{
	return strncmp(last_part(n->path), WHITEOUT, strlen(WHITEOUT)) == 0;
}

/* What a marker says; other names that begin with it twice say nothing. */
static int
note(struct merge *m, const struct ir_node *marker, struct ir_err *err)
{
	const char *name = last_part(marker->path);
	size_t dir = (size_t)(name - marker->path);
	bool inside = strcmp(name, OPAQUE) == 0;
	char *path;

	name += strlen(WHITEOUT);
	if (!inside && strncmp(name, WHITEOUT, strlen(WHITEOUT)) == 0)
		return 0;
	if (inside) /* the directory, but for the root without its slash */
		path = ir_asprintf(
		    err, "%.*s", (int)(dir > 1 ? dir - 1 : 1), marker->path);
	else
		path = ir_asprintf(err, "%.*s%s", (int)dir, marker->path, name);
	if (path == NULL)
		return -1;
	if (m->n == m->cap) {
		size_t cap = m->cap > 0 ? m->cap * 2 : 64;
		void *p = reallocarray(m->gone, cap, sizeof(m->gone[0]));

		if (p == NULL) {
			free(path);
			return ir_fail_mem(err);
		}
		m->gone = p;
		m->cap = cap;
	}
	m->gone[m->n++] = (struct gone){path, inside};
	return 0;
}

static int
note_all(struct merge *m, struct ir_err *err)
{
	for (size_t i = 0; i < m->layer->n; i++)
		if (is_marker(m->layer->nodes[i]) &&
		    note(m, m->layer->nodes[i], err) == -1)
			return -1;
	if (m->n > 0)
		qsort(m->gone, m->n, sizeof(m->gone[0]), compare_gone);
	return 0;
}

static bool
is_in(const char *path, const char *dir)
{
	size_t n = strlen(dir);

	if (n == 1) /* the root */
		return path[1] != '\0';
	return strncmp(path, dir, n) == 0 && path[n] == '/';
}

/* What the layer says of a path: gone (2), only what is in it (1), nothing. */
static int
said_of(const struct merge *m, const char *path)
{
	size_t lo = 0, hi = m->n;
	int said = 0;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (ir_tree_order(m->gone[mid].path, path) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	for (; lo < m->n && strcmp(m->gone[lo].path, path) == 0; lo++)
		if (!m->gone[lo].inside)
			said = 2;
		else if (said == 0)
			said = 1;
	return said;
}

/* Whether a node from below is still there; over is what the layer has in its
 * place, or NULL. */
static bool
stays(struct merge *m, const struct ir_node *n, const struct ir_node *over)
{
	int said;

	if (m->cut != NULL && is_in(n->path, m->cut))
		return false;
	m->cut = NULL;
	said = said_of(m, n->path);
	if (said != 0 || (over != NULL && over->type != 'd'))
		m->cut = n->path;
	return said != 2 && over == NULL;
}

/* A link to a file of a layer below; and all that is known of it. */
static int
put(struct merge *m, const struct ir_node *n, struct ir_err *err)
{
	const struct ir_node *to =
	    n->unknown && n->hardlink != NULL && m->below != NULL
		? ir_tree_find(m->below, n->hardlink)
		: NULL;
	struct entry *e =
	    ir_tree_allocate(m->out, sizeof(*e), _Alignof(struct entry));

	if (e == NULL)
		return ir_fail_mem(err);
	*e = *(const struct entry *)n;
	if (to != NULL && to->type != 'd') {
		*e = *(const struct entry *)to;
		e->node.path = n->path;
		e->node.hardlink = n->hardlink;
	}
	return ir_tree_add(m->out, &e->node, err);
}

static int
merge_nodes(struct merge *m, struct ir_err *err)
{
	size_t nb = m->below != NULL ? m->below->n : 0, b = 0, l = 0;
	int rc = 0;

	while (rc == 0 && (b < nb || l < m->layer->n)) {
		const struct ir_node *x = b < nb ? m->below->nodes[b] : NULL;
		const struct ir_node *y =
		    l < m->layer->n ? m->layer->nodes[l] : NULL;
		int c = x == NULL   ? 1
			: y == NULL ? -1
				    : ir_tree_order(x->path, y->path);

		if (y != NULL && c >= 0 && is_marker(y)) {
			l++;
			continue;
		}
		if (c <= 0 && stays(m, x, c == 0 ? y : NULL))
			rc = put(m, x, err);
		if (c >= 0)
			rc = put(m, y, err);
		b += c <= 0;
		l += c >= 0;
	}
	return rc;
}

/* Two names are one file as long as both are there, of the same member. */
static void
part_links(struct ir_tree *t)
{
	for (size_t i = 0; i < t->n; i++) {
		struct ir_node *n = t->nodes[i];
		const struct ir_node *to =
		    n->hardlink != NULL ? ir_tree_find(t, n->hardlink) : NULL;

		if (n->hardlink != NULL && !n->unknown &&
		    (to == NULL || to->at != n->at ||
			((const struct entry *)to)->fd !=
			    ((const struct entry *)n)->fd))
			n->hardlink = NULL;
	}
}

/* One layer on top of a tree; takes neither. */
static struct ir_tree *
put_on(const struct ir_tree *below, const struct ir_tree *layer,
    struct ir_err *err)
{
	struct merge m = {.below = below, .layer = layer};
	int rc = -1;

	m.out = calloc(1, sizeof(*m.out));
	if (m.out == NULL || (m.out->name = strdup(layer->name)) == NULL)
		ir_fail_mem(err);
	else
		rc = note_all(&m, err);
	if (rc == 0)
		rc = merge_nodes(&m, err);
	for (size_t i = 0; i < m.n; i++)
		free(m.gone[i].path);
	free(m.gone);
	if (rc == 0)
		return m.out;
	ir_tree_free(m.out);
	return NULL;
}

struct ir_tree *
ir_tree_stack(const struct ir_tree *below, const struct ir_tree_layer *v,
    size_t n, struct ir_err *err)
{
	struct ir_tree *t = NULL, *layer, *next;

	for (size_t i = 0; i < n; i++) {
		layer = ir_tree_read(v[i].fd, v[i].name, err);
		next = layer != NULL ? put_on(t != NULL ? t : below, layer, err)
				     : NULL;
		if (next == NULL) {
			ir_tree_free(layer);
			ir_tree_free(t);
			return NULL;
		}
		layer->above = t != NULL ? t->layers : NULL;
		next->layers = layer;
		if (t != NULL)
			t->layers = NULL;
		ir_tree_free(t);
		t = next;
	}
	if (t == NULL)
		ir_fail(err, IR_EINTERNAL, "a stack of no layers");
	else
		part_links(t);
	return t;
}
