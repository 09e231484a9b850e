/* SPDX-License-Identifier: ISC
 *
 * A counting sink: see tally.h.
 */
#include "cli/tally.h"

#include <stdlib.h>
#include <string.h>

struct tally_stream {
	struct ir_stream stream;
	struct ir_tally *tally;
	struct ir_stream *to;
	uint64_t bytes;
	char path[];
};

static int
tally_write(
    struct ir_stream *stream, const void *p, size_t n, struct ir_err *err)
{
	struct tally_stream *s = (struct tally_stream *)stream;
	struct ir_tally *t = s->tally;

	if (s->to->write(s->to, p, n, err) == -1)
		return -1;
	s->bytes += n;
	t->bytes += n;
	if (t->progress != NULL)
		t->progress(t->arg, s->path, s->bytes);
	return 0;
}

static int
tally_close(struct ir_stream *stream, const char *gap, struct ir_err *err)
{
	struct tally_stream *s = (struct tally_stream *)stream;
	struct ir_tally *t = s->tally;
	int rc = s->to->close(s->to, gap, err);

	if (rc == -1 || gap != NULL)
		t->gaps++;
	else if (json_object_set_new(t->whole, s->path, json_true()) == -1)
		rc = ir_fail_mem(err);
	free(s);
	return rc;
}

static struct ir_stream *
tally_open(struct ir_sink *sink, const char *path, struct ir_err *err)
{
	struct ir_tally *t = (struct ir_tally *)sink;
	size_t n = strlen(path) + 1;
	struct tally_stream *s = malloc(sizeof(*s) + n);

	if (s == NULL) {
		ir_fail_mem(err);
		return NULL;
	}
	*s = (struct tally_stream){{tally_write, tally_close}, t, NULL, 0};
	memcpy(s->path, path, n);
	if ((s->to = t->to->open(t->to, path, err)) != NULL)
		return &s->stream;
	free(s);
	return NULL;
}

static bool
tally_has(struct ir_sink *sink, const char *path)
{
	struct ir_tally *t = (struct ir_tally *)sink;

	return json_object_get(t->whole, path) != NULL ||
	       t->to->has(t->to, path);
}

static bool
tally_whole(struct ir_sink *sink, const char *path)
{
	return ir_sink_whole(((struct ir_tally *)sink)->to, path);
}

static int
tally_change(struct ir_sink *sink, const char *what, const char *undo,
    const char *why, struct ir_err *err)
{
	struct ir_tally *t = (struct ir_tally *)sink;

	return t->to->change(t->to, what, undo, why, err);
}

int
ir_tally_start(struct ir_tally *t, struct ir_sink *to, struct ir_err *err)
{
	t->sink =
	    (struct ir_sink){tally_open, tally_has, tally_change, tally_whole};
	t->to = to;
	t->whole = json_object();
	return t->whole != NULL ? 0 : ir_fail_mem(err);
}

void
ir_tally_free(struct ir_tally *t)
{
	json_decref(t->whole);
	t->whole = NULL;
}

void
ir_tally_turn(struct ir_tally *t)
{
	t->bytes = 0;
	t->gaps = 0;
}
