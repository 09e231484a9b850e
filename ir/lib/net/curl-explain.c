/* SPDX-License-Identifier: ISC
 *
 * libcurl's failures in words: see curl.h.
 */
#include <string.h>

#include "net/curl.h"

#define WANTED "it wants a client's certificate (DOCKER_CERT_PATH)"

/* What OpenSSL's reasons mean to a responder.  Go's servers say of every
 * certificate, and of none, that it is bad. */
static const struct {
	const char *reason, *words;
	const char *without; /* if we showed no certificate, or NULL */
} tls_words[] = {
    {"issuer certificate", "its certificate is not from that authority", NULL},
    {"self-signed", "its certificate is not from that authority", NULL},
    {"subject name", "its certificate is for another host", NULL},
    {"certificate required", WANTED, NULL},
    {"alert bad certificate",
	"it does not take our certificate: is that of its authority, in date, "
	"and for clients?",
	WANTED},
    {"alert certificate expired", "our certificate is out of date", NULL},
    {"alert unsupported certificate", "our certificate is not for clients",
	NULL},
    {"has expired",
	"its certificate is out of date, or the clock here is wrong", NULL},
    {"not yet valid",
	"its certificate is not valid yet, or the clock here is wrong", NULL},
    {"unknown ca", "it does not know our certificate's authority", NULL},
    {"private key", "the key does not fit, or needs a passphrase", NULL},
    {"wrong version number", "does it speak TLS there?", NULL},
    {"SSL_ERROR_SYSCALL", "does it speak TLS there?", NULL},
};

int
ir_curl_explain_tls(
    const char *where, bool known, const char *reason, struct ir_err *err)
{
	size_t n = sizeof(tls_words) / sizeof(tls_words[0]), i = 0;
	const char *words = "";

	while (i < n && strstr(reason, tls_words[i].reason) == NULL)
		i++;
	if (i < n)
		words = known || tls_words[i].without == NULL
			    ? tls_words[i].words
			    : tls_words[i].without;
	return ir_fail(err, IR_EUNAVAIL, "no TLS connection to %s: %s%s%s",
	    where, words, i < n ? ": " : "", reason);
}

int
ir_curl_explain(const struct ir_wire_to *to, CURLcode code, const char *reason,
    long os, struct ir_err *err)
{
	const char *peer = to->server->peer;

	switch (code) {
	case CURLE_COULDNT_CONNECT:
		return ir_fail(err, IR_EUNAVAIL,
		    "no %s at %s: %s; is it running, and does it listen "
		    "there?",
		    peer, to->where, os != 0 ? strerror((int)os) : reason);
	case CURLE_COULDNT_RESOLVE_HOST:
		return ir_fail(err, IR_EUNAVAIL,
		    "no %s at %s: the host name is not known", peer, to->where);
	case CURLE_OPERATION_TIMEDOUT:
		return ir_fail(err, IR_ETIMEOUT,
		    "no connection to %s within %g s", to->where,
		    (double)to->ms / 1e3);
	case CURLE_SSL_CONNECT_ERROR:
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CERTPROBLEM:
	case CURLE_SSL_CACERT_BADFILE:
	case CURLE_SSL_CIPHER:
	case CURLE_SSL_ISSUER_ERROR:
		return ir_curl_explain_tls(
		    to->where, to->server->cert != NULL, reason, err);
	case CURLE_OUT_OF_MEMORY:
		return ir_fail_mem(err);
	default:
		return ir_fail(err, IR_EUNAVAIL, "no connection to %s: %s",
		    to->where, reason);
	}
}
