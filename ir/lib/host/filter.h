/* SPDX-License-Identifier: ISC
 *
 * A packet filter around one container, for what a link that is down cannot do:
 * let an analyst's address in, and cut off a container that uses the host's own
 * network.  It is a table of nftables of its own, made and removed in one
 * transaction, that anybody can look at with nft list ruleset.
 */
#ifndef IR_HOST_FILTER_H
#define IR_HOST_FILTER_H

#include <jansson.h>

#include "host/host.h"

/* The table's name: this and the first 12 digits of the container's id. */
#define IR_HOST_TABLE "ir_"

/** ir_host_filter_links(h, keep, err): on the host's end of each outward link
 * (links.h), in whatever namespace that is, drops everything in both directions
 * but what goes to or comes from an address of keep, an array of strings
 * ("10.0.0.7", "2001:db8::7"; at most IR_MAX_KEEP, IR_EUSAGE for others), and
 * ARP and neighbour discovery, of which little is let out.  One that is there
 * already is replaced, in one transaction.  Takes Linux 5.16; IR_EPROTO where
 * there is no such hook, no nft, or an outward link without an end.
 *
 * The host's and the gateway's own addresses are not let in unless they are
 * kept.  A published port is open to a kept address that comes from outside,
 * whose address the engine leaves in the packet; what comes through the
 * engine's userland proxy (from the host itself, or by IPv6 without ip6tables)
 * bears the gateway's.  A frame that bears a kept address can be sent to a
 * neighbour on the same bridge, who can read it if he plays along. */
int ir_host_filter_links(
    struct ir_host *h, const json_t *keep, struct ir_err *err);

/** ir_host_filter_cgroup(h, keep, err): for a container in the host's network:
 * drops what its processes send and receive, told by their cgroup and those
 * below it, but for the addresses of keep; also on connections that are open
 * already.  IR_EPROTO, before anything is changed, where the host can tell them
 * in neither way, with the reason, or if the container has a network of its
 * own.
 *
 * cgroup v2, by the group's number (Linux 5.13): over loopback, and to the
 * host's own addresses, its processes reach each other and nobody else.
 * cgroup v1, by a classid in net_cls: they reach nobody there; and what was not
 * accepted yet when the filter came (a connection that waits in a listening
 * socket's queue), or is received without an answer (UDP), passes.
 *
 * It outlives the engine, but not a new start of the container, which gets
 * another cgroup, or the host's.  Unix sockets are no packets: one of the
 * engine's that is mounted into the container stays open. */
int ir_host_filter_cgroup(
    struct ir_host *h, const json_t *keep, struct ir_err *err);

/* What a filter by cgroup cannot hold back.  RAW: packet sockets send past it,
 * and raw sockets hear what comes in; every container of Docker's has that
 * capability unless it was taken from it.  ADMIN: its root can remove the
 * filter. */
#define IR_HOST_LEAK_RAW   1
#define IR_HOST_LEAK_ADMIN 2

/** ir_host_filter_leaks(h, err): which of those the container's processes may
 * do; 0 for none, -1 if that cannot be told. */
int ir_host_filter_leaks(struct ir_host *h, struct ir_err *err);

/** ir_host_filter_look(h, found, err): *found gets the table as it is now, the
 * caller owns it, or NULL if there is none; -1 if that cannot be told.
 *
 *   {"family":"netdev","table":"ir_6dbeebd79a91","keep":["10.0.0.7"],
 *    "dropped":1234,"holds":true}
 *
 * dropped counts packets.  holds: every outward link that the container has
 * now, or its cgroup as it is now, is filtered, and the chains and rules are
 * those that were made here; false after the container was started again or
 * connected to another network, or if somebody changed the table. */
int ir_host_filter_look(struct ir_host *h, json_t **found, struct ir_err *err);

/** ir_host_filter_remove(h, err): takes it away, wherever it is on this host,
 * and whatever somebody may have changed in it: it bears the container's name,
 * and is in the way of an undo.  0 also if there is none. */
int ir_host_filter_remove(struct ir_host *h, struct ir_err *err);

/** ir_host_filter_remove_id(id, err): the same for a container that does not
 * run any more, by its 64 hex digits. */
int ir_host_filter_remove_id(const char *id, struct ir_err *err);

#endif
