/* SPDX-License-Identifier: ISC
 *
 * The memory of every process, as core files.  It is read through /proc/PID/mem
 * while all stands still, and only what is there: pages that were never touched
 * are not made, and those of files that are not in memory are not asked for.
 * ptrace(2) is not used: it waits for a frozen process, and leaves traces.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/signal.h"
#include "base/text.h"
#include "collectors/copy.h"
#include "collectors/core.h"
#include "collectors/jsonl.h"
#include "host/each.h"
#include "host/freezer.h"
#include "host/pages.h"
#include "host/processes.h"
#include "json/json.h"

/* So much is read at once. */
#define PIECE (1u << 20)

#define MAX_THREADS 4096u

/* Beyond that, what does not fit is left out, and told. */
#define MAX_JOIN (UINT64_C(1) << 32)

struct run {
	const struct ir_target *t;
	struct ir_sink *sink;
	struct ir_jsonl j;
	char *buf; /* PIECE */
	unsigned missing;
	char why[200];
};

/* The process under way. */
struct one {
	struct run *r;
	const struct ir_host_one *o;
	int pagemap, mem;
	struct ir_core_piece *v;
	size_t n, cap;
	uint64_t join; /* pieces of what no file has are one if there is no more
			* than that between them, which is zero */
	struct ir_host_map map; /* the present one */
	size_t first;           /* piece of it */
	struct ir_core_file *files;
	size_t nfiles;
	json_t *skipped, *gaps;
	uint64_t bytes;
	bool full; /* more pieces than a core file can have */
};

static void
miss(struct run *r, pid_t pid, const char *why)
{
	if (r->missing++ == 0)
		snprintf(
		    r->why, sizeof(r->why), "process %d: %s", (int)pid, why);
}

static json_t *
span(uint64_t from, uint64_t to, const char *path, const char *why)
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
unfit(const struct one *p, const struct ir_host_map *m)
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
add_piece(struct one *p, uint64_t a, uint64_t b, struct ir_err *err)
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
set_sizes(struct one *p)
{
	const struct ir_host_map *m = &p->map;

	for (size_t i = p->first; i < p->n; i++) {
		struct ir_core_piece *v = &p->v[i];
		uint64_t end = i + 1 < p->n ? v[1].from : m->to;

		v->size = is_anonymous(m) ? end - v->from : v->in_file;
	}
}

static int
add_file(struct one *p, const struct ir_host_map *m, struct ir_err *err)
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
	struct one *p = arg;
	const char *why = unfit(p, m);

	if (m->inode != 0 && add_file(p, m, err) == -1)
		return -1;
	if (why != NULL) {
		json_array_append_new(
		    p->skipped, span(m->from, m->to, m->path, why));
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
forget(struct one *p)
{
	for (size_t i = 0; i < p->nfiles; i++)
		free((void *)(uintptr_t)p->files[i].path);
	p->nfiles = p->n = 0;
	json_array_clear(p->skipped);
}

/* What there is.  If it is in too many pieces, coarser. */
static int
survey(struct one *p, struct ir_err *err)
{
	for (;;) {
		p->full = false;
		forget(p);
		if (ir_host_maps(p->o->dir, on_map, p, err) != -1)
			return 0;
		if (!p->full)
			return -1;
		p->join = p->join == 0 ? 4096 : p->join * 8;
	}
}

/* Where a thread waits in the kernel: "nr args... sp pc"; "running" if it does
 * not. */
static void
locate(int dir, struct ir_core_thread *t)
{
	struct ir_err err;
	char path[48];
	size_t len;

	snprintf(path, sizeof(path), "task/%d/syscall", (int)t->tid);
	ir_auto_free char *text = ir_host_text(dir, path, 512, &len, &err);
	char *pc = text != NULL ? strrchr(text, ' ') : NULL;
	if (pc == NULL)
		return;
	t->pc = strtoull(pc, NULL, 16);
	*pc = '\0';
	if ((pc = strrchr(text, ' ')) != NULL)
		t->sp = strtoull(pc, NULL, 16);
}

/* The first thread, and the others as far as there is room. */
static size_t
threads(const struct one *p, struct ir_core_thread *v)
{
	struct ir_err why;
	DIR *d = ir_open_dir(p->o->dir, "task", &why);
	struct dirent *e;
	size_t n = 1;

	v[0] = (struct ir_core_thread){.tid = p->o->pid};
	locate(p->o->dir, &v[0]);
	while (d != NULL && n < MAX_THREADS && (e = readdir(d)) != NULL) {
		pid_t tid = (pid_t)atoi(e->d_name);

		if (tid <= 0 || tid == p->o->pid)
			continue;
		v[n] = (struct ir_core_thread){.tid = tid};
		locate(p->o->dir, &v[n++]);
	}
	if (d != NULL)
		closedir(d);
	return n;
}

static int
put_head(struct one *p, struct ir_stream *out, struct ir_err *err)
{
	const struct ir_host_self *s = &p->o->stat;
	ir_auto_buf struct ir_buf head = IR_BUF_INIT;
	ir_auto_free struct ir_core_thread *v = calloc(MAX_THREADS, sizeof(*v));
	struct ir_err why;
	struct stat st = {0};
	size_t len = 0;
	ir_auto_free char *auxv =
	    ir_host_text(p->o->dir, "auxv", 4096, &len, &why);
	struct ir_core_about about = {.pid = p->o->pid,
	    .ppid = s->ppid,
	    .pgrp = s->pgrp,
	    .session = s->session,
	    .state = s->state,
	    .name = s->name,
	    .arguments = s->name,
	    .auxv = auxv != NULL ? auxv : "",
	    .auxv_len = len,
	    .files = p->files,
	    .nfiles = p->nfiles};

	if (v == NULL)
		return ir_fail_mem(err);
	fstat(p->o->dir, &st);
	about.uid = st.st_uid;
	about.gid = st.st_gid;
	if (ir_core_head(&head, &about, v, threads(p, v), p->v, p->n, err) ==
	    -1)
		return -1;
	return out->write(out, head.p, head.len, err);
}

/* One page at a time, after a failure: what cannot be read is zeros, and told.
 */
static void
read_pages(struct one *p, uint64_t at, size_t n)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);

	for (size_t i = 0; i < n; i += page) {
		ssize_t k = pread(p->mem, p->r->buf + i, page, (off_t)(at + i));

		if (k == (ssize_t)page)
			continue;
		memset(p->r->buf + i, 0, page);
		if (json_array_size(p->gaps) < MAX_THREADS)
			json_array_append_new(
			    p->gaps, span(at + i, at + i + page, NULL,
					 k == -1 ? strerror(errno) : "short"));
	}
}

static int
put_piece(struct one *p, const struct ir_core_piece *v, struct ir_stream *out,
    struct ir_err *err)
{
	for (uint64_t done = 0; done < v->in_file;) {
		uint64_t left = v->in_file - done;
		size_t n = left < PIECE ? (size_t)left : PIECE;

		if (ir_interrupted())
			return ir_fail(err, IR_EINTR, "interrupted");
		if (pread(p->mem, p->r->buf, n, (off_t)(v->from + done)) !=
		    (ssize_t)n)
			read_pages(p, v->from + done, n);
		if (out->write(out, p->r->buf, n, err) == -1)
			return -1;
		done += n;
		p->bytes += n;
	}
	return 0;
}

static int
put_core(struct one *p, const char *path, struct ir_err *err)
{
	struct ir_stream *out = p->r->sink->open(p->r->sink, path, err);
	struct ir_err second;
	int rc;

	if (out == NULL)
		return -1;
	rc = put_head(p, out, err);
	for (size_t i = 0; rc == 0 && i < p->n; i++)
		rc = put_piece(p, &p->v[i], out, err);
	if (rc == 0)
		return out->close(out, NULL, err);
	out->close(out, err->msg, &second);
	return -1;
}

/* One that has none, or ended, is told as such.  -1 if no more can be
 * written. */
static int
put_one(struct one *p, struct ir_err *err)
{
	struct run *r = p->r;
	struct ir_host_self after;
	ir_auto_free char *path =
	    ir_asprintf(err, "%s/memory/%d.core", r->t->dir, (int)p->o->pid);
	char name[32];

	if (path == NULL)
		return -1;
	if (survey(p, err) == -1 || p->n == 0)
		return 0;
	if (!r->sink->has(r->sink, path) && put_core(p, path, err) == -1)
		return -1;
	if (p->full)
		miss(r, p->o->pid, "its memory is in too many pieces");
	else if (json_array_size(p->gaps) > 0)
		miss(r, p->o->pid, "some pages cannot be read");
	snprintf(name, sizeof(name), "memory/%d.core", (int)p->o->pid);
	ir_jsonl_open(&r->j,
	    json_pack("{s:i, s:I, s:o, s:s, s:I, s:i, s:b, s:b, s:O, s:O}",
		"pid", (int)p->o->pid, "start_ticks",
		(json_int_t)p->o->stat.start, "name",
		ir_json_text(p->o->stat.name), "core", name, "bytes",
		(json_int_t)p->bytes, "pieces", (int)p->n, "torn", r->t->live,
		"ended", ir_host_self(p->o->dir, &after) == -1, "skipped",
		p->skipped, "gaps", p->gaps));
	return ir_jsonl_end(&r->j, err);
}

static int
look(void *arg, const struct ir_host_one *o, struct ir_err *err)
{
	struct one p = {.r = arg,
	    .o = o,
	    .pagemap = openat(o->dir, "pagemap", O_RDONLY | O_CLOEXEC),
	    .mem = openat(o->dir, "mem", O_RDONLY | O_CLOEXEC),
	    .skipped = json_array(),
	    .gaps = json_array()};
	int rc = 0;

	if (p.skipped == NULL || p.gaps == NULL)
		rc = ir_fail_mem(err);
	else if (p.pagemap != -1 && p.mem != -1)
		rc = put_one(&p, err);
	else if (o->stat.state != 'Z' && errno != ESRCH && errno != ENOENT)
		miss(p.r, o->pid, strerror(errno));
	if (p.pagemap != -1)
		close(p.pagemap);
	if (p.mem != -1)
		close(p.mem);
	forget(&p);
	free(p.v);
	free(p.files);
	json_decref(p.skipped);
	json_decref(p.gaps);
	return rc;
}

/* The kernel's word for it. */
static int
still(const struct ir_target *t, struct ir_err *err)
{
	struct ir_err why;
	int running;

	if (t->live || ir_host_frozen(t->host, &why) == 1 ||
	    ir_host_stopped(t->host, &running, &why) == 1)
		return 0;
	return ir_fail(err, IR_EPROTO,
	    "its processes do not stand still: what is read may be torn");
}

static enum ir_collected
run_all(struct run *r, const char *path, struct ir_err *err)
{
	struct ir_err second;
	ssize_t n;

	if ((r->j.out = r->sink->open(r->sink, path, err)) == NULL)
		return IR_FAIL;
	n = ir_host_each(r->t->host, look, r, err);
	if (ir_jsonl_flush(&r->j, n == -1 ? &second : err) == -1)
		n = -1;
	if (n == -1) {
		r->j.out->close(r->j.out, err->msg, &second);
		return IR_FAIL;
	}
	if (r->j.out->close(r->j.out, NULL, err) == -1 ||
	    still(r->t, err) == -1)
		return IR_FAIL;
	if (r->missing == 0)
		return n == 0 ? IR_NOTHING : IR_GOT;
	ir_fail(err, IR_EIO, "%s%s", r->why,
	    r->missing == 1 ? "" : ", and of others");
	return IR_FAIL;
}

static enum ir_collected
memory_run(const struct ir_target *t, struct ir_sink *sink, struct ir_err *err)
{
	ir_auto_free char *path = ir_asprintf(err, "%s/memory.jsonl", t->dir);
	ir_auto_free char *buf = malloc(PIECE);
	struct run r = {.t = t, .sink = sink, .buf = buf};

	if (path == NULL)
		return IR_FAIL;
	if (buf == NULL) {
		ir_fail_mem(err);
		return IR_FAIL;
	}
	if (sink->has(sink, path))
		return IR_GOT;
	if (still(t, err) == -1)
		return IR_FAIL;
	return run_all(&r, path, err);
}

const struct ir_collector ir_collector_memory = {
    .name = "memory",
    .what = "the memory of every process, as core files",
    .changes = "",
    .calls = "",
    .needs_host = true,
    .hostile = true,
    .profiles = IR_FULL,
    .deadline_s = 3600,
    .run = memory_run,
};
