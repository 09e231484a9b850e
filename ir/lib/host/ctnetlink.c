/* SPDX-License-Identifier: ISC
 *
 * Tracked connections over netlink: see ctnetlink.h.
 */
#include "host/ctnetlink.h"

#include <arpa/inet.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* A line that is being written; what does not fit is left out. */
struct text {
	char *p;
	size_t size, len;
};

__attribute__((format(printf, 2, 3))) static void
add(struct text *t, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(t->p + t->len, t->size - t->len, fmt, ap);
	va_end(ap);
	if (n > 0 && (size_t)n < t->size - t->len)
		t->len += (size_t)n;
	else
		t->p[t->len] = '\0';
}

bool
ir_host_ctnetlink_there(void)
{
	return access("/sys/module/nf_conntrack_netlink", F_OK) == 0;
}

static const struct nlattr *
find(const struct nlattr *nest, uint16_t type)
{
	const struct nlattr *a = NULL;

	if (nest == NULL)
		return NULL;
	while ((a = ir_host_nl_nested(nest, a)) != NULL)
		if (mnl_attr_get_type(a) == type)
			return a;
	return NULL;
}

/* IPv6 with all its zeros, as the kernel prints it there. */
static void
add_address(struct text *t, const char *name, const struct nlattr *a)
{
	const uint8_t *b = a != NULL ? mnl_attr_get_payload(a) : NULL;
	size_t n = a != NULL ? mnl_attr_get_payload_len(a) : 0;

	if (n == 4)
		add(t, " %s=%u.%u.%u.%u", name, b[0], b[1], b[2], b[3]);
	if (n != 16)
		return;
	add(t, " %s=", name);
	for (size_t i = 0; i < 16; i += 2)
		add(t, "%s%02x%02x", i > 0 ? ":" : "", b[i], b[i + 1]);
}

static void
add_number(struct text *t, const char *name, const struct nlattr *a)
{
	if (a != NULL && mnl_attr_get_payload_len(a) == 1)
		add(t, " %s=%u", name, mnl_attr_get_u8(a));
	if (a != NULL && mnl_attr_get_payload_len(a) == 2)
		add(t, " %s=%u", name, ntohs(mnl_attr_get_u16(a)));
}

static void
add_tuple(struct text *t, const struct nlattr *tuple)
{
	const struct nlattr *ip = find(tuple, CTA_TUPLE_IP);
	const struct nlattr *proto = find(tuple, CTA_TUPLE_PROTO);

	add_address(t, "src", find(ip, CTA_IP_V4_SRC));
	add_address(t, "src", find(ip, CTA_IP_V6_SRC));
	add_address(t, "dst", find(ip, CTA_IP_V4_DST));
	add_address(t, "dst", find(ip, CTA_IP_V6_DST));
	add_number(t, "sport", find(proto, CTA_PROTO_SRC_PORT));
	add_number(t, "dport", find(proto, CTA_PROTO_DST_PORT));
	add_number(t, "type", find(proto, CTA_PROTO_ICMP_TYPE));
	add_number(t, "code", find(proto, CTA_PROTO_ICMP_CODE));
	add_number(t, "id", find(proto, CTA_PROTO_ICMP_ID));
}

static const char *
protocol_name(unsigned int number)
{
	switch (number) {
	case IPPROTO_TCP:
		return "tcp";
	case IPPROTO_UDP:
		return "udp";
	case IPPROTO_ICMP:
		return "icmp";
	case IPPROTO_ICMPV6:
		return "icmpv6";
	case IPPROTO_SCTP:
		return "sctp";
	default:
		return "unknown";
	}
}

int
ir_host_ctnetlink_line(const struct nlmsghdr *m, char *line, size_t size)
{
	const struct nfgenmsg *g = mnl_nlmsg_get_payload(m);
	const struct nlattr *a = NULL, *of[CTA_MAX + 1] = {NULL}, *proto;
	struct text t = {line, size, 0};
	unsigned int number = 0;

	*line = '\0';
	if (m->nlmsg_type >> 8 != NFNL_SUBSYS_CTNETLINK ||
	    mnl_nlmsg_get_payload_len(m) < sizeof(*g))
		return -1;
	while ((a = ir_host_nl_attr(m, sizeof(*g), a)) != NULL)
		if (mnl_attr_get_type(a) <= CTA_MAX)
			of[mnl_attr_get_type(a)] = a;
	if (of[CTA_TUPLE_ORIG] == NULL)
		return -1;
	proto = find(find(of[CTA_TUPLE_ORIG], CTA_TUPLE_PROTO), CTA_PROTO_NUM);
	if (proto != NULL && mnl_attr_get_payload_len(proto) == 1)
		number = mnl_attr_get_u8(proto);
	add(&t, "%s %u %s %u", g->nfgen_family == AF_INET ? "ipv4" : "ipv6",
	    g->nfgen_family, protocol_name(number), number);
	if (of[CTA_TIMEOUT] != NULL &&
	    mnl_attr_get_payload_len(of[CTA_TIMEOUT]) == 4)
		add(&t, " %u", ntohl(mnl_attr_get_u32(of[CTA_TIMEOUT])));
	add_number(&t, "state",
	    find(find(of[CTA_PROTOINFO], CTA_PROTOINFO_TCP),
		CTA_PROTOINFO_TCP_STATE));
	add_tuple(&t, of[CTA_TUPLE_ORIG]);
	add_tuple(&t, of[CTA_TUPLE_REPLY]);
	add(&t, "\n");
	return 0;
}

int
ir_host_ctnetlink_dump(
    int netns, struct ir_buf *answers, size_t limit, struct ir_err *err)
{
	struct ir_host_nl nl;
	union {
		struct nlmsghdr m;
		char room[64];
	} q;
	int rc;

	memset(&q, 0, sizeof(q));
	mnl_nlmsg_put_header(&q)->nlmsg_type =
	    NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_GET;
	mnl_nlmsg_put_extra_header(&q.m, sizeof(struct nfgenmsg));
	q.m.nlmsg_flags = NLM_F_DUMP;
	if (ir_host_nl_open(&nl, netns, NETLINK_NETFILTER, err) == -1)
		return -1;
	nl.limit = limit;
	rc = ir_host_nl_ask(
	    &nl, &q.m, answers, "listing tracked connections", err);
	ir_host_nl_close(&nl);
	return rc;
}
