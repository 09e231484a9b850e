/* SPDX-License-Identifier: ISC
 *
 * Every process of the container, as the kernel of its host knows it: one line
 * of JSON each.
 *
 * Arguments and environment lie in the process's own memory, which it can put
 * on a file system that it serves itself and then not answer.  Whoever reads
 * that waits where nothing helps, so it is looked at first where they lie.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/text.h"
#include "base/time.h"
#include "collectors/copy.h"
#include "collectors/jsonl.h"
#include "host/answers.h"
#include "host/each.h"
#include "json/json.h"

struct run {
	const struct ir_target *t;
	struct ir_host_answers *answers;
	struct ir_jsonl j;
	int64_t boot_ns; /* what the clock said when the host started */
	long tick_ns;
	unsigned unread; /* processes of which something cannot be had */
	char why[200];   /* of the first of them */
};

/* The process under way. */
struct one {
	struct run *r;
	const struct ir_host_one *o;
	json_t *unread; /* what, and why */
	bool served;    /* arguments or environment may lie where it pleases */
};

static void
set_clock(struct run *r)
{
	struct timespec now, since;

	clock_gettime(CLOCK_REALTIME, &now);
	clock_gettime(CLOCK_BOOTTIME, &since);
	r->boot_ns = (now.tv_sec - since.tv_sec) * INT64_C(1000000000) +
		     now.tv_nsec - since.tv_nsec;
	r->tick_ns = 1000000000 / sysconf(_SC_CLK_TCK);
}

static json_t *
started(const struct run *r, long long ticks)
{
	int64_t ns = r->boot_ns + ticks * r->tick_ns;
	struct timespec ts = {ns / 1000000000, ns % 1000000000};
	char text[IR_TIME_SIZE];

	ir_time_format(text, ts);
	return json_string(text);
}

static void
unread(struct one *p, const char *what, const char *why)
{
	struct run *r = p->r;

	if (json_object_size(p->unread) == 0 && r->unread++ == 0)
		snprintf(r->why, sizeof(r->why), "process %d: %s: %s",
		    (int)p->o->pid, what, why);
	json_object_set_new(p->unread, what, ir_json_text(why));
}

/* What has no name any more, or never had one, says so itself. */
static void
put_link(struct one *p, json_t *v, const char *member, const char *name)
{
	struct ir_err err;
	ir_auto_free char *text = ir_host_link(p->o->dir, name, &err);

	if (text != NULL)
		json_object_set_new(v, member, ir_json_text(text));
	else if (p->o->stat.state != 'Z')
		json_object_set_new(v, member, json_null());
}

/* The rest of the line of that word in /proc/PID/status, whose names are
 * escaped; NULL if this kernel has none.  It cuts the text there. */
static char *
status(char *text, const char *word)
{
	size_t n = strlen(word);

	for (char *p = text; p != NULL; p = strchr(p, '\n')) {
		p += *p == '\n';
		if (strncmp(p, word, n) == 0 && p[n] == ':')
			return p + n + 1 + strspn(p + n + 1, "\t ");
	}
	return NULL;
}

static json_t *
numbers(const char *p)
{
	json_t *v = json_array();
	char *end;

	for (; p != NULL && *p != '\n'; p = end) {
		long long n = strtoll(p, &end, 10);

		if (end == p)
			break;
		json_array_append_new(v, json_integer(n));
		end += strspn(end, "\t ");
	}
	return v;
}

static json_t *
word(const char *p)
{
	return p != NULL ? json_stringn(p, strcspn(p, "\n")) : json_null();
}

static json_t *
number(const char *p)
{
	return p != NULL ? json_integer(atoll(p)) : json_null();
}

static void
put_status(struct one *p, json_t *v)
{
	struct ir_err err;
	size_t len;
	ir_auto_free char *s =
	    ir_host_text(p->o->dir, "status", IR_MAX_CGROUP, &len, &err);

	if (s == NULL)
		return;
	json_object_set_new(v, "ns_pids", numbers(status(s, "NSpid")));
	json_object_set_new(v, "uid", numbers(status(s, "Uid")));
	json_object_set_new(v, "gid", numbers(status(s, "Gid")));
	json_object_set_new(v, "groups", numbers(status(s, "Groups")));
	json_object_set_new(v, "tracer", number(status(s, "TracerPid")));
	json_object_set_new(v, "capabilities",
	    json_pack("{s:o, s:o, s:o, s:o, s:o}", "inheritable",
		word(status(s, "CapInh")), "permitted",
		word(status(s, "CapPrm")), "effective",
		word(status(s, "CapEff")), "bounding",
		word(status(s, "CapBnd")), "ambient",
		word(status(s, "CapAmb"))));
	json_object_set_new(
	    v, "no_new_privileges", number(status(s, "NoNewPrivs")));
	json_object_set_new(v, "seccomp", number(status(s, "Seccomp")));
	json_object_set_new(
	    v, "seccomp_filters", number(status(s, "Seccomp_filters")));
}

static void
put_lines(struct one *p, json_t *v, const char *name)
{
	struct ir_err err;
	size_t len;
	ir_auto_free char *text =
	    ir_host_text(p->o->dir, name, IR_MAX_CGROUP, &len, &err);
	json_t *list = json_array();
	char *at = text, *line;

	while ((line = strsep(&at, "\n")) != NULL)
		if (*line != '\0')
			json_array_append_new(list, ir_json_text(line));
	json_object_set_new(v, name, list);
}

static void
put_namespaces(struct one *p, json_t *v)
{
	static const char *const names[] = {
	    "cgroup", "ipc", "mnt", "net", "pid", "time", "user", "uts"};
	json_t *spaces = json_object();

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		char path[16];

		snprintf(path, sizeof(path), "ns/%s", names[i]);
		put_link(p, spaces, names[i], path);
	}
	json_object_set_new(v, "namespaces", spaces);
}

/* Its first part: what there is one of. */
static json_t *
head(struct one *p)
{
	const struct ir_host_self *s = &p->o->stat;
	char state[] = {s->state, '\0'};
	json_t *v = json_pack("{s:i, s:i, s:o, s:s, s:I, s:o, s:i, s:i, s:i, "
			      "s:I, s:b}",
	    "pid", (int)p->o->pid, "ppid", s->ppid, "name",
	    ir_json_text(s->name), "state", state, "start_ticks",
	    (json_int_t)s->start, "started", started(p->r, s->start), "pgrp",
	    s->pgrp, "session", s->session, "tty", s->tty, "threads",
	    (json_int_t)s->threads, "outside_cgroup", (int)p->o->astray);

	if (v == NULL)
		return NULL;
	put_status(p, v);
	put_link(p, v, "exe", "exe");
	put_link(p, v, "cwd", "cwd");
	put_link(p, v, "root", "root");
	put_namespaces(p, v);
	put_lines(p, v, "cgroup");
	return v;
}

/* Whether the mapping holds a part of what is between the two. */
static bool
holds(const struct ir_host_map *m, uint64_t from, uint64_t to)
{
	return m->from < to && from < m->to;
}

static int
put_map(void *arg, const struct ir_host_map *m, struct ir_err *err)
{
	const struct ir_host_self *s;
	struct one *p = arg;
	char from[20], to[20], offset[20], device[24];

	s = &p->o->stat;
	if (m->inode != 0 &&
	    (holds(m, s->arg_start, s->arg_end) ||
		holds(m, s->env_start, s->env_end)) &&
	    !ir_host_answers_dev(p->r->answers, m->major, m->minor))
		p->served = true;
	snprintf(from, sizeof(from), "%llx", (unsigned long long)m->from);
	snprintf(to, sizeof(to), "%llx", (unsigned long long)m->to);
	snprintf(offset, sizeof(offset), "%llx", (unsigned long long)m->offset);
	snprintf(device, sizeof(device), "%x:%x", m->major, m->minor);
	return ir_jsonl_add(&p->r->j,
	    json_pack("{s:s, s:s, s:s, s:s, s:s, s:I, s:o}", "from", from, "to",
		to, "perms", m->perms, "offset", offset, "device", device,
		"inode", (json_int_t)m->inode, "path", ir_json_text(m->path)),
	    err);
}

static int
put_fd(void *arg, const struct ir_host_fd *f, struct ir_err *err)
{
	struct one *p = arg;

	return ir_jsonl_add(&p->r->j,
	    json_pack("{s:i, s:o, s:s, s:I, s:I, s:I}", "fd", f->fd, "target",
		ir_json_text(f->target), "flags", f->flags, "pos",
		(json_int_t)f->pos, "mount", (json_int_t)f->mount, "inode",
		(json_int_t)f->inode),
	    err);
}

/* Arguments or environment: strings, each with a NUL after it. */
static int
put_strings(struct one *p, const char *name, uint64_t from, uint64_t to,
    struct ir_err *err)
{
	ir_auto_free char *text = NULL;
	struct ir_err why;
	size_t len = 0;

	if (p->served && !ir_host_present(p->o->dir, from, to))
		unread(
		    p, name, "it lies on a file system that a process serves");
	else if ((text = ir_host_text(
		      p->o->dir, name, IR_MAX_ARGUMENTS, &len, &why)) == NULL)
		unread(p, name, why.msg);
	else if (len == IR_MAX_ARGUMENTS)
		unread(p, name, "longer than what is read of it");
	ir_jsonl_list(&p->r->j, name);
	for (size_t at = 0; at < len; at += strlen(text + at) + 1)
		if (ir_jsonl_add(&p->r->j, ir_json_text(text + at), err) == -1)
			return -1;
	ir_jsonl_list_end(&p->r->j);
	return 0;
}

/* -1 only if the file cannot be written. */
static int
put_lists(struct one *p, struct ir_err *err)
{
	const struct ir_host_self *s = &p->o->stat;
	struct ir_jsonl *j = &p->r->j;
	struct ir_err why = {IR_OK, ""};

	ir_jsonl_list(j, "maps");
	if (ir_host_maps(p->o->dir, put_map, p, &why) == -1)
		unread(p, "maps", why.msg);
	ir_jsonl_list_end(j);
	ir_jsonl_list(j, "files");
	if (ir_host_fds(p->o->dir, put_fd, p, &why) == -1)
		unread(p, "files", why.msg);
	ir_jsonl_list_end(j);
	if (put_strings(p, "cmdline", s->arg_start, s->arg_end, err) == -1)
		return -1;
	return put_strings(p, "environ", s->env_start, s->env_end, err);
}

/* A zombie has neither memory nor files. */
static int
put_one(void *arg, const struct ir_host_one *o, struct ir_err *err)
{
	struct one p = {.r = arg, .o = o, .unread = json_object()};
	struct ir_jsonl *j = &p.r->j;
	struct ir_host_self after;
	int rc = 0;

	ir_jsonl_open(j, head(&p));
	if (o->stat.state != 'Z')
		rc = put_lists(&p, err);
	if (ir_host_self(o->dir, &after) == -1 ||
	    (after.state == 'Z' && o->stat.state != 'Z')) {
		ir_jsonl_member(j, "ended", json_true());
		p.r->unread -= json_object_size(p.unread) > 0;
	}
	ir_jsonl_member(j, "unread", p.unread);
	return rc == -1 ? -1 : ir_jsonl_end(j, err);
}

static enum ir_collected
judge(const struct run *r, ssize_t n, struct ir_err *err)
{
	if (n == 0)
		return IR_NOTHING;
	if (r->unread == 0)
		return IR_GOT;
	ir_fail(err, IR_EIO, "%s%s", r->why,
	    r->unread == 1 ? "" : ", and more of others");
	return IR_FAIL;
}

static enum ir_collected
run_all(
    struct run *r, struct ir_sink *sink, const char *path, struct ir_err *err)
{
	struct ir_err second;
	ssize_t n;

	if ((r->j.out = sink->open(sink, path, err)) == NULL)
		return IR_FAIL;
	n = ir_host_each(r->t->host, put_one, r, err);
	if (ir_jsonl_flush(&r->j, n == -1 ? &second : err) == -1)
		n = -1;
	if (n == -1) {
		r->j.out->close(r->j.out, err->msg, &second);
		return IR_FAIL;
	}
	return r->j.out->close(r->j.out, NULL, err) == -1 ? IR_FAIL
							  : judge(r, n, err);
}

static enum ir_collected
processes_run(
    const struct ir_target *t, struct ir_sink *sink, struct ir_err *err)
{
	ir_auto_free char *path =
	    ir_asprintf(err, "%s/processes.jsonl", t->dir);
	struct run r = {.t = t};
	enum ir_collected how;

	if (path == NULL)
		return IR_FAIL;
	if (sink->has(sink, path))
		return IR_GOT;
	if ((r.answers = ir_host_answers_new(t->host, err)) == NULL)
		return IR_FAIL;
	set_clock(&r);
	how = run_all(&r, sink, path, err);
	ir_host_answers_free(r.answers);
	return how;
}

const struct ir_collector ir_collector_processes = {
    .name = "processes",
    .what = "every process, as its host's kernel knows it",
    .changes = "",
    .calls = "",
    .needs_host = true,
    .hostile = true,
    .profiles = IR_EVERY_PROFILE,
    .deadline_s = 60,
    .run = processes_run,
};
