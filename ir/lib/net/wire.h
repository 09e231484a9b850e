/* SPDX-License-Identifier: ISC
 *
 * A connection: bytes in both directions, whatever carries them (a unix socket,
 * TCP, TLS, the standard input and output of a program).  HTTP is spoken over
 * one of these.  Nothing here waits, but for the opening.
 */
#ifndef IR_NET_WIRE_H
#define IR_NET_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/err.h"
#include "net/http.h"

/* The longest wait before looking again whether a signal has come just before
 * the wait began. */
#define IR_WIRE_LOOK_MS 200

/* What read and write give beside a count. */
enum {
	IR_WIRE_WAIT = -1,   /* nothing can be done now: poll fd */
	IR_WIRE_BROKEN = -2, /* the connection is lost */
};

struct ir_wire {
	/* Takes at most n bytes, n > 0: how many came; 0 is an orderly end. */
	ssize_t (*read)(struct ir_wire *, void *p, size_t n);
	/* Sends at most n bytes, n > 0: how many went. */
	ssize_t (*write)(struct ir_wire *, const void *p, size_t n);
	/* After an end or a break, before any answer: -1 with err set to the
	 * whole of the message if the wire knows why, else 0.  NULL: never. */
	int (*why)(struct ir_wire *, struct ir_err *err);
	/* Ends the connection and releases the wire. */
	void (*close)(struct ir_wire *);
	int fd;             /* to poll */
	bool costly;        /* opening one takes longer than many a request */
	const char *advice; /* if what comes is no HTTP, or NULL */
};

/* Where to, for the openers below: the server, and its name in messages. */
struct ir_wire_to {
	const struct ir_http_server *server;
	const char *where;
	long ms; /* a deadline for the opening, > 0 */
};

/** ir_wire_open(to, err): by the one of the ways below that the server is
 * reached by.  IR_EUNAVAIL nobody is there; IR_EPERM the socket may not be
 * opened; IR_ETIMEOUT; IR_EINTR. */
struct ir_wire *ir_wire_open(const struct ir_wire_to *to, struct ir_err *err);

/** ir_wire_unix(to, err): the unix socket server->unix_path. */
struct ir_wire *ir_wire_unix(const struct ir_wire_to *to, struct ir_err *err);

/** ir_wire_curl(to, err): server->origin over TCP, or TLS, by libcurl, which
 * is loaded by the first one. */
struct ir_wire *ir_wire_curl(const struct ir_wire_to *to, struct ir_err *err);

/** ir_wire_ssh(to, err): server->ssh, by ssh(1). */
struct ir_wire *ir_wire_ssh(const struct ir_wire_to *to, struct ir_err *err);

/* read and write of a wire whose fd is a socket. */
ssize_t ir_wire_recv(struct ir_wire *w, void *p, size_t n);
ssize_t ir_wire_send(struct ir_wire *w, const void *p, size_t n);

#endif
