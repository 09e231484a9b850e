/* SPDX-License-Identifier: ISC
 *
 * libcurl, of which only the connecting is used: TCP and TLS.  It and its
 * thirty libraries take longer to load than a request to a local engine, so no
 * program is linked with it.
 */
#ifndef IR_NET_CURL_H
#define IR_NET_CURL_H

#include <curl/curl.h>

#include "base/err.h"
#include "net/wire.h"

#define IR_CURL_FUNCTIONS(X)   \
	X(easy_init)           \
	X(easy_setopt)         \
	X(easy_getinfo)        \
	X(easy_strerror)       \
	X(easy_recv)           \
	X(easy_send)           \
	X(easy_cleanup)        \
	X(multi_init)          \
	X(multi_add_handle)    \
	X(multi_remove_handle) \
	X(multi_perform)       \
	X(multi_poll)          \
	X(multi_info_read)     \
	X(multi_cleanup)

/* curl_easy_init and so on. */
struct ir_curl {
#define IR_CURL_MEMBER(name) __typeof__(&curl_##name) name;
	IR_CURL_FUNCTIONS(IR_CURL_MEMBER)
#undef IR_CURL_MEMBER
};

/** ir_curl(err): the library, loaded for good by the first call, by whatever
 * thread; NULL, and IR_EUNAVAIL, if it cannot be. */
const struct ir_curl *ir_curl(struct ir_err *err);

/** ir_curl_explain(to, code, reason, os, err): libcurl's error in words that a
 * responder understands at 3 a.m.; returns -1.  reason is its own, os the errno
 * or 0. */
int ir_curl_explain(const struct ir_wire_to *to, CURLcode code,
    const char *reason, long os, struct ir_err *err);

/** ir_curl_explain_tls(where, known, reason, err): the same for a failure of
 * TLS; known: we showed a certificate. */
int ir_curl_explain_tls(
    const char *where, bool known, const char *reason, struct ir_err *err);

#endif
