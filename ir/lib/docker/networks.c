/* SPDX-License-Identifier: ISC
 *
 * A container's networks: see networks.h.
 */
#include "docker/networks.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "docker/container.h"
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

bool
ir_docker_resolves_for_all(const struct ir_docker *d, const json_t *inspect)
{
	return !ir_docker_is_podman(d) &&
	       ir_json_true(inspect, "State.Running") &&
	       !ir_json_true(inspect, "State.Paused") &&
	       strtod(ir_docker_api(d), NULL) < 1.45;
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

/* While a container is paused podman answers 200 to a disconnect and to a
 * connect, and only changes its own books, after which it may fail to inspect
 * the container: so it is not asked. */
static int
check_changeable(struct ir_docker *d, const char *id, struct ir_err *err)
{
	json_auto_t *now = NULL;

	if (!ir_docker_is_podman(d))
		return 0;
	if ((now = ir_docker_inspect(d, id, err)) == NULL)
		return -1;
	if (!ir_json_true(now, "State.Paused"))
		return 0;
	return ir_fail(err, IR_EPROTO,
	    "podman does not change the networks of a paused container, "
	    "whatever it answers: unpause %s (ir pause --undo), run this "
	    "again, and pause it again",
	    ir_docker_name(now));
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

	if (id == NULL || check_changeable(d, id, err) == -1)
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
    struct ir_docker *d, const char *id, json_t **now, struct ir_err *err)
{
	ir_auto_buf struct ir_buf left = IR_BUF_INIT;
	const json_t *e;
	const char *name;
	json_t *all;

	if ((*now = ir_docker_inspect(d, id, err)) == NULL ||
	    (all = ir_docker_networks_of(*now, err)) == NULL)
		return -1;
	json_object_foreach (all, name, e)
		if (strcmp(name, "none") != 0 &&
		    ir_docker_networks_has(*now, name))
			ir_buf_printf(
			    &left, "%s%s", left.len > 0 ? ", " : "", name);
	if (left.len > 0 || left.failed)
		return ir_fail(err, IR_EPROTO,
		    "%s is still connected to %s: run it again",
		    ir_docker_name(*now), left.p != NULL ? left.p : "networks");
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
	/* What podman refused is in its books all the same, where nobody sees
	 * it until the next network is connected, and then it cannot inspect
	 * the container.  It is taken out with another error.  When 20.10
	 * cannot publish a port it leaves half an endpoint, which it then
	 * denies to disconnect. */
	if (status >= 500 &&
	    change(d, "disconnect", ref,
		json_pack("{s:s, s:b}", "Container", id, "Force", 1),
		&ignored) == -1 &&
	    connected(d, id, name))
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

	if (id == NULL || check_changeable(d, id, err) == -1)
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

	if (now == NULL || ir_docker_networks_of(now, err) == NULL ||
	    ir_docker_ports_free(d, now, err) == -1)
		return -1;
	return ir_docker_networks_connect(d, record, now, err);
}
