/* SPDX-License-Identifier: ISC
 *
 * The addresses of a namespace's links.
 */
#ifndef IR_HOST_ADDRESSES_H
#define IR_HOST_ADDRESSES_H

#include <stdint.h>

#include "base/buf.h"
#include "host/netlink.h"

struct ir_host_address {
	int link;
	int family; /* AF_INET, AF_INET6 */
	uint8_t bytes[16];
	unsigned int prefix;
};

/* Room for one as text, with its prefix: "2001:db8::1/64". */
#define IR_HOST_ADDRESS_SIZE 64

/** ir_host_address_dump(nl, answers, err): all of them, each to be parsed. */
int ir_host_address_dump(
    struct ir_host_nl *nl, struct ir_buf *answers, struct ir_err *err);

/** ir_host_address_parse(m, a): takes RTM_NEWADDR apart; -1 if it is not that,
 * or neither of IPv4 nor IPv6. */
int ir_host_address_parse(const struct nlmsghdr *m, struct ir_host_address *a);

void ir_host_address_text(
    char text[IR_HOST_ADDRESS_SIZE], const struct ir_host_address *a);

#endif
