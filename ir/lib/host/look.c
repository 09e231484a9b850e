/* SPDX-License-Identifier: ISC
 *
 * A look at a container's network: see look.h.
 */
#include "host/look.h"

#include <stdlib.h>
#include <string.h>

#include "host/inside.h"

/* Links that go nowhere by themselves: what is sent on them comes out of other
 * links of the namespace, if at all. */
static bool
is_local(const char *kind)
{
	static const char *const kinds[] = {
	    "dummy", "bridge", "bond", "team", "ifb", "vrf", "nlmon"};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(kinds[i], kind) == 0)
			return true;
	return false;
}

/* Kinds that are on another link, or send through their namespace's routes, and
 * for which the kernel tells if that is another namespace (get_link_net in the
 * driver).  Without that word they stay within their own.  Among them are the
 * idle tunnels that the kernel puts into every namespace. */
static bool
tells_where(const char *kind)
{
	static const char *const kinds[] = {"veth", "vlan", "macvlan",
	    "macvtap", "vxlan", "geneve", "ipip", "gre", "gretap", "erspan",
	    "vti", "sit", "ip6tnl", "ip6gre", "ip6gretap", "ip6erspan", "vti6"};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(kinds[i], kind) == 0)
			return true;
	return false;
}

static bool
is_outward(const struct ir_host_link *l)
{
	if (l->loopback || is_local(l->kind))
		return false;
	return !tells_where(l->kind) || l->elsewhere;
}

/* Whether the link in that space is the other end of l: 1, 0, or -1. */
static int
prove_in(struct ir_host_look *look, const struct ir_host_link *l,
    struct ir_host_space *space, struct ir_host_link *peer, struct ir_err *err)
{
	struct ir_host_nl *nl;
	int id;

	if (ir_host_nsid(&look->nl, space->fd, &id, err) == -1)
		return -1;
	if (id != l->nsid)
		return 0;
	if ((nl = ir_host_space_nl(space, err)) == NULL)
		return -1;
	if (ir_host_link_get(nl, l->lower, peer, err) == -1)
		return err->code == IR_ENOENT ? 0 : -1;
	if (strcmp(peer->kind, "veth") != 0 || peer->lower != l->index ||
	    !peer->elsewhere)
		return 0;
	if (ir_host_nsid(nl, look->h->netns, &id, err) == -1)
		return -1;
	return id >= 0 && id == peer->nsid;
}

static bool
has_end(const struct ir_host_link *l)
{
	return strcmp(l->kind, "veth") == 0 && l->elsewhere && l->nsid >= 0 &&
	       l->lower > 0;
}

static int
find_peer(struct ir_host_look *look, struct ir_host_seen *s, struct ir_err *err)
{
	struct ir_host_space *space;
	int rc;

	for (size_t i = 0; (space = ir_host_spaces_at(look->spaces, i)) != NULL;
	     i++) {
		rc = prove_in(look, &s->link, space, &s->peer, err);
		if (rc == -1)
			return -1;
		if (rc == 0)
			continue;
		s->proven = true;
		s->space = i;
		break;
	}
	return 0;
}

int
ir_host_look_prove(struct ir_host_look *l, size_t i, struct ir_err *err)
{
	struct ir_host_seen *s = &l->v[i];
	struct ir_host_link now;

	if (ir_host_link_get(&l->nl, s->link.index, &now, err) == -1)
		return err->code == IR_ENOENT ? 0 : -1;
	if (!has_end(&now))
		return 0;
	s->link = now;
	return prove_in(
	    l, &now, ir_host_spaces_at(l->spaces, s->space), &s->peer, err);
}

static int
take_links(struct ir_host_look *l, struct ir_err *err)
{
	ir_auto_buf struct ir_buf answers = IR_BUF_INIT;
	const struct nlmsghdr *m;
	size_t n = 0;

	if (ir_host_link_dump(&l->nl, &answers, err) == -1)
		return -1;
	for (m = ir_host_nl_each(&answers, NULL); m != NULL;
	     m = ir_host_nl_each(&answers, m))
		n++;
	if ((l->v = calloc(n + 1, sizeof(*l->v))) == NULL)
		return ir_fail_mem(err);
	for (m = ir_host_nl_each(&answers, NULL); m != NULL;
	     m = ir_host_nl_each(&answers, m))
		if (ir_host_link_parse(m, &l->v[l->n].link) == 0)
			l->n++;
	return 0;
}

int
ir_host_look(struct ir_host *h, struct ir_host_look *l, struct ir_err *err)
{
	memset(l, 0, sizeof(*l));
	l->h = h;
	l->nl.fd = -1;
	if ((l->spaces = ir_host_spaces_new(h, err)) == NULL)
		return -1;
	if (ir_host_spaces_engines(l->spaces, h->netns))
		return ir_fail(err, IR_EPROTO,
		    "container %.12s is in the host's own network, which has "
		    "no end to take down",
		    h->id);
	if (ir_host_nl_open(&l->nl, h->netns, NETLINK_ROUTE, err) == -1 ||
	    take_links(l, err) == -1)
		return -1;
	for (size_t i = 0; i < l->n; i++) {
		l->v[i].outward = is_outward(&l->v[i].link);
		if (l->v[i].outward && has_end(&l->v[i].link) &&
		    find_peer(l, &l->v[i], err) == -1)
			return -1;
	}
	return 0;
}

void
ir_host_look_free(struct ir_host_look *l)
{
	ir_host_nl_close(&l->nl);
	ir_host_spaces_free(l->spaces);
	free(l->v);
}
