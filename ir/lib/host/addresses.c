/* SPDX-License-Identifier: ISC
 *
 * The addresses of a namespace's links: see addresses.h.
 */
#include "host/addresses.h"

#include <arpa/inet.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <string.h>

int
ir_host_address_dump(
    struct ir_host_nl *nl, struct ir_buf *answers, struct ir_err *err)
{
	union {
		struct nlmsghdr m;
		char room[64];
	} q;

	memset(&q, 0, sizeof(q));
	mnl_nlmsg_put_header(&q)->nlmsg_type = RTM_GETADDR;
	mnl_nlmsg_put_extra_header(&q.m, sizeof(struct ifaddrmsg));
	q.m.nlmsg_flags = NLM_F_DUMP;
	return ir_host_nl_ask(
	    nl, &q.m, answers, "listing the addresses of a namespace", err);
}

/* Of a link between two hosts IFA_ADDRESS is the other one's. */
int
ir_host_address_parse(const struct nlmsghdr *m, struct ir_host_address *to)
{
	const struct ifaddrmsg *i = mnl_nlmsg_get_payload(m);
	const struct nlattr *a, *best = NULL;
	size_t want;

	memset(to, 0, sizeof(*to));
	if (m->nlmsg_type != RTM_NEWADDR ||
	    m->nlmsg_len < MNL_NLMSG_HDRLEN + sizeof(*i))
		return -1;
	for (a = ir_host_nl_attr(m, sizeof(*i), NULL); a != NULL;
	     a = ir_host_nl_attr(m, sizeof(*i), a))
		if (mnl_attr_get_type(a) == IFA_LOCAL ||
		    (mnl_attr_get_type(a) == IFA_ADDRESS && best == NULL))
			best = a;
	want = i->ifa_family == AF_INET    ? sizeof(struct in_addr)
	       : i->ifa_family == AF_INET6 ? sizeof(struct in6_addr)
					   : 0;
	if (best == NULL || want == 0 || mnl_attr_get_payload_len(best) < want)
		return -1;
	to->link = (int)i->ifa_index;
	to->family = i->ifa_family;
	to->prefix = i->ifa_prefixlen;
	memcpy(to->bytes, mnl_attr_get_payload(best), want);
	return 0;
}

void
ir_host_address_text(
    char text[IR_HOST_ADDRESS_SIZE], const struct ir_host_address *a)
{
	char ip[INET6_ADDRSTRLEN];

	inet_ntop(a->family, a->bytes, ip, sizeof(ip));
	snprintf(text, IR_HOST_ADDRESS_SIZE, "%s/%u", ip, a->prefix);
}
