/* SPDX-License-Identifier: ISC
 *
 * What is kept of a container's networks before they are cut: see networks.h.
 */
#include "docker/networks.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "base/time.h"
#include "docker/container.h"
#include "json/json.h"

/* Go writes an empty map as null. */
json_t *
ir_docker_networks_of(const json_t *inspect, struct ir_err *err)
{
	json_t *n = ir_json_at(inspect, "NetworkSettings.Networks");

	if (!json_is_object(n) && !json_is_null(n)) {
		ir_fail(err, IR_EPROTO,
		    "the engine does not say which networks %s is on",
		    ir_docker_name(inspect));
		return NULL;
	}
	return n;
}

/* podman gives a network's name for its id, and no other. */
static bool
is_unnumbered(const char *name, const json_t *endpoint)
{
	return strcmp(ir_json_str(endpoint, "NetworkID"), name) == 0;
}

/* Whether the container was created on this network: it comes first, as it
 * did then.  podman says "bridge" for all that are bridges. */
static bool
is_first(
    const char *mode, const char *name, const char *id, const json_t *endpoint)
{
	if (*mode == '\0' || strcmp(mode, "default") == 0)
		mode = "bridge";
	return strcmp(mode, name) == 0 ||
	       (strcmp(mode, "bridge") == 0 && is_unnumbered(name, endpoint)) ||
	       (strlen(mode) >= 12 && ir_starts(id, mode));
}

struct named {
	const char *name;
	json_t *endpoint;
	bool first;
};

static int
by_order(const void *a, const void *b)
{
	const struct named *x = a, *y = b;

	if (x->first != y->first)
		return x->first ? -1 : 1;
	return strcmp(x->name, y->name);
}

bool
ir_docker_networks_has(const json_t *inspect, const char *name)
{
	const json_t *e = json_object_get(
	    ir_json_at(inspect, "NetworkSettings.Networks"), name);

	if (e == NULL || !ir_json_true(inspect, "State.Running"))
		return e != NULL;
	/* podman gives no EndpointID */
	return *ir_json_str(e, "NetworkID") != '\0' ||
	       *ir_json_str(e, "EndpointID") != '\0' ||
	       *ir_json_str(e, "IPAddress") != '\0' ||
	       *ir_json_str(e, "GlobalIPv6Address") != '\0';
}

/* All but "none", which connects to nothing, and "host", which nobody can
 * leave; *n of them, the caller frees. */
static struct named *
ordered(const json_t *inspect, size_t *n, struct ir_err *err)
{
	const char *mode = ir_json_str(inspect, "HostConfig.NetworkMode");
	json_t *all = ir_docker_networks_of(inspect, err);
	struct named *list;
	const char *name;
	json_t *e;

	*n = 0;
	if (all == NULL)
		return NULL;
	if ((list = calloc(json_object_size(all) + 1, sizeof(*list))) == NULL) {
		ir_fail_mem(err);
		return NULL;
	}
	json_object_foreach (all, name, e) {
		if (strcmp(name, "none") == 0 || strcmp(name, "host") == 0 ||
		    !ir_docker_networks_has(inspect, name))
			continue;
		list[*n].name = name;
		list[*n].endpoint = e;
		list[*n].first =
		    is_first(mode, name, ir_json_str(e, "NetworkID"), e);
		(*n)++;
	}
	qsort(list, *n, sizeof(*list), by_order);
	return list;
}

/* The network's document; JSON null if it is gone.  The engine also takes the
 * beginning of an id, and so may answer with another network. */
static json_t *
network(
    struct ir_docker *d, const char *id, const char *name, struct ir_err *err)
{
	const char *ref = *id != '\0' ? id : name;
	ir_auto_buf struct ir_buf path = IR_BUF_INIT;
	json_t *j;

	ir_url_escape(&path, ref);
	if (ir_buf_ok(&path, err) == -1)
		return NULL;
	j = ir_docker_get(d, err, "/networks/%s", path.p);
	if (j == NULL)
		return err->code == IR_ENOENT ? json_null() : NULL;
	if (strcmp(ir_json_str(j, "Name"), ref) == 0 ||
	    strcmp(ir_json_str(j, "Id"), ref) == 0)
		return j;
	json_decref(j);
	return json_null();
}

static int
add_endpoint(struct ir_docker *d, json_t *list, const struct named *n,
    struct ir_err *err)
{
	const char *id = ir_json_str(n->endpoint, "NetworkID");
	json_t *doc = network(d, id, n->name, err);

	if (doc == NULL)
		return ir_wrap(err, "network %s", n->name);
	/* Never started: the engine has not filled it in. */
	if (*id == '\0' || is_unnumbered(n->name, n->endpoint))
		id = ir_json_str(doc, "Id");
	if (json_array_append_new(
		list, json_pack("{s:s, s:s, s:i, s:O, s:o}", "network", id,
			  "name", n->name, "order", (int)json_array_size(list),
			  "endpoint", n->endpoint, "inspect", doc)) == -1)
		return ir_fail_mem(err);
	return 0;
}

json_t *
ir_docker_networks_record(
    struct ir_docker *d, const json_t *inspect, struct ir_err *err)
{
	const char *id = ir_json_need_str(inspect, "Id", "inspect", err);
	json_t *ports = ir_json_at(inspect, "NetworkSettings.Ports"), *record;
	json_auto_t *list = json_array();
	ir_auto_free struct named *n = NULL;
	char now[IR_TIME_SIZE];
	size_t count;

	if (id == NULL || (n = ordered(inspect, &count, err)) == NULL)
		return NULL;
	for (size_t i = 0; i < count; i++)
		if (add_endpoint(d, list, &n[i], err) == -1)
			return NULL;
	ir_time_now(now);
	record = json_pack("{s:i, s:s, s:s, s:s, s:s, s:O?, s:O}", "v", 1,
	    "container", id, "name", ir_docker_name(inspect), "time", now,
	    "mode", ir_json_str(inspect, "HostConfig.NetworkMode"), "published",
	    ports, "endpoints", list);
	if (record == NULL)
		ir_fail_mem(err);
	return record;
}

const json_t *
ir_docker_networks_first(const json_t *record)
{
	const json_t *e =
	    json_array_get(json_object_get(record, "endpoints"), 0);

	return e != NULL &&
		       is_first(ir_json_str(record, "mode"),
			   ir_json_str(e, "name"), ir_json_str(e, "network"),
			   json_object_get(e, "endpoint"))
		   ? e
		   : NULL;
}
