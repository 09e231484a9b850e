/* SPDX-License-Identifier: ISC
 *
 * The network namespaces of a container's processes: see members.h.
 */
#include "host/members.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
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
#include "host/own.h"

static bool
has(const struct ir_host_members *m, uint64_t inode)
{
	for (size_t i = 0; i < m->n; i++)
		if (m->v[i].inode == inode)
			return true;
	return false;
}

/* Takes fd. */
static int
add(struct ir_host_members *m, int fd, struct ir_err *err)
{
	struct ir_host_space *v;
	struct stat st;

	if (fd == -1 || fstat(fd, &st) == -1)
		return ir_fail_errno(err, "a network namespace");
	v = realloc(m->v, (m->n + 1) * sizeof(*v));
	if (v == NULL) {
		close(fd);
		return ir_fail_mem(err);
	}
	m->v = v;
	m->v[m->n++] = (struct ir_host_space){
	    .fd = fd, .inode = st.st_ino, .nl = {.fd = -1}};
	return 0;
}

static void
set_astray(struct ir_host_members *m, const struct ir_host *h, pid_t pid,
    const char *where)
{
	if (!m->astray)
		ir_fail(&m->stray, IR_EPROTO,
		    "process %d of container %.12s is in %s, which is not the "
		    "container's to cut off: pause it",
		    pid, h->id, where);
	m->astray = true;
}

/* Whether a process that is not the container's is in that namespace. */
static bool
has_others(const struct ir_host *h, uint64_t inode)
{
	DIR *d = opendir("/proc");
	struct dirent *e;
	bool found = d == NULL;

	while (!found && (e = readdir(d)) != NULL) {
		struct stat st;

		if (!isdigit((unsigned char)*e->d_name))
			continue;
		ir_auto_close int proc = openat(
		    dirfd(d), e->d_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		found = proc != -1 && fstatat(proc, "ns/net", &st, 0) == 0 &&
			st.st_ino == inode &&
			(!ir_host_owns(h, proc) || ir_host_is_guest(h, proc));
	}
	if (d != NULL)
		closedir(d);
	return found;
}

/* One that is gone by now is in none. */
static int
add_process(struct ir_host_members *m, struct ir_host *h,
    struct ir_host_spaces *spaces, pid_t pid, struct ir_err *err)
{
	char path[32];
	struct stat st;

	snprintf(path, sizeof(path), "/proc/%d", pid);
	ir_auto_close int proc = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (proc == -1 || fstatat(proc, "ns/net", &st, 0) == -1 ||
	    has(m, st.st_ino) || !ir_host_owns(h, proc))
		return 0;
	int fd = openat(proc, "ns/net", O_RDONLY | O_CLOEXEC);
	if (fd == -1) {
		if (errno != ENOENT && errno != ESRCH)
			set_astray(m, h, pid, "a network that cannot be seen");
		return 0;
	}
	if (ir_host_spaces_engines(spaces, fd))
		set_astray(m, h, pid, "the host's own network");
	else if (has_others(h, st.st_ino))
		set_astray(m, h, pid, "another container's network");
	else
		return add(m, fd, err);
	close(fd);
	return 0;
}

int
ir_host_members(struct ir_host *h, struct ir_host_spaces *spaces,
    struct ir_host_members *m, struct ir_err *err)
{
	int own = h->sandbox != -1 ? h->sandbox : h->netns;
	ssize_t n;

	memset(m, 0, sizeof(*m));
	if (add(m, fcntl(own, F_DUPFD_CLOEXEC, 0), err) == -1 ||
	    (n = ir_host_own_pids(h, &m->pids, err)) == -1)
		return -1;
	m->npids = (size_t)n;
	for (size_t i = 0; i < m->npids; i++)
		if (add_process(m, h, spaces, m->pids[i], err) == -1)
			return -1;
	return 0;
}

void
ir_host_members_free(struct ir_host_members *m)
{
	for (size_t i = 0; i < m->n; i++) {
		ir_host_nl_close(&m->v[i].nl);
		close(m->v[i].fd);
	}
	free(m->v);
	free(m->pids);
}

/* "iff:\ttun0" stands in what the kernel says of an open tun device; that is
 * read, and nothing is opened. */
static bool
is_held(int dir, const char *fd, const char *name)
{
	struct ir_err err;
	char want[32];
	size_t len;
	ir_auto_free char *text = ir_host_read(dir, fd, 4096, &len, &err);

	snprintf(want, sizeof(want), "\niff:\t%s\n", name);
	return text != NULL && strstr(text, want) != NULL;
}

static bool
holds(pid_t pid, const char *name, unsigned int *budget)
{
	char path[48];
	struct dirent *e;
	bool found = false;
	DIR *d;

	snprintf(path, sizeof(path), "/proc/%d/fdinfo", pid);
	if ((d = opendir(path)) == NULL)
		return false;
	while (!found && *budget > 0 && (e = readdir(d)) != NULL)
		if (isdigit((unsigned char)*e->d_name)) {
			(*budget)--;
			found = is_held(dirfd(d), e->d_name, name);
		}
	closedir(d);
	return found;
}

bool
ir_host_members_hold(const struct ir_host_members *m, const char *name)
{
	unsigned int budget = IR_MAX_FDINFO;

	for (size_t i = 0; i < m->npids && budget > 0; i++)
		if (holds(m->pids[i], name, &budget))
			return true;
	return false;
}
