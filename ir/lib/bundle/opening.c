/* SPDX-License-Identifier: ISC
 *
 * Names and directories of files that are begun: see opening.h.
 */
#include "bundle/opening.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "bundle/torn.h"

/* Whether e is name, or its part, in another case. */
static bool
folds(const char *e, const char *name)
{
	size_t n = strlen(name);

	return strncasecmp(e, name, n) == 0 && strncmp(e, name, n) != 0 &&
	       (e[n] == '\0' || strcmp(e + n, IR_PART) == 0);
}

/* On some file systems two names that differ in case are one, so a bundle
 * never holds both. */
static int
refuse_clash(int dirfd, const char *dir, const char *name, struct ir_err *err)
{
	DIR *d = ir_open_dir(dirfd, dir, err);
	struct dirent *e;
	bool clash = false;

	if (d == NULL)
		return -1;
	while (!clash && (e = readdir(d)) != NULL)
		clash = folds(e->d_name, name);
	closedir(d);
	if (clash)
		return ir_fail(err, IR_EEXIST,
		    "%s: holds the name %s in another case", dir, name);
	return 0;
}

/* Makes the directories of path, checking each part of it. */
static int
prepare(int dirfd, char *path, struct ir_err *err)
{
	char *slash = path;
	int rc = 0;

	while (rc == 0 && (slash = strchr(slash, '/')) != NULL) {
		char *name = slash + 1, *next = strchr(name, '/');

		*slash = '\0';
		if (next != NULL)
			*next = '\0';
		rc = ir_make_dirs(dirfd, path, err);
		if (rc == 0)
			rc = refuse_clash(dirfd, path, name, err);
		if (next != NULL)
			*next = '/';
		*slash++ = '/';
	}
	return rc;
}

/* The name until it is whole.  What this run, or one that was cut off, has of
 * the file already is evidence, and keeps its name. */
static int
name_part(struct ir_bundle_sink *b, struct ir_opening *o, struct ir_err *err)
{
	unsigned run = ir_journal_number(b->journal);
	const json_t *takes = json_object_get(b->cut, o->path);

	if (takes != NULL) {
		if (json_is_false(takes))
			return ir_fail(
			    err, IR_EEXIST, "%s: was cut short twice", o->path);
		o->again = true;
		o->part = ir_torn_name(o->path, run, 2, err);
		return o->part != NULL ? 0 : -1;
	}
	o->part = ir_asprintf(err, "%s" IR_PART, o->path);
	if (o->part == NULL)
		return -1;
	if (b->kept == NULL || !ir_exists(b->dirfd, o->part))
		return 0;
	free(o->part);
	o->again = true;
	o->part = ir_torn_name(o->path, run, 1, err);
	return o->part == NULL
		   ? -1
		   : ir_torn_say(b->dirfd, b->journal, o->path, err);
}

int
ir_opening_start(struct ir_bundle_sink *b, const char *path,
    struct ir_opening *o, struct ir_err *err)
{
	int rc;

	o->path = ir_asprintf(err, "data/%s", path);
	if (o->path == NULL || prepare(b->dirfd, o->path, err) == -1)
		return -1;
	pthread_mutex_lock(&b->lock);
	rc = name_part(b, o, err);
	pthread_mutex_unlock(&b->lock);
	if (rc == -1)
		return -1;
	o->fd = ir_open_beneath(
	    b->dirfd, o->part, O_WRONLY | O_CREAT | O_EXCL | O_APPEND, err);
	if (o->fd == -1)
		return -1;
	/* Only now: whoever had the part has given it its name, or never
	 * will. */
	if (ir_exists(b->dirfd, o->path)) {
		unlinkat(b->dirfd, o->part, 0);
		return ir_fail(err, IR_EEXIST, "%s: exists", o->path);
	}
	return 0;
}

void
ir_opening_end(struct ir_opening *o)
{
	if (o->fd != -1)
		close(o->fd);
	free(o->path);
	free(o->part);
}
