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
 * (links.h), drops everything in both directions but ARP, neighbour discovery,
 * and what goes to or comes from an address of keep, an array of strings
 * ("10.0.0.7", "2001:db8::7").  One that is there already is replaced, in one
 * transaction. */
int ir_host_filter_links(
    struct ir_host *h, const json_t *keep, struct ir_err *err);

/** ir_host_filter_cgroup(h, keep, err): for a container in the host's network:
 * drops what its processes send and receive, told by their cgroup, but for the
 * addresses of keep and for loopback within the container's own processes as
 * far as that can be told; also on connections that are open already.  cgroup
 * v2 by path, v1 by net_cls.  IR_EPROTO, before anything is changed, where the
 * host can do neither, with the reason. */
int ir_host_filter_cgroup(
    struct ir_host *h, const json_t *keep, struct ir_err *err);

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
