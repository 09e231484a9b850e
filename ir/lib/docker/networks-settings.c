/* SPDX-License-Identifier: ISC
 *
 * What of a recorded endpoint is asked for again: see networks.h.
 */
#include "docker/networks.h"

#include <string.h>

#include "json/json.h"

static void
keep(json_t *out, const char *to, const json_t *endpoint, const char *from)
{
	const char *s = ir_json_str(endpoint, from);

	if (*s != '\0')
		json_object_set_new(out, to, json_string(s));
}

/* Where the engine says which addresses were asked for, they are in IPAMConfig.
 * podman, which gives no EndpointID, keeps that to itself: all are asked for,
 * and the MAC, which would be another each time and unknown to neighbours. */
static void
keep_addresses(json_t *out, const json_t *endpoint)
{
	json_t *config = json_object();

	if (*ir_json_str(endpoint, "EndpointID") == '\0') {
		keep(config, "IPv4Address", endpoint, "IPAddress");
		keep(config, "IPv6Address", endpoint, "GlobalIPv6Address");
	}
	if (json_object_size(config) > 0) {
		json_object_set(out, "IPAMConfig", config);
		keep(out, "MacAddress", endpoint, "MacAddress");
	}
	json_decref(config);
}

json_t *
ir_docker_endpoint_settings(const json_t *endpoint, const char *short_id)
{
	static const char *const kept[] = {
	    "IPAMConfig", "Links", "DriverOpts", "GwPriority"};
	json_t *out = json_object(), *aliases = json_array(), *a;
	size_t i;

	for (i = 0; i < sizeof(kept) / sizeof(kept[0]); i++) {
		json_t *v = json_object_get(endpoint, kept[i]);

		if (v != NULL && !json_is_null(v))
			json_object_set(out, kept[i], v);
	}
	if (json_object_get(out, "IPAMConfig") == NULL)
		keep_addresses(out, endpoint);
	json_array_foreach (json_object_get(endpoint, "Aliases"), i, a)
		if (json_is_string(a) &&
		    strcmp(json_string_value(a), short_id) != 0)
			json_array_append(aliases, a);
	/* The default bridge refuses even an empty list on some engines. */
	if (json_array_size(aliases) > 0)
		json_object_set(out, "Aliases", aliases);
	json_decref(aliases);
	return out;
}

json_t *
ir_docker_networks_for(
    const json_t *record, const char *id, const char *name, struct ir_err *err)
{
	json_t *copy = json_deep_copy(record), *e;
	char short_id[13] = "";
	size_t i;

	if (copy == NULL) {
		ir_fail_mem(err);
		return NULL;
	}
	strncat(short_id, ir_json_str(record, "container"), 12);
	json_array_foreach (json_object_get(copy, "endpoints"), i, e)
		json_object_set_new(e, "endpoint",
		    ir_docker_endpoint_settings(
			json_object_get(e, "endpoint"), short_id));
	json_object_set_new(copy, "container", json_string(id));
	json_object_set_new(copy, "name", json_string(name));
	return copy;
}
