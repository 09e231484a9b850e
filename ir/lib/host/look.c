/* SPDX-License-Identifier: ISC
 *
 * A look at a container's network: see look.h.
 */
#include "host/look.h"

#include <errno.h>
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
	static const char *const kinds[] = {"veth", "vlan", "macvlan", "vxlan",
	    "geneve", "ipip", "gre", "gretap", "erspan", "vti", "sit", "ip6tnl",
	    "ip6gre", "ip6gretap", "ip6erspan", "vti6"};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(kinds[i], kind) == 0)
			return true;
	return false;
}

/* Whether that space is the one which the link names. */
static int
is_there(struct ir_host_nl *nl, const struct ir_host_link *l, int netns,
    struct ir_err *err)
{
	int id;

	if (ir_host_nsid(nl, netns, &id, err) == -1)
		return -1;
	return id >= 0 && id == l->nsid;
}

/* Whether it leads to another one of the container's namespaces: 1, 0, -1. */
static int
is_within(
    struct ir_host_look *look, const struct ir_host_seen *s, struct ir_err *err)
{
	struct ir_host_members *m = &look->members;
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < m->n; i++)
		if (i != s->in)
			rc = is_there(
			    &m->v[s->in].nl, &s->link, m->v[i].fd, err);
	return rc;
}

static int
is_outward(
    struct ir_host_look *look, const struct ir_host_seen *s, struct ir_err *err)
{
	const struct ir_host_link *l = &s->link;
	int rc;

	if (l->loopback || is_local(l->kind))
		return 0;
	/* Nobody is on the other side, or the container itself. */
	if (strcmp(l->kind, "tun") == 0)
		return l->carrier &&
		       !ir_host_members_hold(&look->members, l->name);
	if (tells_where(l->kind) && !l->elsewhere)
		return 0;
	if (!l->elsewhere)
		return 1;
	rc = is_within(look, s, err);
	return rc == -1 ? -1 : !rc;
}

static bool
is_peer(const struct ir_host_link *l, const struct ir_host_link *peer)
{
	return strcmp(peer->kind, "veth") == 0 && peer->lower == l->index &&
	       peer->elsewhere;
}

/* Whether the link in that space is the other end of s: 1, 0, or -1. */
static int
prove_in(struct ir_host_look *look, struct ir_host_seen *s,
    struct ir_host_space *space, struct ir_err *err)
{
	struct ir_host_space *in = &look->members.v[s->in];
	struct ir_host_nl *nl;
	int rc = is_there(&in->nl, &s->link, space->fd, err);

	if (rc <= 0)
		return rc;
	if ((nl = ir_host_space_nl(space, err)) == NULL)
		return -1;
	if (ir_host_link_get(nl, s->link.lower, &s->peer, err) == -1)
		return err->code == IR_ENOENT ? 0 : -1;
	if (!is_peer(&s->link, &s->peer))
		return 0;
	return is_there(nl, &s->peer, in->fd, err);
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
	int rc = 0;

	for (size_t i = 0;
	     rc == 0 && (space = ir_host_spaces_at(look->spaces, i)) != NULL;
	     i++) {
		rc = prove_in(look, s, space, err);
		s->space = i;
	}
	s->proven = rc == 1;
	return rc == -1 ? -1 : 0;
}

int
ir_host_look_prove(struct ir_host_look *l, size_t i, struct ir_err *err)
{
	struct ir_host_seen *s = &l->v[i];
	struct ir_host_link now;

	if (ir_host_link_get(
		&l->members.v[s->in].nl, s->link.index, &now, err) == -1)
		return err->code == IR_ENOENT ? 0 : -1;
	if (!has_end(&now))
		return 0;
	s->link = now;
	return prove_in(l, s, ir_host_spaces_at(l->spaces, s->space), err);
}

int
ir_host_look_set(struct ir_host_look *l, size_t i, bool up, struct ir_err *err)
{
	struct ir_host_seen *s = &l->v[i];
	struct ir_host_nl *nl =
	    ir_host_space_nl(ir_host_spaces_at(l->spaces, s->space), err);

	if (nl == NULL)
		return -1;
	if (ir_host_link_set(nl, s->peer.index, up, err) == 0)
		return 0;
	return nl->error == ENODEV ? 0
				   : ir_wrap(err, "%s, the host's end of %s",
					 s->peer.name, s->link.name);
}

static int
take_links(struct ir_host_look *l, size_t in, struct ir_err *err)
{
	ir_auto_buf struct ir_buf answers = IR_BUF_INIT;
	struct ir_host_nl *nl = ir_host_space_nl(&l->members.v[in], err);
	const struct nlmsghdr *m;
	struct ir_host_seen *v;
	size_t n = 0;

	if (nl == NULL || ir_host_link_dump(nl, &answers, err) == -1)
		return -1;
	for (m = ir_host_nl_each(&answers, NULL); m != NULL;
	     m = ir_host_nl_each(&answers, m))
		n++;
	v = reallocarray(l->v, l->n + n + 1, sizeof(*v));
	if (v == NULL)
		return ir_fail_mem(err);
	l->v = v;
	for (m = ir_host_nl_each(&answers, NULL); m != NULL;
	     m = ir_host_nl_each(&answers, m)) {
		memset(&v[l->n], 0, sizeof(*v));
		v[l->n].in = in;
		if (ir_host_link_parse(m, &v[l->n].link) == 0)
			l->n++;
	}
	return 0;
}

static int
judge(struct ir_host_look *l, struct ir_host_seen *s, struct ir_err *err)
{
	int rc = is_outward(l, s, err);

	if (rc <= 0)
		return rc;
	s->outward = true;
	return has_end(&s->link) ? find_peer(l, s, err) : 0;
}

static int
look(struct ir_host *h, struct ir_host_look *l, struct ir_err *err)
{
	if ((l->spaces = ir_host_spaces_new(h, err)) == NULL)
		return -1;
	if (ir_host_spaces_engines(l->spaces, h->netns))
		return ir_fail(err, IR_EPROTO,
		    "container %.12s is in the host's own network, which has "
		    "no end to take down",
		    h->id);
	if (ir_host_members(h, l->spaces, &l->members, err) == -1)
		return -1;
	for (size_t i = 0; i < l->members.n; i++)
		if (take_links(l, i, err) == -1)
			return -1;
	for (size_t i = 0; i < l->n; i++)
		if (judge(l, &l->v[i], err) == -1)
			return -1;
	return 0;
}

struct ir_host_look *
ir_host_look(struct ir_host *h, struct ir_err *err)
{
	struct ir_host_look *l = calloc(1, sizeof(*l));

	if (l == NULL)
		ir_fail_mem(err);
	else if (look(h, l, err) == -1) {
		ir_host_look_free(l);
		l = NULL;
	}
	ir_host_look_free(h->look);
	return h->look = l;
}

struct ir_host_look *
ir_host_look_last(struct ir_host *h, struct ir_err *err)
{
	return h->look != NULL ? h->look : ir_host_look(h, err);
}

void
ir_host_look_free(struct ir_host_look *l)
{
	if (l == NULL)
		return;
	ir_host_members_free(&l->members);
	ir_host_spaces_free(l->spaces);
	free(l->v);
	free(l);
}
