/* SPDX-License-Identifier: ISC
 *
 * What dies with a cut, as the kernel shows it: sockets, routes, neighbours,
 * conntrack, DNS settings.
 */
#ifndef IR_HOST_STATE_H
#define IR_HOST_STATE_H

#include <jansson.h>

#include "base/buf.h"
#include "host/host.h"

/** ir_host_state(h, tar, ledger, err): appends to tar one tar archive with a
 * file each (one file in the bundle, so that the cut waits for one write and
 * not for thirty; ustar, written by hand, since loading libarchive would take
 * longer than all of this): tcp, tcp6, udp, udp6, udplite, raw, raw6, icmp,
 * unix, packet, netlink, route, ipv6_route, arp, dev, snmp, sockstat ... byte
 * for byte as /proc/PID/net has them; links.json, routes.json, rules.json,
 * neighbours.json from rtnetlink (which also has IPv6 neighbours); conntrack,
 * the lines or entries of the host's that name one of the container's
 * addresses; resolv.conf, hosts and hostname of the container, which may be
 * hostile links to anywhere and are looked up within its root only.  Where its
 * processes are in more than one network namespace, those of the others are
 * below netns-NUMBER/.
 *
 * *ledger gets, the caller owns it:
 *   [{"what":"tcp","outcome":"collected","bytes":1234},
 *    {"what":"conntrack","outcome":"skipped","why":"..."}]
 * with the outcomes "collected", "empty", "skipped", "failed", and "cut" for
 * what was longer than its limit and is kept as far as that: a container that
 * opens a million sockets must neither hold up its own isolation nor fill our
 * memory (limits.h: bytes a file, bytes in all, time in all).  -1 only when out
 * of memory. */
int ir_host_state(
    struct ir_host *h, struct ir_buf *tar, json_t **ledger, struct ir_err *err);

/** ir_host_resolver_leaks(h): whether names may be resolved from within
 * although the network is cut (CVE-2024-29018): it has a socket of the engine's
 * own resolver, 127.0.0.11, or its resolv.conf names that, and the one that the
 * engine itself asks is on loopback.  1 yes, 0 no, -1 it cannot be told. */
int ir_host_resolver_leaks(struct ir_host *h);

#endif
