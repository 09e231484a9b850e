/* SPDX-License-Identifier: ISC
 *
 * What is inside http.h's handle; only for the files of this folder.
 */
#ifndef IR_NET_TRANSFER_H
#define IR_NET_TRANSFER_H

#include <curl/curl.h>
#include <stdint.h>

#include "base/buf.h"
#include "net/http.h"

struct ir_http {
	CURL *easy;
	CURLM *multi;
	struct curl_slist *headers;
	struct curl_slist *typed; /* the same, of a body that is not JSON */
	char *where;              /* as messages name it */
	char *peer;               /* and what it is */
	char *unix_path, *origin, *ca, *cert, *key;
	bool verify;
	bool global; /* curl_global_init() was done */
	char reason[CURL_ERROR_SIZE];
};

/* One request under way. */
struct ir_http_transfer {
	struct ir_http *h;
	const struct ir_http_request *req;
	struct ir_http_response *res;
	struct ir_err *err;
	struct ir_buf error_body;
	size_t head;   /* bytes of header */
	uint64_t body; /* bytes of body */
	uint64_t start, last;
	bool failed; /* err is set */
	bool enough; /* the error body is as long as it may be */
};

/** ir_http_connect_ms(req): the deadline for the connection. */
static inline long
ir_http_connect_ms(const struct ir_http_request *req)
{
	return req->connect_ms != 0 ? req->connect_ms : 10000;
}

/** ir_http_explain(t, code, err): libcurl's error in words that a responder
 * understands at 3 a.m.; returns -1. */
int ir_http_explain(
    const struct ir_http_transfer *t, CURLcode code, struct ir_err *err);

#endif
