/* SPDX-License-Identifier: ISC
 *
 * Routes, rules and neighbours: see dumps.h.
 */
#include "host/dumps.h"

#include <arpa/inet.h>
#include <linux/fib_rules.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <string.h>

#include "json/json.h"

/* How an attribute is written. */
enum shape {
	ADDRESS,
	NUMBER,
	TEXT,
	HARDWARE
};

struct field {
	uint16_t type;
	enum shape shape;
	const char *name;
};

static const struct field route_fields[] = {{RTA_DST, ADDRESS, "dst"},
    {RTA_SRC, ADDRESS, "src"}, {RTA_GATEWAY, ADDRESS, "gateway"},
    {RTA_PREFSRC, ADDRESS, "prefsrc"}, {RTA_OIF, NUMBER, "link"},
    {RTA_IIF, NUMBER, "from-link"}, {RTA_PRIORITY, NUMBER, "metric"},
    {RTA_TABLE, NUMBER, "table"}, {0, NUMBER, NULL}};

static const struct field rule_fields[] = {{FRA_DST, ADDRESS, "dst"},
    {FRA_SRC, ADDRESS, "src"}, {FRA_IIFNAME, TEXT, "from-link"},
    {FRA_OIFNAME, TEXT, "link"}, {FRA_PRIORITY, NUMBER, "priority"},
    {FRA_FWMARK, NUMBER, "mark"}, {FRA_FWMASK, NUMBER, "mask"},
    {FRA_GOTO, NUMBER, "goto"}, {FRA_TABLE, NUMBER, "table"},
    {FRA_SUPPRESS_PREFIXLEN, NUMBER, "suppress-prefix"}, {0, NUMBER, NULL}};

static const struct field neighbour_fields[] = {{NDA_DST, ADDRESS, "dst"},
    {NDA_LLADDR, HARDWARE, "mac"}, {NDA_PROBES, NUMBER, "probes"},
    {NDA_VLAN, NUMBER, "vlan"}, {NDA_MASTER, NUMBER, "master"},
    {0, NUMBER, NULL}};

static json_t *
address(int family, const struct nlattr *a)
{
	char text[INET6_ADDRSTRLEN];
	size_t n = mnl_attr_get_payload_len(a);

	if ((family != AF_INET || n < sizeof(struct in_addr)) &&
	    (family != AF_INET6 || n < sizeof(struct in6_addr)))
		return NULL;
	inet_ntop(family, mnl_attr_get_payload(a), text, sizeof(text));
	return json_string(text);
}

static json_t *
hardware(const struct nlattr *a)
{
	const uint8_t *p = mnl_attr_get_payload(a);
	size_t n = mnl_attr_get_payload_len(a);
	ir_auto_buf struct ir_buf b = IR_BUF_INIT;

	for (size_t i = 0; i < n && i < 32; i++)
		ir_buf_printf(&b, "%s%02x", i > 0 ? ":" : "", p[i]);
	return json_string(b.p != NULL ? b.p : "");
}

static json_t *
text_of(const struct nlattr *a)
{
	char text[64];

	snprintf(text, sizeof(text), "%.*s", (int)mnl_attr_get_payload_len(a),
	    (const char *)mnl_attr_get_payload(a));
	return ir_json_text(text);
}

static json_t *
number(const struct nlattr *a)
{
	switch (mnl_attr_get_payload_len(a)) {
	case sizeof(uint8_t):
		return json_integer(mnl_attr_get_u8(a));
	case sizeof(uint16_t):
		return json_integer(mnl_attr_get_u16(a));
	case sizeof(uint32_t):
		return json_integer(mnl_attr_get_u32(a));
	default:
		return NULL;
	}
}

static json_t *
value(const struct field *f, int family, const struct nlattr *a)
{
	switch (f->shape) {
	case ADDRESS:
		return address(family, a);
	case HARDWARE:
		return hardware(a);
	case TEXT:
		return text_of(a);
	case NUMBER:
		break;
	}
	return number(a);
}

static void
add_attribute(
    json_t *j, const struct field *f, int family, const struct nlattr *a)
{
	for (; f->name != NULL; f++)
		if (f->type == mnl_attr_get_type(a)) {
			json_t *v = value(f, family, a);

			if (v != NULL)
				json_object_set_new(j, f->name, v);
		}
}

static void
add_attributes(json_t *j, const struct nlmsghdr *m, size_t header,
    const struct field *fields, int family)
{
	const struct nlattr *a;

	for (a = ir_host_nl_attr(m, header, NULL); a != NULL;
	     a = ir_host_nl_attr(m, header, a))
		add_attribute(j, fields, family, a);
}

/* The list of ways that one route has: of a structure and attributes each. */
static json_t *
ways(const struct nlattr *multipath, int family)
{
	const struct rtnexthop *hop = mnl_attr_get_payload(multipath);
	size_t left = mnl_attr_get_payload_len(multipath);
	json_t *list = json_array();

	while (left >= sizeof(*hop) && hop->rtnh_len >= sizeof(*hop) &&
	       hop->rtnh_len <= left) {
		size_t step = RTNH_ALIGN(hop->rtnh_len);
		const char *end = (const char *)hop + hop->rtnh_len;
		const struct nlattr *a = (const void *)(hop + 1);
		json_t *j = json_pack("{s:i, s:i}", "link", hop->rtnh_ifindex,
		    "weight", hop->rtnh_hops + 1);

		while (end > (const char *)a &&
		       mnl_attr_ok(a, (int)(end - (const char *)a))) {
			add_attribute(j, route_fields, family, a);
			a = mnl_attr_next(a);
		}
		json_array_append_new(list, j);
		if (step > left)
			break;
		left -= step;
		hop = (const void *)((const char *)hop + step);
	}
	return list;
}

static const char *
family_name(int family)
{
	switch (family) {
	case AF_INET:
		return "inet";
	case AF_INET6:
		return "inet6";
	case AF_BRIDGE:
		return "bridge";
	case RTNL_FAMILY_IPMR:
		return "ipmr";
	case RTNL_FAMILY_IP6MR:
		return "ip6mr";
	default:
		return "other";
	}
}

/* rtnetlink(7)'s names, in their order. */
static const char *
route_type(unsigned int type)
{
	static const char *const names[] = {"unspec", "unicast", "local",
	    "broadcast", "anycast", "multicast", "blackhole", "unreachable",
	    "prohibit", "throw", "nat", "xresolve"};

	return type < sizeof(names) / sizeof(names[0]) ? names[type] : "other";
}

static json_t *
route_json(const struct nlmsghdr *m)
{
	const struct rtmsg *r = mnl_nlmsg_get_payload(m);
	const struct nlattr *a;
	json_t *j;

	if (mnl_nlmsg_get_payload_len(m) < sizeof(*r))
		return NULL;
	j = json_pack("{s:s, s:s, s:i, s:i, s:i, s:i, s:i, s:i}", "family",
	    family_name(r->rtm_family), "type", route_type(r->rtm_type),
	    "dst-len", r->rtm_dst_len, "src-len", r->rtm_src_len, "table",
	    r->rtm_table, "protocol", r->rtm_protocol, "scope", r->rtm_scope,
	    "flags", (int)r->rtm_flags);
	add_attributes(j, m, sizeof(*r), route_fields, r->rtm_family);
	for (a = ir_host_nl_attr(m, sizeof(*r), NULL); a != NULL;
	     a = ir_host_nl_attr(m, sizeof(*r), a))
		if (mnl_attr_get_type(a) == RTA_MULTIPATH)
			json_object_set_new(
			    j, "multipath", ways(a, r->rtm_family));
	return j;
}

static json_t *
rule_json(const struct nlmsghdr *m)
{
	const struct fib_rule_hdr *r = mnl_nlmsg_get_payload(m);
	json_t *j;

	if (mnl_nlmsg_get_payload_len(m) < sizeof(*r))
		return NULL;
	j = json_pack("{s:s, s:i, s:i, s:i, s:i, s:i, s:i}", "family",
	    family_name(r->family), "dst-len", r->dst_len, "src-len",
	    r->src_len, "tos", r->tos, "table", r->table, "action", r->action,
	    "flags", (int)r->flags);
	add_attributes(j, m, sizeof(*r), rule_fields, r->family);
	return j;
}

static const char *
neighbour_state(unsigned int state)
{
	static const struct {
		unsigned int bit;
		const char *name;
	} names[] = {{NUD_INCOMPLETE, "incomplete"},
	    {NUD_REACHABLE, "reachable"}, {NUD_STALE, "stale"},
	    {NUD_DELAY, "delay"}, {NUD_PROBE, "probe"}, {NUD_FAILED, "failed"},
	    {NUD_NOARP, "noarp"}, {NUD_PERMANENT, "permanent"}};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (state == names[i].bit)
			return names[i].name;
	return "none";
}

static json_t *
neighbour_json(const struct nlmsghdr *m)
{
	const struct ndmsg *n = mnl_nlmsg_get_payload(m);
	json_t *j;

	if (mnl_nlmsg_get_payload_len(m) < sizeof(*n))
		return NULL;
	j = json_pack("{s:s, s:i, s:s, s:i}", "family",
	    family_name(n->ndm_family), "link", n->ndm_ifindex, "state",
	    neighbour_state(n->ndm_state), "flags", n->ndm_flags);
	add_attributes(j, m, sizeof(*n), neighbour_fields, n->ndm_family);
	return j;
}

const struct ir_host_dump ir_host_dumps[IR_HOST_DUMPS] = {
    {"routes", RTM_GETROUTE, RTM_NEWROUTE, sizeof(struct rtmsg), route_json},
    {"rules", RTM_GETRULE, RTM_NEWRULE, sizeof(struct fib_rule_hdr), rule_json},
    {"neighbours", RTM_GETNEIGH, RTM_NEWNEIGH, sizeof(struct ndmsg),
	neighbour_json},
};

int
ir_host_dump(struct ir_host_nl *nl, const struct ir_host_dump *d,
    struct ir_buf *answers, struct ir_err *err)
{
	union {
		struct nlmsghdr m;
		char room[64];
	} q;

	memset(&q, 0, sizeof(q));
	mnl_nlmsg_put_header(&q)->nlmsg_type = d->get;
	mnl_nlmsg_put_extra_header(&q.m, d->header);
	q.m.nlmsg_flags = NLM_F_DUMP;
	return ir_host_nl_ask(nl, &q.m, answers, d->name, err);
}
