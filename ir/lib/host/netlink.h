/* SPDX-License-Identifier: ISC
 *
 * Questions to the kernel over netlink, and its answers.
 */
#ifndef IR_HOST_NETLINK_H
#define IR_HOST_NETLINK_H

#include <libmnl/libmnl.h>
#include <linux/netlink.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

/* A socket of one namespace; only one thread at a time uses it. */
struct ir_host_nl {
	int fd;
	uint32_t seq;
	int error;    /* what the kernel said to the last question: an errno */
	size_t limit; /* of an answer in all: at first IR_MAX_NETLINK */
};

/** ir_host_nl_open(nl, netns, protocol, err): a socket in that namespace, see
 * ir_host_netlink(); closed by ir_host_nl_close(), which is fine with an fd of
 * -1. */
int ir_host_nl_open(
    struct ir_host_nl *nl, int netns, int protocol, struct ir_err *err);
void ir_host_nl_close(struct ir_host_nl *nl);

/** ir_host_nl_ask(nl, m, answers, what, err): sends m, whose flags say what
 * kind of question it is, and appends to answers, which may be NULL, the
 * messages that answer it, as they came.  A dump (NLM_F_DUMP) that was
 * disturbed by a change is asked for again, three times; then it is taken as it
 * is: dumps go by index, and what was there all the time is in them.  -1 with
 * nl->error set if the kernel refuses; what, for messages, says what was asked:
 * "the links of the container".  If there is more than
 * nl->limit, that is IR_EFORMAT and EFBIG, and answers has the beginning. */
int ir_host_nl_ask(struct ir_host_nl *nl, struct nlmsghdr *m,
    struct ir_buf *answers, const char *what, struct ir_err *err);

/** ir_host_nl_each(answers, m): the first message of answers for a NULL m, and
 * the one after m; NULL at the end. */
const struct nlmsghdr *ir_host_nl_each(
    const struct ir_buf *answers, const struct nlmsghdr *m);

/** ir_host_nl_attr(m, extra, a): the first attribute after the message's own
 * structure of extra bytes for a NULL a, and the one after a; NULL at the end.
 * ir_host_nl_nested(nest, a): the same within an attribute.  Each is whole. */
const struct nlattr *ir_host_nl_attr(
    const struct nlmsghdr *m, size_t extra, const struct nlattr *a);
const struct nlattr *ir_host_nl_nested(
    const struct nlattr *nest, const struct nlattr *a);

#endif
