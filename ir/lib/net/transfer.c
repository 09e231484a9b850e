/* SPDX-License-Identifier: ISC
 *
 * A request and its answer: see transfer.h.
 */
#include "net/transfer.h"

#include <poll.h>
#include <stddef.h>
#include <strings.h>
#include <sys/socket.h>

#include "base/limits.h"
#include "base/signal.h"
#include "base/time.h"

static const struct {
	const char *name;
	size_t at, size;
} wanted[] = {
#define WANTED(name, member)                                       \
	{                                                          \
		name, offsetof(struct ir_http_response, member),   \
		    sizeof(((struct ir_http_response *)0)->member) \
	}
    WANTED("Api-Version", api_version),
    WANTED("Libpod-Api-Version", libpod_version),
    WANTED("Server", server),
    WANTED("Content-Type", type),
};

static int
on_field(void *arg, const char *name, const char *value, struct ir_err *err)
{
	struct ir_http_transfer *t = arg;
	size_t n = strlen(value) + 1;

	if (strcasecmp(name, "X-Docker-Container-Path-Stat") == 0) {
		free(t->res->path_stat); /* the last one counts */
		t->res->path_stat = strdup(value);
		return t->res->path_stat != NULL ? 0 : ir_fail_mem(err);
	}
	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
		if (strcasecmp(name, wanted[i].name) == 0 &&
		    n <= wanted[i].size)
			memcpy((char *)t->res + wanted[i].at, value, n);
	return 0;
}

static int
on_body(void *arg, const void *p, size_t n, struct ir_err *err)
{
	struct ir_http_transfer *t = arg;
	size_t room;

	if (t->answer.status < 200 || t->answer.status > 299) {
		room = IR_MAX_ERROR_BODY - t->error_body.len;
		ir_buf_add(&t->error_body, p, n < room ? n : room);
		t->enough = t->enough || n > room;
		return 0;
	}
	t->body += n;
	if (t->req->on_body == NULL)
		return 0;
	if (t->req->on_body(t->req->arg, p, n, err) == -1)
		return -1;
	/* Our own slowness is not the engine's stall. */
	t->last = ir_mono_ns();
	return 0;
}

static bool
only_reads(const struct ir_http_request *req)
{
	return req->may_stop || ir_http_only_gets(req);
}

static bool
passed(uint64_t now, uint64_t since, long ms)
{
	return ms != 0 && now - since >= (uint64_t)ms * 1000000u;
}

/* -1 if the transfer is to end now.  What changes the target is waited for,
 * within its deadline, even after a signal: an unknown outcome could not be
 * undone. */
static int
look(const struct ir_http_transfer *t, struct ir_err *err)
{
	const struct ir_http_request *req = t->req;
	uint64_t now = ir_mono_ns();

	if (ir_interrupted() && only_reads(req))
		return ir_fail(err, IR_EINTR, "interrupted");
	if (passed(now, t->start, req->total_ms))
		return ir_fail(err, IR_ETIMEOUT,
		    "%s did not answer %s %s within %g s", t->h->where,
		    req->method, req->path, (double)req->total_ms / 1e3);
	if (passed(now, t->last, req->stall_ms))
		return ir_fail(err, IR_ETIMEOUT,
		    "%s sent nothing for %g s, after %llu bytes of its answer "
		    "to %s %s",
		    t->h->where, (double)req->stall_ms / 1e3,
		    (unsigned long long)t->body, req->method, req->path);
	return 0;
}

static int
wait_ms(const struct ir_http_transfer *t)
{
	uint64_t now = ir_mono_ns(), ms = IR_WIRE_LOOK_MS, left;
	const uint64_t since[] = {t->start, t->last};
	const long limit[] = {t->req->total_ms, t->req->stall_ms};

	for (size_t i = 0; i < 2; i++) {
		if (limit[i] == 0)
			continue;
		if (passed(now, since[i], limit[i]))
			return 0;
		left = (uint64_t)limit[i] - (now - since[i]) / 1000000u;
		if (left < ms)
			ms = left;
	}
	return (int)ms;
}

/* The wire ended before the answer did. */
static int
fail_ended(struct ir_http_transfer *t, struct ir_err *err)
{
	struct ir_wire *w = t->h->wire;
	size_t n = strlen(t->h->where);
	struct ir_err why;
	bool known, named;

	t->ended = true;
	known = w->why != NULL && w->why(w, &why) == -1;
	named = known && strncmp(why.msg, t->h->where, n) == 0;
	if (known && t->got == 0) {
		*err = why;
		return -1;
	}
	if (t->got == 0)
		return ir_fail(err, IR_EPROTO,
		    "%s closed the connection without an answer to %s %s%s",
		    t->h->where, t->req->method, t->req->path,
		    t->h->server.cert != NULL
			? "; does it take our certificate?"
			: "");
	return ir_fail(err, IR_EPROTO,
	    "%s broke off in the middle of its answer to %s %s, after %llu "
	    "bytes%s%s",
	    t->h->where, t->req->method, t->req->path,
	    (unsigned long long)t->body, known && !named ? ": " : "",
	    !known ? "" : why.msg + (named ? n : 0));
}

static int
take(struct ir_http_transfer *t, size_t n, struct ir_err *err)
{
	const char *advice = t->h->wire->advice;
	bool advise;
	ssize_t took;

	t->got += n;
	t->last = ir_mono_ns();
	took = ir_answer_feed(&t->answer, t->h->received, n, err);
	advise = advice != NULL && t->answer.status == 0;
	if (took == -1 && t->answer.refused)
		return ir_wrap(err,
		    "%s does not speak HTTP as it should (%s%s%s)", t->h->where,
		    t->h->server.peer, advise ? "; " : "",
		    advise ? advice : "");
	if (took != -1 && (size_t)took < n)
		t->answer.keep = false; /* what follows is no answer of ours */
	return took == -1 ? -1 : 0;
}

/* A server may answer, and close, before it has the whole request: then the
 * rest of that is not sent. */
static void
push(struct ir_http_transfer *t)
{
	struct ir_wire *w = t->h->wire;
	ssize_t n = 1;

	while (n > 0 && t->sent < t->request.len) {
		n = w->write(
		    w, t->request.p + t->sent, t->request.len - t->sent);
		if (n > 0) {
			t->sent += (size_t)n;
			t->last = ir_mono_ns();
		}
	}
	if (n == IR_WIRE_BROKEN) {
		t->sent = t->request.len;
		t->answer.keep = false;
	}
}

/* What the other end of a conversation has to say, behind what was sent. */
static int
listen_to(struct ir_http_transfer *t, struct ir_err *err)
{
	char said[4096];
	size_t n = 0;

	if (t->req->talk->more(t->req->talk, said, sizeof(said), &n, err) == -1)
		return -1;
	t->request.len = t->sent = 0;
	ir_buf_add(&t->request, said, n);
	if (n == 0) {
		t->req->talk->fd = -1;
		shutdown(t->h->wire->fd, SHUT_WR);
	}
	return ir_buf_ok(&t->request, err);
}

static int
wait_for(struct ir_http_transfer *t, struct ir_err *err)
{
	struct ir_http_talk *talk = t->req->talk;
	struct pollfd p[2] = {
	    {.fd = t->h->wire->fd, .events = POLLIN},
	    {.fd = -1, .events = POLLIN},
	};
	bool talks = talk != NULL && t->answer.state == IR_ANSWER_UNTIL_END &&
		     t->answer.status < 300;

	if (t->sent < t->request.len)
		p[0].events |= POLLOUT;
	else if (talks)
		p[1].fd = talk->fd;
	if (poll(p, 2, wait_ms(t)) == -1)
		p[1].revents = 0;
	if (talks && talk->tick != NULL)
		talk->tick(talk);
	return p[1].revents != 0 ? listen_to(t, err) : 0;
}

/* Drives the transfer to its end, or gives it up.  It reads before it writes:
 * to a connection that has ended already nothing is sent. */
static int
drive(struct ir_http_transfer *t, struct ir_err *err)
{
	struct ir_wire *w = t->h->wire;
	ssize_t n;

	while (t->answer.state != IR_ANSWER_DONE && !t->enough) {
		n = w->read(w, t->h->received, IR_HTTP_RECEIVE_BYTES);
		if (n > 0 && take(t, (size_t)n, err) == -1)
			return -1;
		if (n == 0 && ir_answer_end(&t->answer))
			break;
		if (n == 0 || n == IR_WIRE_BROKEN)
			return fail_ended(t, err);
		if (t->answer.state == IR_ANSWER_DONE)
			break;
		if (look(t, err) == -1)
			return -1;
		if (n == IR_WIRE_WAIT) {
			push(t);
			if (wait_for(t, err) == -1)
				return -1;
		}
	}
	return 0;
}

int
ir_http_transfer(struct ir_http_transfer *t, struct ir_err *err)
{
	const struct ir_answer_taker taker = {on_field, on_body, t};
	int rc;

	t->last = ir_mono_ns();
	t->sent = 0;
	ir_answer_init(&t->answer, strcmp(t->req->method, "HEAD") == 0, &taker);
	rc = drive(t, err);
	t->keep = rc == 0 && t->answer.keep && !t->enough &&
		  t->sent == t->request.len;
	t->res->status = t->answer.status;
	ir_answer_free(&t->answer);
	return rc;
}
