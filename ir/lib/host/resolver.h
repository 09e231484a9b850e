/* SPDX-License-Identifier: ISC
 *
 * What a resolv.conf says.
 */
#ifndef IR_HOST_RESOLVER_H
#define IR_HOST_RESOLVER_H

/* How many name servers it names, and of which kind. */
struct ir_host_resolver {
	int servers;
	int loopback; /* 127.0.0.0/8, ::1 */
	int stub;     /* 127.0.0.53, systemd-resolved's */
	int engines;  /* 127.0.0.11, the engine's for its containers */
};

void ir_host_resolver_parse(const char *text, struct ir_host_resolver *r);

#endif
