/* SPDX-License-Identifier: ISC
 *
 * A container's networks: see networks.h.
 */
#include "docker/networks.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "base/time.h"
#include "docker/container.h"
#include "docker/netns.h"
#include "json/json.h"

int
ir_docker_networks_mode(const json_t *inspect, struct ir_err *err)
{
	const char *mode = ir_json_str(inspect, "HostConfig.NetworkMode");
	const char *name = ir_docker_name(inspect);

	if (strcmp(mode, "host") == 0)
		return ir_fail(err, IR_EPROTO,
		    "%s uses the host's own network, which no engine can cut "
		    "for one container: pause it (ir pause %s)",
		    name, name);
	if (ir_starts(mode, "container:"))
		return ir_fail(err, IR_EPROTO,
		    "%s has no network of its own, it uses that of container "
		    "%s: isolate that one",
		    name, mode + strlen("container:"));
	if (ir_starts(mode, "ns:") || strcmp(mode, "slirp4netns") == 0 ||
	    strcmp(mode, "pasta") == 0)
		return ir_fail(err, IR_EPROTO,
		    "%s has a network (%s) that the engine cannot cut: pause "
		    "it (ir pause %s)",
		    name, mode, name);
	return 0;
}

/* The endpoints as the engine shows them; Go writes an empty map as null. */
static json_t *
endpoints_of(const json_t *inspect, struct ir_err *err)
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

/* Whether the container was created on this network: it comes first, as it
 * did then. */
static bool
is_first(const char *mode, const char *name, const char *id)
{
	if (*mode == '\0' || strcmp(mode, "default") == 0)
		mode = "bridge";
	return strcmp(mode, name) == 0 ||
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
	json_t *all = endpoints_of(inspect, err);
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
		    is_first(mode, name, ir_json_str(e, "NetworkID"));
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
	if (*id == '\0') /* never started: the engine has not filled it in */
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
			   ir_json_str(e, "name"), ir_json_str(e, "network"))
		   ? e
		   : NULL;
}

/* Whether the engine shows the container on that network now; also when it
 * cannot be asked. */
static bool
connected(struct ir_docker *d, const char *id, const char *name)
{
	struct ir_err err;
	json_auto_t *now = ir_docker_inspect(d, id, &err);

	return now == NULL ||
	       json_object_get(
		   ir_json_at(now, "NetworkSettings.Networks"), name) != NULL;
}

static int
change(struct ir_docker *d, const char *verb, const char *ref, json_t *body,
    struct ir_err *err)
{
	ir_auto_buf struct ir_buf path = IR_BUF_INIT;
	json_auto_t *owned = body;

	if (owned == NULL)
		return ir_fail_mem(err);
	ir_url_escape(&path, ref);
	if (ir_buf_ok(&path, err) == -1)
		return -1;
	return ir_docker_post(
	    d, owned, NULL, err, "/networks/%s/%s", path.p, verb);
}

static int
cut_one(
    struct ir_docker *d, const char *id, const json_t *e, struct ir_err *err)
{
	const char *name = ir_json_str(e, "name");
	const char *ref = ir_json_str(e, "network");
	bool gone = json_is_null(json_object_get(e, "inspect"));

	/* A network that was removed under a stopped container is known only
	 * by name, and let go only by force. */
	if (gone || *ref == '\0')
		ref = name;
	if (change(d, "disconnect", ref,
		json_pack("{s:s, s:b}", "Container", id, "Force", gone),
		err) == 0)
		return 0;
	if (err->code != IR_EINTR && !connected(d, id, name))
		return 0; /* somebody else was faster */
	return ir_wrap(err, "cannot disconnect from network %s", name);
}

int
ir_docker_networks_cut(
    struct ir_docker *d, const json_t *record, struct ir_err *err)
{
	const char *id =
	    ir_json_need_str(record, "container", "record of networks", err);
	const json_t *e;
	struct ir_err one;
	size_t i;
	int rc = 0;

	if (id == NULL)
		return -1;
	json_array_foreach (json_object_get(record, "endpoints"), i, e)
		if (cut_one(d, id, e, &one) == -1 && rc == 0) {
			*err = one;
			rc = -1;
		}
	return rc;
}

int
ir_docker_networks_verify_cut(
    struct ir_docker *d, const char *id, bool *seen, struct ir_err *err)
{
	json_auto_t *now = ir_docker_inspect(d, id, err);
	ir_auto_buf struct ir_buf left = IR_BUF_INIT;
	const json_t *e;
	const char *name;
	json_t *all;
	int host;

	*seen = false;
	if (now == NULL || (all = endpoints_of(now, err)) == NULL)
		return -1;
	json_object_foreach (all, name, e)
		if (strcmp(name, "none") != 0 &&
		    ir_docker_networks_has(now, name))
			ir_buf_printf(
			    &left, "%s%s", left.len > 0 ? ", " : "", name);
	if (left.len > 0 || left.failed)
		return ir_fail(err, IR_EPROTO,
		    "%s is still connected to %s: run it again",
		    ir_docker_name(now), left.p != NULL ? left.p : "networks");
	if ((host = ir_docker_netns_look(now, err)) == -1)
		return -1;
	/* podman answers 200 to a disconnect while paused, and only forgets
	 * the network in its own books. */
	if (host == 0 && ir_docker_is_podman(d) &&
	    ir_json_true(now, "State.Paused"))
		return ir_fail(err, IR_EPROTO,
		    "podman does not cut the networks of a paused container, "
		    "whatever it shows: unpause %s, isolate, pause again",
		    ir_docker_name(now));
	*seen = host == 1;
	return 0;
}

static int
connect_one(
    struct ir_docker *d, const char *id, const json_t *e, struct ir_err *err)
{
	const char *name = ir_json_str(e, "name");
	const char *ref = ir_json_str(e, "network");
	char short_id[13] = "";
	struct ir_err ignored;
	long status;

	if (*ref == '\0')
		return ir_fail(err, IR_ENOENT,
		    "network %s was gone already when the record was made",
		    name);
	strncat(short_id, id, 12);
	if (change(d, "connect", ref,
		json_pack("{s:s, s:o}", "Container", id, "EndpointConfig",
		    ir_docker_endpoint_settings(
			json_object_get(e, "endpoint"), short_id)),
		err) == 0)
		return 0;
	status = ir_docker_status(d);
	if (status == 403) /* an address in use, for one: not a permission */
		err->code = IR_EPROTO;
	ir_wrap(err, "cannot connect to network %s", name);
	/* When 20.10 cannot publish a port it leaves half an endpoint, which
	 * it then denies to disconnect. */
	if (status >= 500 && connected(d, id, name) &&
	    (change(d, "disconnect", ref,
		 json_pack("{s:s, s:b}", "Container", id, "Force", 1),
		 &ignored) == -1))
		return ir_wrap(err,
		    "an interface on network %s is left, which reaches it, and "
		    "which only stopping the container takes away",
		    name);
	return -1;
}

int
ir_docker_networks_connect(struct ir_docker *d, const json_t *record,
    const json_t *inspect, struct ir_err *err)
{
	const char *id =
	    ir_json_need_str(record, "container", "record of networks", err);
	const json_t *e;
	struct ir_err one;
	size_t i;
	int rc = 0;

	if (id == NULL)
		return -1;
	json_array_foreach (json_object_get(record, "endpoints"), i, e)
		if (!ir_docker_networks_has(inspect, ir_json_str(e, "name")) &&
		    connect_one(d, id, e, &one) == -1 && rc == 0) {
			*err = one;
			rc = -1;
		}
	return rc;
}

int
ir_docker_networks_restore(
    struct ir_docker *d, const json_t *record, struct ir_err *err)
{
	json_auto_t *now =
	    ir_docker_inspect(d, ir_json_str(record, "container"), err);

	if (now == NULL || endpoints_of(now, err) == NULL ||
	    ir_docker_ports_free(d, now, err) == -1)
		return -1;
	return ir_docker_networks_connect(d, record, now, err);
}
