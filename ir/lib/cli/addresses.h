/* SPDX-License-Identifier: ISC
 *
 * Addresses that a person names.
 */
#ifndef IR_CLI_ADDRESSES_H
#define IR_CLI_ADDRESSES_H

#include <jansson.h>

#include "base/err.h"

/** ir_addresses(names, list, err): names, ended by NULL, are IPv4 or IPv6
 * addresses, or names of hosts, which are looked up now, with all the addresses
 * that they have.  *list, the caller owns it, has each address once, as
 * inet_ntop(3) writes it; NULL if there is no name at all.  IR_ENOENT: a name
 * that has no address. */
int ir_addresses(const char *const *names, json_t **list, struct ir_err *err);

#endif
