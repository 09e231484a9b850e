/* SPDX-License-Identifier: ISC
 *
 * The rules of a packet filter: see ruleset.h, and nft(8) for the language.
 */
#include "host/ruleset.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "base/limits.h"
#include "host/filter.h"

struct rule {
	bool own;         /* only for what the container's processes do */
	const char *text; /* ends with the verdict */
	const char *name;
};

struct chain {
	const char *name;
	const char *hook; /* NULL if others lead to it */
	const char *policy;
	const struct rule *rules; /* up to one without a text */
};

/* What comes out of the container, at the host's end.  Only the receiver's
 * address decides: the sender's is the container's to choose.  ARP and
 * neighbour discovery reach no further than the same network, but there may be
 * accomplices: no room for data (an ARP packet has 28 bytes, or 46 with
 * Ethernet's padding), and not many. */
static const struct rule from_container[] = {
    {false, "ip daddr @keep4 accept", "keep, IPv4"},
    {false, "ip6 daddr @keep6 accept", "keep, IPv6"},
    {false,
	"meta protocol arp meta length <= 46 "
	"limit rate 20/second burst 40 packets accept",
	"ARP"},
    {false,
	"icmpv6 type { nd-router-solicit, nd-neighbor-solicit, "
	"nd-neighbor-advert } meta length <= 96 "
	"limit rate 20/second burst 40 packets accept",
	"neighbour discovery"},
    {false, "counter drop", "dropped"},
    {false, NULL, NULL},
};

/* What goes into it.  Here the sender's address decides. */
static const struct rule to_container[] = {
    {false, "ip saddr @keep4 accept", "keep, IPv4"},
    {false, "ip6 saddr @keep6 accept", "keep, IPv6"},
    {false, "meta protocol arp accept", "ARP"},
    {false,
	"icmpv6 type { nd-router-advert, nd-neighbor-solicit, "
	"nd-neighbor-advert } accept",
	"neighbour discovery"},
    {false, "counter drop", "dropped"},
    {false, NULL, NULL},
};

static const struct chain link_chains[] = {
    {"out", "ingress", "drop", from_container},
    {"in", "egress", "drop", to_container},
};

/* The same by cgroup, where nothing tells packets apart but their sockets. */
static const struct rule output[] = {
    {true, "goto out", "sent by the container"},
    {false, NULL, NULL},
};

static const struct rule input_v1[] = {
    {true, "goto in", "received by the container"},
    {false, NULL, NULL},
};

static const struct rule out_v1[] = {
    {false, "ip daddr @keep4 accept", "keep, IPv4"},
    {false, "ip6 daddr @keep6 accept", "keep, IPv6"},
    {false, "counter drop", "dropped"},
    {false, NULL, NULL},
};

static const struct rule in_v1[] = {
    {false, "ip saddr @keep4 accept", "keep, IPv4"},
    {false, "ip6 saddr @keep6 accept", "keep, IPv6"},
    {false, "counter drop", "dropped"},
    {false, NULL, NULL},
};

static const struct chain classid_chains[] = {
    {"output", "output", "accept", output},
    {"input", "input", "accept", input_v1},
    {"out", NULL, NULL, out_v1},
    {"in", NULL, NULL, in_v1},
};

/* Over loopback, what the container sends gets a mark, and is let in where the
 * receiver is the container's, too.  While a TCP connection is made, there is
 * no socket yet that could be asked: neither who sends the answer to the first
 * packet nor who receives the answer to that.  They may pass, since no first
 * packet to anybody else does. */
static const struct rule out_v2[] = {
    {false, "ip daddr @keep4 accept", "keep, IPv4"},
    {false, "ip6 daddr @keep6 accept", "keep, IPv6"},
    {false, "meta oiftype loopback meta mark set $own accept", "to itself"},
    {false, "counter drop", "dropped"},
    {false, NULL, NULL},
};

static const struct rule input_v2[] = {
    {false, "meta iiftype loopback meta mark $own goto loop", "from itself"},
    {true, "goto in", "received by the container"},
    {false, NULL, NULL},
};

static const struct rule loop_v2[] = {
    {true, "accept", "to itself"},
    {false, "socket wildcard { 0, 1 } counter drop", "dropped"},
    {false, "tcp flags & (syn | ack) == ack accept", "connects to itself"},
    {false, "counter drop", "dropped"},
    {false, NULL, NULL},
};

static const struct rule in_v2[] = {
    {false, "ip saddr @keep4 accept", "keep, IPv4"},
    {false, "ip6 saddr @keep6 accept", "keep, IPv6"},
    {false,
	"meta iiftype loopback tcp flags & (syn | ack) == (syn | ack) "
	"accept",
	"connects to itself"},
    {false, "counter drop", "dropped"},
    {false, NULL, NULL},
};

static const struct chain cgroup_chains[] = {
    {"output", "output", "accept", output},
    {"input", "input", "accept", input_v2},
    {"out", NULL, NULL, out_v2},
    {"in", NULL, NULL, in_v2},
    {"loop", NULL, NULL, loop_v2},
};

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* Before all else that listens at these hooks: the first drop decides. */
#define PRIORITY_LINK   "-500"
#define PRIORITY_SOCKET "-300"

void
ir_host_ruleset_free(struct ir_host_ruleset *r)
{
	ir_buf_free(&r->script);
	ir_buf_free(&r->chains);
	ir_buf_free(&r->rules);
}

/* A single host's: what is everybody's, or this host's own loopback, would open
 * more than an analyst's address. */
static bool
is_host4(const struct in_addr *a)
{
	uint32_t n = ntohl(a->s_addr);

	return n >> 24 != 0 && n >> 24 != 127 && n >> 28 < 14;
}

static bool
is_host6(const struct in6_addr *a)
{
	return !IN6_IS_ADDR_UNSPECIFIED(a) && !IN6_IS_ADDR_LOOPBACK(a) &&
	       !IN6_IS_ADDR_MULTICAST(a) && !IN6_IS_ADDR_V4MAPPED(a) &&
	       !IN6_IS_ADDR_V4COMPAT(a);
}

/* What goes into the script is what was understood, not what was given. */
static int
add_address(
    struct ir_buf *v4, struct ir_buf *v6, const char *given, struct ir_err *err)
{
	char text[INET6_ADDRSTRLEN];
	struct in6_addr six;
	struct in_addr four;
	struct ir_buf *set = NULL;

	if (inet_pton(AF_INET, given, &four) == 1 && is_host4(&four)) {
		inet_ntop(AF_INET, &four, text, sizeof(text));
		set = v4;
	} else if (inet_pton(AF_INET6, given, &six) == 1 && is_host6(&six)) {
		inet_ntop(AF_INET6, &six, text, sizeof(text));
		set = v6;
	}
	if (set == NULL)
		return ir_fail(err, IR_EUSAGE,
		    "%s: not the address of a host, as 10.0.0.7 or "
		    "2001:db8::7 are",
		    given);
	ir_buf_printf(set, "%s%s", set->len > 0 ? ", " : "", text);
	return 0;
}

static void
put_set(struct ir_buf *out, const char *name, const char *type,
    const struct ir_buf *elements)
{
	ir_buf_printf(out, "\tset %s {\n\t\ttype %s\n", name, type);
	if (elements->len > 0)
		ir_buf_printf(out, "\t\telements = { %s }\n", elements->p);
	ir_buf_puts(out, "\t}\n");
}

void
ir_host_ruleset_table(char out[IR_HOST_TABLE_SIZE], const char *id)
{
	snprintf(out, IR_HOST_TABLE_SIZE, IR_HOST_TABLE "%.12s", id);
}

/* Puts a new table in the place of whatever has that name. */
static int
begin(struct ir_host_ruleset *r, const char *family, const char *id,
    const json_t *keep, struct ir_err *err)
{
	ir_auto_buf struct ir_buf v4 = IR_BUF_INIT, v6 = IR_BUF_INIT;
	char table[IR_HOST_TABLE_SIZE];
	const json_t *address;
	size_t i;

	ir_host_ruleset_table(table, id);
	if (json_array_size(keep) > IR_MAX_KEEP)
		return ir_fail(err, IR_EUSAGE,
		    "%zu addresses to keep: at most %u are possible",
		    json_array_size(keep), IR_MAX_KEEP);
	json_array_foreach (keep, i, address)
		if (add_address(&v4, &v6,
			json_is_string(address) ? json_string_value(address)
						: "",
			err) == -1)
			return -1;
	ir_buf_printf(&r->script,
	    "add table %s %s\ndelete table %s %s\ntable %s %s {\n", family,
	    table, family, table, family, table);
	put_set(&r->script, "keep4", "ipv4_addr", &v4);
	put_set(&r->script, "keep6", "ipv6_addr", &v6);
	if (ir_buf_ok(&v4, err) == -1 || ir_buf_ok(&v6, err) == -1)
		return -1;
	return 0;
}

/* The word that ends a rule and says what becomes of a packet. */
static const char *
verdict_of(const char *text)
{
	static const char *const words[] = {"accept", "drop", "goto"};

	for (size_t i = 0; i < COUNT(words); i++)
		if (strstr(text, words[i]) != NULL)
			return words[i];
	return "";
}

/* One chain: in the script, and as nft will list it. */
static void
put_chain(struct ir_host_ruleset *r, const struct chain *c, const char *name,
    const char *device, const char *own)
{
	ir_buf_printf(&r->script, "\tchain %s {\n", name);
	ir_buf_printf(&r->chains, "%s %s %s\n", name,
	    c->hook != NULL ? c->hook : "-", c->hook != NULL ? c->policy : "-");
	if (c->hook != NULL)
		ir_buf_printf(&r->script,
		    "\t\ttype filter hook %s %spriority %s; policy %s;\n",
		    c->hook, device,
		    own == NULL ? PRIORITY_LINK : PRIORITY_SOCKET, c->policy);
	for (const struct rule *u = c->rules; u->text != NULL; u++) {
		ir_buf_printf(&r->script, "\t\t%s%s comment \"%s\"\n",
		    u->own ? own : "", u->text, u->name);
		ir_buf_printf(&r->rules, "%s %s %s %s\n", name,
		    verdict_of(u->text), u->own ? "own" : "-", u->name);
	}
	ir_buf_puts(&r->script, "\t}\n");
}

/* Within nft's quotes anything may stand but a quote; an asterisk at the end
 * would be all names that begin so. */
static bool
can_quote(const char *s)
{
	for (; *s != '\0'; s++)
		if (*s <= ' ' || *s > '~' || strchr("\"*\\", *s) != NULL)
			return false;
	return true;
}

static int
put_end(
    struct ir_host_ruleset *r, const struct ir_host_end *e, struct ir_err *err)
{
	char name[32], device[48];

	if (!can_quote(e->name))
		return ir_fail(err, IR_EPROTO,
		    "%s, the host's end of %s: nft cannot be told of that name",
		    e->name, e->inner_name);
	snprintf(device, sizeof(device), "device \"%s\" ", e->name);
	for (size_t i = 0; i < COUNT(link_chains); i++) {
		snprintf(
		    name, sizeof(name), "%s_%d", link_chains[i].name, e->index);
		put_chain(r, &link_chains[i], name, device, NULL);
	}
	return 0;
}

static int
end(struct ir_host_ruleset *r, struct ir_err *err)
{
	ir_buf_puts(&r->script, "}\n");
	if (ir_buf_ok(&r->chains, err) == -1 || ir_buf_ok(&r->rules, err) == -1)
		return -1;
	return ir_buf_ok(&r->script, err);
}

int
ir_host_ruleset_links(struct ir_host_ruleset *r, const char *id,
    const struct ir_host_end *ends, int n, int netns, const json_t *keep,
    struct ir_err *err)
{
	if (begin(r, "netdev", id, keep, err) == -1)
		return -1;
	for (int i = 0; i < n; i++)
		if (ir_host_same(ends[i].netns, netns) &&
		    put_end(r, &ends[i], err) == -1)
			return -1;
	return end(r, err);
}

int
ir_host_ruleset_by(struct ir_host_ruleset *r, const char *id,
    const struct ir_host_by *by, const json_t *keep, struct ir_err *err)
{
	bool v2 = *by->path != '\0';
	const struct chain *chains = v2 ? cgroup_chains : classid_chains;
	size_t n = v2 ? COUNT(cgroup_chains) : COUNT(classid_chains);
	ir_auto_buf struct ir_buf own = IR_BUF_INIT;

	if (!can_quote(by->path))
		return ir_fail(err, IR_EPROTO,
		    "cgroup %s: nft cannot be told of that name", by->path);
	if (v2)
		ir_buf_printf(&own, "socket cgroupv2 level %d \"%s\" ",
		    by->level, by->path);
	else
		ir_buf_printf(&own, "meta cgroup 0x%08x ", by->classid);
	if (ir_buf_ok(&own, err) == -1 || begin(r, "inet", id, keep, err) == -1)
		return -1;
	if (v2)
		ir_buf_printf(
		    &r->script, "\tdefine own = 0x%08x\n", by->classid);
	for (size_t i = 0; i < n; i++)
		put_chain(r, &chains[i], chains[i].name, "", own.p);
	return end(r, err);
}
