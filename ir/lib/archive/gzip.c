/* SPDX-License-Identifier: ISC
 *
 * What gzip compressed: see gzip.h.
 */
#include "archive/gzip.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define CHUNK (64u << 10)

struct gzip {
	struct ir_source source;
	struct archive *a;
	struct ir_source *below;
	char *name;
	struct ir_err failed; /* in fill(): code is IR_OK if it did not */
	char chunk[CHUNK];
};

static la_ssize_t
fill(struct archive *a, void *arg, const void **p)
{
	struct gzip *g = arg;
	ssize_t n = g->below->read(g->below, g->chunk, CHUNK, &g->failed);

	*p = g->chunk;
	if (n >= 0)
		return n;
	archive_set_error(a, EIO, "%s", "cannot read");
	return ARCHIVE_FATAL;
}

static int
refused(const struct gzip *g, struct ir_err *err)
{
	const char *why = archive_error_string(g->a);

	if (g->failed.code == IR_OK)
		return ir_fail(err, IR_EFORMAT, "%s: %s", g->name,
		    why != NULL ? why : "not what gzip makes");
	*err = g->failed;
	return -1;
}

static ssize_t
gzip_read(struct ir_source *s, void *p, size_t n, struct ir_err *err)
{
	struct gzip *g = (struct gzip *)s;
	la_ssize_t got = archive_read_data(g->a, p, n);

	return got >= 0 ? got : refused(g, err);
}

static void
gzip_close(struct ir_source *s)
{
	struct gzip *g = (struct gzip *)s;

	archive_read_free(g->a);
	g->below->close(g->below);
	free(g->name);
	free(g);
}

static int
start(struct gzip *g, struct ir_err *err)
{
	struct archive_entry *e;

	if (archive_read_support_format_raw(g->a) != ARCHIVE_OK ||
	    archive_read_support_filter_gzip(g->a) != ARCHIVE_OK ||
	    archive_read_open2(g->a, g, NULL, fill, NULL, NULL) != ARCHIVE_OK ||
	    archive_read_next_header(g->a, &e) != ARCHIVE_OK)
		return refused(g, err);
	/* What has no filter but the last, which is none, is not gzip's. */
	if (archive_filter_code(g->a, 0) != ARCHIVE_FILTER_GZIP)
		return ir_fail(
		    err, IR_EFORMAT, "%s: not what gzip makes", g->name);
	return 0;
}

struct ir_source *
ir_gzip_source(struct ir_source *below, const char *name, struct ir_err *err)
{
	struct gzip *g = calloc(1, sizeof(*g));

	if (g == NULL) {
		below->close(below);
		ir_fail_mem(err);
		return NULL;
	}
	g->source = (struct ir_source){gzip_read, gzip_close};
	g->below = below;
	g->name = strdup(name);
	g->a = archive_read_new();
	if (g->name == NULL || g->a == NULL)
		ir_fail_mem(err);
	else if (start(g, err) == 0)
		return &g->source;
	gzip_close(&g->source);
	return NULL;
}
