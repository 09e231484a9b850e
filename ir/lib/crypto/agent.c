/* SPDX-License-Identifier: ISC
 *
 * ssh-agent: see agent.h.  One connection a question.
 */
#include "crypto/agent.h"

#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/signal.h"
#include "base/time.h"
#include "crypto/pubkey.h"

/* Numbers of messages, and a flag of SIGN_REQUEST. */
#define FAILURE            5
#define REQUEST_IDENTITIES 11
#define IDENTITIES_ANSWER  12
#define SIGN_REQUEST       13
#define SIGN_RESPONSE      14
#define RSA_SHA2_512       4

/* A conversation of one question and one answer. */
struct talk {
	int fd;
	const char *path;
	unsigned ms;
	uint64_t deadline; /* on the monotonic clock, in nanoseconds */
};

static const char *
socket_path(void)
{
	const char *path = getenv("SSH_AUTH_SOCK");

	return path ? path : "";
}

bool
ir_agent_set(void)
{
	return *socket_path() != '\0';
}

static int
nonsense(const struct talk *t, const char *what, struct ir_err *err)
{
	return ir_fail(err, IR_EPROTO, "ssh-agent at %s talks nonsense: %s",
	    t->path, what);
}

static int
late(const struct talk *t, struct ir_err *err)
{
	return ir_fail(err, IR_ETIMEOUT,
	    "ssh-agent at %s did not answer within %u seconds: does it wait "
	    "for a touch or a confirmation?",
	    t->path, (t->ms + 999) / 1000);
}

/* Connecting blocks while the agent's queue is full. */
static int
reach(struct talk *t, struct ir_err *err)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX};
	struct timeval tv = {t->ms / 1000, (t->ms % 1000) * 1000};

	if (strlen(t->path) >= sizeof(a.sun_path))
		return ir_fail(err, IR_EUNAVAIL,
		    "ssh-agent cannot be at %s: too long for a socket",
		    t->path);
	strcpy(a.sun_path, t->path);
	t->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (t->fd == -1)
		return ir_fail_errno(err, "cannot make a socket");
	setsockopt(t->fd, SOL_SOCKET, SO_SNDTIMEO, &tv, sizeof(tv));
	if (connect(t->fd, (struct sockaddr *)&a, sizeof(a)) == 0)
		return 0;
	if (errno == EAGAIN)
		return late(t, err);
	if (errno == EINTR && ir_interrupted())
		return ir_fail(
		    err, IR_EINTR, "interrupted while waiting for ssh-agent");
	ir_fail_errno(
	    err, "cannot reach ssh-agent at %s (SSH_AUTH_SOCK)", t->path);
	if (err->code != IR_EPERM)
		err->code = IR_EUNAVAIL;
	return -1;
}

/* Until the socket is ready for events. */
static int
wait_for(const struct talk *t, short events, struct ir_err *err)
{
	for (;;) {
		struct pollfd p = {t->fd, events, 0};
		uint64_t now = ir_mono_ns();
		int n;

		if (ir_interrupted())
			return ir_fail(err, IR_EINTR,
			    "interrupted while waiting for ssh-agent");
		if (now >= t->deadline)
			return late(t, err);
		n = poll(&p, 1, (int)((t->deadline - now) / 1000000 + 1));
		if (n > 0)
			return 0;
		if (n == -1 && errno != EINTR)
			return ir_fail_errno(err, "poll");
	}
}

static int
broke_off(const struct talk *t, struct ir_err *err)
{
	return ir_fail(
	    err, IR_EPROTO, "ssh-agent at %s broke off in the middle", t->path);
}

static int
put(const struct talk *t, const void *p, size_t n, struct ir_err *err)
{
	const char *from = p;

	while (n > 0) {
		ssize_t r;

		if (wait_for(t, POLLOUT, err) == -1)
			return -1;
		r = send(t->fd, from, n, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (r == -1 && errno != EINTR && errno != EAGAIN)
			return broke_off(t, err);
		from += r > 0 ? r : 0;
		n -= r > 0 ? (size_t)r : 0;
	}
	return 0;
}

static int
get(const struct talk *t, void *p, size_t n, struct ir_err *err)
{
	char *to = p;

	while (n > 0) {
		ssize_t r;

		if (wait_for(t, POLLIN, err) == -1)
			return -1;
		r = recv(t->fd, to, n, MSG_DONTWAIT);
		if (r == 0 || (r == -1 && errno != EINTR && errno != EAGAIN))
			return broke_off(t, err);
		to += r > 0 ? r : 0;
		n -= r > 0 ? (size_t)r : 0;
	}
	return 0;
}

/* Sends the question and gives the whole answer, which is never empty. */
static int
converse(struct talk *t, const struct ir_buf *question, struct ir_buf *answer,
    struct ir_err *err)
{
	ir_auto_buf struct ir_buf framed = IR_BUF_INIT;
	ir_auto_free char *body = NULL;
	uint8_t head[4];
	struct ir_wire r = {head, sizeof(head)};
	uint32_t n;

	ir_wire_put_string(&framed, question->p, question->len);
	if (ir_buf_ok(question, err) == -1 || ir_buf_ok(&framed, err) == -1 ||
	    reach(t, err) == -1 || put(t, framed.p, framed.len, err) == -1 ||
	    get(t, head, sizeof(head), err) == -1)
		return -1;
	ir_wire_u32(&r, &n);
	if (n == 0)
		return nonsense(t, "an empty answer", err);
	if (n > IR_MAX_AGENT)
		return nonsense(t, "an answer that is far too long", err);
	body = malloc(n);
	if (!body)
		return ir_fail_mem(err);
	if (get(t, body, n, err) == -1)
		return -1;
	ir_buf_add(answer, body, n);
	return ir_buf_ok(answer, err);
}

static int
ask(struct talk *t, const struct ir_buf *question, struct ir_buf *answer,
    unsigned ms, struct ir_err *err)
{
	int rc;

	*t = (struct talk){.fd = -1, .path = socket_path(), .ms = ms};
	t->deadline = ir_mono_ns() + (uint64_t)ms * 1000000;
	if (!ir_agent_set())
		return ir_fail(err, IR_EUNAVAIL,
		    "there is no ssh-agent: SSH_AUTH_SOCK is not set");
	rc = converse(t, question, answer, err);
	if (t->fd != -1)
		close(t->fd);
	return rc;
}

static int
keep(struct ir_agent_keys *keys, struct ir_wire blob, struct ir_wire comment,
    struct ir_err *err)
{
	struct ir_agent_key *k;
	struct ir_err why;
	void *p;

	if (ir_pubkey_check(blob, &why) == -1)
		return 0;
	p = reallocarray(keys->v, keys->n + 1, sizeof(*keys->v));
	if (!p)
		return ir_fail_mem(err);
	keys->v = p;
	k = &keys->v[keys->n++];
	*k = (struct ir_agent_key){.blob = IR_BUF_INIT};
	ir_buf_add(&k->blob, blob.p, blob.len);
	k->comment = strndup((const char *)comment.p, comment.len);
	return k->comment ? ir_buf_ok(&k->blob, err) : ir_fail_mem(err);
}

static int
parse_keys(const struct talk *t, struct ir_wire r, struct ir_agent_keys *keys,
    struct ir_err *err)
{
	struct ir_wire type, blob, comment;
	uint32_t count;

	if (!ir_wire_bytes(&r, 1, &type) || type.p[0] != IDENTITIES_ANSWER ||
	    !ir_wire_u32(&r, &count))
		return nonsense(t, "no list of keys", err);
	while (count-- > 0) {
		if (!ir_wire_string(&r, &blob) || !ir_wire_string(&r, &comment))
			return nonsense(t, "a list of keys cut short", err);
		if (keep(keys, blob, comment, err) == -1)
			return -1;
	}
	return r.len == 0 ? 0
			  : nonsense(t, "bytes after the end of its list", err);
}

int
ir_agent_list(struct ir_agent_keys *keys, unsigned ms, struct ir_err *err)
{
	ir_auto_buf struct ir_buf question = IR_BUF_INIT;
	ir_auto_buf struct ir_buf answer = IR_BUF_INIT;
	uint8_t type = REQUEST_IDENTITIES;
	struct talk t;

	*keys = (struct ir_agent_keys){NULL, 0};
	ir_buf_add(&question, &type, 1);
	if (ask(&t, &question, &answer, ms, err) == -1)
		return -1;
	return parse_keys(&t,
	    (struct ir_wire){(const uint8_t *)answer.p, answer.len}, keys, err);
}

void
ir_agent_keys_free(struct ir_agent_keys *keys)
{
	for (size_t i = 0; i < keys->n; i++) {
		ir_buf_free(&keys->v[i].blob);
		free(keys->v[i].comment);
	}
	free(keys->v);
	*keys = (struct ir_agent_keys){NULL, 0};
}

int
ir_agent_sign(struct ir_wire key, const void *p, size_t n, struct ir_buf *sig,
    unsigned ms, struct ir_err *err)
{
	ir_auto_buf struct ir_buf question = IR_BUF_INIT;
	ir_auto_buf struct ir_buf answer = IR_BUF_INIT;
	uint8_t number = SIGN_REQUEST;
	struct ir_wire r, type, made;
	struct talk t;

	ir_buf_add(&question, &number, 1);
	ir_wire_put_string(&question, key.p, key.len);
	ir_wire_put_string(&question, p, n);
	ir_wire_put_u32(&question, ir_pubkey_is_rsa(key) ? RSA_SHA2_512 : 0);
	if (ask(&t, &question, &answer, ms, err) == -1)
		return -1;
	r = (struct ir_wire){(const uint8_t *)answer.p, answer.len};
	ir_wire_bytes(&r, 1, &type);
	if (type.p[0] == FAILURE && r.len == 0)
		return ir_fail(err, IR_EPROTO,
		    "it refused: is it locked (ssh-add -X), or was its "
		    "question answered with no?");
	if (type.p[0] != SIGN_RESPONSE || !ir_wire_string(&r, &made) ||
	    r.len != 0)
		return nonsense(&t, "no signature", err);
	ir_buf_add(sig, made.p, made.len);
	return ir_buf_ok(sig, err);
}
