/* SPDX-License-Identifier: ISC
 *
 * Finding what was captured: see lookup.h.
 */
#include "bundle/lookup.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/text.h"
#include "bundle/layers.h"
#include "bundle/names.h"
#include "json/json.h"

#define CONTAINERS "data/containers"
#define ID_LEN     64

/* Captures that fit what is asked for. */
struct found {
	struct ir_capture c; /* the first */
	size_t n;
	struct ir_buf list; /* all, for the message */
};

static bool
has(int dirfd, const char *dir, const char *file)
{
	struct ir_err err;
	uint64_t size;
	ir_auto_free char *path = ir_asprintf(&err, "%s/%s", dir, file);
	ir_auto_close int fd = -1;

	if (path != NULL)
		fd = ir_open_regular(dirfd, path, &size, &err);
	return fd != -1;
}

/* A whole file system, in one of its forms. */
static bool
has_tree(int dirfd, const char *dir, const char *form)
{
	return has(dirfd, dir, "filesystem.tar") || has(dirfd, dir, form);
}

static bool
has_only(int dirfd, const char *dir, const char *file)
{
	return has(dirfd, dir, file);
}

/* The newest of dir and dir/run-NNNN of which is() is true, with that file:
 * *best is a new string, or NULL. */
static int
newest(int dirfd, const char *dir,
    bool (*is)(int dirfd, const char *dir, const char *file), const char *file,
    char **best, struct ir_err *err)
{
	DIR *d = ir_open_dir(dirfd, dir, err);
	char run[] = "run-0000";
	struct dirent *e;

	*best = NULL;
	if (d == NULL)
		return -1;
	while ((e = readdir(d)) != NULL) {
		const char *n = e->d_name;

		if (!ir_bundle_run_dir(n) || strcmp(n, run) <= 0)
			continue;
		ir_auto_free char *path = ir_asprintf(err, "%s/%s", dir, n);
		if (path != NULL && is(dirfd, path, file))
			strcpy(run, n);
	}
	closedir(d);
	if (strcmp(run, "run-0000") != 0)
		*best = ir_asprintf(err, "%s/%s", dir, run);
	else if (is(dirfd, dir, file))
		*best = ir_asprintf(err, "%s", dir);
	else
		return 0;
	return *best != NULL ? 0 : -1;
}

/* The capture of a container that serves best: a whole file system beats a
 * later capture without one. */
static int
pick(int dirfd, const char *id, char **dir, struct ir_err *err)
{
	ir_auto_free char *base = ir_asprintf(err, CONTAINERS "/%s", id);

	if (base == NULL ||
	    newest(dirfd, base, has_tree, IR_LAYER_TAR, dir, err) == -1)
		return -1;
	if (*dir != NULL && has(dirfd, *dir, "inspect.json"))
		return 0;
	free(*dir);
	return newest(dirfd, base, has_only, "inspect.json", dir, err);
}

static int
image_of(int dirfd, struct ir_capture *c, struct ir_err *err)
{
	const char *image = ir_json_str(c->inspect, "Image");
	ir_auto_free char *base = NULL;

	if (ir_starts(image, "sha256:"))
		image += 7;
	if (!ir_is_hex(image, ID_LEN))
		return ir_fail(err, IR_EFORMAT,
		    "%s/inspect.json: Image is no image id", c->dir);
	if ((base = ir_asprintf(err, "data/images/%s", image)) == NULL)
		return -1;
	/* Not captured, or not whole: whoever wants a file of it will say. */
	if (newest(dirfd, base, has_tree, IR_LAYERS_JSON, &c->image, err) ==
		-1 ||
	    c->image == NULL)
		c->image = ir_asprintf(err, "%s", base);
	return c->image != NULL ? 0 : -1;
}

static int
load(int dirfd, const char *id, struct ir_capture *c, struct ir_err *err)
{
	ir_auto_free char *path = NULL, *text = NULL;
	size_t len;

	*c = (struct ir_capture){0};
	if (pick(dirfd, id, &c->dir, err) == -1)
		return -1;
	if (c->dir == NULL)
		return 0;
	if (!(c->id = ir_asprintf(err, "%s", id)) ||
	    !(path = ir_asprintf(err, "%s/inspect.json", c->dir)) ||
	    !(text = ir_read_beneath(dirfd, path, IR_MAX_JSON, &len, err)) ||
	    !(c->inspect = ir_json_parse(text, len, path, err)) ||
	    image_of(dirfd, c, err) == -1) {
		ir_capture_free(c);
		return -1;
	}
	return 0;
}

/* "/web" is called "web", here as in the engine's own listings. */
static bool
fits(const struct ir_capture *c, const char *name, bool *exact)
{
	const char *own = ir_json_str(c->inspect, "Name");

	own += *own == '/';
	*exact = name != NULL && (strcmp(own, name + (*name == '/')) == 0 ||
				     strcmp(c->id, name) == 0);
	return name == NULL || *exact ||
	       (*name != '\0' && ir_starts(c->id, name));
}

/* An exact name beats an id that begins like it. */
static void
consider(
    struct found *f, struct found *all, struct ir_capture *c, const char *name)
{
	const char *own = ir_json_str(c->inspect, "Name");
	bool exact;

	own += *own == '/';
	ir_buf_printf(
	    &all->list, "%s%s (%.12s)", all->n++ > 0 ? ", " : "", own, c->id);
	if (!fits(c, name, &exact)) {
		ir_capture_free(c);
		return;
	}
	f += exact;
	ir_buf_printf(
	    &f->list, "%s%s (%.12s)", f->n > 0 ? ", " : "", own, c->id);
	if (f->n++ == 0)
		f->c = *c;
	else
		ir_capture_free(c);
}

static int
search(int dirfd, const char *name, struct found *f, struct found *all,
    struct ir_err *err)
{
	DIR *d = ir_open_dir(dirfd, CONTAINERS, err);
	struct ir_capture c;
	struct dirent *e;
	int rc = 0;

	if (d == NULL)
		return err->code == IR_ENOENT ? 0 : -1;
	while (rc == 0 && (e = readdir(d)) != NULL) {
		if (!ir_is_hex(e->d_name, ID_LEN))
			continue;
		rc = load(dirfd, e->d_name, &c, err);
		if (rc == 0 && c.id != NULL)
			consider(f, all, &c, name);
	}
	closedir(d);
	return rc;
}

static int
choose(struct found f[2], const struct found *all, const char *name,
    struct ir_capture *c, struct ir_err *err)
{
	struct found *best = f[1].n > 0 ? &f[1] : &f[0];

	if (best->n == 1) {
		*c = best->c;
		best->c = (struct ir_capture){0};
		return 0;
	}
	if (all->n == 0)
		return ir_fail(err, IR_ENOENT,
		    "the bundle holds no capture of a container: take one "
		    "with ir-capture");
	if (best->n > 1)
		return ir_fail(err, IR_ENOENT,
		    "the bundle holds several containers%s%s: name one: %s",
		    name != NULL ? " that fit " : "", name != NULL ? name : "",
		    best->list.p);
	return ir_fail(err, IR_ENOENT,
	    "the bundle holds no capture of %s, but of %s", name, all->list.p);
}

int
ir_bundle_capture(
    int dirfd, const char *name, struct ir_capture *c, struct ir_err *err)
{
	struct found f[2] = {0}, all = {0};
	int rc = search(dirfd, name, f, &all, err);

	if (rc == 0)
		rc = choose(f, &all, name, c, err);
	for (size_t i = 0; i < 2; i++) {
		ir_capture_free(&f[i].c);
		ir_buf_free(&f[i].list);
	}
	ir_buf_free(&all.list);
	return rc;
}

void
ir_capture_free(struct ir_capture *c)
{
	free(c->id);
	free(c->dir);
	free(c->image);
	json_decref(c->inspect);
	*c = (struct ir_capture){0};
}
