/* SPDX-License-Identifier: ISC
 *
 * HTTP: see http.h.  Requests go out and answers come in over a wire (wire.h),
 * which is kept for the next one where that is safe.
 */
#include "net/http.h"

#include <stdlib.h>
#include <sys/un.h>

#include "base/signal.h"
#include "base/time.h"
#include "net/transfer.h"

/* A deadline for whoever names none. */
#define CONNECT_MS 10000

static bool
copy(const char **to, const char *from)
{
	return from == NULL || (*to = strdup(from)) != NULL;
}

static char *
name_of(const struct ir_http_server *s, struct ir_err *err)
{
	if (s->ssh != NULL)
		return ir_asprintf(err, "%s", s->ssh);
	if (s->unix_path != NULL)
		return ir_asprintf(err, "unix://%s", s->unix_path);
	return ir_asprintf(err, "%s", s->origin);
}

static int
fill(struct ir_http *h, const struct ir_http_server *from, struct ir_err *err)
{
	struct ir_http_server *s = &h->server;
	struct sockaddr_un sun;

	if (from->unix_path != NULL &&
	    strlen(from->unix_path) >= sizeof(sun.sun_path))
		return ir_fail(err, IR_EUSAGE,
		    "unix://%s: a socket's path has at most %zu bytes; "
		    "name it by a shorter one, such as a symbolic link",
		    from->unix_path, sizeof(sun.sun_path) - 1);
	s->verify = from->verify;
	if ((h->where = name_of(from, err)) == NULL ||
	    (h->received = malloc(IR_HTTP_RECEIVE_BYTES)) == NULL ||
	    !copy(&s->peer, from->peer != NULL ? from->peer : "engine") ||
	    !copy(&s->unix_path, from->unix_path) ||
	    !copy(&s->origin, from->origin) || !copy(&s->ssh, from->ssh) ||
	    !copy(&s->ca, from->ca) || !copy(&s->cert, from->cert) ||
	    !copy(&s->key, from->key))
		return ir_fail_mem(err);
	return 0;
}

struct ir_http *
ir_http_new(const struct ir_http_server *server, struct ir_err *err)
{
	struct ir_http *h = calloc(1, sizeof(*h));

	if (h == NULL) {
		ir_fail_mem(err);
		return NULL;
	}
	if (fill(h, server, err) == 0)
		return h;
	ir_http_free(h);
	return NULL;
}

static void
hang_up(struct ir_http *h)
{
	if (h->wire != NULL)
		h->wire->close(h->wire);
	h->wire = NULL;
}

void
ir_http_free(struct ir_http *h)
{
	if (h == NULL)
		return;
	hang_up(h);
	free(h->where);
	free(h->received);
	const char *const ours[] = {h->server.unix_path, h->server.origin,
	    h->server.ssh, h->server.ca, h->server.cert, h->server.key,
	    h->server.peer};
	for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++)
		free((char *)(uintptr_t)ours[i]);
	free(h);
}

/* No "Expect: 100-continue": a server may wait with its answer to that. */
static int
write_request(struct ir_http_transfer *t, struct ir_err *err)
{
	const struct ir_http_request *req = t->req;
	const char *host = strstr(t->h->server.origin, "://");
	size_t n = 0;

	if (strpbrk(req->path, " \r\n") != NULL)
		return ir_fail(
		    err, IR_EINTERNAL, "%s: not a path to ask for", req->path);
	ir_buf_printf(&t->request,
	    "%s %s HTTP/1.1\r\nHost: %s\r\nUser-Agent: ir-tools\r\n"
	    "Accept: */*\r\n",
	    req->method, req->path, host != NULL ? host + 3 : "localhost");
	if (!ir_http_only_gets(req))
		ir_buf_printf(&t->request, "Content-Type: %s\r\n",
		    req->type != NULL ? req->type : "application/json");
	if (req->body != NULL)
		n = req->type != NULL ? req->body_len : strlen(req->body);
	if (n > 0 || strcmp(req->method, "POST") == 0 ||
	    strcmp(req->method, "PUT") == 0)
		ir_buf_printf(&t->request, "Content-Length: %zu\r\n", n);
	ir_buf_puts(&t->request, "\r\n");
	if (n > 0)
		ir_buf_add(&t->request, req->body, n);
	return ir_buf_ok(&t->request, err);
}

/* The wire that is there, if it can take this request.  One that ended, or on
 * which something came that nobody asked for, is of no use.  What changes the
 * target goes over a new one, if that costs little: an old one might end just
 * now, and then nobody knew whether the request arrived. */
static bool
usable(struct ir_http *h, const struct ir_http_request *req)
{
	return h->wire != NULL && (h->wire->costly || ir_http_only_gets(req)) &&
	       h->wire->read(h->wire, h->received, 1) == IR_WIRE_WAIT;
}

static int
connect_wire(struct ir_http_transfer *t, struct ir_err *err)
{
	struct ir_http *h = t->h;
	const struct ir_http_request *req = t->req;
	long ms = req->connect_ms != 0 ? req->connect_ms : CONNECT_MS;
	struct ir_wire_to to = {.server = &h->server, .where = h->where};

	t->again = usable(h, req);
	if (t->again)
		return 0;
	hang_up(h);
	to.ms = req->total_ms != 0 && req->total_ms < ms ? req->total_ms : ms;
	h->wire = ir_wire_open(&to, err);
	return h->wire != NULL ? 0 : -1;
}

/* Over the wire that is there, or a new one. */
static int
attempt(struct ir_http_transfer *t, struct ir_err *err)
{
	int rc;

	if (connect_wire(t, err) == -1)
		return -1;
	rc = ir_http_transfer(t, err);
	if (!t->keep)
		hang_up(t->h);
	return rc;
}

int
ir_http_do(struct ir_http *h, const struct ir_http_request *req,
    struct ir_http_response *res, struct ir_err *err)
{
	struct ir_http_transfer t = {.h = h, .req = req, .res = res};
	int rc;

	memset(res, 0, sizeof(*res));
	if (ir_interrupted())
		return ir_fail(err, IR_EINTR, "interrupted");
	t.start = ir_mono_ns();
	rc = write_request(&t, err);
	if (rc == 0)
		rc = attempt(&t, err);
	/* The other side closed a connection that nobody used. */
	if (rc == -1 && t.ended && t.again && t.got == 0 &&
	    ir_http_only_gets(req))
		rc = attempt(&t, err);
	res->ms = (double)(ir_mono_ns() - t.start) / 1e6;
	ir_buf_free(&t.request);
	if (rc == -1)
		ir_buf_free(&t.error_body);
	else if ((res->error_body = ir_buf_take(&t.error_body, err)) == NULL)
		rc = -1;
	return rc;
}

void
ir_http_response_free(struct ir_http_response *res)
{
	free(res->error_body);
	free(res->path_stat);
	res->error_body = res->path_stat = NULL;
}
