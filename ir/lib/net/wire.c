/* SPDX-License-Identifier: ISC
 *
 * Connections, and those over a unix socket: see wire.h.
 */
#include "net/wire.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/file.h"
#include "base/signal.h"
#include "base/time.h"

ssize_t
ir_wire_recv(struct ir_wire *w, void *p, size_t n)
{
	ssize_t got = recv(w->fd, p, n, MSG_DONTWAIT);

	if (got >= 0)
		return got;
	return errno == EAGAIN || errno == EINTR ? IR_WIRE_WAIT
						 : IR_WIRE_BROKEN;
}

ssize_t
ir_wire_send(struct ir_wire *w, const void *p, size_t n)
{
	ssize_t sent = send(w->fd, p, n, MSG_DONTWAIT | MSG_NOSIGNAL);

	if (sent >= 0)
		return sent;
	return errno == EAGAIN || errno == EINTR ? IR_WIRE_WAIT
						 : IR_WIRE_BROKEN;
}

static void
unix_close(struct ir_wire *w)
{
	close(w->fd);
	free(w);
}

static int
unix_failed(const struct ir_wire_to *to, int os, struct ir_err *err)
{
	switch (os) {
	case ENOENT:
	case ENOTDIR:
		return ir_fail(err, IR_EUNAVAIL,
		    "no engine at %s: the socket does not exist; is the "
		    "engine running? name another with -H",
		    to->where);
	case EACCES:
	case EPERM:
		return ir_fail(err, IR_EPERM,
		    "no permission to open %s: run as root, or as a member "
		    "of the socket's group",
		    to->where);
	case ECONNREFUSED:
		return ir_fail(err, IR_EUNAVAIL,
		    "no engine at %s: nobody listens there; is the engine "
		    "running? name another with -H",
		    to->where);
	default:
		return ir_fail(err, IR_EUNAVAIL, "no engine at %s: %s",
		    to->where, strerror(os));
	}
}

/* connect(2) waits while the other side's queue is full, a little each time. */
static int
unix_connect(int fd, const struct ir_wire_to *to, struct ir_err *err)
{
	uint64_t until = ir_mono_ns() + (uint64_t)to->ms * 1000000u, now;
	struct sockaddr_un sun = {.sun_family = AF_UNIX};

	strncpy(sun.sun_path, to->server->unix_path, sizeof(sun.sun_path) - 1);
	while ((now = ir_mono_ns()) < until) {
		uint64_t us = (until - now) / 1000u + 1;
		struct timeval wait = {.tv_usec = us < IR_WIRE_LOOK_MS * 1000
						      ? (long)us
						      : IR_WIRE_LOOK_MS * 1000};

		if (ir_interrupted())
			return ir_fail(err, IR_EINTR, "interrupted");
		setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof(wait));
		if (connect(fd, (const struct sockaddr *)&sun, sizeof(sun)) ==
		    0)
			return 0;
		if (errno != EAGAIN && errno != EINTR)
			return unix_failed(to, errno, err);
	}
	return ir_fail(err, IR_EUNAVAIL,
	    "the engine at %s takes no connection: it is too busy, or hangs",
	    to->where);
}

struct ir_wire *
ir_wire_unix(const struct ir_wire_to *to, struct ir_err *err)
{
	ir_auto_close int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct ir_wire *w;

	if (fd == -1) {
		ir_fail_errno(err, "cannot make a socket");
		return NULL;
	}
	if (unix_connect(fd, to, err) == -1)
		return NULL;
	if ((w = malloc(sizeof(*w))) == NULL) {
		ir_fail_mem(err);
		return NULL;
	}
	*w = (struct ir_wire){
	    .read = ir_wire_recv,
	    .write = ir_wire_send,
	    .close = unix_close,
	    .fd = fd,
	};
	fd = -1;
	return w;
}

struct ir_wire *
ir_wire_open(const struct ir_wire_to *to, struct ir_err *err)
{
	if (to->server->ssh != NULL)
		return ir_wire_ssh(to, err);
	if (to->server->unix_path != NULL)
		return ir_wire_unix(to, err);
	return ir_wire_curl(to, err);
}
