/* SPDX-License-Identifier: ISC
 *
 * A container's networks now against their record: see networks.h.
 */
#include "docker/networks.h"

#include <string.h>

#include "json/json.h"

/* What is being compared, for the functions that report. */
struct ctx {
	json_t *out;
	const char *network;
	bool failed;
};

static void
differs(struct ctx *c, const char *field, const json_t *before,
    const json_t *now, bool matters)
{
	json_t *j = json_pack("{s:s, s:s, s:O?, s:O?, s:b}", "network",
	    c->network, "field", field, "before", before, "now", now, "matters",
	    matters);

	if (j == NULL || json_array_append_new(c->out, j) == -1)
		c->failed = true;
}

/* null, "", {}, [] and 0 are all how engines write "nothing". */
static bool
is_nothing(const json_t *j)
{
	return j == NULL || json_is_null(j) ||
	       (json_is_string(j) && json_string_length(j) == 0) ||
	       (json_is_object(j) && json_object_size(j) == 0) ||
	       (json_is_array(j) && json_array_size(j) == 0) ||
	       (json_is_integer(j) && json_integer_value(j) == 0);
}

static bool
same(const json_t *a, const json_t *b)
{
	return (is_nothing(a) && is_nothing(b)) || json_equal(a, b);
}

/* Whether every member of a is in b, but for the string except. */
static bool
within(const json_t *a, const json_t *b, const char *except)
{
	size_t i;
	const json_t *x;

	json_array_foreach (a, i, x) {
		const char *s = json_string_value(x);

		if (s != NULL && strcmp(s, except) == 0)
			continue;
		if (!ir_json_has(b, x))
			return false;
	}
	return true;
}

/* Lists whose order means nothing; the short id comes and goes. */
static void
compare_set(struct ctx *c, const char *field, const json_t *before,
    const json_t *now, const char *short_id)
{
	const json_t *a = json_object_get(before, field);
	const json_t *b = json_object_get(now, field);

	if (!within(a, b, short_id) || !within(b, a, short_id))
		differs(c, field, a, b, true);
}

static void
compare_field(struct ctx *c, const char *field, const json_t *before,
    const json_t *now, bool matters)
{
	const json_t *a = json_object_get(before, field);
	const json_t *b = json_object_get(now, field);

	if (!same(a, b))
		differs(c, field, a, b, matters);
}

/* podman, which gives no EndpointID, does not say which addresses were asked
 * for: ir_docker_endpoint_settings() asks for all. */
static bool
is_unsaid(const json_t *endpoint)
{
	return *ir_json_str(endpoint, "EndpointID") == '\0' &&
	       *ir_json_str(endpoint, "IPAddress") != '\0';
}

/* What the engine assigns: it matters only where it was asked for. */
static void
compare_assigned(struct ctx *c, const json_t *before, const json_t *now,
    const char *configured_mac)
{
	static const struct {
		const char *field, *asked;
	} v[] = {{"IPAddress", "IPAMConfig.IPv4Address"},
	    {"GlobalIPv6Address", "IPAMConfig.IPv6Address"}};

	for (size_t i = 0; i < sizeof(v) / sizeof(v[0]); i++)
		compare_field(c, v[i].field, before, now,
		    is_unsaid(now) || *ir_json_str(before, v[i].asked) != '\0');
	compare_field(c, "MacAddress", before, now,
	    *configured_mac != '\0' &&
		strcmp(ir_json_str(before, "MacAddress"), configured_mac) == 0);
	compare_field(c, "Gateway", before, now, false);
	compare_field(c, "EndpointID", before, now, false);
}

/* Whether the container ran when the record was made. */
static bool
was_up(const json_t *endpoint)
{
	return *ir_json_str(endpoint, "EndpointID") != '\0' ||
	       *ir_json_str(endpoint, "IPAddress") != '\0';
}

static void
compare_endpoint(struct ctx *c, const json_t *was, const json_t *inspect,
    const char *short_id)
{
	const json_t *before = json_object_get(was, "endpoint");
	const json_t *now = json_object_get(
	    ir_json_at(inspect, "NetworkSettings.Networks"), c->network);
	json_auto_t *yes = json_string("connected");

	if (!ir_docker_networks_has(inspect, c->network)) {
		differs(c, "connection", yes, NULL, true);
		return;
	}
	compare_set(c, "Aliases", before, now, short_id);
	compare_set(c, "Links", before, now, "");
	if (!is_unsaid(now))
		compare_field(c, "IPAMConfig", before, now, true);
	compare_field(c, "DriverOpts", before, now, true);
	compare_field(c, "GwPriority", before, now, true);
	/* A container that does not run, then or now, has no addresses. */
	if (was_up(before) && ir_json_true(inspect, "State.Running")) {
		compare_field(c, "NetworkID", before, now, true);
		compare_assigned(
		    c, before, now, ir_json_str(inspect, "Config.MacAddress"));
	}
}

/* Whether a port of the host was asked for by number, not left to the
 * engine. */
static bool
was_asked_for(const json_t *inspect, const char *port)
{
	size_t i;
	const json_t *b;

	json_array_foreach (
	    json_object_get(
		ir_json_at(inspect, "HostConfig.PortBindings"), port),
	    i, b)
		if (*ir_json_str(b, "HostPort") != '\0' &&
		    strcmp(ir_json_str(b, "HostPort"), "0") != 0)
			return true;
	return false;
}

static bool
ran(const json_t *endpoints)
{
	size_t i;
	const json_t *e;

	json_array_foreach (endpoints, i, e)
		if (was_up(json_object_get(e, "endpoint")))
			return true;
	return false;
}

static void
compare_ports(struct ctx *c, const json_t *record, const json_t *inspect)
{
	json_t *before = json_object_get(record, "published"), *was, *is;
	json_t *now = ir_json_at(inspect, "NetworkSettings.Ports");
	const char *port;

	c->network = "";
	if (!ran(json_object_get(record, "endpoints")) ||
	    !ir_json_true(inspect, "State.Running"))
		return;
	json_object_foreach (before, port, was) {
		is = json_object_get(now, port);
		if (!within(was, is, "") || !within(is, was, ""))
			differs(c, port, was, is,
			    is_nothing(is) || was_asked_for(inspect, port));
	}
	json_object_foreach (now, port, is)
		if (!is_nothing(is) && json_object_get(before, port) == NULL)
			differs(c, port, NULL, is, true);
}

static bool
is_recorded(const json_t *endpoints, const char *name)
{
	size_t i;
	const json_t *e;

	json_array_foreach (endpoints, i, e)
		if (strcmp(ir_json_str(e, "name"), name) == 0)
			return true;
	return false;
}

json_t *
ir_docker_networks_compare(const json_t *record, const json_t *inspect)
{
	json_t *endpoints = json_object_get(record, "endpoints"), *e;
	struct ctx c = {json_array(), "", false};
	char short_id[13] = "";
	size_t i;

	strncat(short_id, ir_json_str(record, "container"), 12);
	json_array_foreach (endpoints, i, e) {
		c.network = ir_json_str(e, "name");
		compare_endpoint(&c, e, inspect, short_id);
	}
	json_object_foreach (
	    ir_json_at(inspect, "NetworkSettings.Networks"), c.network, e) {
		json_auto_t *yes = json_string("connected");

		if (!is_recorded(endpoints, c.network) &&
		    strcmp(c.network, "none") != 0 &&
		    strcmp(c.network, "host") != 0)
			differs(&c, "connection", NULL, yes, true);
	}
	compare_ports(&c, record, inspect);
	if (c.failed) {
		json_decref(c.out);
		return NULL;
	}
	return c.out;
}
