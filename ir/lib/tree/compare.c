/* SPDX-License-Identifier: ISC
 *
 * What differs between two trees: see compare.h.
 */
#include "tree/compare.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

/* What moby's initlayer makes in every container if the image lacks it (its
 * directories aside: their time stamps do not count anyway), and podman in each
 * when it starts. */
static const char *const stubs[] = {"/.dockerenv", "/dev/console",
    "/etc/hostname", "/etc/hosts", "/etc/mtab", "/etc/resolv.conf", "/run",
    "/run/.containerenv"};

static const char *const names[] = {"type", "content", "mode", "uid", "gid",
    "mtime", "link", "device", "xattrs"};

const char *
ir_diff_field(unsigned bit)
{
	size_t i = 0;

	while (bit > 1 && i + 1 < sizeof(names) / sizeof(names[0])) {
		bit >>= 1;
		i++;
	}
	return names[i];
}

static bool
same_time(const struct ir_node *a, const struct ir_node *b)
{
	return a->mtime == b->mtime &&
	       (a->mtime_ns == b->mtime_ns || a->mtime_ns == 0 ||
		   b->mtime_ns == 0);
}

static bool
same_content(const struct ir_node *a, const struct ir_node *b)
{
	return !a->unknown && !b->unknown && a->sparse == b->sparse &&
	       a->size == b->size &&
	       memcmp(a->sha256, b->sha256, sizeof(a->sha256)) == 0;
}

static unsigned
differences(const struct ir_node *a, const struct ir_node *b)
{
	unsigned f = 0;

	if (a->mode != b->mode)
		f |= IR_DIFF_MODE;
	if (a->uid != b->uid)
		f |= IR_DIFF_UID;
	if (a->gid != b->gid)
		f |= IR_DIFF_GID;
	if (!same_time(a, b))
		f |= IR_DIFF_MTIME;
	if (memcmp(a->xattrs, b->xattrs, sizeof(a->xattrs)) != 0)
		f |= IR_DIFF_XATTRS;
	if (a->type != b->type)
		return f | IR_DIFF_TYPE;
	if (a->type == '-' && !same_content(a, b))
		f |= IR_DIFF_CONTENT;
	if (a->type == 'l' && strcmp(a->link, b->link) != 0)
		f |= IR_DIFF_LINK;
	if (a->major != b->major || a->minor != b->minor)
		f |= IR_DIFF_DEVICE;
	return f;
}

bool
ir_change_backdated(const struct ir_change *c)
{
	return c->kind == 'C' && c->fields == IR_DIFF_CONTENT &&
	       c->before->size == c->after->size;
}

static bool
is_stub(const struct ir_node *node)
{
	for (size_t i = 0; i < sizeof(stubs) / sizeof(stubs[0]); i++)
		if (strcmp(node->path, stubs[i]) == 0)
			return node->size == 0;
	return false;
}

/* The comparison under way. */
struct work {
	const struct ir_tree *before, *after;
	struct ir_listed *listed; /* or NULL */
	struct ir_changes *out;
	struct ir_err *err;
};

static bool
under(const char *path, const char *dir)
{
	size_t n = strlen(dir);

	return strncmp(path, dir, n) == 0 && path[n] == '/';
}

/* Appends c as it is; it is hidden if it is more than a directory on the way
 * and not listed. */
static int
append(struct work *w, struct ir_change c, int listed)
{
	struct ir_changes *o = w->out;
	bool on_the_way = c.kind == 'C' && c.after->type == 'd' &&
			  (c.fields & ~(unsigned)IR_DIFF_MTIME) == 0;

	if (listed == -1)
		return -1;
	if (o->n == o->cap) {
		size_t cap = o->cap > 0 ? o->cap * 2 : 256;
		void *p = reallocarray(o->list, cap, sizeof(o->list[0]));

		if (p == NULL)
			return ir_fail_mem(w->err);
		o->list = p;
		o->cap = cap;
	}
	c.hidden = w->listed != NULL && listed == 0 && !on_the_way;
	o->hidden += c.hidden;
	o->list[o->n++] = c;
	return 0;
}

static int
take(struct work *w, const char *path)
{
	return w->listed != NULL ? ir_listed_take(w->listed, path, w->err) : 0;
}

/* Lists the directories on the way to path that are not listed yet: in the
 * order of paths, they are not if the last one listed is not in them. */
static int
append_parents(struct work *w, const char *path)
{
	const struct ir_changes *o = w->out;
	ir_auto_free char *dir = strdup(path);
	struct ir_change c = {.kind = 'C'};

	if (dir == NULL)
		return ir_fail_mem(w->err);
	for (char *p = strchr(dir + 1, '/'); p != NULL;
	     p = strchr(p + 1, '/')) {
		*p = '\0';
		c.before = ir_tree_find(w->before, dir);
		c.after = ir_tree_find(w->after, dir);
		if (c.before != NULL && c.after != NULL &&
		    c.after->type == 'd' &&
		    (o->n == 0 || (strcmp(o->list[o->n - 1].path, dir) != 0 &&
				      !under(o->list[o->n - 1].path, dir)))) {
			c.path = c.after->path;
			c.fields = differences(c.before, c.after);
			if (append(w, c, take(w, c.path)) == -1)
				return -1;
		}
		*p = '/';
	}
	return 0;
}

static int
emit(struct work *w, struct ir_change c, int listed)
{
	if (append_parents(w, c.path) == -1)
		return -1;
	return append(w, c, listed);
}

/* A path that is in both; inside is what the directory held that it was. */
static int
both(struct work *w, const struct ir_node *a, const struct ir_node *b,
    size_t inside)
{
	struct ir_change c = {.kind = 'C',
	    .fields = differences(a, b),
	    .path = b->path,
	    .before = a,
	    .after = b,
	    .inside = inside};
	int listed;

	if (c.fields == 0 || (c.fields == IR_DIFF_MTIME && b->type == 'd'))
		return 0;
	if ((listed = take(w, c.path)) == -1)
		return -1;
	if (listed == 0 && c.fields == IR_DIFF_MTIME && is_stub(b))
		return 0;
	return emit(w, c, listed);
}

/* What an engine put there without listing it is nothing but itself: a file or
 * a directory with nothing in it, or the link that everybody makes of mtab. */
static bool
is_put_there(const struct ir_node *node)
{
	return is_stub(node) &&
	       (node->type == '-' || node->type == 'd' ||
		   (node->type == 'l' &&
		       strcmp(node->link, "/proc/mounts") == 0));
}

/* The root itself is nobody's child: engines leave it out of their tars. */
static int
one(struct work *w, char kind, const struct ir_node *node, size_t inside)
{
	struct ir_change c = {.kind = kind,
	    .path = node->path,
	    .before = kind == 'D' ? node : NULL,
	    .after = kind == 'A' ? node : NULL,
	    .inside = inside};
	int listed;

	if (node->path[1] == '\0')
		return 0;
	if ((listed = take(w, c.path)) == 0 && kind == 'A' &&
	    is_put_there(node))
		return 0;
	return emit(w, c, listed);
}

/* How many nodes follow nodes[0] that are in it. */
static size_t
count_inside(const struct ir_node *const *nodes, size_t n)
{
	size_t i = 1;

	while (i < n && under(nodes[i]->path, nodes[0]->path))
		i++;
	return i - 1;
}

static int
merge(struct work *w)
{
	size_t i = 0, j = 0, na, nb, inside;
	const struct ir_node *const *a = ir_tree_nodes(w->before, &na);
	const struct ir_node *const *b = ir_tree_nodes(w->after, &nb);
	int rc = 0;

	while (rc == 0 && (i < na || j < nb)) {
		int order = i == na   ? 1
			    : j == nb ? -1
				      : ir_tree_order(a[i]->path, b[j]->path);

		inside = 0;
		if (order > 0) {
			rc = one(w, 'A', b[j++], 0);
			continue;
		}
		/* Gone with its directory, or no directory any more. */
		if (a[i]->type == 'd' && a[i]->path[1] != '\0' &&
		    (order < 0 || b[j]->type != 'd'))
			inside = count_inside(a + i, na - i);
		rc = order < 0 ? one(w, 'D', a[i], inside)
			       : both(w, a[i], b[j++], inside);
		i += 1 + inside;
	}
	return rc;
}

int
ir_tree_compare(const struct ir_tree *before, const struct ir_tree *after,
    struct ir_listed *listed, struct ir_changes *out, struct ir_err *err)
{
	struct work w = {before, after, listed, out, err};

	*out = (struct ir_changes){.n = 0};
	if (merge(&w) == 0)
		return 0;
	ir_changes_free(out);
	return -1;
}

void
ir_changes_free(struct ir_changes *c)
{
	free(c->list);
	*c = (struct ir_changes){.n = 0};
}
