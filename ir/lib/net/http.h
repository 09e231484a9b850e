/* SPDX-License-Identifier: ISC
 *
 * HTTP/1.1 to one server, over a unix socket, TCP, TLS, or ssh (wire.h).  Every
 * request has deadlines; a body is handed on as it arrives, never gathered.
 *
 * The server is spoken to directly: no proxy of the environment is used, and no
 * redirect followed.  What is not GET or HEAD is sent once and never repeated.
 * Handles share nothing: each thread may have one of its own.  The program must
 * ignore SIGPIPE (ir_signal_setup() does).
 */
#ifndef IR_NET_HTTP_H
#define IR_NET_HTTP_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

struct ir_http;

struct ir_http_server {
	const char *unix_path; /* a unix socket, or NULL */
	const char *ssh;       /* ssh.h's URL, or NULL */
	const char *origin;    /* "http://host:port" or "https://...";
				* "http://localhost" with the two above */
	const char *ca;        /* PEM files for TLS, or NULL */
	const char *cert;
	const char *key;
	bool verify;      /* the server's certificate and name; with ca NULL by
			   * the system's authorities */
	const char *peer; /* what it is, for messages; NULL: "engine" */
};

/** ir_http_new(server, err): a connection that is opened when first needed;
 * strings are copied.  Freed by ir_http_free(). */
struct ir_http *ir_http_new(
    const struct ir_http_server *server, struct ir_err *err);
void ir_http_free(struct ir_http *h); /* NULL is fine */

/* Takes a piece of a body; -1 with err set stops the transfer. */
typedef int (*ir_http_body_fn)(
    void *arg, const void *p, size_t n, struct ir_err *err);

/* A conversation: a body that the server ends with the connection, while what
 * is sent to it goes the other way. */
struct ir_http_talk {
	int fd; /* of what is to be sent: polled; -1: nothing (any more) */
	/* fd can be read: puts at most room bytes that are to be sent at p;
	 * none, if that was the end, which the server is told by a half-closed
	 * connection. */
	int (*more)(struct ir_http_talk *, void *p, size_t room, size_t *n,
	    struct ir_err *err);
	/* Called every now and then, and after each signal; or NULL. */
	void (*tick)(struct ir_http_talk *);
};

struct ir_http_request {
	const char *method; /* "GET", "POST", "DELETE", "PUT", "HEAD" */
	const char *path;   /* "/v1.41/containers/json?all=1" */
	const char *body;   /* or NULL */
	const char *type;   /* its media type, with body_len bytes; NULL:
			     * it is a JSON document, up to its NUL */
	size_t body_len;
	long connect_ms;         /* deadlines; 0 is the default of 10 s ... */
	long total_ms;           /* ... 0: none for the whole */
	long stall_ms;           /* ... 0: none; else fails when not one byte
				  * arrives for that long */
	bool may_stop;           /* a signal ends it, as it does a GET: nothing
				  * is changed over there */
	ir_http_body_fn on_body; /* for status 2xx; NULL drops the body */
	void *arg;
	struct ir_http_talk *talk; /* or NULL */
};

struct ir_http_response {
	long status;
	char api_version[16];    /* header Api-Version, "" if absent */
	char libpod_version[16]; /* header Libpod-Api-Version */
	char server[64];         /* header Server */
	char type[64];           /* header Content-Type */
	char *path_stat;         /* header X-Docker-Container-Path-Stat, NULL if
				  * absent */
	char *error_body;        /* for other than 2xx: at most
				  * IR_MAX_ERROR_BODY bytes, NUL-terminated */
	double ms;               /* how long it took */
};

/** ir_http_do(h, req, res, err): 0 for every complete answer, whatever its
 * status; ir_http_response_free() after it, in any case.  Failures:
 * IR_EUNAVAIL nobody listens, the socket or host is absent, TLS does not come
 * about; IR_EPERM the socket may not be opened,
 * or ssh is not let in; IR_ETIMEOUT a deadline;
 * IR_EPROTO the answer broke off or is not HTTP; IR_EINTR interrupted, but only
 * GET, HEAD and what may_stop are once they are sent; and whatever on_body
 * failed with. */
int ir_http_do(struct ir_http *h, const struct ir_http_request *req,
    struct ir_http_response *res, struct ir_err *err);
void ir_http_response_free(struct ir_http_response *res);

#endif
