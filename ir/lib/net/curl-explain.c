/* SPDX-License-Identifier: ISC
 *
 * libcurl's failures in words: see curl.h.
 */
#include <string.h>

#include "net/curl.h"

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

int
ir_curl_explain_tls(const char *where, const char *reason, struct ir_err *err)
{
	size_t n = sizeof(tls_words) / sizeof(tls_words[0]), i = 0;

	while (i < n && strstr(reason, tls_words[i].reason) == NULL)
		i++;
	return ir_fail(err, IR_EUNAVAIL, "no TLS connection to %s: %s%s%s",
	    where, i < n ? tls_words[i].words : "", i < n ? ": " : "", reason);
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
		return ir_curl_explain_tls(to->where, reason, err);
	case CURLE_OUT_OF_MEMORY:
		return ir_fail_mem(err);
	default:
		return ir_fail(err, IR_EUNAVAIL, "no connection to %s: %s",
		    to->where, reason);
	}
}
