/* SPDX-License-Identifier: ISC
 *
 * Failed transfers in words: see transfer.h.
 */
#include "net/transfer.h"

#include <errno.h>
#include <string.h>

static int
fail_unix(const struct ir_http *h, long os, struct ir_err *err)
{
	switch (os) {
	case ENOENT:
	case ENOTDIR:
		return ir_fail(err, IR_EUNAVAIL,
		    "no engine at %s: the socket does not exist; is the "
		    "engine running? name another with -H",
		    h->where);
	case EACCES:
	case EPERM:
		return ir_fail(err, IR_EPERM,
		    "no permission to open %s: run as root, or as a member "
		    "of the socket's group",
		    h->where);
	case ECONNREFUSED:
		return ir_fail(err, IR_EUNAVAIL,
		    "no engine at %s: nobody listens there; is the engine "
		    "running? name another with -H",
		    h->where);
	case 0: /* the kernel's queue for it is full */
	case EAGAIN:
		return ir_fail(err, IR_EUNAVAIL,
		    "the engine at %s takes no connection: it is too busy, or "
		    "hangs",
		    h->where);
	default:
		return ir_fail(err, IR_EUNAVAIL, "no engine at %s: %s",
		    h->where, strerror((int)os));
	}
}

static int
fail_connect(const struct ir_http *h, struct ir_err *err)
{
	long os = 0;

	curl_easy_getinfo(h->easy, CURLINFO_OS_ERRNO, &os);
	if (h->unix_path != NULL)
		return fail_unix(h, os, err);
	return ir_fail(err, IR_EUNAVAIL,
	    "no %s at %s: %s; is it running, and does it listen there?",
	    h->peer, h->where, os != 0 ? strerror((int)os) : h->reason);
}

/* What OpenSSL's reasons mean to a responder. */
static const struct {
	const char *reason, *words;
} tls_words[] = {
    {"issuer certificate", "its certificate is not from that authority"},
    {"self-signed", "its certificate is not from that authority"},
    {"subject name", "its certificate is for another host"},
    {"certificate required",
	"it wants a client's certificate (DOCKER_CERT_PATH)"},
    {"unknown ca", "it does not know our certificate's authority"},
    {"private key", "the key does not fit, or needs a passphrase"},
    {"wrong version number", "does it speak TLS there?"},
    {"SSL_ERROR_SYSCALL", "does it speak TLS there?"},
};

static int
fail_tls(const struct ir_http *h, struct ir_err *err)
{
	size_t n = sizeof(tls_words) / sizeof(tls_words[0]), i = 0;

	while (i < n && strstr(h->reason, tls_words[i].reason) == NULL)
		i++;
	return ir_fail(err, IR_EUNAVAIL, "no TLS connection to %s: %s%s%s",
	    h->where, i < n ? tls_words[i].words : "", i < n ? ": " : "",
	    h->reason);
}

/* The connection ended.  With TLS 1.3 a server refuses a client's certificate
 * only after the client took the handshake for done. */
static int
fail_ended(const struct ir_http_transfer *t, struct ir_err *err)
{
	const struct ir_http *h = t->h;

	if (t->head == 0 && strstr(h->reason, "SSL") != NULL)
		return fail_tls(h, err);
	if (t->head == 0)
		return ir_fail(err, IR_EPROTO,
		    "%s closed the connection without an answer to %s %s%s",
		    h->where, t->req->method, t->req->path,
		    h->cert != NULL ? "; does it take our certificate?" : "");
	return ir_fail(err, IR_EPROTO,
	    "%s broke off in the middle of its answer to %s %s, after %llu "
	    "bytes",
	    h->where, t->req->method, t->req->path,
	    (unsigned long long)t->body);
}

int
ir_http_explain(
    const struct ir_http_transfer *t, CURLcode code, struct ir_err *err)
{
	const struct ir_http *h = t->h;
	const char *why =
	    h->reason[0] != '\0' ? h->reason : curl_easy_strerror(code);

	switch (code) {
	case CURLE_COULDNT_CONNECT:
		return fail_connect(h, err);
	case CURLE_COULDNT_RESOLVE_HOST:
		return ir_fail(err, IR_EUNAVAIL,
		    "no %s at %s: the host name is not known", h->peer,
		    h->where);
	case CURLE_OPERATION_TIMEDOUT:
		return ir_fail(err, IR_ETIMEOUT,
		    "no connection to %s within %g s", h->where,
		    (double)ir_http_connect_ms(t->req) / 1e3);
	case CURLE_SSL_CONNECT_ERROR:
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CERTPROBLEM:
	case CURLE_SSL_CACERT_BADFILE:
	case CURLE_SSL_CIPHER:
	case CURLE_SSL_ISSUER_ERROR:
		return fail_tls(h, err);
	case CURLE_PARTIAL_FILE:
	case CURLE_GOT_NOTHING:
	case CURLE_RECV_ERROR:
	case CURLE_SEND_ERROR:
		return fail_ended(t, err);
	case CURLE_OUT_OF_MEMORY:
		return ir_fail_mem(err);
	case CURLE_UNSUPPORTED_PROTOCOL:
	case CURLE_WEIRD_SERVER_REPLY:
		return ir_fail(err, IR_EPROTO,
		    "%s does not speak HTTP as it should (%s): %s", h->where,
		    h->peer, why);
	default:
		return ir_fail(err, IR_EPROTO, "%s: %s %s: %s", h->where,
		    t->req->method, t->req->path, why);
	}
}
