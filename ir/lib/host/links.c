/* SPDX-License-Identifier: ISC
 *
 * The links of a container: see links.h.
 */
#include "host/links.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "host/addresses.h"
#include "host/inside.h"
#include "host/look.h"
#include "json/json.h"

#define FLAG_UP 0x1u /* IFF_UP */

/* A container can add links while others are taken down. */
#define TRIES 3

static bool
is_up(const struct ir_host_link *l)
{
	return l->flags & FLAG_UP;
}

static void
mac_text(char out[32 * 3], const struct ir_host_link *l)
{
	*out = '\0';
	for (size_t i = 0; i < l->mac_len; i++)
		snprintf(out + i * 3 - (i > 0), 4, "%s%02x", i > 0 ? ":" : "",
		    l->mac[i]);
}

static json_t *
addresses_of(const struct ir_buf *dump, int link)
{
	json_t *list = json_array();
	char text[IR_HOST_ADDRESS_SIZE];
	struct ir_host_address a;

	for (const struct nlmsghdr *m = ir_host_nl_each(dump, NULL); m != NULL;
	     m = ir_host_nl_each(dump, m))
		if (ir_host_address_parse(m, &a) == 0 && a.link == link) {
			ir_host_address_text(text, &a);
			json_array_append_new(list, json_string(text));
		}
	return list;
}

/* Of the bridge that it is in, if it is in one. */
static json_t *
master_of(struct ir_host_space *space, const struct ir_host_link *peer)
{
	struct ir_host_link master;
	struct ir_err err;

	if (peer->master == 0 ||
	    ir_host_link_get(&space->nl, peer->master, &master, &err) == -1)
		return json_string("");
	return ir_json_text(master.name);
}

static json_t *
peer_json(struct ir_host_look *look, const struct ir_host_seen *s)
{
	struct ir_host_space *space = ir_host_spaces_at(look->spaces, s->space);

	return json_pack("{s:o, s:i, s:b, s:I, s:o}", "name",
	    ir_json_text(s->peer.name), "index", s->peer.index, "up",
	    is_up(&s->peer), "netns", (json_int_t)space->inode, "master",
	    master_of(space, &s->peer));
}

static json_t *
link_json(struct ir_host_look *look, const struct ir_host_seen *s,
    const struct ir_buf *addresses)
{
	const struct ir_host_link *l = &s->link;
	char mac[32 * 3];
	json_t *j;

	mac_text(mac, l);
	j = json_pack("{s:o, s:i, s:I, s:o, s:s, s:I, s:b, s:b, s:o, s:b}",
	    "name", ir_json_text(l->name), "index", l->index, "netns",
	    (json_int_t)look->members.v[s->in].inode, "kind",
	    ir_json_text(l->kind), "mac", mac, "mtu", (json_int_t)l->mtu, "up",
	    is_up(l), "carrier", l->carrier, "addresses",
	    addresses_of(addresses, l->index), "outward", s->outward);
	if (j != NULL && s->proven)
		json_object_set_new(j, "peer", peer_json(look, s));
	return j;
}

/* The links of one of the container's namespaces. */
static int
add_links(
    struct ir_host_look *look, size_t in, json_t *list, struct ir_err *err)
{
	ir_auto_buf struct ir_buf addresses = IR_BUF_INIT;

	if (ir_host_address_dump(&look->members.v[in].nl, &addresses, err) ==
	    -1)
		return -1;
	for (size_t i = 0; i < look->n; i++)
		if (look->v[i].in == in &&
		    json_array_append_new(
			list, link_json(look, &look->v[i], &addresses)) == -1)
			return ir_fail_mem(err);
	return 0;
}

static json_t *
look_json(struct ir_host_look *look, struct ir_err *err)
{
	json_t *list = json_array();

	for (size_t i = 0; i < look->members.n; i++)
		if (add_links(look, i, list, err) == -1) {
			json_decref(list);
			return NULL;
		}
	return list;
}

json_t *
ir_host_links_last(struct ir_host *h, struct ir_err *err)
{
	struct ir_host_look *look = ir_host_look_last(h, err);

	if (look != NULL && !look->members.astray)
		return look_json(look, err);
	if (look != NULL)
		*err = look->members.stray;
	return NULL;
}

json_t *
ir_host_links(struct ir_host *h, struct ir_err *err)
{
	return ir_host_look(h, err) != NULL ? ir_host_links_last(h, err) : NULL;
}

static int
no_end(const json_t *link, struct ir_err *err)
{
	const char *name = ir_json_str(link, "name");
	const char *kind = ir_json_str(link, "kind");

	if (strcmp(kind, "veth") == 0)
		return ir_fail(err, IR_EPROTO,
		    "the other end of %s is in a network namespace that was "
		    "not found",
		    name);
	if (*kind == '\0')
		return ir_fail(err, IR_EPROTO,
		    "%s is a physical device, which has no end on the host",
		    name);
	return ir_fail(err, IR_EPROTO,
	    "%s is of kind %s, which has no end on the host", name, kind);
}

int
ir_host_links_can_cut(const json_t *links, struct ir_err *err)
{
	const json_t *link;
	size_t i;

	json_array_foreach (links, i, link)
		if (ir_json_true(link, "outward") &&
		    !json_is_object(json_object_get(link, "peer")))
			return no_end(link, err);
	return 0;
}

int
ir_host_links_none(struct ir_host *h, struct ir_err *err)
{
	json_auto_t *links = ir_host_links(h, err);
	const json_t *link;
	size_t i;

	if (links == NULL)
		return -1;
	json_array_foreach (links, i, link)
		if (ir_json_true(link, "outward"))
			return ir_fail(err, IR_EPROTO,
			    "container %.12s still has link %s", h->id,
			    ir_json_str(link, "name"));
	return 0;
}

/* One end, proven anew.  What is gone by now needs nothing. */
static int
set_one(struct ir_host_look *look, size_t i, bool up, struct ir_err *err)
{
	struct ir_host_seen *s = &look->v[i];
	int rc;

	if (!s->outward || !s->proven)
		return 0;
	if ((rc = ir_host_look_prove(look, i, err)) <= 0)
		return rc;
	return is_up(&s->peer) == up ? 0 : ir_host_look_set(look, i, up, err);
}

static int
set_all(struct ir_host *h, bool up, struct ir_err *err)
{
	struct ir_host_look *look = ir_host_look_last(h, err);
	struct ir_err other;
	int rc = look != NULL ? 0 : -1;

	for (size_t i = 0; look != NULL && i < look->n; i++)
		if (set_one(look, i, up, rc == 0 ? err : &other) == -1)
			rc = -1;
	return rc;
}

/* What is read back must be what was to be. */
static int
check(const json_t *links, bool up, struct ir_err *err)
{
	const json_t *link;
	size_t i;

	if (ir_host_links_can_cut(links, err) == -1)
		return -1;
	json_array_foreach (links, i, link) {
		if (!ir_json_true(link, "outward"))
			continue;
		if (ir_json_true(link, "peer.up") != up)
			return ir_fail(err, IR_EPROTO,
			    "%s, the host's end of %s, is %s again: somebody "
			    "else on this host sets it",
			    ir_json_str(link, "peer.name"),
			    ir_json_str(link, "name"), up ? "down" : "up");
		if (!up && ir_json_true(link, "carrier"))
			return ir_fail(err, IR_EPROTO,
			    "%s still has a carrier, although its end on the "
			    "host is down",
			    ir_json_str(link, "name"));
	}
	return 0;
}

static int
still_there(const struct ir_host *h, struct ir_err *err)
{
	return ir_host_alive(h)
		   ? 0
		   : ir_fail(err, IR_ENOENT,
			 "container %.12s ended meanwhile, or was started "
			 "again: look at it anew",
			 h->id);
}

int
ir_host_links_set(
    struct ir_host *h, bool up, json_t **links, struct ir_err *err)
{
	struct ir_err other;
	int rc = -1;

	*links = NULL;
	if (still_there(h, err) == -1)
		return -1;
	for (int i = 0; rc == -1 && i < TRIES; i++) {
		json_decref(*links);
		rc = set_all(h, up, err);
		*links = ir_host_links(h, rc == 0 ? err : &other);
		if (*links == NULL)
			return -1;
		if (rc == 0)
			rc = check(*links, up, err);
	}
	return rc == 0 ? still_there(h, err) : -1;
}
