/* SPDX-License-Identifier: ISC
 *
 * Addresses that a person names: see addresses.h.
 */
#include "cli/addresses.h"

#include <netdb.h>
#include <string.h>
#include <sys/socket.h>

#include "json/json.h"

static int
add(json_t *list, const char *name, struct ir_err *err)
{
	const struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
	struct addrinfo *all, *a;
	char text[NI_MAXHOST];
	int rc = getaddrinfo(name, NULL, &hints, &all);

	if (rc != 0)
		return ir_fail(err, IR_ENOENT,
		    "%s: no address is known for it: %s", name,
		    gai_strerror(rc));
	for (a = all; a != NULL; a = a->ai_next) {
		if (getnameinfo(a->ai_addr, a->ai_addrlen, text, sizeof(text),
			NULL, 0, NI_NUMERICHOST) != 0 ||
		    strchr(text, '%') != NULL)
			continue;
		json_auto_t *address = json_string(text);
		if (!ir_json_has(list, address))
			json_array_append(list, address);
	}
	freeaddrinfo(all);
	return 0;
}

int
ir_addresses(const char *const *names, json_t **list, struct ir_err *err)
{
	*list = NULL;
	if (names[0] == NULL)
		return 0;
	if ((*list = json_array()) == NULL)
		return ir_fail_mem(err);
	for (; *names != NULL; names++)
		if (add(*list, *names, err) == -1) {
			json_decref(*list);
			*list = NULL;
			return -1;
		}
	return 0;
}
