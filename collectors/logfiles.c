/* SPDX-License-Identifier: ISC
 *
 * The files of a log: see logfiles.h.
 */
#include "collectors/logfiles.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/text.h"
#include "base/time.h"

/* Longer than any line: Docker cuts text at 16 KiB, of which JSON can make six
 * times as much. */
#define WINDOW (256u << 10)

/* Where halving ends, and going from line to line begins. */
#define NEAR (16u << 10)

/* Rotating takes milliseconds, and happens every few seconds at most. */
#define TRIES 10

/* --- Opening. */

void
ir_logfiles_free(struct ir_logfiles *f)
{
	for (size_t i = 0; i < f->n; i++)
		close(f->v[i].fd);
	free(f->v);
	*f = (struct ir_logfiles){NULL, 0};
}

/* Whether name is that of a rotated file: base, a dot and a number, perhaps
 * ".gz". */
static bool
is_rotated(const char *name, const char *base, struct ir_logfile *l)
{
	const char *p = ir_text_after(name, base);
	char *end;
	unsigned long n;

	if (p == NULL || p[0] != '.' || p[1] < '1' || p[1] > '9')
		return false;
	n = strtoul(p + 1, &end, 10);
	if (n > IR_LOGFILES || (*end != '\0' && strcmp(end, ".gz") != 0))
		return false;
	l->age = (unsigned)n;
	l->gz = *end != '\0';
	return true;
}

static int
add(int dirfd, const char *name, struct ir_logfile l, struct ir_logfiles *f,
    struct ir_err *err)
{
	struct ir_logfile *more;
	struct stat st;

	if ((l.fd = ir_open_regular(dirfd, name, &l.size, err)) == -1)
		return -1;
	if (fstat(l.fd, &st) == -1 ||
	    (more = realloc(f->v, (f->n + 1) * sizeof(*more))) == NULL) {
		close(l.fd);
		return ir_fail_mem(err);
	}
	snprintf(l.name, sizeof(l.name), "%s", name);
	l.mtime = st.st_mtime;
	l.ino = st.st_ino;
	f->v = more;
	f->v[f->n++] = l;
	return 0;
}

/* By age; of two of one age the one that is being compressed before the other,
 * which is not whole. */
static int
by_age(const void *a, const void *b)
{
	const struct ir_logfile *x = a, *y = b;

	if (x->age != y->age)
		return x->age < y->age ? -1 : 1;
	return (int)x->gz - (int)y->gz;
}

static void
sort(struct ir_logfiles *f)
{
	size_t n = 0;

	if (f->n > 1)
		qsort(f->v, f->n, sizeof(f->v[0]), by_age);
	for (size_t i = 0; i < f->n; i++) {
		if (n > 0 && f->v[i].age == f->v[n - 1].age)
			close(f->v[i].fd);
		else
			f->v[n++] = f->v[i];
	}
	f->n = n;
}

static int
open_once(
    int dirfd, const char *base, struct ir_logfiles *f, struct ir_err *err)
{
	struct ir_logfile current = {.age = 0}, l;
	struct dirent *e;
	DIR *d;
	int rc = 0;

	if (add(dirfd, base, current, f, err) == -1)
		return -1;
	if ((d = ir_open_dir(dirfd, ".", err)) == NULL)
		return -1;
	while (rc == 0 && (e = readdir(d)) != NULL) {
		memset(&l, 0, sizeof(l));
		if (is_rotated(e->d_name, base, &l))
			rc = add(dirfd, e->d_name, l, f, err);
	}
	closedir(d);
	return rc;
}

/* Whether all of them have the names still by which they were opened. */
static bool
is_steady(int dirfd, const struct ir_logfiles *f)
{
	bool steady = true;

	for (size_t i = 0; steady && i < f->n; i++)
		steady = !ir_logfile_rotated(dirfd, &f->v[i]);
	return steady;
}

int
ir_logfiles_open(
    int dirfd, const char *id, struct ir_logfiles *f, struct ir_err *err)
{
	ir_auto_free char *base = ir_asprintf(err, "%s-json.log", id);
	int rc = -1;

	*f = (struct ir_logfiles){NULL, 0};
	if (base == NULL)
		return -1;
	for (int i = 0; i < TRIES; i++) {
		ir_logfiles_free(f);
		rc = open_once(dirfd, base, f, err);
		if (rc == 0 && is_steady(dirfd, f)) {
			sort(f);
			return 0;
		}
		if (rc == -1 && err->code != IR_ENOENT)
			return -1;
		usleep(20000);
	}
	if (rc == -1 && f->n == 0)
		return 0;
	return ir_fail(
	    err, IR_EIO, "%s is rotated faster than it can be opened", base);
}

bool
ir_logfile_rotated(int dirfd, const struct ir_logfile *l)
{
	struct stat st;

	return fstatat(dirfd, l->name, &st, AT_SYMLINK_NOFOLLOW) == -1 ||
	       st.st_ino != l->ino;
}

/* --- Choosing. */

struct line {
	uint64_t at, next;
	int64_t time;
	bool timed;
};

/* The time in a line that ends before end; it is its last field. */
static bool
take_time(const char *line, const char *end, int64_t *time)
{
	static const char field[] = "\"time\":\"";
	char text[40];
	const char *p = end - line > 64 ? end - 64 : line, *q;
	size_t n;

	p = memmem(p, (size_t)(end - p), field, sizeof(field) - 1);
	if (p == NULL)
		return false;
	p += sizeof(field) - 1;
	q = memchr(p, '"', (size_t)(end - p));
	if (q == NULL || (n = (size_t)(q - p)) >= sizeof(text))
		return false;
	memcpy(text, p, n);
	text[n] = '\0';
	return ir_time_parse(text, time) == 0;
}

/* The first line that begins at from or later: 1, or 0 if none is whole within
 * the window. */
static int
line_at(int fd, uint64_t from, char *window, struct line *l, struct ir_err *err)
{
	uint64_t first = from > 0 ? from - 1 : 0;
	ssize_t n = pread(fd, window, WINDOW, (off_t)first);
	char *p = window, *end;

	if (n == -1)
		return ir_fail_errno(err, "reading the log");
	if (from > 0) {
		p = memchr(window, '\n', (size_t)n);
		if (p == NULL)
			return 0;
		p++;
	}
	end = memchr(p, '\n', (size_t)(window + n - p));
	if (end == NULL)
		return 0;
	l->at = first + (uint64_t)(p - window);
	l->next = first + (uint64_t)(end + 1 - window);
	l->timed = take_time(p, end, &l->time);
	return 1;
}

/* Whether the line at from, or the first one after it, is older. */
static int
is_older(int fd, uint64_t from, int64_t since, char *window, struct line *l,
    struct ir_err *err)
{
	int rc = line_at(fd, from, window, l, err);

	return rc == 1 ? l->timed && l->time < since : rc;
}

/* Where the first line of that time or later begins. */
static int
find_since(
    struct ir_logfile *file, int64_t since, char *window, struct ir_err *err)
{
	uint64_t low = 0, high = file->size;
	struct line l;
	int rc;

	while (high - low > NEAR) {
		uint64_t middle = low + (high - low) / 2;

		rc = is_older(file->fd, middle, since, window, &l, err);
		if (rc == -1)
			return -1;
		if (rc == 1)
			low = middle;
		else
			high = middle;
	}
	while ((rc = is_older(file->fd, low, since, window, &l, err)) == 1)
		low = l.next;
	if (rc == 0 && low > 0 && line_at(file->fd, low, window, &l, err) == 1)
		low = l.at;
	file->from = low;
	file->skip = low >= file->size;
	return rc;
}

int
ir_logfiles_since(struct ir_logfiles *f, int64_t since, struct ir_err *err)
{
	ir_auto_free char *window = malloc(WINDOW);

	if (window == NULL)
		return ir_fail_mem(err);
	for (size_t i = 0; i < f->n; i++) {
		struct ir_logfile *l = &f->v[i];

		l->skip = l->mtime < since;
		if (!l->skip && !l->gz &&
		    find_since(l, since, window, err) == -1)
			return -1;
	}
	return 0;
}

int
ir_logfiles_tail(struct ir_logfiles *f, uint64_t bytes, struct ir_err *err)
{
	ir_auto_free char *window = malloc(WINDOW);
	struct line line;
	int rc;

	if (window == NULL)
		return ir_fail_mem(err);
	for (size_t i = 0; i < f->n; i++) {
		struct ir_logfile *l = &f->v[i];
		uint64_t size = l->size - l->from;

		if (l->skip)
			continue;
		l->skip = bytes == 0;
		if (!l->skip && !l->gz && size > bytes) {
			rc =
			    line_at(l->fd, l->size - bytes, window, &line, err);
			if (rc == -1)
				return -1;
			l->from = rc == 1 ? line.at : l->size - bytes;
		}
		bytes -= size < bytes ? size : bytes;
	}
	return 0;
}
