/* SPDX-License-Identifier: ISC
 *
 * Questions to the kernel: see netlink.h.
 */
#include "host/netlink.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "base/limits.h"
#include "host/inside.h"

/* A message of a dump fills what the reader offers, up to 32 KiB; one answer
 * by itself can be longer, for a link with many names. */
#define CHUNK (64u << 10)

/* How often a dump is asked for again. */
#define TRIES 3

int
ir_host_nl_open(
    struct ir_host_nl *nl, int netns, int protocol, struct ir_err *err)
{
	nl->seq = 0;
	nl->error = 0;
	nl->limit = IR_MAX_NETLINK;
	nl->fd = ir_host_netlink(netns, protocol, err);
	return nl->fd == -1 ? -1 : 0;
}

void
ir_host_nl_close(struct ir_host_nl *nl)
{
	if (nl->fd != -1)
		close(nl->fd);
	nl->fd = -1;
}

static int
send_question(struct ir_host_nl *nl, struct nlmsghdr *m)
{
	m->nlmsg_seq = ++nl->seq;
	m->nlmsg_flags |= NLM_F_REQUEST;
	while (send(nl->fd, m, m->nlmsg_len, 0) == -1)
		if (errno != EINTR) {
			nl->error = errno;
			return -1;
		}
	return 0;
}

/* One datagram; how many bytes, or -1 with nl->error. */
static ssize_t
receive(struct ir_host_nl *nl, char *p, size_t n)
{
	struct sockaddr_nl from;
	struct iovec v = {p, n};
	struct msghdr msg = {.msg_name = &from,
	    .msg_namelen = sizeof(from),
	    .msg_iov = &v,
	    .msg_iovlen = 1};
	ssize_t got;

	for (;;) {
		got = recvmsg(nl->fd, &msg, 0);
		if (got == -1 && errno == EINTR)
			continue;
		if (got == -1)
			nl->error = errno == EAGAIN ? ETIMEDOUT : errno;
		else if (msg.msg_flags & MSG_TRUNC)
			nl->error = EMSGSIZE;
		else if (from.nl_pid != 0)
			continue; /* not the kernel */
		else
			return got;
		return -1;
	}
}

/* What became of a question so far. */
struct hearing {
	struct ir_buf *answers;
	bool dump, done, disturbed;
};

static int
error_of(const struct nlmsghdr *m)
{
	const struct nlmsgerr *e = mnl_nlmsg_get_payload(m);

	if (mnl_nlmsg_get_payload_len(m) < sizeof(e->error))
		return EBADMSG;
	return e->error < 0 ? -e->error : e->error;
}

/* One message of a datagram; -1 with nl->error. */
static int
hear(struct ir_host_nl *nl, const struct nlmsghdr *m, struct hearing *h)
{
	if (m->nlmsg_seq != nl->seq)
		return 0; /* to an earlier question */
	if (m->nlmsg_flags & NLM_F_DUMP_INTR)
		h->disturbed = true;
	switch (m->nlmsg_type) {
	case NLMSG_NOOP:
		return 0;
	case NLMSG_ERROR:
	case NLMSG_DONE:
		h->done = true;
		/* A dump's end can bear an error, too. */
		nl->error = mnl_nlmsg_get_payload_len(m) >= sizeof(int)
				? error_of(m)
				: 0;
		return nl->error == 0 ? 0 : -1;
	case NLMSG_OVERRUN:
		nl->error = ENOBUFS;
		return -1;
	default:
		break;
	}
	if (h->answers != NULL) {
		size_t pad = MNL_ALIGN(m->nlmsg_len) - m->nlmsg_len;

		if (m->nlmsg_len > nl->limit - h->answers->len) {
			nl->error = EFBIG;
			return -1;
		}
		ir_buf_add(h->answers, m, m->nlmsg_len);
		ir_buf_add(h->answers, "\0\0\0", pad);
	}
	return 0;
}

/* To the end of an answer, which is an acknowledgement or the end of a dump. */
static int
listen_to(struct ir_host_nl *nl, struct hearing *h)
{
	char chunk[CHUNK] __attribute__((aligned(8)));
	ssize_t n;

	while (!h->done) {
		const struct nlmsghdr *m = (const void *)chunk;
		int left;

		if ((n = receive(nl, chunk, sizeof(chunk))) == -1)
			return -1;
		for (left = (int)n; mnl_nlmsg_ok(m, left);
		     m = mnl_nlmsg_next(m, &left))
			if (!h->done && hear(nl, m, h) == -1)
				return -1;
	}
	return 0;
}

static int
refused(const struct ir_host_nl *nl, const char *what, struct ir_err *err)
{
	if (nl->error == EFBIG)
		return ir_fail(err, IR_EFORMAT, "%s: more than %zu MiB", what,
		    nl->limit >> 20);
	if (nl->error == EPERM || nl->error == EACCES)
		return ir_fail(
		    err, IR_EPERM, "%s takes root (CAP_NET_ADMIN)", what);
	errno = nl->error;
	return ir_fail_errno(err, "%s", what);
}

int
ir_host_nl_ask(struct ir_host_nl *nl, struct nlmsghdr *m,
    struct ir_buf *answers, const char *what, struct ir_err *err)
{
	size_t before = answers != NULL ? answers->len : 0;
	struct hearing h = {.answers = answers,
	    .dump = (m->nlmsg_flags & NLM_F_DUMP) == NLM_F_DUMP};

	if (!h.dump)
		m->nlmsg_flags |= NLM_F_ACK;
	for (int i = 0; i < TRIES; i++) {
		h.done = h.disturbed = false;
		if (answers != NULL)
			answers->len = before;
		nl->error = 0;
		if (send_question(nl, m) == -1 || listen_to(nl, &h) == -1)
			return refused(nl, what, err);
		if (!h.disturbed)
			break;
	}
	return answers != NULL ? ir_buf_ok(answers, err) : 0;
}

const struct nlmsghdr *
ir_host_nl_each(const struct ir_buf *answers, const struct nlmsghdr *m)
{
	const char *at =
	    m == NULL ? answers->p : (const char *)m + MNL_ALIGN(m->nlmsg_len);
	size_t left;

	if (at == NULL)
		return NULL;
	left = (size_t)(answers->p + answers->len - at);
	m = (const void *)at;
	return mnl_nlmsg_ok(m, (int)left) ? m : NULL;
}

static const struct nlattr *
whole(const struct nlattr *a, const char *end)
{
	long left = end - (const char *)a;

	return left > 0 && mnl_attr_ok(a, (int)left) ? a : NULL;
}

const struct nlattr *
ir_host_nl_attr(const struct nlmsghdr *m, size_t extra, const struct nlattr *a)
{
	return whole(a == NULL ? mnl_nlmsg_get_payload_offset(m, extra)
			       : mnl_attr_next(a),
	    (const char *)m + m->nlmsg_len);
}

const struct nlattr *
ir_host_nl_nested(const struct nlattr *nest, const struct nlattr *a)
{
	return whole(a == NULL ? mnl_attr_get_payload(nest) : mnl_attr_next(a),
	    (const char *)nest + nest->nla_len);
}
