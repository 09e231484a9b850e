/* SPDX-License-Identifier: ISC
 *
 * What is inside http.h's handle, and one request and its answer over a wire
 * that is open; only for the files of this folder.
 */
#ifndef IR_NET_TRANSFER_H
#define IR_NET_TRANSFER_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/buf.h"
#include "net/answer.h"
#include "net/http.h"
#include "net/wire.h"

/* An engine writes an export in 32 KiB; a large buffer takes many at once. */
#define IR_HTTP_RECEIVE_BYTES (512u << 10)

struct ir_http {
	struct ir_http_server server; /* its strings are ours */
	char *where;                  /* as messages name it */
	struct ir_wire *wire;         /* NULL: none is open */
	char *received;               /* IR_HTTP_RECEIVE_BYTES */
};

/* One request under way. */
struct ir_http_transfer {
	struct ir_http *h;
	const struct ir_http_request *req;
	struct ir_http_response *res;
	struct ir_answer answer;
	struct ir_buf request, error_body;
	size_t sent;        /* bytes of request */
	uint64_t got, body; /* bytes of the answer, of its body */
	uint64_t start, last;
	bool keep;   /* the wire can be used again */
	bool again;  /* over a wire that was used before */
	bool ended;  /* the wire broke off */
	bool enough; /* the error body is as long as it may be */
};

/** ir_http_only_gets(req): whether asking twice changes no more than once. */
static inline bool
ir_http_only_gets(const struct ir_http_request *req)
{
	return strcmp(req->method, "GET") == 0 ||
	       strcmp(req->method, "HEAD") == 0;
}

/** ir_http_transfer(t, err): sends t->request over h->wire and takes the
 * answer: 0 when it is whole, or enough of it.  Fails as ir_http_do(). */
int ir_http_transfer(struct ir_http_transfer *t, struct ir_err *err);

#endif
