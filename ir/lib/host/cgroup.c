/* SPDX-License-Identifier: ISC
 *
 * A container's cgroups: see cgroup.h.
 */
#include "host/cgroup.h"

#include <dirent.h>
#include <errno.h>
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
		dir = ir_asprintf(err, IR_HOST_CGROUPS "%s", l->path);
		if (dir != NULL && is_cgroup(dir, true))
			return dir;
		free(dir);
		c = "unified";
	} else if (strncmp(c, named, strlen(named)) == 0) {
		c += strlen(named);
	}
	dir = ir_asprintf(err, IR_HOST_CGROUPS "/%s%s", c, l->path);
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

static int
walk(int parent, const char *name, int depth, ir_host_cgroup_fn *fn, void *arg,
    struct ir_err *err)
{
	int dir = openat(
	    parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	struct dirent *e;
	DIR *d;
	int rc;

	if (dir == -1)
		return errno == ENOENT ? 0 : ir_fail_errno(err, "%s", name);
	rc = depth < MAX_DEPTH ? fn(dir, arg, err)
			       : ir_fail(err, IR_EPROTO,
				     "cgroups nest deeper than %d", MAX_DEPTH);
	if ((d = fdopendir(dir)) == NULL) {
		close(dir);
		return ir_fail_errno(err, "%s", name);
	}
	while (rc == 0 && (e = readdir(d)) != NULL)
		if (e->d_type == DT_DIR && strcmp(e->d_name, ".") != 0 &&
		    strcmp(e->d_name, "..") != 0)
			rc = walk(dir, e->d_name, depth + 1, fn, arg, err);
	closedir(d);
	return rc;
}

int
ir_host_cgroup_walk(
    const char *dir, ir_host_cgroup_fn *fn, void *arg, struct ir_err *err)
{
	return walk(AT_FDCWD, dir, 0, fn, arg, err);
}

int
ir_host_cgroup_each(const struct ir_host *h, ir_host_cgroup_fn *fn, void *arg,
    struct ir_err *err)
{
	ir_auto_free char *text = strdup(h->cgroup);
	char *at = text;
	struct line l;
	int n = 0;

	while (next_line(&at, &l)) {
		ir_auto_free char *dir = dir_of(&l, h->id, err);

		if (dir != NULL && ir_host_cgroup_walk(dir, fn, arg, err) == -1)
			return -1;
		n += dir != NULL;
	}
	return n;
}
