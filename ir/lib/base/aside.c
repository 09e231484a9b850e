/* SPDX-License-Identifier: ISC
 *
 * Work in a process of its own: see aside.h.
 *
 * The child sends frames over a socket: a header, and bytes.  It waits for an
 * answer to all but WRITE, so that what it is told is what the caller's sink
 * said; a write that fails there ends it.
 */
#include "base/aside.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/signal.h"
#include "base/time.h"

/* The most bytes in a frame, and the most files that are open at a time. */
#define MAX_FRAME (256u << 10)
#define MAX_OPEN  16u

/* How long one that was killed, or has said its last, is waited for. */
#define REAP_MS 2000

enum op {
	OPEN,
	WRITE,
	CLOSE,
	HAS,
	CHANGE,
	END
};

struct head {
	uint32_t op;
	uint32_t file; /* its number; or, for END, what fn returned */
	uint32_t len;  /* of the bytes that follow */
	uint32_t gap;  /* CLOSE: whether they are one */
};

struct answer {
	int32_t rc; /* 0 or more, or -1 */
	struct ir_err err;
};

/* --- The child. */

struct child {
	struct ir_sink sink;
	int fd;
	bool open[MAX_OPEN];
};

struct child_stream {
	struct ir_stream stream;
	struct child *child;
	uint32_t number;
};

static int
send_all(int fd, const void *p, size_t n)
{
	const char *at = p;

	while (n > 0) {
		ssize_t k = send(fd, at, n, MSG_NOSIGNAL);

		if (k == -1 && errno != EINTR)
			return -1;
		if (k > 0) {
			at += k;
			n -= (size_t)k;
		}
	}
	return 0;
}

static int
receive_all(int fd, void *p, size_t n)
{
	char *at = p;

	while (n > 0) {
		ssize_t k = recv(fd, at, n, MSG_WAITALL);

		if (k == 0 || (k == -1 && errno != EINTR))
			return -1;
		if (k > 0) {
			at += k;
			n -= (size_t)k;
		}
	}
	return 0;
}

static int
frame(struct child *c, struct head h, const void *p, struct ir_err *err)
{
	if (send_all(c->fd, &h, sizeof(h)) == -1 ||
	    send_all(c->fd, p, h.len) == -1)
		return ir_fail(err, IR_EIO, "nobody takes what is collected");
	return 0;
}

static int
ask(struct child *c, struct head h, const void *p, struct ir_err *err)
{
	struct answer a;

	if (h.len > MAX_FRAME)
		return ir_fail(err, IR_EFORMAT, "a name is too long");
	if (frame(c, h, p, err) == -1)
		return -1;
	if (receive_all(c->fd, &a, sizeof(a)) == -1)
		return ir_fail(err, IR_EIO, "nobody takes what is collected");
	if (a.rc == -1)
		*err = a.err;
	return a.rc;
}

static int
child_write(
    struct ir_stream *stream, const void *p, size_t n, struct ir_err *err)
{
	struct child_stream *s = (struct child_stream *)stream;
	const char *at = p;

	while (n > 0) {
		uint32_t piece = n < MAX_FRAME ? (uint32_t)n : MAX_FRAME;

		if (frame(s->child, (struct head){WRITE, s->number, piece, 0},
			at, err) == -1)
			return -1;
		at += piece;
		n -= piece;
	}
	return 0;
}

static int
child_close(struct ir_stream *stream, const char *gap, struct ir_err *err)
{
	struct child_stream *s = (struct child_stream *)stream;
	uint32_t n = gap != NULL ? (uint32_t)strlen(gap) : 0;
	int rc = ask(s->child, (struct head){CLOSE, s->number, n, gap != NULL},
	    gap, err);

	s->child->open[s->number] = false;
	free(s);
	return rc;
}

static struct ir_stream *
child_open(struct ir_sink *sink, const char *path, struct ir_err *err)
{
	struct child *c = (struct child *)sink;
	struct child_stream *s;
	uint32_t number = 0;

	while (number < MAX_OPEN && c->open[number])
		number++;
	if (number == MAX_OPEN) {
		ir_fail(err, IR_EINTERNAL, "%s: too many files are open", path);
		return NULL;
	}
	if ((s = calloc(1, sizeof(*s))) == NULL) {
		ir_fail_mem(err);
		return NULL;
	}
	if (ask(c, (struct head){OPEN, number, (uint32_t)strlen(path), 0}, path,
		err) == -1) {
		free(s);
		return NULL;
	}
	*s = (struct child_stream){{child_write, child_close}, c, number};
	c->open[number] = true;
	return &s->stream;
}

static bool
child_has(struct ir_sink *sink, const char *path)
{
	struct ir_err err;

	return ask((struct child *)sink,
		   (struct head){HAS, 0, (uint32_t)strlen(path), 0}, path,
		   &err) == 1;
}

/* The three texts, each with its NUL. */
static int
child_change(struct ir_sink *sink, const char *what, const char *undo,
    const char *why, struct ir_err *err)
{
	ir_auto_buf struct ir_buf b = IR_BUF_INIT;

	ir_buf_add(&b, what, strlen(what) + 1);
	ir_buf_add(&b, undo, strlen(undo) + 1);
	ir_buf_add(&b, why, strlen(why) + 1);
	if (ir_buf_ok(&b, err) == -1)
		return -1;
	return ask((struct child *)sink,
	    (struct head){CHANGE, 0, (uint32_t)b.len, 0}, b.p, err);
}

static _Noreturn void
be_child(
    int fd, int (*fn)(void *, struct ir_sink *, struct ir_err *), void *arg)
{
	struct child c = {
	    {child_open, child_has, child_change, NULL}, fd, {false}};
	struct ir_err err = {IR_OK, ""};
	int rc = fn(arg, &c.sink, &err);

	/* What is still open is closed by the parent. */
	frame(&c, (struct head){END, (uint32_t)rc, sizeof(err), 0}, &err, &err);
	_exit(0);
}

/* --- The parent. */

struct parent {
	struct ir_sink *sink;
	int fd, pidfd;
	uint64_t until_ns; /* 0: for ever */
	struct ir_stream *open[MAX_OPEN];
	char *buf; /* MAX_FRAME and a NUL */
	bool ended;
	int rc; /* of fn */
};

/* Waits until the child has something to say.  That its end of the socket is
 * closed does not tell that it died: a child of another thread may have it,
 * too. */
static int
listen_to(struct parent *p, struct ir_err *err)
{
	struct pollfd pfd[] = {{p->fd, POLLIN, 0}, {p->pidfd, POLLIN, 0}};

	for (;;) {
		uint64_t now = ir_mono_ns();
		/* It is looked now and then whether the program was
		 * interrupted: another thread may get the signal. */
		int ms = 500;

		if (ir_interrupted())
			return ir_fail(err, IR_EINTR, "interrupted");
		if (p->until_ns != 0 && now >= p->until_ns)
			return ir_fail(
			    err, IR_ETIMEOUT, "cut off at its deadline");
		if (p->until_ns != 0 && (p->until_ns - now) / 1000000 < 500)
			ms = (int)((p->until_ns - now) / 1000000) + 1;
		if (poll(pfd, 2, ms) <= 0)
			continue;
		if (pfd[0].revents != 0)
			return 0;
		return ir_fail(
		    err, IR_EINTERNAL, "the process that collected it died");
	}
}

static int
take(struct parent *p, void *to, size_t n, struct ir_err *err)
{
	char *at = to;

	while (n > 0) {
		ssize_t k;

		if (listen_to(p, err) == -1)
			return -1;
		k = recv(p->fd, at, n, MSG_DONTWAIT);
		if (k == 0 || (k == -1 && errno == ECONNRESET))
			return ir_fail(err, IR_EINTERNAL,
			    "the process that collected it died");
		if (k == -1 && errno != EINTR && errno != EAGAIN)
			return ir_fail_errno(err, "reading what is collected");
		if (k > 0) {
			at += k;
			n -= (size_t)k;
		}
	}
	return 0;
}

static int
nonsense(struct ir_err *err)
{
	return ir_fail(err, IR_EINTERNAL,
	    "the process that collected it talks nonsense: do not trust what "
	    "it took");
}

static int
do_open(struct parent *p, const struct head *h, struct ir_err *err)
{
	if (p->open[h->file] != NULL)
		return nonsense(err);
	p->open[h->file] = p->sink->open(p->sink, p->buf, err);
	return p->open[h->file] == NULL ? -1 : 0;
}

static int
do_close(struct parent *p, const struct head *h, struct ir_err *err)
{
	struct ir_stream *s = p->open[h->file];

	if (s == NULL)
		return nonsense(err);
	p->open[h->file] = NULL;
	return s->close(s, h->gap != 0 ? p->buf : NULL, err);
}

static int
do_change(struct parent *p, const struct head *h, struct ir_err *err)
{
	const char *end = p->buf + h->len, *undo, *why;

	undo = p->buf + strlen(p->buf) + 1;
	why = undo < end ? undo + strlen(undo) + 1 : end;
	if (why >= end || why + strlen(why) + 1 != end)
		return nonsense(err);
	return p->sink->change(p->sink, p->buf, undo, why, err);
}

static int
do_end(struct parent *p, const struct head *h, struct ir_err *err)
{
	if (h->len != sizeof(*err))
		return nonsense(err);
	memcpy(err, p->buf, sizeof(*err));
	err->msg[sizeof(err->msg) - 1] = '\0';
	p->rc = (int32_t)h->file;
	p->ended = true;
	return p->rc < 0 ? -1 : 0;
}

/* One frame.  A write has no answer: a failure ends it all. */
static int
serve(struct parent *p, struct ir_err *err)
{
	struct answer a = {0, {IR_OK, ""}};
	struct head h;

	if (take(p, &h, sizeof(h), err) == -1)
		return -1;
	if (h.len > MAX_FRAME || (h.op != END && h.file >= MAX_OPEN))
		return nonsense(err);
	if (take(p, p->buf, h.len, err) == -1)
		return -1;
	p->buf[h.len] = '\0';
	switch (h.op) {
	case OPEN:
		a.rc = do_open(p, &h, &a.err);
		break;
	case WRITE:
		if (p->open[h.file] == NULL)
			return nonsense(err);
		return p->open[h.file]->write(
		    p->open[h.file], p->buf, h.len, err);
	case CLOSE:
		a.rc = do_close(p, &h, &a.err);
		break;
	case HAS:
		a.rc = p->sink->has(p->sink, p->buf);
		break;
	case CHANGE:
		a.rc = do_change(p, &h, &a.err);
		break;
	case END:
		return do_end(p, &h, err);
	default:
		return nonsense(err);
	}
	if (send_all(p->fd, &a, sizeof(a)) == -1)
		return ir_fail(
		    err, IR_EINTERNAL, "the process that collected it died");
	return 0;
}

/* Who waits for a page that a file system does not deliver cannot even be
 * killed: then it is left to die when that ends. */
static void
reap(const struct parent *p, pid_t pid)
{
	struct pollfd pfd = {p->pidfd, POLLIN, 0};

	if (p->pidfd != -1)
		while (poll(&pfd, 1, REAP_MS) == -1 && errno == EINTR)
			continue;
	while (waitpid(pid, NULL, p->pidfd != -1 ? WNOHANG : 0) == -1 &&
	       errno == EINTR)
		continue;
}

static int
be_parent(struct parent *p, pid_t pid, struct ir_err *err)
{
	const char *gap = "the collector left it open";
	struct ir_err second;
	int rc = 0;

	if ((p->pidfd = pidfd_open(pid, 0)) == -1)
		rc = ir_fail_errno(err, "pidfd_open");
	while (rc == 0 && !p->ended)
		rc = serve(p, err);
	if (!p->ended)
		kill(pid, SIGKILL);
	reap(p, pid);
	if (p->pidfd != -1)
		close(p->pidfd);
	for (size_t i = 0; i < MAX_OPEN; i++)
		if (p->open[i] != NULL)
			p->open[i]->close(
			    p->open[i], rc == -1 ? err->msg : gap, &second);
	return rc == -1 ? -1 : p->rc;
}

int
ir_aside(struct ir_sink *sink, long ms,
    int (*fn)(void *arg, struct ir_sink *sink, struct ir_err *err), void *arg,
    struct ir_err *err)
{
	ir_auto_free char *buf = malloc(MAX_FRAME + 1);
	struct parent p = {.sink = sink, .buf = buf};
	int fds[2], rc;
	pid_t pid;

	if (buf == NULL)
		return ir_fail_mem(err);
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) == -1)
		return ir_fail_errno(err, "socketpair");
	if ((pid = fork()) == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		close(fds[0]);
		be_child(fds[1], fn, arg);
	}
	close(fds[1]);
	p.fd = fds[0];
	if (ms != 0)
		p.until_ns = ir_mono_ns() + (uint64_t)ms * 1000000;
	rc = pid == -1 ? ir_fail_errno(err, "fork") : be_parent(&p, pid, err);
	close(fds[0]);
	return rc;
}
