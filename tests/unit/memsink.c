/* SPDX-License-Identifier: ISC
 *
 * A sink in memory: see memsink.h.
 */
#include "tests/unit/memsink.h"

#include <stdio.h>
#include <string.h>

static int
mem_write(struct ir_stream *stream, const void *p, size_t n, struct ir_err *err)
{
	struct memfile *f = (struct memfile *)stream;

	if (f->sink->full != 0 && f->data.len + n > f->sink->full)
		return ir_fail(err, IR_EIO, "%s: no space left", f->path);
	ir_buf_add(&f->data, p, n);
	return ir_buf_ok(&f->data, err);
}

static int
mem_close(struct ir_stream *stream, const char *gap, struct ir_err *err)
{
	struct memfile *f = (struct memfile *)stream;

	(void)err;
	f->closed = true;
	snprintf(f->gap, sizeof(f->gap), "%s", gap != NULL ? gap : "");
	return 0;
}

struct memfile *
memsink_file(struct memsink *m, const char *path)
{
	for (size_t i = 0; i < m->n; i++)
		if (strcmp(m->files[i].path, path) == 0)
			return &m->files[i];
	return NULL;
}

static struct ir_stream *
mem_open(struct ir_sink *sink, const char *path, struct ir_err *err)
{
	struct memsink *m = (struct memsink *)sink;
	struct memfile *f = &m->files[m->n];

	if (m->n == MEMSINK_FILES || memsink_file(m, path) != NULL) {
		ir_fail(err, IR_EEXIST, "%s: exists", path);
		return NULL;
	}
	*f = (struct memfile){.stream = {mem_write, mem_close}, .sink = m};
	snprintf(f->path, sizeof(f->path), "%s", path);
	m->n++;
	return &f->stream;
}

static bool
mem_has(struct ir_sink *sink, const char *path)
{
	const char *had = ((struct memsink *)sink)->had;

	return had != NULL && strcmp(had, path) == 0;
}

static int
mem_change(struct ir_sink *sink, const char *what, const char *undo,
    const char *why, struct ir_err *err)
{
	struct memsink *m = (struct memsink *)sink;

	ir_buf_printf(&m->changes, "%s|%s|%s\n", what, undo, why);
	return ir_buf_ok(&m->changes, err);
}

void
memsink_init(struct memsink *m)
{
	memset(m, 0, sizeof(*m));
	m->sink = (struct ir_sink){mem_open, mem_has, mem_change, NULL};
}

void
memsink_free(struct memsink *m)
{
	for (size_t i = 0; i < m->n; i++)
		ir_buf_free(&m->files[i].data);
	ir_buf_free(&m->changes);
}
