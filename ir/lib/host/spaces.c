/* SPDX-License-Identifier: ISC
 *
 * Network namespaces that a link can lead to: see spaces.h.
 */
#include "host/spaces.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <linux/nsfs.h>
#include <linux/openat2.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/limits.h"
#include "host/inside.h"
#include "host/mounts.h"
#include "host/stat.h"

/* Who started it, and who started that one; processes nest some ten deep. */
#define MAX_ANCESTORS 64

enum stage {
	OWN,
	ANCESTORS,
	MOUNTS,
	PROCESSES,
	END
};

struct ir_host_spaces {
	const struct ir_host *h;
	enum stage next; /* what was not looked at yet */
	struct ir_host_space *v;
	size_t n, cap;
};

struct ir_host_spaces *
ir_host_spaces_new(const struct ir_host *h, struct ir_err *err)
{
	struct ir_host_spaces *s = calloc(1, sizeof(*s));

	if (s == NULL) {
		ir_fail_mem(err);
		return NULL;
	}
	s->h = h;
	return s;
}

void
ir_host_spaces_free(struct ir_host_spaces *s)
{
	if (s == NULL)
		return;
	for (size_t i = 0; i < s->n; i++) {
		ir_host_nl_close(&s->v[i].nl);
		close(s->v[i].fd);
	}
	free(s->v);
	free(s);
}

static bool
has(const struct ir_host_spaces *s, uint64_t inode)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->v[i].inode == inode)
			return true;
	return false;
}

/* Takes fd, also where that namespace is there already. */
static void
add(struct ir_host_spaces *s, int fd, bool engines)
{
	struct stat st;

	if (fd == -1)
		return;
	if (fstat(fd, &st) == -1 || has(s, st.st_ino)) {
		close(fd);
		return;
	}
	if (s->n == s->cap) {
		size_t cap = s->cap == 0 ? 8 : s->cap * 2;
		struct ir_host_space *v = realloc(s->v, cap * sizeof(*v));

		if (v == NULL) {
			close(fd);
			return;
		}
		s->v = v;
		s->cap = cap;
	}
	s->v[s->n++] = (struct ir_host_space){
	    .fd = fd, .inode = st.st_ino, .engines = engines, .nl = {.fd = -1}};
}

static void
add_own(struct ir_host_spaces *s)
{
	struct ir_err err;

	add(s, ir_host_own_netns(&err), true);
}

/* Calls fn for /proc/PID of each ancestor, and of the program itself. */
static void
each_ancestor(
    struct ir_host_spaces *s, void (*fn)(struct ir_host_spaces *, int proc))
{
	int proc = ir_host_parent(s->h->proc), next;

	for (int i = 0; i < MAX_ANCESTORS && proc != -1; i++) {
		fn(s, proc);
		next = ir_host_parent(proc);
		close(proc);
		proc = next;
	}
	if (proc != -1)
		close(proc);
	ir_auto_close int self =
	    open("/proc/self", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (self != -1)
		fn(s, self);
}

static void
add_engines(struct ir_host_spaces *s, int proc)
{
	add(s, openat(proc, "ns/net", O_RDONLY | O_CLOEXEC), true);
}

/* Before Linux 5.6 there is no openat2(): it makes no difference to what comes
 * out, which is checked. */
static int
open_in_root(int root, const char *path)
{
	struct open_how how = {
	    .flags = O_PATH | O_CLOEXEC, .resolve = RESOLVE_IN_ROOT};
	int fd = (int)syscall(SYS_openat2, root, path, &how, sizeof(how));

	if (fd == -1 && errno == ENOSYS && *path == '/')
		fd = openat(root, path + 1, O_PATH | O_CLOEXEC);
	return fd;
}

/* A mount of a namespace, opened only if it is one, without waking up whatever
 * else may stand there. */
static int
open_nsfs(int root, const char *path, struct stat *st)
{
	char self[64];
	struct statfs fs;
	ir_auto_close int fd = open_in_root(root, path);

	if (fd == -1 || fstatfs(fd, &fs) == -1 || fs.f_type != NSFS_MAGIC ||
	    fstat(fd, st) == -1)
		return -1;
	snprintf(self, sizeof(self), "/proc/self/fd/%d", fd);
	return open(self, O_RDONLY | O_CLOEXEC);
}

/* That of a line of mountinfo, of whoever's root that is. */
static int
open_mounted(int root, const struct ir_host_mount *m)
{
	char want[64];
	struct stat st;
	int fd = open_nsfs(root, m->point, &st);

	if (fd == -1)
		return -1;
	snprintf(
	    want, sizeof(want), "net:[%llu]", (unsigned long long)st.st_ino);
	if (strcmp(m->root, want) == 0)
		return fd;
	close(fd);
	return -1;
}

int
ir_host_spaces_given(const struct ir_host *h, const char *key)
{
	ir_auto_close int tender = ir_host_parent(h->proc);
	ir_auto_close int root =
	    tender == -1
		? -1
		: openat(tender, "root", O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct stat st;
	int fd = root == -1 ? -1 : open_nsfs(root, key, &st);

	if (fd == -1 || ioctl(fd, NS_GET_NSTYPE) == CLONE_NEWNET)
		return fd;
	close(fd);
	return -1;
}

static void
add_mounted(struct ir_host_spaces *s, int proc)
{
	ir_auto_close int root =
	    openat(proc, "root", O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct ir_err err;
	size_t len;
	ir_auto_free char *text =
	    ir_host_read(proc, "mountinfo", IR_MAX_MOUNTINFO, &len, &err);
	struct ir_host_mount m;
	char *at = text, *line;

	if (root == -1)
		return;
	while ((line = strsep(&at, "\n")) != NULL)
		if (ir_host_mount_parse(line, &m) == 0 &&
		    strcmp(m.type, "nsfs") == 0 &&
		    strncmp(m.root, "net:[", 5) == 0)
			add(s, open_mounted(root, &m), false);
}

static void
add_everybodys(struct ir_host_spaces *s)
{
	DIR *d = opendir("/proc");
	struct dirent *e;
	char path[280];
	struct stat st;

	if (d == NULL)
		return;
	while ((e = readdir(d)) != NULL) {
		if (!isdigit((unsigned char)*e->d_name))
			continue;
		snprintf(path, sizeof(path), "%s/ns/net", e->d_name);
		if (fstatat(dirfd(d), path, &st, 0) == 0 && !has(s, st.st_ino))
			add(s, openat(dirfd(d), path, O_RDONLY | O_CLOEXEC),
			    false);
	}
	closedir(d);
}

static void
look(struct ir_host_spaces *s)
{
	switch (s->next++) {
	case OWN:
		add_own(s);
		break;
	case ANCESTORS:
		each_ancestor(s, add_engines);
		break;
	case MOUNTS:
		each_ancestor(s, add_mounted);
		break;
	case PROCESSES:
		add_everybodys(s);
		break;
	case END:
		break;
	}
}

struct ir_host_space *
ir_host_spaces_at(struct ir_host_spaces *s, size_t i)
{
	while (i >= s->n && s->next < END)
		look(s);
	return i < s->n ? &s->v[i] : NULL;
}

size_t
ir_host_spaces_known(const struct ir_host_spaces *s)
{
	return s->n;
}

bool
ir_host_spaces_engines(struct ir_host_spaces *s, int netns)
{
	while (s->next <= ANCESTORS)
		look(s);
	for (size_t i = 0; i < s->n; i++)
		if (s->v[i].engines && ir_host_same(s->v[i].fd, netns))
			return true;
	return false;
}

struct ir_host_nl *
ir_host_space_nl(struct ir_host_space *space, struct ir_err *err)
{
	if (space->nl.fd == -1 &&
	    ir_host_nl_open(&space->nl, space->fd, NETLINK_ROUTE, err) == -1)
		return NULL;
	return &space->nl;
}
