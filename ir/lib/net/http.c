/* SPDX-License-Identifier: ISC
 *
 * HTTP: see http.h.  libcurl's multi interface drives one easy handle, so that
 * deadlines are exact to the millisecond and an interruption ends the wait.
 */
#include "net/http.h"

#include <string.h>
#include <strings.h>
#include <sys/un.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/signal.h"
#include "base/time.h"
#include "net/transfer.h"

/* The longest wait before looking again whether a signal has come just before
 * the wait began. */
#define LOOK_MS 200

/* What libcurl allows at most; an engine writes an export in 32 KiB. */
#define RECEIVE_BYTES (512L << 10)

static bool
copy(char **to, const char *from)
{
	return from == NULL || (*to = strdup(from)) != NULL;
}

static int
fill(struct ir_http *h, const struct ir_http_server *server, struct ir_err *err)
{
	struct sockaddr_un sun;

	if (server->unix_path != NULL &&
	    strlen(server->unix_path) >= sizeof(sun.sun_path))
		return ir_fail(err, IR_EUSAGE,
		    "unix://%s: a socket's path has at most %zu bytes; "
		    "name it by a shorter one, such as a symbolic link",
		    server->unix_path, sizeof(sun.sun_path) - 1);
	h->where = server->unix_path != NULL
		       ? ir_asprintf(err, "unix://%s", server->unix_path)
		       : ir_asprintf(err, "%s", server->origin);
	h->verify = server->verify;
	if (h->where == NULL ||
	    !copy(&h->peer, server->peer != NULL ? server->peer : "engine") ||
	    !copy(&h->unix_path, server->unix_path) ||
	    !copy(&h->origin, server->origin) || !copy(&h->ca, server->ca) ||
	    !copy(&h->cert, server->cert) || !copy(&h->key, server->key))
		return ir_fail_mem(err);
	return 0;
}

/* No "Expect: 100-continue": a server may wait with its answer to that. */
static struct curl_slist *
headers_for(const char *type)
{
	struct curl_slist *list = curl_slist_append(NULL, "Expect:");
	struct ir_err err;
	ir_auto_free char *line = ir_asprintf(&err, "Content-Type: %s", type);

	if (list != NULL && line != NULL &&
	    curl_slist_append(list, line) != NULL)
		return list;
	curl_slist_free_all(list);
	return NULL;
}

struct ir_http *
ir_http_new(const struct ir_http_server *server, struct ir_err *err)
{
	struct ir_http *h = calloc(1, sizeof(*h));

	if (h == NULL) {
		ir_fail_mem(err);
		return NULL;
	}
	if (fill(h, server, err) == -1) {
		ir_http_free(h);
		return NULL;
	}
	h->global = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
	if (h->global) {
		h->easy = curl_easy_init();
		h->multi = curl_multi_init();
		h->headers = headers_for("application/json");
	}
	if (h->easy == NULL || h->multi == NULL || h->headers == NULL) {
		ir_fail(err, IR_EINTERNAL, "cannot start libcurl");
		ir_http_free(h);
		return NULL;
	}
	return h;
}

void
ir_http_free(struct ir_http *h)
{
	if (h == NULL)
		return;
	curl_easy_cleanup(h->easy);
	curl_multi_cleanup(h->multi);
	curl_slist_free_all(h->headers);
	curl_slist_free_all(h->typed);
	if (h->global)
		curl_global_cleanup();
	free(h->where);
	free(h->peer);
	free(h->unix_path);
	free(h->origin);
	free(h->ca);
	free(h->cert);
	free(h->key);
	free(h);
}

/* The value of the header line if it is the named one. */
static void
take_header(
    const char *line, size_t n, const char *name, char *out, size_t size)
{
	size_t skip = strlen(name);

	if (n <= skip || strncasecmp(line, name, skip) != 0 ||
	    line[skip] != ':')
		return;
	for (skip++; skip < n && (line[skip] == ' ' || line[skip] == '\t');)
		skip++;
	while (n > skip && (line[n - 1] == '\n' || line[n - 1] == '\r' ||
			       line[n - 1] == ' '))
		n--;
	if (n - skip >= size)
		return;
	memcpy(out, line + skip, n - skip);
	out[n - skip] = '\0';
}

static size_t
on_header(char *line, size_t one, size_t n, void *arg)
{
	struct ir_http_transfer *t = arg;
	struct ir_http_response *r = t->res;

	(void)one;
	t->last = ir_mono_ns();
	t->head += n;
	if (t->head > IR_MAX_HTTP_HEAD) {
		ir_fail(t->err, IR_EPROTO,
		    "%s: more than %u bytes of header in the answer to %s %s",
		    t->h->where, IR_MAX_HTTP_HEAD, t->req->method,
		    t->req->path);
		t->failed = true;
		return 0;
	}
	take_header(
	    line, n, "Api-Version", r->api_version, sizeof(r->api_version));
	take_header(line, n, "Libpod-Api-Version", r->libpod_version,
	    sizeof(r->libpod_version));
	take_header(line, n, "Server", r->server, sizeof(r->server));
	take_header(line, n, "Content-Type", r->type, sizeof(r->type));
	return n;
}

static size_t
on_error_body(struct ir_http_transfer *t, const char *p, size_t n)
{
	size_t room = IR_MAX_ERROR_BODY - t->error_body.len;

	ir_buf_add(&t->error_body, p, n < room ? n : room);
	t->enough = n > room;
	return t->enough ? 0 : n;
}

static size_t
on_body(char *p, size_t one, size_t n, void *arg)
{
	struct ir_http_transfer *t = arg;
	const struct ir_http_request *req = t->req;
	long status = 0;

	(void)one;
	curl_easy_getinfo(t->h->easy, CURLINFO_RESPONSE_CODE, &status);
	if (status < 200 || status > 299) {
		t->last = ir_mono_ns();
		return on_error_body(t, p, n);
	}
	t->body += n;
	if (req->on_body != NULL &&
	    req->on_body(req->arg, p, n, t->err) == -1) {
		t->failed = true;
		return 0;
	}
	/* Our own slowness in on_body is not the engine's stall. */
	t->last = ir_mono_ns();
	return n;
}

#define SET(option, value) \
	(curl_easy_setopt(h->easy, CURLOPT_##option, value) == CURLE_OK)

/* A proxy from the environment would see, and could change, the evidence; a
 * redirect could lead anywhere: neither is followed.  An empty passphrase
 * keeps OpenSSL from asking on the terminal.  The file of authorities, if
 * there is one, stands alone: without clearing CAPATH, the system's would be
 * trusted beside it. */
static bool
set_server(struct ir_http *h)
{
	return SET(UNIX_SOCKET_PATH, h->unix_path) && SET(PROXY, "") &&
	       SET(NOPROXY, "*") && SET(NOSIGNAL, 1L) &&
#if LIBCURL_VERSION_NUM >= 0x075500
	       SET(PROTOCOLS_STR, "http,https") &&
#else
	       SET(PROTOCOLS, (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS)) &&
#endif
	       SET(FOLLOWLOCATION, 0L) && SET(PATH_AS_IS, 1L) &&
	       SET(HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1) &&
	       SET(SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2) &&
	       SET(SSL_VERIFYPEER, h->verify ? 1L : 0L) &&
	       SET(SSL_VERIFYHOST, h->verify ? 2L : 0L) &&
	       (h->ca == NULL || (SET(CAINFO, h->ca) && SET(CAPATH, NULL))) &&
	       (h->cert == NULL || SET(SSLCERT, h->cert)) &&
	       (h->key == NULL || (SET(SSLKEY, h->key) && SET(KEYPASSWD, "")));
}

/* libcurl repeats a request when a connection that it used before ends
 * without an answer.  What changes the target must not be done twice, so only
 * GET and HEAD use a connection again. */
static bool
set_method(struct ir_http *h, const struct ir_http_request *req)
{
	bool get = strcmp(req->method, "GET") == 0;
	bool head = strcmp(req->method, "HEAD") == 0;
	const struct curl_slist *headers = h->headers;

	if (get || head)
		return head ? SET(NOBODY, 1L) : SET(HTTPGET, 1L);
	if (strcmp(req->method, "DELETE") != 0 &&
	    !(SET(POST, 1L) &&
		SET(POSTFIELDS, req->body != NULL ? req->body : "")))
		return false;
	if (req->type != NULL) {
		curl_slist_free_all(h->typed);
		headers = h->typed = headers_for(req->type);
		if (headers == NULL ||
		    !SET(POSTFIELDSIZE_LARGE, (curl_off_t)req->body_len))
			return false;
	}
	return SET(CUSTOMREQUEST, req->method) && SET(FRESH_CONNECT, 1L) &&
	       SET(HTTPHEADER, headers);
}

static int
set_up(struct ir_http *h, struct ir_http_transfer *t, struct ir_err *err)
{
	ir_auto_free char *url =
	    ir_asprintf(err, "%s%s", h->origin, t->req->path);

	if (url == NULL)
		return -1;
	curl_easy_reset(h->easy);
	h->reason[0] = '\0';
	if (!set_server(h) || !set_method(h, t->req) || !SET(URL, url) ||
	    !SET(USERAGENT, "ir-tools") || !SET(BUFFERSIZE, RECEIVE_BYTES) ||
	    !SET(CONNECTTIMEOUT_MS, ir_http_connect_ms(t->req)) ||
	    !SET(ERRORBUFFER, h->reason) || !SET(HEADERFUNCTION, on_header) ||
	    !SET(HEADERDATA, t) || !SET(WRITEFUNCTION, on_body) ||
	    !SET(WRITEDATA, t))
		return ir_fail(
		    err, IR_EINTERNAL, "%s: libcurl lacks an option", url);
	return 0;
}

static bool
passed(uint64_t now, uint64_t since, long ms)
{
	return ms != 0 && now - since >= (uint64_t)ms * 1000000u;
}

static bool
only_reads(const struct ir_http_request *req)
{
	return req->may_stop || strcmp(req->method, "GET") == 0 ||
	       strcmp(req->method, "HEAD") == 0;
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
	uint64_t now = ir_mono_ns(), ms = LOOK_MS, left;
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

/* Drives the transfer to its end, or gives it up. */
static int
drive(struct ir_http_transfer *t, struct ir_err *err)
{
	struct ir_http *h = t->h;
	int running = 1, left;
	CURLMsg *msg;

	while (running) {
		if (curl_multi_perform(h->multi, &running) != CURLM_OK)
			return ir_fail(err, IR_EINTERNAL, "libcurl failed");
		if (!running)
			break;
		if (look(t, err) == -1)
			return -1;
		curl_multi_poll(h->multi, NULL, 0, wait_ms(t), NULL);
	}
	msg = curl_multi_info_read(h->multi, &left);
	if (t->failed)
		return -1;
	if (msg == NULL)
		return ir_fail(err, IR_EINTERNAL, "libcurl lost a transfer");
	if (msg->data.result != CURLE_OK && !t->enough)
		return ir_http_explain(t, msg->data.result, err);
	return 0;
}

int
ir_http_do(struct ir_http *h, const struct ir_http_request *req,
    struct ir_http_response *res, struct ir_err *err)
{
	struct ir_http_transfer t = {
	    .h = h, .req = req, .res = res, .err = err};
	int rc;

	memset(res, 0, sizeof(*res));
	if (ir_interrupted())
		return ir_fail(err, IR_EINTR, "interrupted");
	if (set_up(h, &t, err) == -1)
		return -1;
	if (curl_multi_add_handle(h->multi, h->easy) != CURLM_OK)
		return ir_fail(err, IR_EINTERNAL, "libcurl failed");
	t.start = t.last = ir_mono_ns();
	rc = drive(&t, err);
	res->ms = (double)(ir_mono_ns() - t.start) / 1e6;
	curl_easy_getinfo(h->easy, CURLINFO_RESPONSE_CODE, &res->status);
	curl_multi_remove_handle(h->multi, h->easy);
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
	res->error_body = NULL;
}
