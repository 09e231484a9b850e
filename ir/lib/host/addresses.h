/* SPDX-License-Identifier: ISC
 *
 * The addresses of a namespace's links.
 */
#ifndef IR_HOST_ADDRESSES_H
#define IR_HOST_ADDRESSES_H

#include "base/buf.h"
#include "host/netlink.h"

/* Room for an address with its prefix: "2001:db8::1/64". */
#define IR_HOST_ADDRESS_SIZE 64

/** ir_host_address_dump(nl, answers, err): all of them, each to be parsed. */
int ir_host_address_dump(
    struct ir_host_nl *nl, struct ir_buf *answers, struct ir_err *err);

/** ir_host_address_parse(m, index, text): the link that it is of, and the
 * address as text; -1 if it is none of IPv4 or IPv6. */
int ir_host_address_parse(
    const struct nlmsghdr *m, int *index, char text[IR_HOST_ADDRESS_SIZE]);

#endif
