/* SPDX-License-Identifier: ISC
 *
 * Every process of a container: see each.h.
 *
 * A cgroup does not list zombies, and in cgroup v1 they are said to be in none;
 * and who may write to cgroups can leave his.  So the PID namespace is looked
 * at, too, and who the parent is.
 */
#include "host/each.h"

#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "host/company.h"
#include "host/inside.h"
#include "host/own.h"

/* Rounds until none is new. */
#define ROUNDS 4

/* Who was called for. */
struct seen {
	pid_t pid;
	long long start;
};

struct each {
	const struct ir_host *h;
	ino_t pidns; /* of its own, or 0 */
	int (*fn)(void *arg, const struct ir_host_one *one, struct ir_err *err);
	void *arg;
	struct seen *v; /* sorted up to n by number */
	size_t n, cap;
};

static int
by_number(const void *a, const void *b)
{
	const struct seen *x = a, *y = b;

	return x->pid < y->pid ? -1 : x->pid > y->pid;
}

/* Whether it was called for in an earlier round, of which there are n. */
static bool
had(const struct each *e, size_t n, pid_t pid, long long start)
{
	struct seen key = {pid, start};
	const struct seen *s =
	    n > 0 ? bsearch(&key, e->v, n, sizeof(key), by_number) : NULL;

	return s != NULL && s->start == start;
}

static int
remember(struct each *e, pid_t pid, long long start, struct ir_err *err)
{
	if (e->n == e->cap) {
		size_t cap = e->cap == 0 ? 256 : 2 * e->cap;
		struct seen *v = reallocarray(e->v, cap, sizeof(*v));

		if (v == NULL)
			return ir_fail_mem(err);
		e->v = v;
		e->cap = cap;
	}
	e->v[e->n++] = (struct seen){pid, start};
	return 0;
}

/* 1 if fn was called for it, 0 if not; astray: it need not be in the cgroup. */
static int
one(struct each *e, size_t before, pid_t pid, bool astray, struct ir_err *err)
{
	struct ir_host_one o = {.pid = pid};
	char path[32];

	snprintf(path, sizeof(path), "/proc/%d", (int)pid);
	ir_auto_close int dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	o.dir = dir;
	if (dir == -1 || ir_host_self(dir, &o.stat) == -1 ||
	    had(e, before, pid, o.stat.start))
		return 0;
	o.astray = !ir_host_owns(e->h, dir);
	if (o.astray && !astray)
		return 0;
	if (remember(e, pid, o.stat.start, err) == -1)
		return -1;
	return e->fn(e->arg, &o, err) == -1 ? -1 : 1;
}

static bool
is_member(const pid_t *v, size_t n, pid_t pid)
{
	for (size_t low = 0, high = n; low < high;) {
		size_t i = low + (high - low) / 2;

		if (v[i] == pid)
			return true;
		if (v[i] < pid)
			low = i + 1;
		else
			high = i;
	}
	return false;
}

/* Dead, and its parent is one of those. */
static bool
is_zombie_of(DIR *d, const char *name, const pid_t *v, size_t n)
{
	struct ir_host_self s;
	ir_auto_close int dir =
	    openat(dirfd(d), name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return dir != -1 && ir_host_self(dir, &s) == 0 && s.state == 'Z' &&
	       is_member(v, n, s.ppid);
}

static int
zombies(
    struct each *e, size_t before, const pid_t *v, size_t n, struct ir_err *err)
{
	DIR *d = opendir("/proc");
	struct dirent *entry;
	int found = 0, rc = 0;

	while (d != NULL && rc != -1 && (entry = readdir(d)) != NULL) {
		pid_t pid = (pid_t)atoi(entry->d_name);

		if (pid > 0 && !is_member(v, n, pid) &&
		    is_zombie_of(d, entry->d_name, v, n))
			rc = one(e, before, pid, true, err);
		found += rc == 1;
	}
	if (d != NULL)
		closedir(d);
	return rc == -1 ? -1 : found;
}

/* Those of its PID namespace whose cgroup does not name another container. */
static int
strays(
    struct each *e, size_t before, const pid_t *v, size_t n, struct ir_err *err)
{
	ir_auto_free struct ir_host_process *all = NULL;
	ssize_t k = e->pidns != 0 ? ir_host_company(&all, err) : 0;
	int found = 0, rc = 0;

	for (ssize_t i = 0; rc != -1 && i < k; i++) {
		if (all[i].pidns != e->pidns || is_member(v, n, all[i].pid) ||
		    (*all[i].container != '\0' &&
			strcmp(all[i].container, e->h->id) != 0))
			continue;
		rc = one(e, before, all[i].pid, true, err);
		found += rc == 1;
	}
	return rc == -1 || k == -1 ? -1 : found;
}

/* How many were new in it. */
static ssize_t
pass(struct each *e, struct ir_err *err)
{
	ir_auto_free pid_t *pids = NULL;
	ssize_t n = ir_host_own_pids(e->h, &pids, err);
	size_t before = e->n;
	int rc = 0;

	if (before > 0)
		qsort(e->v, before, sizeof(*e->v), by_number);
	for (ssize_t i = 0; rc != -1 && i < n; i++)
		rc = one(e, before, pids[i], false, err);
	if (rc != -1 && n >= 0)
		rc = strays(e, before, pids, (size_t)n, err);
	if (rc != -1 && n >= 0) {
		if (e->n > 0)
			qsort(e->v, e->n, sizeof(*e->v), by_number);
		rc = zombies(e, e->n, pids, (size_t)n, err);
	}
	return rc == -1 || n == -1 ? -1 : (ssize_t)(e->n - before);
}

ssize_t
ir_host_each(const struct ir_host *h,
    int (*fn)(void *arg, const struct ir_host_one *one, struct ir_err *err),
    void *arg, struct ir_err *err)
{
	struct each e = {.h = h, .fn = fn, .arg = arg};
	ssize_t rc = 1;

	e.pidns = ir_host_pidns(h->pid);
	if (e.pidns == ir_host_pidns(getpid()))
		e.pidns = 0;
	for (int i = 0; rc > 0 && i < ROUNDS; i++)
		rc = pass(&e, err);
	free(e.v);
	return rc == -1 ? -1 : (ssize_t)e.n;
}
