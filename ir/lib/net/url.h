/* SPDX-License-Identifier: ISC
 *
 * A URL that a person gave, as ir_http_server and ir_http_request want it.
 */
#ifndef IR_NET_URL_H
#define IR_NET_URL_H

#include <stddef.h>

#include "base/err.h"

struct ir_url {
	char *origin; /* "http://host:port", the port only if there is one */
	char *path;   /* "/path?query", at least "/" */
};

/** ir_url_parse(s, u, err): http:// or https://, a host by name or address
 * (IPv6 in brackets), perhaps a port, a path and a query.  All else, such as a
 * user's name, a fragment or a space, is IR_EUSAGE and said.  Released by
 * ir_url_free(). */
int ir_url_parse(const char *s, struct ir_url *u, struct ir_err *err);
void ir_url_free(struct ir_url *u);

/** ir_url_host(s): the length of the host at s, a name or an address (IPv6 in
 * brackets); 0 if there is none. */
size_t ir_url_host(const char *s);

/** ir_url_port(s): the length of ":port" at s; 0 if there is no colon, -1 if
 * what follows it is no port, 1 to 65535. */
int ir_url_port(const char *s);

#define ir_auto_url __attribute__((cleanup(ir_url_free)))

#endif
