/* SPDX-License-Identifier: ISC
 *
 * Tracked connections: see conntrack.h.
 */
#include "host/conntrack.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool
is_everybodys(const struct ir_host_address *a)
{
	static const uint8_t loopback[16] = {[15] = 1};

	if (a->family == AF_INET)
		return a->bytes[0] == 127;
	return memcmp(a->bytes, loopback, sizeof(loopback)) == 0 ||
	       (a->bytes[0] == 0xfe && (a->bytes[1] & 0xc0) == 0x80);
}

/* As the kernel prints it there: IPv6 with all its zeros. */
static void
as_printed(char out[64], const struct ir_host_address *a)
{
	char ip[INET_ADDRSTRLEN];
	int at = 0;

	if (a->family == AF_INET) {
		inet_ntop(AF_INET, a->bytes, ip, sizeof(ip));
		snprintf(out, 64, "%s", ip);
		return;
	}
	for (int i = 0; i < 16; i += 2)
		at += snprintf(out + at, 64 - (size_t)at, "%s%02x%02x",
		    i > 0 ? ":" : "", a->bytes[i], a->bytes[i + 1]);
}

int
ir_host_names_add(struct ir_host_names *names, const struct ir_host_address *a,
    struct ir_err *err)
{
	char(*v)[64];

	if (is_everybodys(a))
		return 0;
	if ((v = realloc(names->v, (names->n + 1) * sizeof(*v))) == NULL)
		return ir_fail_mem(err);
	names->v = v;
	as_printed(v[names->n++], a);
	return 0;
}

void
ir_host_names_free(struct ir_host_names *names)
{
	free(names->v);
}

static bool
is_name(const struct ir_host_names *names, const char *word)
{
	size_t len = strcspn(word, " \n");

	for (size_t i = 0; i < names->n; i++)
		if (strlen(names->v[i]) == len &&
		    memcmp(names->v[i], word, len) == 0)
			return true;
	return false;
}

bool
ir_host_names_in(const struct ir_host_names *names, const char *line)
{
	for (const char *p = line; (p = strchr(p, '=')) != NULL; p++) {
		size_t before = (size_t)(p - line);

		if (before >= 3 &&
		    (memcmp(p - 3, "src", 3) == 0 ||
			memcmp(p - 3, "dst", 3) == 0) &&
		    is_name(names, p + 1))
			return true;
	}
	return false;
}
