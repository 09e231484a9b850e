/* SPDX-License-Identifier: ISC
 *
 * Who shares a PID or IPC namespace: see company.h.
 */
#include "host/company.h"

#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/limits.h"
#include "host/inside.h"

#define HEX    "0123456789abcdef"
#define ID_LEN 64

static ino_t
namespace_of(int proc, const char *name)
{
	struct stat st;

	return fstatat(proc, name, &st, 0) == 0 ? st.st_ino : 0;
}

ino_t
ir_host_pidns(long long pid)
{
	char path[48];

	snprintf(path, sizeof(path), "/proc/%lld/ns/pid", pid);
	return namespace_of(AT_FDCWD, path);
}

/* The last run of exactly 64 digits. */
static void
find_id(const char *cgroup, char id[ID_LEN + 1])
{
	size_t n;

	id[0] = '\0';
	for (const char *p = cgroup; *p != '\0'; p += n > 0 ? n : 1) {
		n = strspn(p, HEX);
		if (n == ID_LEN)
			snprintf(id, ID_LEN + 1, "%s", p);
	}
}

static int
by_pidns(const void *a, const void *b)
{
	const struct ir_host_process *x = a, *y = b;

	return x->pidns < y->pidns ? -1 : x->pidns > y->pidns;
}

static int
by_ipcns(const void *a, const void *b)
{
	const struct ir_host_process *x = a, *y = b;

	return x->ipcns < y->ipcns ? -1 : x->ipcns > y->ipcns;
}

/* Marks those in a namespace of that kind that have not all one container; they
 * are sorted here. */
static void
mark(struct ir_host_process *v, size_t n, ino_t ours,
    int (*order)(const void *, const void *))
{
	size_t end;

	qsort(v, n, sizeof(*v), order);
	for (size_t i = 0; i < n; i = end) {
		bool shares = false;

		for (end = i; end < n && order(&v[i], &v[end]) == 0; end++)
			shares |= strcmp(v[i].container, v[end].container) != 0;
		if (order == by_ipcns && v[i].ipcns == ours)
			continue;
		for (size_t k = i; k < end && shares; k++)
			v[k].shares = true;
	}
}

/* 1 and *p if that process is in another PID namespace; 0 if not, or it is gone
 * by now. */
static int
look(int dir, const char *name, ino_t ours, struct ir_host_process *p)
{
	char path[300];
	ir_auto_close int proc = -1;
	ir_auto_free char *cgroup = NULL;
	struct ir_err err;
	size_t len;

	/* Most are in ours, and cost no more than this. */
	snprintf(path, sizeof(path), "%s/ns/pid", name);
	p->pidns = namespace_of(dir, path);
	if (p->pidns == 0 || p->pidns == ours)
		return 0;
	proc = openat(dir, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (proc == -1 || namespace_of(proc, "ns/pid") != p->pidns)
		return 0;
	p->pid = (pid_t)strtol(name, NULL, 10);
	p->ipcns = namespace_of(proc, "ns/ipc");
	p->shares = false;
	cgroup = ir_host_read(proc, "cgroup", IR_MAX_CGROUP, &len, &err);
	if (cgroup == NULL)
		return 0;
	find_id(cgroup, p->container);
	return 1;
}

ssize_t
ir_host_company(struct ir_host_process **all, struct ir_err *err)
{
	DIR *d = opendir("/proc");
	ino_t ours = ir_host_pidns(getpid());
	struct ir_host_process *v = NULL;
	size_t n = 0, room = 0;
	struct dirent *e;

	*all = NULL;
	if (d == NULL)
		return ir_fail_errno(err, "/proc");
	while ((e = readdir(d)) != NULL) {
		if (!isdigit((unsigned char)e->d_name[0]))
			continue;
		if (n == room) {
			room = room == 0 ? 256 : 2 * room;
			v = realloc(*all, room * sizeof(*v));
			if (v == NULL) {
				closedir(d);
				return ir_fail_mem(err);
			}
			*all = v;
		}
		n += (size_t)look(dirfd(d), e->d_name, ours, &v[n]);
	}
	closedir(d);
	mark(v, n, ours, by_pidns);
	mark(v, n, namespace_of(AT_FDCWD, "/proc/self/ns/ipc"), by_ipcns);
	return (ssize_t)n;
}
