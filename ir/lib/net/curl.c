/* SPDX-License-Identifier: ISC
 *
 * Connections over TCP and TLS: see wire.h and curl.h.
 */
#include "net/curl.h"

#include <stdlib.h>
#include <string.h>

#include "base/signal.h"

struct curl_wire {
	struct ir_wire wire;
	const struct ir_curl *lib;
	CURL *easy;
	CURLM *multi;
	char *where;
	bool known; /* we show a certificate */
	char reason[CURL_ERROR_SIZE];
	char alert[CURL_ERROR_SIZE]; /* what TLS said last, once it is open */
};

static struct curl_wire *
of(struct ir_wire *w)
{
	return (struct curl_wire *)w;
}

static ssize_t
result(CURLcode code, size_t n)
{
	if (code == CURLE_AGAIN)
		return IR_WIRE_WAIT;
	return code == CURLE_OK ? (ssize_t)n : IR_WIRE_BROKEN;
}

static ssize_t
curl_read(struct ir_wire *w, void *p, size_t n)
{
	size_t got = 0;
	CURLcode code = of(w)->lib->easy_recv(of(w)->easy, p, n, &got);

	return result(code, got);
}

static ssize_t
curl_write(struct ir_wire *w, const void *p, size_t n)
{
	size_t sent = 0;
	CURLcode code = of(w)->lib->easy_send(of(w)->easy, p, n, &sent);

	return result(code, sent);
}

/* libcurl's buffer for errors keeps the first one, which is that a write failed
 * if the server has hung up; the alert that it sent before is read after it. */
static int
on_talk(CURL *easy, curl_infotype type, char *p, size_t n, void *arg)
{
	struct curl_wire *c = arg;

	(void)easy;
	if (type != CURLINFO_TEXT || n >= sizeof(c->alert) ||
	    (memmem(p, n, "SSL_read", 8) == NULL &&
		memmem(p, n, "alert", 5) == NULL))
		return 0;
	memcpy(c->alert, p, n);
	while (n > 0 && c->alert[n - 1] == '\n')
		n--;
	c->alert[n] = '\0';
	return 0;
}

/* With TLS 1.3 a server refuses a client's certificate only after the client
 * took the handshake for done. */
static int
curl_why(struct ir_wire *w, struct ir_err *err)
{
	if (of(w)->alert[0] == '\0')
		return 0;
	return ir_curl_explain_tls(
	    of(w)->where, of(w)->known, of(w)->alert, err);
}

static void
curl_close(struct ir_wire *w)
{
	struct curl_wire *c = of(w);

	if (c->multi != NULL && c->easy != NULL)
		c->lib->multi_remove_handle(c->multi, c->easy);
	if (c->easy != NULL)
		c->lib->easy_cleanup(c->easy);
	if (c->multi != NULL)
		c->lib->multi_cleanup(c->multi);
	free(c->where);
	free(c);
}

#define SET(option, value) \
	(c->lib->easy_setopt(c->easy, CURLOPT_##option, value) == CURLE_OK)

/* A proxy from the environment would see, and could change, the evidence.  An
 * empty passphrase keeps OpenSSL from asking on the terminal.  The file of
 * authorities, if there is one, stands alone: without clearing CAPATH, the
 * system's would be trusted beside it. */
static bool
set_up(struct curl_wire *c, const struct ir_wire_to *to)
{
	const struct ir_http_server *s = to->server;

	return SET(CONNECT_ONLY, 1L) && SET(URL, s->origin) && SET(PROXY, "") &&
	       SET(NOPROXY, "*") && SET(NOSIGNAL, 1L) &&
#if LIBCURL_VERSION_NUM >= 0x075500
	       SET(PROTOCOLS_STR, "http,https") &&
#else
	       SET(PROTOCOLS, (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS)) &&
#endif
	       SET(CONNECTTIMEOUT_MS, to->ms) &&
	       SET(HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1) &&
	       SET(SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2) &&
	       SET(SSL_VERIFYPEER, s->verify ? 1L : 0L) &&
	       SET(SSL_VERIFYHOST, s->verify ? 2L : 0L) &&
	       (s->ca == NULL || (SET(CAINFO, s->ca) && SET(CAPATH, NULL))) &&
	       (s->cert == NULL || SET(SSLCERT, s->cert)) &&
	       (s->key == NULL ||
		   (SET(SSLKEY, s->key) && SET(KEYPASSWD, ""))) &&
	       SET(ERRORBUFFER, c->reason);
}

static int
failed(struct curl_wire *c, const struct ir_wire_to *to, CURLcode code,
    struct ir_err *err)
{
	long os = 0;

	c->lib->easy_getinfo(c->easy, CURLINFO_OS_ERRNO, &os);
	return ir_curl_explain(to, code,
	    c->reason[0] != '\0' ? c->reason : c->lib->easy_strerror(code), os,
	    err);
}

/* The easy handle stays in the multi one: only there libcurl finds its
 * connection again. */
static int
drive(struct curl_wire *c, const struct ir_wire_to *to, struct ir_err *err)
{
	int running = 1, left;
	curl_socket_t fd = CURL_SOCKET_BAD;
	CURLMsg *msg;

	if (c->lib->multi_add_handle(c->multi, c->easy) != CURLM_OK)
		return ir_fail(err, IR_EINTERNAL, "libcurl failed");
	while (running) {
		if (ir_interrupted())
			return ir_fail(err, IR_EINTR, "interrupted");
		if (c->lib->multi_perform(c->multi, &running) != CURLM_OK)
			return ir_fail(err, IR_EINTERNAL, "libcurl failed");
		if (running)
			c->lib->multi_poll(
			    c->multi, NULL, 0, IR_WIRE_LOOK_MS, NULL);
	}
	msg = c->lib->multi_info_read(c->multi, &left);
	if (msg == NULL)
		return ir_fail(err, IR_EINTERNAL, "libcurl lost a connection");
	if (msg->data.result != CURLE_OK)
		return failed(c, to, msg->data.result, err);
	c->lib->easy_getinfo(c->easy, CURLINFO_ACTIVESOCKET, &fd);
	if (fd == CURL_SOCKET_BAD)
		return ir_fail(err, IR_EINTERNAL, "libcurl lost a connection");
	c->wire.fd = fd;
	return SET(DEBUGFUNCTION, on_talk) && SET(DEBUGDATA, c) &&
		       SET(VERBOSE, 1L)
		   ? 0
		   : ir_fail(err, IR_EINTERNAL, "libcurl lacks an option");
}

static int
start(struct curl_wire *c, const struct ir_wire_to *to, struct ir_err *err)
{
	c->easy = c->lib->easy_init();
	c->multi = c->lib->multi_init();
	c->where = strdup(to->where);
	c->known = to->server->cert != NULL;
	if (c->easy == NULL || c->multi == NULL || c->where == NULL)
		return ir_fail_mem(err);
	if (!set_up(c, to))
		return ir_fail(err, IR_EINTERNAL, "%s: libcurl lacks an option",
		    to->where);
	return drive(c, to, err);
}

struct ir_wire *
ir_wire_curl(const struct ir_wire_to *to, struct ir_err *err)
{
	const struct ir_curl *lib = ir_curl(err);
	struct curl_wire *c;

	if (lib == NULL)
		return NULL;
	if ((c = calloc(1, sizeof(*c))) == NULL) {
		ir_fail_mem(err);
		return NULL;
	}
	c->lib = lib;
	c->wire = (struct ir_wire){
	    .read = curl_read,
	    .write = curl_write,
	    .why = curl_why,
	    .close = curl_close,
	};
	if (start(c, to, err) == 0)
		return &c->wire;
	curl_close(&c->wire);
	return NULL;
}
