/* SPDX-License-Identifier: ISC
 *
 * Whose a process is: see own.h.
 */
#include "host/own.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/nsfs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/limits.h"
#include "host/cgroup.h"
#include "host/inside.h"
#include "host/stat.h"

/* A shim's arguments are some 300 bytes. */
#define MAX_ARGS (64u << 10)

/* Whether one of the arguments of whoever started the container is its id.
 * That process is on this host, where no container chooses its arguments. */
static bool
is_tended(const struct ir_host *h)
{
	ir_auto_close int parent = ir_host_parent(h->proc);
	struct ir_err err;
	size_t len;
	ir_auto_free char *args =
	    parent != -1 ? ir_host_read(parent, "cmdline", MAX_ARGS, &len, &err)
			 : NULL;

	for (const char *p = args; p != NULL && p < args + len;
	     p += strlen(p) + 1)
		if (strcmp(p, h->id) == 0)
			return true;
	return false;
}

/* Whether it is the first in a PID namespace right below ours: "NSpid: 4711 1".
 * Within a container nobody is: they are further below, or not the first. */
static bool
is_first(const struct ir_host *h)
{
	struct ir_err err;
	size_t len;
	ir_auto_free char *text =
	    ir_host_read(h->proc, "status", IR_MAX_PROC_STATUS, &len, &err);
	const char *at = text != NULL ? strstr(text, "\nNSpid:") : NULL;
	int inner;
	char end;

	return at != NULL &&
	       sscanf(at, "\nNSpid: %*d %d%c", &inner, &end) == 2 &&
	       inner == 1 && end == '\n';
}

static int
find_pidns(struct ir_host *h, struct ir_err *err)
{
	if (!is_tended(h))
		return ir_fail(err, IR_ENOENT,
		    "process %lld here is not of container %.12s: the engine "
		    "is on another host, or in another PID namespace",
		    h->pid, h->id);
	if (!is_first(h))
		return ir_fail(err, IR_ENOENT,
		    "container %.12s has no cgroup, and no PID namespace of "
		    "its own, so nothing tells its processes from others': act "
		    "on the container whose namespace it shares",
		    h->id);
	h->pidns = openat(h->proc, "ns/pid", O_RDONLY | O_CLOEXEC);
	if (h->pidns != -1)
		return 0;
	if (errno == EACCES || errno == EPERM)
		return ir_fail(err, IR_EPERM,
		    "looking at process %lld takes root, or who started its "
		    "engine",
		    h->pid);
	return ir_fail(
	    err, IR_ENOENT, "its first process, %lld, ended just now", h->pid);
}

int
ir_host_own_find(struct ir_host *h, struct ir_err *err)
{
	size_t len;

	h->cgroup = ir_host_read(h->proc, "cgroup", IR_MAX_CGROUP, &len, err);
	if (h->cgroup == NULL)
		return err->code == IR_EPERM
			   ? ir_fail(err, IR_EPERM,
				 "looking at process %lld takes root", h->pid)
			   : ir_fail(err, IR_ENOENT,
				 "its first process, %lld, ended just now",
				 h->pid);
	return ir_host_cgroup_bears(h->cgroup, h->id) ? 0 : find_pidns(h, err);
}

/* In that PID namespace or one below it. */
static bool
is_below(int pidns, int proc)
{
	int fd = openat(proc, "ns/pid", O_RDONLY | O_CLOEXEC), parent;

	while (fd != -1 && !ir_host_same(fd, pidns)) {
		parent = ioctl(fd, NS_GET_PARENT);
		close(fd);
		fd = parent;
	}
	if (fd != -1)
		close(fd);
	return fd != -1;
}

bool
ir_host_owns(const struct ir_host *h, int proc)
{
	struct ir_err err;
	size_t len;

	if (h->pidns != -1)
		return is_below(h->pidns, proc);
	ir_auto_free char *cgroup =
	    ir_host_read(proc, "cgroup", IR_MAX_CGROUP, &len, &err);
	return cgroup != NULL && ir_host_cgroup_bears(cgroup, h->id);
}

bool
ir_host_is_guest(const struct ir_host *h, int proc)
{
	struct ir_host_stat first, s;
	ir_auto_close int parent = -1;

	if (h->pidns == -1 || ir_host_stat(h->proc, "stat", &first) == -1 ||
	    ir_host_stat(proc, "stat", &s) == -1 || s.parent == first.parent)
		return false;
	parent = ir_host_parent(proc);
	return parent != -1 && !is_below(h->pidns, parent);
}

/* Numbers of processes, as they are found. */
struct pids {
	pid_t *p;
	size_t n, cap;
};

static int
add_pid(struct pids *v, pid_t pid, struct ir_err *err)
{
	if (v->n == v->cap) {
		size_t cap = v->cap == 0 ? 64 : v->cap * 2;
		pid_t *p = cap <= IR_MAX_PIDS * 2
			       ? realloc(v->p, cap * sizeof(*p))
			       : NULL;

		if (p == NULL)
			return ir_fail_mem(err);
		v->p = p;
		v->cap = cap;
	}
	v->p[v->n++] = pid;
	return 0;
}

/* A group that has only threads of a process elsewhere (cgroup v2) refuses to
 * list processes; the numbers of threads do as well. */
static char *
read_group(int dir)
{
	struct ir_err err;
	size_t len;
	char *text =
	    ir_host_read(dir, "cgroup.procs", IR_MAX_PIDS * 8, &len, &err);

	return text != NULL ? text
			    : ir_host_read(dir, "cgroup.threads",
				  IR_MAX_PIDS * 8, &len, &err);
}

/* One that is gone by now had nobody in it. */
static int
gather(int dir, void *arg, struct ir_err *err)
{
	ir_auto_free char *text = read_group(dir);

	for (char *p = text, *end; p != NULL; p = end) {
		long pid = strtol(p, &end, 10);

		if (end == p)
			break;
		/* 0 is one that this PID namespace does not have. */
		if (pid > 0 && add_pid(arg, (pid_t)pid, err) == -1)
			return -1;
	}
	return 0;
}

/* Where no cgroup is mounted, or tells: everybody is asked. */
static int
scan(const struct ir_host *h, struct pids *v, struct ir_err *err)
{
	DIR *d = opendir("/proc");
	struct dirent *e;
	int rc = 0;

	if (d == NULL)
		return ir_fail_errno(err, "/proc");
	while (rc == 0 && (e = readdir(d)) != NULL) {
		if (!isdigit((unsigned char)*e->d_name))
			continue;
		ir_auto_close int proc = openat(
		    dirfd(d), e->d_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (proc != -1 && ir_host_owns(h, proc))
			rc =
			    add_pid(v, (pid_t)strtol(e->d_name, NULL, 10), err);
	}
	closedir(d);
	return rc;
}

static int
by_number(const void *a, const void *b)
{
	pid_t x = *(const pid_t *)a, y = *(const pid_t *)b;

	return x < y ? -1 : x > y;
}

static size_t
unique(struct pids *v)
{
	size_t n = 0;

	if (v->n == 0)
		return 0;
	qsort(v->p, v->n, sizeof(*v->p), by_number);
	for (size_t i = 0; i < v->n; i++)
		if (n == 0 || v->p[n - 1] != v->p[i])
			v->p[n++] = v->p[i];
	return n;
}

/* Of all hierarchies: whoever was moved out of one may be in others. */
ssize_t
ir_host_own_pids(const struct ir_host *h, pid_t **pids, struct ir_err *err)
{
	struct pids v = {NULL, 0, 0};
	int rc = ir_host_cgroup_each(h, gather, &v, err);

	if (rc == 0)
		rc = scan(h, &v, err);
	*pids = NULL;
	if (rc == -1) {
		free(v.p);
		return -1;
	}
	*pids = v.p;
	return (ssize_t)unique(&v);
}
