/* SPDX-License-Identifier: ISC
 *
 * Ports of the host that a container publishes: see networks.h.
 */
#include "docker/networks.h"

#include <stdlib.h>
#include <string.h>

#include "docker/container.h"
#include "docker/sharing.h"
#include "json/json.h"

static bool
is_any(const char *ip)
{
	return *ip == '\0' || strcmp(ip, "0.0.0.0") == 0 ||
	       strcmp(ip, "::") == 0;
}

/* Whether one of the ports in a container list's entry is that one: number and
 * protocol, on an address that is the same or any. */
static bool
publishes(const json_t *entry, long number, const char *proto, const char *ip)
{
	size_t i;
	const json_t *p;

	json_array_foreach (json_object_get(entry, "Ports"), i, p) {
		const char *its = ir_json_str(p, "IP");

		if (ir_json_int(p, "PublicPort") == number &&
		    strcmp(ir_json_str(p, "Type"), proto) == 0 &&
		    (is_any(ip) || is_any(its) || strcmp(ip, its) == 0))
			return true;
	}
	return false;
}

/* The entry of another container that publishes it, or NULL.  On podman those
 * that share a network namespace show each other's ports. */
static const json_t *
who_has(struct ir_docker *d, const json_t *list, const json_t *inspect,
    const char *port, const json_t *binding)
{
	const char *id = ir_json_str(inspect, "Id");
	long number = strtol(ir_json_str(binding, "HostPort"), NULL, 10);
	const char *proto = strchr(port, '/');
	size_t i;
	const json_t *c;

	if (number <= 0 || proto == NULL)
		return NULL; /* left to the engine */
	json_array_foreach (list, i, c)
		if (strcmp(ir_json_str(c, "Id"), id) != 0 &&
		    publishes(
			c, number, proto + 1, ir_json_str(binding, "HostIp")) &&
		    !ir_docker_joins(d, c, inspect))
			return c;
	return NULL;
}

int
ir_docker_ports_free(
    struct ir_docker *d, const json_t *inspect, struct ir_err *err)
{
	json_t *wanted = ir_json_at(inspect, "HostConfig.PortBindings");
	const char *port;
	json_t *bindings, *b;
	size_t i;

	if (json_object_size(wanted) == 0)
		return 0;
	json_auto_t *list = ir_docker_list(d, err);
	if (list == NULL)
		return -1;
	json_object_foreach (wanted, port, bindings)
		json_array_foreach (bindings, i, b) {
			const json_t *c = who_has(d, list, inspect, port, b);

			if (c != NULL)
				return ir_fail(err, IR_EPROTO,
				    "port %s of the host, which %s publishes, "
				    "is taken by container %s: stop that first",
				    ir_json_str(b, "HostPort"),
				    ir_docker_name(inspect),
				    ir_docker_listed_name(c));
		}
	return 0;
}
