/* SPDX-License-Identifier: ISC
 *
 * The links of a container's network namespace, and the host's ends of them.
 *
 * Taking the host's end of a veth down cuts the container off and loses
 * nothing: addresses, routes, MAC, names, ports and sockets stay, and nobody in
 * the container can take it up again.  A wrong look-up would cut off somebody
 * else, or the host; so an end is only ever touched when both say so: the
 * container's link names the index of its peer and the namespace that it is in,
 * and the link there is a veth that names the container's in turn.
 */
#ifndef IR_HOST_LINKS_H
#define IR_HOST_LINKS_H

#include <jansson.h>

#include "host/host.h"

/** ir_host_links(h, err): every link of the namespace, the caller owns it:
 *
 *   [{"name":"eth0","index":5,"netns":4026532991,"kind":"veth",
 *     "mac":"02:42:..","mtu":1500,"up":true,"carrier":true,
 *     "addresses":["172.17.0.2/16","fe80::.../64"],"outward":true,
 *     "peer":{"name":"vethab12cd","index":6,"up":true,
 *             "netns":4026531840,"master":"br-0a1b2c"}}]
 *
 * and of every other namespace that one of the container's processes is in, of
 * its own making: an engine within it has some, and its first process may have
 * left the one that it was given.  A process that is in the host's network, or
 * in another container's, is IR_EPROTO: links do not tell what it reaches.  So
 * is a container in the host's network.
 *
 * kind is "" for a physical device.  outward: it leads out of all these
 * namespaces.  What does not: lo; bridges and the like; tunnels, VLANs and
 * macvlans of its own on its own links, also the idle tunnels that the kernel
 * puts into every namespace; what has both its ends within; a tun device with
 * nobody, or a process of the container, on the other side.  Whatever is not
 * known to stay within does lead out.  peer is there only for a veth whose
 * other end was found and proven; wherever that is: the host's namespace, the
 * engine's own, or the sandbox of an overlay network. */
json_t *ir_host_links(struct ir_host *h, struct ir_err *err);

/** ir_host_links_last(h, err): the same as they were when h was last used to
 * look at them; as they are now if it never was. */
json_t *ir_host_links_last(struct ir_host *h, struct ir_err *err);

/** ir_host_links_can_cut(links, err): 0 if each outward link has a peer; else
 * IR_EPROTO, which names the first that has none and why ("eth1 is a macvlan,
 * which has no end on the host"). */
int ir_host_links_can_cut(const json_t *links, struct ir_err *err);

/** ir_host_links_none(h, err): 0 if no link leads out of the namespace; else
 * IR_EPROTO, which names one. */
int ir_host_links_none(struct ir_host *h, struct ir_err *err);

/** ir_host_links_set(h, up, links, err): takes the host's ends of all outward
 * links up or down, those that h has seen last, each proven anew just before,
 * and reads all of them back.  *links gets them as they are then, as by
 * ir_host_links(), the caller owns it; also after a failure, if they could be
 * read (else NULL).  Goes on after a failure and reports the first.  Down: 0
 * only if every outward link is without carrier.  An end that is so already is
 * left alone. */
int ir_host_links_set(
    struct ir_host *h, bool up, json_t **links, struct ir_err *err);

#endif
