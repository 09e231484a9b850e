/* SPDX-License-Identifier: ISC
 *
 * Sources and streams over memory, for what filters them.
 */
#ifndef IR_TESTS_FILTER_H
#define IR_TESTS_FILTER_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/sink.h"
#include "base/source.h"

/* Gives n bytes, at most step of them at a time (0: as many as are asked for),
 * then fails if failing, else ends. */
struct mem_source {
	struct ir_source source;
	const char *p;
	size_t n, step, at;
	bool failing;
	int *closed; /* counts */
};

static inline ssize_t
mem_read(struct ir_source *s, void *p, size_t n, struct ir_err *err)
{
	struct mem_source *m = (struct mem_source *)s;
	size_t left = m->n - m->at;

	if (left == 0 && m->failing)
		return ir_fail(err, IR_EIO, "the disk is on fire");
	n = n < left ? n : left;
	n = m->step != 0 && m->step < n ? m->step : n;
	if (n > 0)
		memcpy(p, m->p + m->at, n);
	m->at += n;
	return (ssize_t)n;
}

static inline void
mem_close(struct ir_source *s)
{
	struct mem_source *m = (struct mem_source *)s;

	if (m->closed != NULL)
		++*m->closed;
	free(m);
}

static inline struct mem_source *
mem_source(const void *p, size_t n)
{
	struct mem_source *m = calloc(1, sizeof(*m));

	m->source = (struct ir_source){mem_read, mem_close};
	m->p = p;
	m->n = n;
	return m;
}

/* Keeps what it is given; fails once room bytes are there, if room is not 0.
 * The test owns it: closing leaves it as it is. */
struct mem_stream {
	struct ir_stream stream;
	struct ir_buf b;
	size_t room;
	int closed; /* counts */
	char gap[1024];
};

static inline int
mem_write(struct ir_stream *s, const void *p, size_t n, struct ir_err *err)
{
	struct mem_stream *m = (struct mem_stream *)s;

	if (m->room != 0 && m->b.len + n > m->room)
		return ir_fail(err, IR_EIO, "the disk is full");
	ir_buf_add(&m->b, p, n);
	return ir_buf_ok(&m->b, err);
}

static inline int
mem_end(struct ir_stream *s, const char *gap, struct ir_err *err)
{
	struct mem_stream *m = (struct mem_stream *)s;

	(void)err;
	m->closed++;
	snprintf(m->gap, sizeof(m->gap), "%s", gap != NULL ? gap : "");
	return 0;
}

#define MEM_STREAM                               \
	{                                        \
		.stream = { mem_write, mem_end } \
	}

/* Reads s to its end, step bytes at a time, and closes it; what there is
 * before a failure is appended too. */
static inline int
drain(struct ir_source *s, size_t step, struct ir_buf *out, struct ir_err *err)
{
	char piece[200000];
	ssize_t n;

	if (s == NULL)
		return -1;
	while ((n = s->read(s, piece, step, err)) > 0)
		ir_buf_add(out, piece, (size_t)n);
	s->close(s);
	return (int)n;
}

/* n bytes that neither repeat nor ever change. */
static inline char *
noise(size_t n)
{
	uint64_t x = 88172645463325252u;
	char *p = malloc(n + 1);

	for (size_t i = 0; i < n; i++) {
		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
		p[i] = (char)(x >> 32);
	}
	return p;
}

#endif
