/* SPDX-License-Identifier: ISC
 *
 * One link, as rtnetlink has it.
 */
#ifndef IR_HOST_LINK_H
#define IR_HOST_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "host/netlink.h"

/* The kernel's own limits: IFNAMSIZ, MAX_ADDR_LEN; kinds are names of modules,
 * of which the longest is "openvswitch". */
struct ir_host_link {
	int index;
	unsigned int flags; /* IFF_* */
	bool loopback;
	char name[16]; /* any bytes but NUL, '/', ':' and white space */
	char kind[32]; /* "" for a physical device */
	uint8_t mac[32];
	size_t mac_len;
	unsigned int mtu;
	bool carrier;
	int lower; /* the link that it is on, or the peer of a veth; or 0 */
	bool elsewhere; /* which is in another namespace, the one that the
			   link's own calls by the number nsid */
	int nsid;
	int master; /* the bridge that it is in, or 0 */
};

/** ir_host_link_parse(m, l): takes RTM_NEWLINK apart; -1 if it is not that, or
 * not whole. */
int ir_host_link_parse(const struct nlmsghdr *m, struct ir_host_link *l);

/** ir_host_link_get(nl, index, l, err): one link by its number; IR_ENOENT if
 * there is none. */
int ir_host_link_get(struct ir_host_nl *nl, int index, struct ir_host_link *l,
    struct ir_err *err);

/** ir_host_link_set(nl, index, up, err): takes it up or down, and changes
 * nothing else.  (Through another namespace's socket that cannot be done: in
 * RTM_SETLINK, IFLA_TARGET_NETNSID is where a link is moved to.) */
int ir_host_link_set(
    struct ir_host_nl *nl, int index, bool up, struct ir_err *err);

/** ir_host_link_dump(nl, answers, err): all links, each to be parsed. */
int ir_host_link_dump(
    struct ir_host_nl *nl, struct ir_buf *answers, struct ir_err *err);

/** ir_host_nsid(nl, netns, nsid, err): which number the namespace of the socket
 * has for another one; -1 in *nsid if it has none. */
int ir_host_nsid(
    struct ir_host_nl *nl, int netns, int *nsid, struct ir_err *err);

#endif
