/* SPDX-License-Identifier: ISC
 *
 * What of a process's memory is to be read: see mapped.h.
 */
#include "collectors/mapped.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "host/pages.h"
#include "json/json.h"

/* Beyond that, what does not fit is left out, and told. */
#define MAX_JOIN (UINT64_C(1) << 32)

json_t *
ir_mapped_span(uint64_t from, uint64_t to, const char *path, const char *why)
{
	char a[20], b[20];

	snprintf(a, sizeof(a), "%llx", (unsigned long long)from);
	snprintf(b, sizeof(b), "%llx", (unsigned long long)to);
	return json_pack("{s:s, s:s, s:o*, s:o}", "from", a, "to", b, "path",
	    path != NULL ? ir_json_text(path) : NULL, "why", ir_json_text(why));
}

/* Why a mapping is not to be read, or NULL.  Reading a device's can do what
 * devices do. */
static const char *
unfit(const struct ir_mapped *p, const struct ir_host_map *m)
{
	char link[64];
	struct statx st;

	if (strcmp(m->path, "[vvar]") == 0 ||
	    strcmp(m->path, "[vvar_vclock]") == 0 ||
	    strcmp(m->path, "[vsyscall]") == 0)
		return "the kernel's own";
	if (m->inode == 0)
		return NULL;
	snprintf(link, sizeof(link), "map_files/%llx-%llx",
	    (unsigned long long)m->from, (unsigned long long)m->to);
	ir_auto_close int fd = openat(p->o->dir, link, O_PATH | O_CLOEXEC);
	if (fd == -1 || statx(fd, "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC,
			    STATX_TYPE, &st) == -1)
		return "it cannot be told what it is of";
	if (S_ISREG(st.stx_mode) ||
	    (S_ISCHR(st.stx_mode) && st.stx_rdev_major == 1 &&
		st.stx_rdev_minor == 5)) /* /dev/zero */
		return NULL;
	return "not of a file: a device, or the like";
}

/* What no file has is zero until it is touched. */
static bool
is_anonymous(const struct ir_host_map *m)
{
	return m->inode == 0;
}

static int
add_piece(struct ir_mapped *p, uint64_t a, uint64_t b, struct ir_err *err)
{
	const struct ir_host_map *m = &p->map;

	if (p->n > p->first) {
		struct ir_core_piece *last = &p->v[p->n - 1];

		uint64_t hole = a - (last->from + last->in_file);

		if (hole <= (is_anonymous(m) ? p->join : 0)) {
			last->in_file = b - last->from;
			return 0;
		}
	}
	if (p->n == IR_CORE_PIECES) {
		p->full = true;
		return p->join < MAX_JOIN
			   ? ir_fail(err, IR_EFORMAT, "too many pieces")
			   : 0;
	}
	if (p->n == p->cap) {
		size_t cap = p->cap == 0 ? 256 : 2 * p->cap;
		struct ir_core_piece *v = reallocarray(p->v, cap, sizeof(*v));

		if (v == NULL)
			return ir_fail_mem(err);
		p->v = v;
		p->cap = cap;
	}
	p->v[p->n++] = (struct ir_core_piece){a, 0, b - a, m->perms[0] == 'r',
	    m->perms[1] == 'w', m->perms[2] == 'x'};
	return 0;
}

static int
on_pages(void *arg, uint64_t a, uint64_t b, struct ir_err *err)
{
	return add_piece(arg, a, b, err);
}

/* How far each piece of the mapping goes: of what no file has up to the next
 * one, since what is between them is zero. */
static void
set_sizes(struct ir_mapped *p)
{
	const struct ir_host_map *m = &p->map;

	for (size_t i = p->first; i < p->n; i++) {
		struct ir_core_piece *v = &p->v[i];
		uint64_t end = i + 1 < p->n ? v[1].from : m->to;

		v->size = is_anonymous(m) ? end - v->from : v->in_file;
	}
}

static int
add_file(struct ir_mapped *p, const struct ir_host_map *m, struct ir_err *err)
{
	struct ir_core_file *v =
	    reallocarray(p->files, p->nfiles + 1, sizeof(*v));
	char *path = strdup(m->path);

	if (v != NULL)
		p->files = v;
	if (v == NULL || path == NULL) {
		free(path);
		return ir_fail_mem(err);
	}
	v[p->nfiles++] = (struct ir_core_file){m->from, m->to, m->offset, path};
	return 0;
}

static int
on_map(void *arg, const struct ir_host_map *m, struct ir_err *err)
{
	struct ir_mapped *p = arg;
	const char *why = unfit(p, m);

	if (m->inode != 0 && add_file(p, m, err) == -1)
		return -1;
	if (why != NULL) {
		json_array_append_new(
		    p->skipped, ir_mapped_span(m->from, m->to, m->path, why));
		return 0;
	}
	p->map = *m;
	p->first = p->n;
	if (ir_host_pages(p->pagemap, m->from, m->to, on_pages, p, err) == -1)
		return -1;
	set_sizes(p);
	return 0;
}

static void
forget(struct ir_mapped *p)
{
	for (size_t i = 0; i < p->nfiles; i++)
		free((void *)(uintptr_t)p->files[i].path);
	p->nfiles = p->n = 0;
	json_array_clear(p->skipped);
}

int
ir_mapped_survey(
    struct ir_mapped *p, const struct ir_host_one *o, struct ir_err *err)
{
	memset(p, 0, sizeof(*p));
	p->o = o;
	p->pagemap = openat(o->dir, "pagemap", O_RDONLY | O_CLOEXEC);
	p->skipped = json_array();
	if (p->skipped == NULL)
		return ir_fail_mem(err);
	if (p->pagemap == -1)
		return ir_fail_errno(err, "pagemap");
	for (;;) {
		p->full = false;
		forget(p);
		if (ir_host_maps(o->dir, on_map, p, err) != -1)
			return 0;
		if (!p->full)
			return -1;
		p->join = p->join == 0 ? 4096 : p->join * 8;
	}
}

void
ir_mapped_free(struct ir_mapped *p)
{
	forget(p);
	if (p->pagemap != -1)
		close(p->pagemap);
	free(p->v);
	free(p->files);
	json_decref(p->skipped);
}
