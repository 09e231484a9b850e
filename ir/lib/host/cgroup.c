/* SPDX-License-Identifier: ISC
 *
 * A container's cgroups: see cgroup.h.
 */
#include "host/cgroup.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
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

/* Where the hierarchy is mounted, and what of it. */
static char *
find_mount(char *mountinfo, const char *controller, char **root)
{
	struct ir_host_mount m;
	char *at = mountinfo, *line;

	while ((line = strsep(&at, "\n")) != NULL) {
		if (ir_host_mount_parse(line, &m) == -1)
			continue;
		if (*controller == '\0' ? strcmp(m.type, "cgroup2") == 0
					: strcmp(m.type, "cgroup") == 0 &&
					      in_list(m.options, controller)) {
			*root = m.root;
			return m.point;
		}
	}
	return NULL;
}

/* The path of the container's own group in that hierarchy, or NULL. */
static char *
own_path(char *cgroup, const char *controller, const char *id)
{
	struct line l;
	char *at = cgroup;

	while (next_line(&at, &l)) {
		size_t n = ir_host_cgroup_part(l.path, id);

		if (n == 0)
			continue;
		if (*controller == '\0' ? *l.controllers == '\0'
					: in_list(l.controllers, controller)) {
			l.path[n] = '\0';
			return l.path;
		}
	}
	return NULL;
}

char *
ir_host_cgroup_dir(
    const struct ir_host *h, const char *controller, struct ir_err *err)
{
	ir_auto_free char *cgroup = strdup(h->cgroup);
	char *path, *point, *root;
	size_t len, n;

	ir_auto_free char *mounts = ir_host_read(
	    AT_FDCWD, "/proc/self/mountinfo", IR_MAX_MOUNTINFO, &len, err);
	if (cgroup == NULL || mounts == NULL)
		return NULL;
	path = own_path(cgroup, controller, h->id);
	point = find_mount(mounts, controller, &root);
	if (path == NULL || point == NULL) {
		ir_fail(err, IR_ENOENT,
		    "container %.12s has no cgroup of its own %s%s", h->id,
		    *controller != '\0' ? "for " : "in cgroup v2", controller);
		return NULL;
	}
	/* Only a part of the hierarchy may be mounted here. */
	n = strcmp(root, "/") == 0 ? 0 : strlen(root);
	if (strncmp(path, root, n) != 0 || path[n] != '/') {
		ir_fail(err, IR_ENOENT,
		    "the cgroup of container %.12s is outside of what is "
		    "mounted at %s",
		    h->id, point);
		return NULL;
	}
	return ir_asprintf(err, "%s%s", point, path + n);
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

ssize_t
ir_host_cgroup_pids(const struct ir_host *h, pid_t **pids, struct ir_err *err)
{
	static const char *const known[] = {
	    "", "freezer", "pids", "memory", "devices", "cpu", "name=systemd"};
	struct pids v = {NULL, 0, 0};
	bool any = false;

	*pids = NULL;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		ir_auto_free char *dir = ir_host_cgroup_dir(h, known[i], err);

		if (dir == NULL)
			continue;
		any = true;
		if (gather(AT_FDCWD, dir, 0, &v, err) == -1) {
			free(v.p);
			return -1;
		}
	}
	if (!any)
		return ir_fail(err, IR_ENOENT,
		    "no cgroup of container %.12s is mounted here", h->id);
	*pids = v.p;
	return (ssize_t)unique(&v);
}
