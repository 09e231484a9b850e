/* SPDX-License-Identifier: ISC
 *
 * Addresses that a person names: see addresses.h.
 */
#include "cli/addresses.h"

#include <netdb.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>

static bool
has(const json_t *list, const char *address)
{
	size_t i;
	const json_t *v;

	json_array_foreach (list, i, v)
		if (strcmp(json_string_value(v), address) == 0)
			return true;
	return false;
}

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
	for (a = all; a != NULL; a = a->ai_next)
		if (getnameinfo(a->ai_addr, a->ai_addrlen, text, sizeof(text),
			NULL, 0, NI_NUMERICHOST) == 0 &&
		    strchr(text, '%') == NULL && !has(list, text))
			json_array_append_new(list, json_string(text));
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
