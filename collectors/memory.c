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
#include "collectors/mapped.h"
#include "host/each.h"
#include "host/freezer.h"
#include "host/processes.h"
#include "json/json.h"

/* So much is read at once. */
#define PIECE (1u << 20)

#define MAX_THREADS 4096u

struct run {
	const struct ir_target *t;
	struct ir_sink *sink;
	struct ir_jsonl j;
	char *buf; /* PIECE */
	unsigned missing;
	char why[1100]; /* of the first */
};

/* The process under way. */
struct one {
	struct run *r;
	const struct ir_host_one *o;
	int mem;
	struct ir_mapped m;
	json_t *gaps;
	uint64_t bytes;
};

static void
miss(struct run *r, pid_t pid, const char *why)
{
	if (r->missing++ == 0)
		snprintf(
		    r->why, sizeof(r->why), "process %d: %s", (int)pid, why);
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
	    .files = p->m.files,
	    .nfiles = p->m.nfiles};

	if (v == NULL)
		return ir_fail_mem(err);
	fstat(p->o->dir, &st);
	about.uid = st.st_uid;
	about.gid = st.st_gid;
	if (ir_core_head(
		&head, &about, v, threads(p, v), p->m.v, p->m.n, err) == -1)
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
			    p->gaps, ir_mapped_span(at + i, at + i + page, NULL,
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
	for (size_t i = 0; rc == 0 && i < p->m.n; i++)
		rc = put_piece(p, &p->m.v[i], out, err);
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
	struct ir_err why;
	ir_auto_free char *path =
	    ir_asprintf(err, "%s/memory/%d.core", r->t->dir, (int)p->o->pid);
	char name[32];

	if (path == NULL)
		return -1;
	if (ir_mapped_survey(&p->m, p->o, &why) == -1) {
		if (ir_host_self(p->o->dir, &after) == 0 && after.state != 'Z')
			miss(r, p->o->pid, why.msg);
		return 0;
	}
	if (p->m.n == 0)
		return 0;
	if (!r->sink->has(r->sink, path) && put_core(p, path, err) == -1)
		return -1;
	if (p->m.full)
		miss(r, p->o->pid, "its memory is in too many pieces");
	else if (json_array_size(p->gaps) > 0)
		miss(r, p->o->pid, "some pages cannot be read");
	snprintf(name, sizeof(name), "memory/%d.core", (int)p->o->pid);
	ir_jsonl_open(&r->j,
	    json_pack("{s:i, s:I, s:o, s:s, s:I, s:i, s:b, s:b, s:O, s:O}",
		"pid", (int)p->o->pid, "start_ticks",
		(json_int_t)p->o->stat.start, "name",
		ir_json_text(p->o->stat.name), "core", name, "bytes",
		(json_int_t)p->bytes, "pieces", (int)p->m.n, "torn", r->t->live,
		"ended", ir_host_self(p->o->dir, &after) == -1, "skipped",
		p->m.skipped, "gaps", p->gaps));
	return ir_jsonl_end(&r->j, err);
}

static int
look(void *arg, const struct ir_host_one *o, struct ir_err *err)
{
	struct one p = {.r = arg,
	    .o = o,
	    .mem = openat(o->dir, "mem", O_RDONLY | O_CLOEXEC),
	    .m = {.pagemap = -1},
	    .gaps = json_array()};
	int rc = 0;

	if (p.gaps == NULL)
		rc = ir_fail_mem(err);
	else if (p.mem != -1)
		rc = put_one(&p, err);
	else if (o->stat.state != 'Z' && errno != ESRCH && errno != ENOENT)
		miss(p.r, o->pid, strerror(errno));
	if (p.mem != -1)
		close(p.mem);
	ir_mapped_free(&p.m);
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
