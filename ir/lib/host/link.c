/* SPDX-License-Identifier: ISC
 *
 * One link: see link.h.
 */
#include "host/link.h"

#include <errno.h>
#include <linux/if_arp.h>
#include <linux/if_link.h>
#include <linux/net_namespace.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>

/* <net/if.h> and <linux/if.h> do not go together with all libcs. */
#define FLAG_UP 0x1u

/* Room for any question here: a header, a structure, two attributes. */
union question {
	struct nlmsghdr m;
	char room[256];
};

static void
copy_string(char *to, size_t size, const struct nlattr *a)
{
	size_t n = mnl_attr_get_payload_len(a);
	const char *s = mnl_attr_get_payload(a);

	n = strnlen(s, n);
	if (n >= size)
		n = size - 1;
	memcpy(to, s, n);
	to[n] = '\0';
}

static uint32_t
number(const struct nlattr *a)
{
	return mnl_attr_get_payload_len(a) >= sizeof(uint32_t)
		   ? mnl_attr_get_u32(a)
		   : 0;
}

static void
parse_kind(const struct nlattr *info, struct ir_host_link *l)
{
	const struct nlattr *a;

	for (a = ir_host_nl_nested(info, NULL); a != NULL;
	     a = ir_host_nl_nested(info, a))
		if (mnl_attr_get_type(a) == IFLA_INFO_KIND)
			copy_string(l->kind, sizeof(l->kind), a);
}

static void
parse_attribute(const struct nlattr *a, struct ir_host_link *l)
{
	switch (mnl_attr_get_type(a)) {
	case IFLA_IFNAME:
		copy_string(l->name, sizeof(l->name), a);
		break;
	case IFLA_ADDRESS:
		l->mac_len = mnl_attr_get_payload_len(a);
		if (l->mac_len > sizeof(l->mac))
			l->mac_len = sizeof(l->mac);
		memcpy(l->mac, mnl_attr_get_payload(a), l->mac_len);
		break;
	case IFLA_MTU:
		l->mtu = number(a);
		break;
	case IFLA_LINK:
		l->lower = (int)number(a);
		break;
	case IFLA_MASTER:
		l->master = (int)number(a);
		break;
	case IFLA_CARRIER:
		l->carrier =
		    mnl_attr_get_payload_len(a) >= 1 && mnl_attr_get_u8(a) != 0;
		break;
	case IFLA_LINK_NETNSID:
		l->elsewhere = true;
		l->nsid = (int)number(a);
		break;
	case IFLA_LINKINFO:
		parse_kind(a, l);
		break;
	default:
		break;
	}
}

int
ir_host_link_parse(const struct nlmsghdr *m, struct ir_host_link *l)
{
	const struct ifinfomsg *i = mnl_nlmsg_get_payload(m);
	const struct nlattr *a;

	memset(l, 0, sizeof(*l));
	if (m->nlmsg_type != RTM_NEWLINK ||
	    m->nlmsg_len < MNL_NLMSG_HDRLEN + sizeof(*i))
		return -1;
	l->index = i->ifi_index;
	l->flags = i->ifi_flags;
	l->loopback = i->ifi_type == ARPHRD_LOOPBACK;
	for (a = ir_host_nl_attr(m, sizeof(*i), NULL); a != NULL;
	     a = ir_host_nl_attr(m, sizeof(*i), a))
		parse_attribute(a, l);
	return l->index > 0 && *l->name != '\0' ? 0 : -1;
}

static struct ifinfomsg *
about_link(union question *q, uint16_t type, int index)
{
	struct ifinfomsg *i;

	memset(q, 0, sizeof(*q));
	mnl_nlmsg_put_header(q)->nlmsg_type = type;
	i = mnl_nlmsg_put_extra_header(&q->m, sizeof(*i));
	i->ifi_family = AF_UNSPEC;
	i->ifi_index = index;
	return i;
}

int
ir_host_link_get(struct ir_host_nl *nl, int index, struct ir_host_link *l,
    struct ir_err *err)
{
	union question q;
	ir_auto_buf struct ir_buf answers = IR_BUF_INIT;
	const struct nlmsghdr *m;

	about_link(&q, RTM_GETLINK, index);
	mnl_attr_put_u32(&q.m, IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
	if (ir_host_nl_ask(nl, &q.m, &answers, "asking for a link", err) ==
	    -1) {
		if (nl->error == ENODEV)
			err->code = IR_ENOENT;
		return -1;
	}
	m = ir_host_nl_each(&answers, NULL);
	if (m == NULL || ir_host_link_parse(m, l) == -1 || l->index != index)
		return ir_fail(err, IR_EPROTO,
		    "the kernel gave no answer about link %d", index);
	return 0;
}

int
ir_host_link_set(struct ir_host_nl *nl, int index, bool up, struct ir_err *err)
{
	union question q;
	struct ifinfomsg *i = about_link(&q, RTM_SETLINK, index);

	i->ifi_change = FLAG_UP;
	i->ifi_flags = up ? FLAG_UP : 0;
	return ir_host_nl_ask(nl, &q.m, NULL,
	    up ? "taking a link up" : "taking a link down", err);
}

int
ir_host_link_dump(
    struct ir_host_nl *nl, struct ir_buf *answers, struct ir_err *err)
{
	union question q;

	about_link(&q, RTM_GETLINK, 0);
	q.m.nlmsg_flags = NLM_F_DUMP;
	mnl_attr_put_u32(&q.m, IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
	return ir_host_nl_ask(
	    nl, &q.m, answers, "listing the links of a namespace", err);
}

int
ir_host_nsid(struct ir_host_nl *nl, int netns, int *nsid, struct ir_err *err)
{
	union question q;
	ir_auto_buf struct ir_buf answers = IR_BUF_INIT;
	const struct nlmsghdr *m;
	const struct nlattr *a;
	struct rtgenmsg *g;

	memset(&q, 0, sizeof(q));
	mnl_nlmsg_put_header(&q)->nlmsg_type = RTM_GETNSID;
	g = mnl_nlmsg_put_extra_header(&q.m, sizeof(*g));
	g->rtgen_family = AF_UNSPEC;
	mnl_attr_put_u32(&q.m, NETNSA_FD, (uint32_t)netns);
	if (ir_host_nl_ask(nl, &q.m, &answers,
		"asking for the number of a namespace", err) == -1)
		return -1;
	*nsid = NETNSA_NSID_NOT_ASSIGNED;
	m = ir_host_nl_each(&answers, NULL);
	if (m == NULL || m->nlmsg_type != RTM_NEWNSID)
		return ir_fail(err, IR_EPROTO,
		    "the kernel gave no answer about a namespace");
	for (a = ir_host_nl_attr(m, sizeof(*g), NULL); a != NULL;
	     a = ir_host_nl_attr(m, sizeof(*g), a))
		if (mnl_attr_get_type(a) == NETNSA_NSID)
			*nsid = (int)number(a);
	return 0;
}
