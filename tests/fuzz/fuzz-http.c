/* SPDX-License-Identifier: ISC
 *
 * An answer to a request: whatever comes, in whatever pieces, it means one
 * thing, and nothing is taken for more than came.
 */
#include <string.h>

#include "base/limits.h"
#include "net/answer.h"
#include "net/transfer.h"
#include "tests/fuzz/fuzz.h"

/* What an answer came to. */
struct outcome {
	bool done, refused, keep;
	long status;
	size_t used, fields, body;
	unsigned sum; /* of the bytes of fields and body, in order */
};

static void
add(struct outcome *o, const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		o->sum = o->sum * 31 + (unsigned char)p[i];
}

static int
on_field(void *arg, const char *name, const char *value, struct ir_err *err)
{
	struct outcome *o = arg;

	(void)err;
	FUZZ_HOLDS(name[0] != '\0' && strpbrk(name, " :\t\r\n") == NULL);
	FUZZ_HOLDS(strpbrk(value, "\r\n") == NULL);
	o->fields++;
	add(o, name, strlen(name));
	add(o, value, strlen(value));
	return 0;
}

static int
on_body(void *arg, const void *p, size_t n, struct ir_err *err)
{
	struct outcome *o = arg;

	(void)err;
	FUZZ_HOLDS(n > 0);
	o->body += n;
	add(o, p, n);
	return 0;
}

static void
feed(const uint8_t *p, size_t n, size_t piece, bool head, struct outcome *o)
{
	const struct ir_answer_taker taker = {on_field, on_body, o};
	struct ir_err err = {0};
	struct ir_answer a;
	ssize_t took = 0;

	*o = (struct outcome){0};
	ir_answer_init(&a, head, &taker);
	while (o->used < n && a.state != IR_ANSWER_DONE && took != -1) {
		size_t k = n - o->used < piece ? n - o->used : piece;
		uint8_t *exact = malloc(k); /* a byte too far is noticed */

		FUZZ_HOLDS(exact != NULL);
		memcpy(exact, p + o->used, k);
		took = ir_answer_feed(&a, exact, k, &err);
		free(exact);
		FUZZ_HOLDS(took == -1 || (size_t)took == k ||
			   a.state == IR_ANSWER_DONE);
		if (took != -1)
			o->used += (size_t)took;
	}
	o->refused = a.refused;
	FUZZ_HOLDS(a.refused == (took == -1));
	FUZZ_HOLDS(!a.refused || (err.code == IR_EPROTO && err.msg[0]));
	o->done = !a.refused && ir_answer_end(&a);
	o->keep = o->done && a.keep;
	o->status = a.status;
	FUZZ_HOLDS(!o->done || (a.status >= 200 && a.status <= 999));
	FUZZ_HOLDS(!o->done || a.head <= IR_MAX_HTTP_HEAD);
	FUZZ_HOLDS(o->body <= n && !(head && o->body > 0));
	ir_answer_free(&a);
}

/* The pieces do not matter, but that a refusal may come a piece later. */
static void
same(const struct outcome *a, const struct outcome *b)
{
	FUZZ_HOLDS(a->refused == b->refused && a->done == b->done);
	if (a->refused)
		return;
	FUZZ_HOLDS(a->keep == b->keep && a->status == b->status);
	FUZZ_HOLDS(a->used == b->used && a->fields == b->fields);
	FUZZ_HOLDS(a->body == b->body && a->sum == b->sum);
}

struct memory {
	struct ir_wire wire;
	const uint8_t *p;
	size_t n;
};

static ssize_t
memory_read(struct ir_wire *w, void *p, size_t n)
{
	struct memory *m = (struct memory *)w;

	if (n > m->n)
		n = m->n;
	if (n > 7)
		n = 7;
	if (n > 0)
		memcpy(p, m->p, n);
	m->p += n;
	m->n -= n;
	return (ssize_t)n;
}

/* The same bytes as the whole of a connection. */
static void
transfer(const uint8_t *p, size_t n, bool head, const struct outcome *o)
{
	static char received[IR_HTTP_RECEIVE_BYTES], where[] = "memory";
	struct memory m = {{.read = memory_read, .fd = -1}, p, n};
	struct ir_http h = {.server = {.peer = "engine"},
	    .where = where,
	    .wire = &m.wire,
	    .received = received};
	const struct ir_http_request req = {
	    .method = head ? "HEAD" : "GET", .path = "/"};
	struct ir_http_response res = {0};
	struct ir_http_transfer t = {.h = &h, .req = &req, .res = &res};
	struct ir_err err = {0};
	int rc = ir_http_transfer(&t, &err);

	FUZZ_HOLDS((rc == 0) == (o->done || t.enough));
	FUZZ_HOLDS(rc == 0 || (err.code == IR_EPROTO && err.msg[0]));
	FUZZ_HOLDS(t.error_body.len <= IR_MAX_ERROR_BODY);
	FUZZ_HOLDS(
	    t.error_body.len == 0 || res.status < 200 || res.status > 299);
	FUZZ_HOLDS(strlen(res.server) < sizeof(res.server));
	ir_buf_free(&t.error_body);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct outcome whole, pieces;

	for (int head = 0; head < 2; head++) {
		feed(p, n, n + 1, head, &whole);
		feed(p, n, 1, head, &pieces);
		same(&whole, &pieces);
		feed(p, n, 13, head, &pieces);
		same(&whole, &pieces);
		transfer(p, n, head, &whole);
	}
	return 0;
}
