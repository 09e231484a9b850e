/* SPDX-License-Identifier: ISC
 *
 * A container's cgroups: see cgroup.h.
 */
#include "host/cgroup.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/limits.h"
#include "host/inside.h"
#include "host/mounts.h"

/* Groups within groups; nested engines make some six. */
#define MAX_DEPTH 64

static bool
ends_with(const char *s, size_t len, const char *end)
{
	size_t n = strlen(end);

	return len >= n && memcmp(s + len - n, end, n) == 0;
}

static bool
is_own(const char *part, size_t len, const char *id)
{
	size_t n = strlen(id);

	if (ends_with(part, len, ".scope"))
		len -= strlen(".scope");
	if (!ends_with(part, len, id))
		return false;
	len -= n;
	return len == 0 ||
	       (part[len - 1] == '-' && !ends_with(part, len, "conmon-"));
}

size_t
ir_host_cgroup_part(const char *path, const char *id)
{
	const char *part = path;

	while (*part != '\0') {
		size_t len;

		part += *part == '/';
		len = strcspn(part, "/");
		if (is_own(part, len, id))
			return (size_t)(part - path) + len;
		part += len;
	}
	return 0;
}

/* A line of /proc/PID/cgroup. */
struct line {
	char *controllers; /* "cpu,cpuacct", "name=systemd", "" for v2 */
	char *path;
};

/* The next line at *at, taken apart in place; false at the end. */
static bool
next_line(char **at, struct line *l)
{
	char *line, *colon;

	while ((line = strsep(at, "\n")) != NULL) {
		if ((colon = strchr(line, ':')) == NULL)
			continue;
		l->controllers = colon + 1;
		if ((colon = strchr(l->controllers, ':')) == NULL)
			continue;
		*colon = '\0';
		l->path = colon + 1;
		return true;
	}
	return false;
}

bool
ir_host_cgroup_bears(const char *text, const char *id)
{
	ir_auto_free char *copy = strdup(text);
	char *at = copy;
	struct line l;

	while (next_line(&at, &l))
		if (ir_host_cgroup_part(l.path, id) > 0)
			return true;
	return false;
}

/* Whether word is one of those in the list, between commas. */
static bool
in_list(const char *list, const char *word)
{
	size_t n = strlen(word);

	for (const char *p = list; p != NULL; p = strchr(p, ',')) {
		p += *p == ',';
		if (strncmp(p, word, n) == 0 && (p[n] == ',' || p[n] == '\0'))
			return true;
	}
	return false;
}

/* Whether that hierarchy has the controller, "" being cgroup v2's. */
static bool
is_of(const char *controllers, const char *controller)
{
	return *controller == '\0' ? *controllers == '\0'
				   : in_list(controllers, controller);
}

/* A directory of cgroups, and not something else of that name. */
static bool
is_cgroup(const char *dir, bool v2)
{
	struct statfs fs;

	return statfs(dir, &fs) == 0 &&
	       fs.f_type == (v2 ? CGROUP2_SUPER_MAGIC : CGROUP_SUPER_MAGIC);
}

/* Where nearly everybody mounts them; reading all mounts takes long on a host
 * with many containers.  NULL if it is not there. */
static char *
usual_dir(const struct line *l, struct ir_err *err)
{
	static const char named[] = "name=";
	const char *c = l->controllers;
	char *dir;

	if (*c == '\0') {
		dir = ir_asprintf(err, "/sys/fs/cgroup%s", l->path);
		if (dir != NULL && is_cgroup(dir, true))
			return dir;
		free(dir);
		c = "unified";
	} else if (strncmp(c, named, strlen(named)) == 0) {
		c += strlen(named);
	}
	dir = ir_asprintf(err, "/sys/fs/cgroup/%s%s", c, l->path);
	if (dir != NULL && is_cgroup(dir, *l->controllers == '\0'))
		return dir;
	free(dir);
	return NULL;
}

static bool
is_mount_of(const struct ir_host_mount *m, const struct line *l)
{
	char first[64];

	if (*l->controllers == '\0')
		return strcmp(m->type, "cgroup2") == 0;
	snprintf(first, sizeof(first), "%.*s",
	    (int)strcspn(l->controllers, ","), l->controllers);
	return strcmp(m->type, "cgroup") == 0 && in_list(m->options, first);
}

/* Anywhere else.  Only a part of a hierarchy may be mounted here, and something
 * else may be mounted over it. */
static char *
mounted_dir(const struct line *l, struct ir_err *err)
{
	size_t len;
	ir_auto_free char *text = ir_host_read(
	    AT_FDCWD, "/proc/self/mountinfo", IR_MAX_MOUNTINFO, &len, err);
	struct ir_host_mount m;
	char *at = text, *line, *dir;

	while ((line = strsep(&at, "\n")) != NULL) {
		size_t n;

		if (ir_host_mount_parse(line, &m) == -1 || !is_mount_of(&m, l))
			continue;
		n = strcmp(m.root, "/") == 0 ? 0 : strlen(m.root);
		if (strncmp(l->path, m.root, n) != 0 || l->path[n] != '/')
			continue;
		dir = ir_asprintf(err, "%s%s", m.point, l->path + n);
		if (dir != NULL && is_cgroup(dir, *l->controllers == '\0'))
			return dir;
		free(dir);
	}
	return NULL;
}

/* The directory of the container's own group in the hierarchy of that line; its
 * path is cut there.  NULL if the line is not of the container, or the
 * hierarchy cannot be seen from here. */
static char *
dir_of(struct line *l, const char *id, struct ir_err *err)
{
	size_t n = ir_host_cgroup_part(l->path, id);
	char *dir;

	if (n == 0)
		return NULL;
	l->path[n] = '\0';
	dir = usual_dir(l, err);
	return dir != NULL ? dir : mounted_dir(l, err);
}

char *
ir_host_cgroup_dir(
    const struct ir_host *h, const char *controller, struct ir_err *err)
{
	ir_auto_free char *text = strdup(h->cgroup);
	char *at = text, *dir = NULL;
	struct line l;

	while (dir == NULL && next_line(&at, &l))
		if (is_of(l.controllers, controller))
			dir = dir_of(&l, h->id, err);
	if (dir == NULL)
		ir_fail(err, IR_ENOENT,
		    "container %.12s has no cgroup of its own %s%s here", h->id,
		    *controller != '\0' ? "for " : "in cgroup v2", controller);
	return dir;
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

static int gather(int parent, const char *name, int depth, struct pids *v,
    struct ir_err *err);

static int
gather_below(int dir, int depth, struct pids *v, struct ir_err *err)
{
	int again = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = again != -1 ? fdopendir(again) : NULL;
	struct dirent *e;
	int rc = 0;

	if (d == NULL) {
		if (again != -1)
			close(again);
		return 0;
	}
	while (rc == 0 && (e = readdir(d)) != NULL)
		if (e->d_type == DT_DIR && strcmp(e->d_name, ".") != 0 &&
		    strcmp(e->d_name, "..") != 0)
			rc = gather(dir, e->d_name, depth + 1, v, err);
	closedir(d);
	return rc;
}

/* One that is gone by now had nobody in it. */
static int
gather(
    int parent, const char *name, int depth, struct pids *v, struct ir_err *err)
{
	ir_auto_close int dir = openat(
	    parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	ir_auto_free char *text = dir != -1 ? read_group(dir) : NULL;

	if (text == NULL)
		return 0;
	if (depth > MAX_DEPTH)
		return ir_fail(err, IR_EFORMAT,
		    "the container's cgroups are nested deeper than %d",
		    MAX_DEPTH);
	for (char *p = text, *end;; p = end) {
		long pid = strtol(p, &end, 10);

		if (end == p)
			break;
		/* 0 is one that this PID namespace does not have. */
		if (pid > 0 && add_pid(v, (pid_t)pid, err) == -1)
			return -1;
	}
	return gather_below(dir, depth, v, err);
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

/* Where no cgroup is mounted: everybody is asked. */
static int
scan(const struct ir_host *h, struct pids *v, struct ir_err *err)
{
	DIR *d = opendir("/proc");
	struct dirent *e;
	int rc = 0;

	if (d == NULL)
		return ir_fail_errno(err, "/proc");
	while (rc == 0 && (e = readdir(d)) != NULL) {
		long pid = strtol(e->d_name, NULL, 10);
		struct ir_err gone;
		char path[280];
		size_t len;

		if (pid <= 0)
			continue;
		snprintf(path, sizeof(path), "%s/cgroup", e->d_name);
		ir_auto_free char *text =
		    ir_host_read(dirfd(d), path, IR_MAX_CGROUP, &len, &gone);
		if (text != NULL && ir_host_cgroup_bears(text, h->id))
			rc = add_pid(v, (pid_t)pid, err);
	}
	closedir(d);
	return rc;
}

/* Of all hierarchies: whoever was moved out of one may be in others. */
ssize_t
ir_host_cgroup_pids(const struct ir_host *h, pid_t **pids, struct ir_err *err)
{
	ir_auto_free char *text = strdup(h->cgroup);
	struct pids v = {NULL, 0, 0};
	char *at = text;
	struct line l;
	bool any = false;
	int rc = 0;

	*pids = NULL;
	while (rc == 0 && next_line(&at, &l)) {
		ir_auto_free char *dir = dir_of(&l, h->id, err);

		any |= dir != NULL;
		if (dir != NULL)
			rc = gather(AT_FDCWD, dir, 0, &v, err);
	}
	if (rc == 0 && !any)
		rc = scan(h, &v, err);
	if (rc == -1) {
		free(v.p);
		return -1;
	}
	*pids = v.p;
	return (ssize_t)unique(&v);
}
