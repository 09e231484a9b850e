/* SPDX-License-Identifier: ISC
 *
 * One process: see process.h.
 */
#include "host/process.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "host/inside.h"

/* 52 numbers and a name of at most 64 bytes. */
#define MAX_STAT 4096

/* fdinfo of a file: some lines; of an epoll or a BPF map, many, the ones that
 * matter first. */
#define MAX_FDINFO 1024

/* The name can hold anything, also parentheses. */
static void
copy_name(struct ir_host_self *s, const char *text, const char *end)
{
	const char *name = strchr(text, '(');
	size_t n = name != NULL && name < end ? (size_t)(end - name - 1) : 0;

	if (n >= sizeof(s->name))
		n = sizeof(s->name) - 1;
	if (n > 0)
		memcpy(s->name, name + 1, n);
	s->name[n] = '\0';
}

/* Field n of what follows the name, from the state, which is the third. */
static const char *
field(const char *p, int n)
{
	for (int i = 2; p != NULL && i < n; i++)
		p = strchr(p + 1, ' ');
	return p != NULL ? p + 1 : "0";
}

int
ir_host_self(int dir, struct ir_host_self *s)
{
	struct ir_err err;
	size_t len;
	ir_auto_free char *text =
	    ir_host_read(dir, "stat", MAX_STAT, &len, &err);
	const char *p = text != NULL ? strrchr(text, ')') : NULL;

	memset(s, 0, sizeof(*s));
	if (p == NULL || p[1] != ' ')
		return -1;
	copy_name(s, text, p);
	s->state = p[2];
	s->ppid = atoi(field(p, 4));
	s->pgrp = atoi(field(p, 5));
	s->session = atoi(field(p, 6));
	s->tty = atoi(field(p, 7));
	s->threads = atoll(field(p, 20));
	s->start = atoll(field(p, 22));
	s->arg_start = strtoull(field(p, 48), NULL, 10);
	s->arg_end = strtoull(field(p, 49), NULL, 10);
	s->env_start = strtoull(field(p, 50), NULL, 10);
	s->env_end = strtoull(field(p, 51), NULL, 10);
	return 0;
}

char *
ir_host_text(
    int dir, const char *name, size_t max, size_t *len, struct ir_err *err)
{
	return ir_host_read(dir, name, max, len, err);
}

/* The kernel has a page for such a text, and no link says more. */
char *
ir_host_link(int dir, const char *name, struct ir_err *err)
{
	char text[4096 + 1];
	ssize_t n = readlinkat(dir, name, text, sizeof(text) - 1);

	if (n == -1) {
		ir_fail_errno(err, "%s", name);
		return NULL;
	}
	text[n] = '\0';
	return ir_asprintf(err, "%s", text);
}

static FILE *
open_file(int dir, const char *name, struct ir_err *err)
{
	int fd = openat(dir, name, O_RDONLY | O_CLOEXEC);
	FILE *f = fd != -1 ? fdopen(fd, "r") : NULL;

	if (f == NULL) {
		ir_fail_errno(err, "%s", name);
		if (fd != -1)
			close(fd);
	}
	return f;
}

static int
parse_map(char *line, struct ir_host_map *m)
{
	int path = -1;

	line[strcspn(line, "\n")] = '\0';
	if (sscanf(line, "%" SCNx64 "-%" SCNx64 " %4s %" SCNx64 " %x:%x %llu%n",
		&m->from, &m->to, m->perms, &m->offset, &m->major, &m->minor,
		&m->inode, &path) < 7 ||
	    path == -1 || m->from >= m->to)
		return -1;
	m->path = line + path + strspn(line + path, " ");
	return 0;
}

ssize_t
ir_host_maps(int dir,
    int (*fn)(void *arg, const struct ir_host_map *m, struct ir_err *err),
    void *arg, struct ir_err *err)
{
	FILE *f = open_file(dir, "maps", err);
	ir_auto_free char *line = NULL;
	size_t size = 0;
	ssize_t n = 0;

	if (f == NULL)
		return -1;
	while (n != -1 && getline(&line, &size, f) > 0) {
		struct ir_host_map m;

		if (parse_map(line, &m) == 0)
			n = fn(arg, &m, err) == 0 ? n + 1 : -1;
	}
	if (n != -1 && ferror(f))
		n = ir_fail_errno(err, "maps");
	fclose(f);
	return n;
}

/* /proc/PID/pagemap has 64 bits for each; the last says that it is there. */
bool
ir_host_present(int dir, uint64_t from, uint64_t to)
{
	uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE), bits;
	ir_auto_close int fd = openat(dir, "pagemap", O_RDONLY | O_CLOEXEC);

	for (uint64_t at = from / page; fd != -1 && at * page < to; at++)
		if (pread(fd, &bits, sizeof(bits),
			(off_t)(at * sizeof(bits))) != sizeof(bits) ||
		    bits >> 63 == 0)
			return false;
	return fd != -1;
}

/* What follows a word in fdinfo. */
static const char *
info(const char *text, const char *word)
{
	const char *p = strstr(text, word);

	return p != NULL ? p + strlen(word) : "";
}

/* One that was closed by now is none. */
static int
look(int dir, const char *name, struct ir_host_fd *f, char **target)
{
	struct ir_err err;
	char path[300];
	size_t len;

	snprintf(path, sizeof(path), "fd/%s", name);
	if ((*target = ir_host_link(dir, path, &err)) == NULL)
		return -1;
	snprintf(path, sizeof(path), "fdinfo/%s", name);
	ir_auto_free char *text =
	    ir_host_read(dir, path, MAX_FDINFO, &len, &err);
	memset(f, 0, sizeof(*f));
	f->fd = atoi(name);
	f->target = *target;
	if (text == NULL)
		return 0;
	snprintf(f->flags, sizeof(f->flags), "%.*s",
	    (int)strspn(info(text, "flags:\t"), "01234567"),
	    info(text, "flags:\t"));
	f->pos = atoll(info(text, "pos:\t"));
	f->mount = atoll(info(text, "mnt_id:\t"));
	f->inode = strtoull(info(text, "ino:\t"), NULL, 10);
	return 0;
}

ssize_t
ir_host_fds(int dir,
    int (*fn)(void *arg, const struct ir_host_fd *f, struct ir_err *err),
    void *arg, struct ir_err *err)
{
	int fd = openat(dir, "fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = fd != -1 ? fdopendir(fd) : NULL;
	struct dirent *e;
	ssize_t n = 0;

	if (d == NULL) {
		ir_fail_errno(err, "fd");
		if (fd != -1)
			close(fd);
		return -1;
	}
	while (n != -1 && (e = readdir(d)) != NULL) {
		ir_auto_free char *target = NULL;
		struct ir_host_fd f;

		if (isdigit((unsigned char)e->d_name[0]) &&
		    look(dir, e->d_name, &f, &target) == 0)
			n = fn(arg, &f, err) == 0 ? n + 1 : -1;
	}
	closedir(d);
	return n;
}
