/* SPDX-License-Identifier: ISC
 *
 * What dies with a cut, as the kernel shows it: sockets, routes, neighbours,
 * conntrack, DNS settings.
 */
#ifndef IR_HOST_STATE_H
#define IR_HOST_STATE_H

#include <jansson.h>

#include "base/sink.h"
#include "host/host.h"

/** ir_host_state(h, sink, under, ledger, err): one file each under the path
 * "under" ("actions/0003-network-6dbeebd79a91"): tcp, tcp6, udp, udp6, udplite,
 * raw, raw6, icmp, unix, packet, netlink, route, ipv6_route, arp, dev, snmp,
 * sockstat ... byte for byte as /proc/PID/net has them; links.json,
 * routes.json, rules.json, neighbours.json from rtnetlink (which also has IPv6
 * neighbours); conntrack.json, the entries of the host's that name one of the
 * container's addresses; resolv.conf, hosts and hostname of the container,
 * which may be hostile links to anywhere and are looked up within its root
 * only.
 *
 * *ledger gets, the caller owns it:
 *   [{"what":"tcp","outcome":"collected","bytes":1234},
 *    {"what":"conntrack","outcome":"skipped","why":"..."}]
 * with the outcomes "collected", "empty", "skipped", "failed", and "cut" for
 * what was longer than its limit and is kept as far as that (a container that
 * opens a million sockets must not hold up its own isolation: see limits.h).
 * -1 only if the sink itself failed. */
int ir_host_state(struct ir_host *h, struct ir_sink *sink, const char *under,
    json_t **ledger, struct ir_err *err);

/** ir_host_resolver_leaks(h): whether names may be resolved from within
 * although the network is cut (CVE-2024-29018): its resolv.conf names the
 * engine's own resolver, 127.0.0.11, and the one of the engine's host is on
 * loopback.  1 yes, 0 no, -1 it cannot be told. */
int ir_host_resolver_leaks(struct ir_host *h);

#endif
