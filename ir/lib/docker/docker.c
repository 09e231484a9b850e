/* SPDX-License-Identifier: ISC
 *
 * One engine: see docker.h.
 */
#include "docker/docker.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/time.h"
#include "docker/endpoint.h"
#include "json/json.h"

struct ir_docker {
	struct ir_http *http;
	struct ir_docker_endpoint ep;
	char api[16]; /* "" until negotiated */
	bool podman;
	long status;
	uint64_t until_ns; /* the deadline, or 0 */
	ir_docker_call_fn on_call;
	void *on_call_arg;
	ir_docker_rehearse_fn rehearse;
	void *rehearse_arg;
};

/* One call, with the path as it is told to people: without version. */
struct call {
	const char *method;
	const char *path;
	const char *body;
	long total_ms, stall_ms;
	ir_http_body_fn on_body;
	void *arg;
	struct ir_http_talk *talk;
};

static bool
is_version(const char *s)
{
	unsigned major, minor;
	int end = -1;

	return strspn(s, "0123456789.") == strlen(s) && strlen(s) < 10 &&
	       sscanf(s, "%u.%u%n", &major, &minor, &end) == 2 &&
	       s[end] == '\0';
}

/* Less than 0 if a is the older one; both are versions. */
static int
compare_versions(const char *a, const char *b)
{
	unsigned am = 0, an = 0, bm = 0, bn = 0;

	sscanf(a, "%u.%u", &am, &an);
	sscanf(b, "%u.%u", &bm, &bn);
	if (am != bm)
		return am < bm ? -1 : 1;
	return an < bn ? -1 : an > bn;
}

/* Takes what ep holds, in a failure too. */
static struct ir_docker *
to_endpoint(struct ir_docker_endpoint *ep, struct ir_err *err)
{
	const struct ir_http_server server = {
	    .unix_path = ep->unix_path,
	    .ssh = ep->ssh,
	    .origin = ep->origin,
	    .ca = ep->ca,
	    .cert = ep->cert,
	    .key = ep->key,
	    .verify = ep->verify,
	};
	struct ir_docker *d = calloc(1, sizeof(*d));

	if (d == NULL) {
		ir_fail_mem(err);
		ir_docker_endpoint_free(ep);
		return NULL;
	}
	d->ep = *ep;
	if ((d->http = ir_http_new(&server, err)) == NULL) {
		ir_docker_close(d);
		return NULL;
	}
	return d;
}

struct ir_docker *
ir_docker_open(const char *host, struct ir_err *err)
{
	const char *api = getenv("DOCKER_API_VERSION");
	struct ir_docker_endpoint ep;

	if (api != NULL && api[0] != '\0' && !is_version(api)) {
		ir_fail(err, IR_EUSAGE,
		    "DOCKER_API_VERSION=%s: not a version such as %s", api,
		    IR_DOCKER_API);
		return NULL;
	}
	if (ir_docker_endpoint(host, &ep, err) == -1)
		return NULL;
	return to_endpoint(&ep, err);
}

struct ir_docker *
ir_docker_twin(const struct ir_docker *d, struct ir_err *err)
{
	struct ir_docker_endpoint ep;
	struct ir_docker *twin;

	if (ir_docker_endpoint_copy(&d->ep, &ep, err) == -1 ||
	    (twin = to_endpoint(&ep, err)) == NULL)
		return NULL;
	memcpy(twin->api, d->api, sizeof(twin->api));
	twin->podman = d->podman;
	twin->on_call = d->on_call;
	twin->on_call_arg = d->on_call_arg;
	return twin;
}

void
ir_docker_close(struct ir_docker *d)
{
	if (d == NULL)
		return;
	ir_http_free(d->http);
	ir_docker_endpoint_free(&d->ep);
	free(d);
}

const char *
ir_docker_where(const struct ir_docker *d)
{
	return d->ep.name;
}

bool
ir_docker_is_podman(const struct ir_docker *d)
{
	return d->podman;
}

const char *
ir_docker_api(const struct ir_docker *d)
{
	return d->api;
}

long
ir_docker_status(const struct ir_docker *d)
{
	return d->status;
}

void
ir_docker_on_call(struct ir_docker *d, ir_docker_call_fn fn, void *arg)
{
	d->on_call = fn;
	d->on_call_arg = arg;
}

void
ir_docker_rehearse(struct ir_docker *d, ir_docker_rehearse_fn fn, void *arg)
{
	d->rehearse = fn;
	d->rehearse_arg = arg;
}

/* What an engine says in its error body, in any of the three shapes; borrowed
 * from doc or from body, of which trailing white space is cut. */
static const char *
words(char *body, const json_t *doc)
{
	const char *said = ir_json_str(doc, "message");
	size_t n = strlen(body);

	if (said[0] == '\0')
		said = ir_json_str(doc, "cause");
	if (said[0] != '\0')
		return said;
	while (n > 0 && strchr(" \t\r\n", body[n - 1]) != NULL)
		body[--n] = '\0';
	return n > 0 ? body : "nothing more";
}

static int
refused(const struct call *c, struct ir_http_response *res, struct ir_err *err)
{
	struct ir_err ignored;
	json_auto_t *doc = ir_json_parse(
	    res->error_body, strlen(res->error_body), "", &ignored);
	enum ir_code code = IR_EPROTO;

	if (res->status == 404)
		code = IR_ENOENT;
	else if (res->status == 401 || res->status == 403)
		code = IR_EPERM;
	return ir_fail(err, code, "the engine says: %.700s (%ld to %s %s)",
	    words(res->error_body, doc), res->status, c->method, c->path);
}

void
ir_docker_deadline(struct ir_docker *d, long ms)
{
	d->until_ns = ms == 0 ? 0 : ir_mono_ns() + (uint64_t)ms * 1000000;
}

/* What a call may take, and no longer than all of them together. */
static int
allow(const struct ir_docker *d, long *ms, struct ir_err *err)
{
	uint64_t now = ir_mono_ns(), left;

	if (d->until_ns == 0)
		return 0;
	if (d->until_ns <= now)
		return ir_fail(err, IR_ETIMEOUT, "cut off at its deadline");
	left = (d->until_ns - now) / 1000000 + 1;
	if (*ms == 0 || left < (uint64_t)*ms)
		*ms = (long)left;
	return 0;
}

/* Makes one call to prefix + path. */
static int
perform(struct ir_docker *d, const char *prefix, const struct call *c,
    struct ir_http_response *res, struct ir_err *err)
{
	ir_auto_free char *path = ir_asprintf(err, "%s%s", prefix, c->path);
	struct ir_http_request req = {
	    .method = c->method,
	    .path = path,
	    .body = c->body,
	    .total_ms = c->total_ms,
	    .stall_ms = c->stall_ms,
	    .on_body = c->on_body,
	    .arg = c->arg,
	    .talk = c->talk,
	    .may_stop = c->talk != NULL,
	};
	int rc;

	memset(res, 0, sizeof(*res));
	if (path == NULL || allow(d, &req.total_ms, err) == -1)
		return -1;
	rc = ir_http_do(d->http, &req, res, err);
	d->status = res->status;
	if (res->status != 0 && d->on_call != NULL)
		d->on_call(
		    d->on_call_arg, c->method, c->path, res->status, res->ms);
	if (rc == 0 && (res->status < 200 || res->status > 299) &&
	    res->status != 304)
		rc = refused(c, res, err);
	return rc;
}

int
ir_docker_hello(struct ir_docker *d, struct ir_err *err)
{
	static const struct call ping = {
	    .method = "GET", .path = "/_ping", .total_ms = IR_DOCKER_CALL_MS};
	const char *forced = getenv("DOCKER_API_VERSION");
	struct ir_http_response res;
	const char *api;
	int rc;

	if (d->api[0] != '\0')
		return 0;
	rc = perform(d, "", &ping, &res, err);
	ir_http_response_free(&res);
	if (rc == -1)
		return -1;
	if (!is_version(res.api_version))
		return ir_fail(err, IR_EPROTO,
		    "%s answers, but not as an engine does: no Api-Version",
		    d->ep.name);
	if (forced != NULL && forced[0] != '\0')
		api = forced;
	else if (compare_versions(res.api_version, IR_DOCKER_API) < 0)
		api = res.api_version;
	else
		api = IR_DOCKER_API;
	snprintf(d->api, sizeof(d->api), "%s", api);
	d->podman = res.libpod_version[0] != '\0';
	return 0;
}

/* The answer to a call that is not made. */
static int
rehearse(struct ir_docker *d, const struct call *c, struct ir_err *err)
{
	char id[80];

	d->rehearse(d->rehearse_arg, c->method, c->path, c->body);
	d->status = 200;
	if (c->on_body == NULL)
		return 0;
	snprintf(id, sizeof(id), "{\"Id\":\"%064d\"}", 0);
	return c->on_body(c->arg, id, strlen(id), err);
}

/* The answer is the caller's to free, unless it fails. */
static int
ask(struct ir_docker *d, const struct call *c, struct ir_http_response *res,
    struct ir_err *err)
{
	char prefix[24];
	int rc;

	snprintf(prefix, sizeof(prefix), "/v%s", d->api);
	rc = perform(d, prefix, c, res, err);
	if (rc == -1)
		ir_http_response_free(res);
	return rc;
}

static int
call(struct ir_docker *d, const struct call *c, struct ir_err *err)
{
	struct ir_http_response res;

	if (c->path == NULL || ir_docker_hello(d, err) == -1)
		return -1;
	if (d->rehearse != NULL && strcmp(c->method, "GET") != 0)
		return rehearse(d, c, err);
	if (ask(d, c, &res, err) == -1)
		return -1;
	ir_http_response_free(&res);
	return 0;
}

static int
gather(void *arg, const void *p, size_t n, struct ir_err *err)
{
	struct ir_buf *b = arg;

	if (n > IR_MAX_JSON - b->len)
		return ir_fail(err, IR_EPROTO,
		    "the engine's answer is larger than %u bytes", IR_MAX_JSON);
	ir_buf_add(b, p, n);
	return ir_buf_ok(b, err);
}

static json_t *
parse(const struct call *c, const struct ir_buf *b, struct ir_err *err)
{
	json_t *doc;

	if (b->len == 0) {
		ir_fail(err, IR_EPROTO,
		    "the engine answered %s %s with nothing", c->method,
		    c->path);
		return NULL;
	}
	doc = ir_json_parse(b->p, b->len, "not JSON", err);
	if (doc == NULL) {
		ir_wrap(
		    err, "the engine's answer to %s %s", c->method, c->path);
		err->code = IR_EPROTO;
	}
	return doc;
}

static char *path_of(struct ir_err *err, const char *fmt, va_list ap)
    __attribute__((format(printf, 2, 0)));

static char *
path_of(struct ir_err *err, const char *fmt, va_list ap)
{
	char *path = NULL;

	if (vasprintf(&path, fmt, ap) == -1) {
		ir_fail_mem(err);
		return NULL;
	}
	return path;
}

json_t *
ir_docker_get(struct ir_docker *d, struct ir_err *err, const char *fmt, ...)
{
	ir_auto_buf struct ir_buf b = IR_BUF_INIT;
	ir_auto_free char *path = NULL;
	struct call c = {.method = "GET",
	    .total_ms = IR_DOCKER_CALL_MS,
	    .on_body = gather,
	    .arg = &b};
	va_list ap;

	va_start(ap, fmt);
	c.path = path = path_of(err, fmt, ap);
	va_end(ap);
	if (call(d, &c, err) == -1)
		return NULL;
	return parse(&c, &b, err);
}

static int
post(struct ir_docker *d, struct call *c, const json_t *body, json_t **out,
    struct ir_err *err)
{
	ir_auto_buf struct ir_buf b = IR_BUF_INIT;
	ir_auto_free char *text = NULL;

	if (out != NULL)
		*out = NULL;
	if (body != NULL) {
		if ((text = ir_json_line(body, err)) == NULL)
			return -1;
		c->body = text;
	}
	c->method = "POST";
	c->on_body = out != NULL ? gather : NULL;
	c->arg = &b;
	if (call(d, c, err) == -1)
		return -1;
	if (out == NULL || b.len == 0)
		return 0;
	return (*out = parse(c, &b, err)) != NULL ? 0 : -1;
}

int
ir_docker_post(struct ir_docker *d, const json_t *body, json_t **out,
    struct ir_err *err, const char *fmt, ...)
{
	struct call c = {.total_ms = IR_DOCKER_CALL_MS};
	ir_auto_free char *path = NULL;
	va_list ap;

	va_start(ap, fmt);
	c.path = path = path_of(err, fmt, ap);
	va_end(ap);
	return post(d, &c, body, out, err);
}

int
ir_docker_post_long(struct ir_docker *d, const json_t *body, json_t **out,
    struct ir_err *err, const char *fmt, ...)
{
	struct call c = {.total_ms = IR_DOCKER_LONG_MS};
	ir_auto_free char *path = NULL;
	va_list ap;

	va_start(ap, fmt);
	c.path = path = path_of(err, fmt, ap);
	va_end(ap);
	return post(d, &c, body, out, err);
}

int
ir_docker_delete(struct ir_docker *d, struct ir_err *err, const char *fmt, ...)
{
	struct call c = {.method = "DELETE", .total_ms = IR_DOCKER_LONG_MS};
	ir_auto_free char *path = NULL;
	va_list ap;

	va_start(ap, fmt);
	c.path = path = path_of(err, fmt, ap);
	va_end(ap);
	return call(d, &c, err);
}

int
ir_docker_stream(struct ir_docker *d, ir_http_body_fn fn, void *arg,
    struct ir_err *err, const char *fmt, ...)
{
	struct call c = {.method = "GET",
	    .stall_ms = IR_DOCKER_STALL_MS,
	    .on_body = fn,
	    .arg = arg};
	ir_auto_free char *path = NULL;
	va_list ap;

	va_start(ap, fmt);
	c.path = path = path_of(err, fmt, ap);
	va_end(ap);
	return call(d, &c, err);
}

char *
ir_docker_path_stat(
    struct ir_docker *d, struct ir_err *err, const char *fmt, ...)
{
	struct call c = {.method = "HEAD", .total_ms = IR_DOCKER_CALL_MS};
	struct ir_http_response res;
	ir_auto_free char *path = NULL;
	char *stat;
	va_list ap;

	va_start(ap, fmt);
	c.path = path = path_of(err, fmt, ap);
	va_end(ap);
	if (path == NULL || ir_docker_hello(d, err) == -1 ||
	    ask(d, &c, &res, err) == -1)
		return NULL;
	stat = res.path_stat;
	res.path_stat = NULL;
	ir_http_response_free(&res);
	if (stat == NULL)
		ir_fail(err, IR_EPROTO,
		    "the engine does not say what %s is (no "
		    "X-Docker-Container-Path-Stat)",
		    c.path);
	return stat;
}

int
ir_docker_talk(struct ir_docker *d, const json_t *body,
    struct ir_http_talk *talk, ir_http_body_fn fn, void *arg,
    struct ir_err *err, const char *fmt, ...)
{
	ir_auto_free char *path = NULL, *text = ir_json_line(body, err);
	struct call c = {.method = "POST",
	    .body = text,
	    .on_body = fn,
	    .arg = arg,
	    .talk = talk};
	va_list ap;

	if (text == NULL)
		return -1;
	va_start(ap, fmt);
	c.path = path = path_of(err, fmt, ap);
	va_end(ap);
	return call(d, &c, err);
}
