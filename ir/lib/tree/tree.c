/* SPDX-License-Identifier: ISC
 *
 * The tree of files in a tar: see tree.h.
 *
 * Nodes are kept in the order of the tar, and sorted once it has ended.  That
 * takes the place of a hash table, which an attacker who chooses the names
 * could slow down without bound.
 */
#include "tree/tree.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "archive/reader.h"
#include "base/buf.h"
#include "base/limits.h"
#include "base/source.h"
#include "tree/content.h"
#include "tree/inside.h"

void *
ir_tree_allocate(struct ir_tree *t, size_t n, size_t align)
{
	size_t at = (t->used + align - 1) / align * align;
	struct slab *s = t->slabs;

	if (n > SLAB_BYTES)
		return NULL;
	if (s == NULL || at + n > SLAB_BYTES) {
		if ((s = malloc(sizeof(*s))) == NULL)
			return NULL;
		s->next = t->slabs;
		t->slabs = s;
		at = 0;
	}
	t->used = at + n;
	return s->bytes + at;
}

int
ir_tree_order(const char *a, const char *b)
{
	while (*a == *b && *a != '\0')
		a++, b++;
	return (*a == '/'       ? 1
		   : *a == '\0' ? 0
				: (unsigned char)*a + 1) -
	       (*b == '/'       ? 1
		   : *b == '\0' ? 0
				: (unsigned char)*b + 1);
}

static uint32_t
seq_of(const struct ir_node *node)
{
	return ((const struct entry *)node)->seq;
}

/* By path; of one path, in the order of the tar. */
static int
compare_nodes(const void *x, const void *y)
{
	const struct ir_node *a = *(const struct ir_node *const *)x;
	const struct ir_node *b = *(const struct ir_node *const *)y;
	int c = ir_tree_order(a->path, b->path);

	if (c != 0)
		return c;
	return seq_of(a) < seq_of(b) ? -1 : seq_of(a) > seq_of(b);
}

/* A name as in a tar, made into a path as in tree.h. */
static const char *
normalise(struct ir_tree *t, const char *in, struct ir_err *err)
{
	size_t len = strlen(in), out = 0;
	char *path;

	if (len == 0 || len >= IR_MAX_TREE_PATH) {
		ir_fail(
		    err, IR_EFORMAT, "%s: a name of %zu bytes", t->name, len);
		return NULL;
	}
	if ((path = ir_tree_allocate(t, len + 2, 1)) == NULL) {
		ir_fail_mem(err);
		return NULL;
	}
	while (*in != '\0') {
		size_t part = strcspn(in, "/");

		if (part == 2 && in[0] == '.' && in[1] == '.') {
			ir_fail(err, IR_EFORMAT,
			    "%s: a path that leads out of it: %s", t->name, in);
			return NULL;
		}
		if (part > 0 && !(part == 1 && in[0] == '.')) {
			path[out++] = '/';
			memcpy(path + out, in, part);
			out += part;
		}
		in += part + (in[part] == '/');
	}
	if (out == 0)
		path[out++] = '/';
	path[out] = '\0';
	return path;
}

int
ir_tree_add(struct ir_tree *t, struct ir_node *node, struct ir_err *err)
{
	if (t->n == t->cap) {
		size_t cap = t->cap > 0 ? t->cap * 2 : 1024;
		void *p = reallocarray(t->nodes, cap, sizeof(t->nodes[0]));

		if (p == NULL)
			return ir_fail_mem(err);
		t->nodes = p;
		t->cap = cap;
	}
	((struct entry *)node)->seq = (uint32_t)t->n;
	t->nodes[t->n++] = node;
	return 0;
}

/* A symlink's target is kept as it is. */
static const char *
keep(struct ir_tree *t, const char *s, struct ir_err *err)
{
	size_t len = strlen(s);
	char *p;

	if (len >= IR_MAX_TREE_PATH) {
		ir_fail(err, IR_EFORMAT, "%s: a link to a name of %zu bytes",
		    t->name, len);
		return NULL;
	}
	if ((p = ir_tree_allocate(t, len + 1, 1)) == NULL)
		ir_fail_mem(err);
	else
		memcpy(p, s, len + 1);
	return p;
}

static int
take(struct ir_tree *t, struct ir_tar *tar, const struct ir_tar_member *m,
    struct ir_tree_hashers *h, struct ir_err *err)
{
	struct entry *e =
	    ir_tree_allocate(t, sizeof(*e), _Alignof(struct entry));
	struct ir_node *node = &e->node;

	if (e == NULL)
		return ir_fail_mem(err);
	*e = (struct entry){.fd = t->fd,
	    .node = {
		.type = m->type,
		.mode = m->mode,
		.uid = m->uid,
		.gid = m->gid,
		.mtime = m->mtime,
		.mtime_ns = m->mtime_ns,
		.size = m->size,
		.major = m->major,
		.minor = m->minor,
		.at = m->at,
		.sparse = m->sparse,
		.holes = m->sparse,
		.unknown = m->type == 'h',
	    }};
	if ((node->path = normalise(t, m->path, err)) == NULL)
		return -1;
	if (m->type == 'h' &&
	    (node->hardlink = normalise(t, m->link, err)) == NULL)
		return -1;
	if (m->type == 'l' && (node->link = keep(t, m->link, err)) == NULL)
		return -1;
	ir_tree_hash_xattrs(h, m, node->xattrs);
	if (m->type == '-' && ir_tree_hash_content(tar, m, h, node, err) == -1)
		return ir_wrap(err, "%s: %s", t->name, node->path);
	return ir_tree_add(t, node, err);
}

/* The last node of that path that stands before seq in the tar. */
static struct ir_node *
find_before(const struct ir_tree *t, const char *path, uint32_t seq)
{
	size_t lo = 0, hi = t->n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		int c = ir_tree_order(t->nodes[mid]->path, path);

		if (c < 0 || (c == 0 && seq_of(t->nodes[mid]) < seq))
			lo = mid + 1;
		else
			hi = mid;
	}
	if (lo == 0 || strcmp(t->nodes[lo - 1]->path, path) != 0)
		return NULL;
	return t->nodes[lo - 1];
}

static int
compare_seq(const void *x, const void *y)
{
	uint32_t a = seq_of(*(const struct ir_node *const *)x);
	uint32_t b = seq_of(*(const struct ir_node *const *)y);

	return a < b ? -1 : a > b;
}

/* Makes the node of a hard link the same file as what it links to: what was
 * there when the link was made, so that what replaced it later is not. */
static int
resolve(struct ir_tree *t, struct ir_node *node, struct ir_err *err)
{
	const char *path = node->path, *hardlink = node->hardlink;
	const struct ir_node *to = find_before(t, hardlink, seq_of(node));

	if (to == NULL) {
		node->type = '-';
		return 0;
	}
	if (to->type == 'd')
		return ir_fail(err, IR_EFORMAT,
		    "%s: %s: a hard link to a directory", t->name, path);
	*node = *to; /* not its seq; of the same tar */
	node->path = path;
	node->hardlink = hardlink;
	return 0;
}

static int
resolve_all(struct ir_tree *t, struct ir_err *err)
{
	ir_auto_free struct ir_node **links = NULL;
	size_t n = 0;

	links = calloc(t->n + 1, sizeof(links[0]));
	if (links == NULL)
		return ir_fail_mem(err);
	for (size_t i = 0; i < t->n; i++)
		if (t->nodes[i]->hardlink != NULL)
			links[n++] = t->nodes[i];
	qsort(links, n, sizeof(links[0]), compare_seq);
	for (size_t i = 0; i < n; i++)
		if (resolve(t, links[i], err) == -1)
			return -1;
	return 0;
}

static int
finish(struct ir_tree *t, struct ir_err *err)
{
	size_t n = 0;

	if (t->n > 0)
		qsort(t->nodes, t->n, sizeof(t->nodes[0]), compare_nodes);
	if (resolve_all(t, err) == -1)
		return -1;
	for (size_t i = 0; i < t->n; i++)
		if (i + 1 == t->n ||
		    strcmp(t->nodes[i]->path, t->nodes[i + 1]->path) != 0)
			t->nodes[n++] = t->nodes[i];
	t->n = n;
	return 0;
}

static int
read_all(struct ir_tree *t, struct ir_tar *tar, struct ir_err *err)
{
	struct ir_tree_hashers h = {
	    ir_sha256_new(err), ir_sha256_new(err), IR_MAX_TREE_ZEROS};
	const struct ir_tar_member *m;
	int rc = h.data != NULL && h.map != NULL ? 0 : -1;

	while (rc == 0 && (m = ir_tar_next(tar, err)) != NULL)
		rc = take(t, tar, m, &h, err);
	if (rc == 0 && err->code != IR_OK)
		rc = -1;
	ir_sha256_free(h.data);
	ir_sha256_free(h.map);
	return rc == 0 ? finish(t, err) : -1;
}

/* The tar from its start.  The descriptor stays the caller's. */
static struct ir_tar *
open_tar(const struct ir_tree *t, struct ir_err *err)
{
	struct ir_source *in;
	int fd;

	if (lseek(t->fd, 0, SEEK_SET) == -1 ||
	    (fd = fcntl(t->fd, F_DUPFD_CLOEXEC, 0)) == -1) {
		ir_fail_errno(err, "%s: cannot read", t->name);
		return NULL;
	}
	if ((in = ir_source_fd(fd, t->name, err)) == NULL)
		return NULL;
	return ir_tar_open(in, IR_MAX_TREE, t->name, err);
}

struct ir_tree *
ir_tree_read(int fd, const char *name, struct ir_err *err)
{
	struct ir_tree *t = calloc(1, sizeof(*t));
	struct ir_tar *tar;
	int rc = -1;

	if (t == NULL || (t->name = strdup(name)) == NULL) {
		ir_tree_free(t);
		ir_fail_mem(err);
		return NULL;
	}
	t->fd = fd;
	if ((tar = open_tar(t, err)) != NULL)
		rc = read_all(t, tar, err);
	ir_tar_close(tar);
	if (rc == 0)
		return t;
	ir_tree_free(t);
	return NULL;
}

void
ir_tree_free(struct ir_tree *t)
{
	struct slab *next;

	if (t == NULL)
		return;
	for (struct slab *s = t->slabs; s != NULL; s = next) {
		next = s->next;
		free(s);
	}
	for (struct ir_tree *l = t->layers, *up; l != NULL; l = up) {
		up = l->above;
		ir_tree_free(l);
	}
	free(t->nodes);
	free(t->name);
	free(t);
}

const struct ir_node *
ir_tree_find(const struct ir_tree *t, const char *path)
{
	return find_before(t, path, UINT32_MAX);
}

const struct ir_node *const *
ir_tree_nodes(const struct ir_tree *t, size_t *n)
{
	*n = t->n;
	return (const struct ir_node *const *)t->nodes;
}

char *
ir_tree_content(const struct ir_tree *t, const struct ir_node *node, size_t max,
    size_t *len, struct ir_err *err)
{
	ir_auto_free char *name =
	    ir_asprintf(err, "%s: %s", t->name, node->path);

	if (name == NULL)
		return NULL;
	if (node->type != '-' || node->holes || node->unknown ||
	    node->size > max) {
		ir_fail(err, IR_EFORMAT,
		    "%s: not a file, not whole, or more than %zu bytes", name,
		    max);
		return NULL;
	}
	*len = (size_t)node->size;
	return ir_tree_slurp(((const struct entry *)node)->fd, node, name, err);
}
