/* SPDX-License-Identifier: ISC
 *
 * A cut by the engine's API, from declaration to proof: see isolation.h.
 */
#include "cli/isolation.h"

#include <stdlib.h>

#include "base/buf.h"
#include "docker/container.h"
#include "docker/netns.h"
#include "docker/networks.h"
#include "host/host.h"
#include "host/links.h"
#include "json/json.h"

static void
declare(struct ir_cli *cli, const json_t *record)
{
	const json_t *e;
	size_t i;

	json_array_foreach (json_object_get(record, "endpoints"), i, e)
		ir_cli_change(cli, "ir isolate --undo",
		    "so that it can reach nobody, and nobody it",
		    "container %.12s: disconnected from network %s",
		    ir_json_str(record, "container"), ir_json_str(e, "name"));
}

/* What this host shows: 1 no link that leads out, 0 it cannot be seen, -1.
 * Who is not root may still see the names of its interfaces. */
static int
look(const json_t *inspect, struct ir_err *err)
{
	struct ir_host *host = ir_host_of(inspect, err);
	int rc = host != NULL ? ir_host_links_none(host, err) : -1;

	ir_host_close(host);
	if (rc == -1 && err->code != IR_EPROTO)
		return ir_docker_netns_look(inspect, err);
	if (rc == 0)
		return 1;
	/* What was renamed, an engine does not find, and does not miss. */
	return ir_wrap(err,
	    "the engine shows no network, but %s is not cut off: pause it (ir "
	    "pause %s)",
	    ir_docker_name(inspect), ir_docker_name(inspect));
}

static int
verify(struct ir_cli *cli, const char *id, bool *seen, struct ir_err *err)
{
	json_auto_t *now = NULL;
	int rc;

	if (ir_docker_networks_verify_cut(cli->engine, id, &now, err) == -1 ||
	    (rc = look(now, err)) == -1)
		return -1;
	/* podman answers 200 to a disconnect while paused, and only forgets
	 * the network in its own books. */
	if (rc == 0 && ir_docker_is_podman(cli->engine) &&
	    ir_json_true(now, "State.Paused"))
		return ir_fail(err, IR_EPROTO,
		    "podman does not cut the networks of a paused container, "
		    "whatever it shows: unpause %s, isolate, pause again",
		    ir_docker_name(now));
	*seen = rc == 1;
	return 0;
}

int
ir_isolation_cut_api(
    struct ir_cli *cli, const json_t *record, bool *seen, struct ir_err *err)
{
	const char *id = ir_json_str(record, "container");
	struct ir_err left;

	*seen = false;
	declare(cli, record);
	if (ir_docker_networks_cut(cli->engine, record, err) == -1) {
		if (verify(cli, id, seen, &left) == -1)
			ir_wrap(err, "%s", left.msg);
		return -1;
	}
	return cli->dry_run ? 0 : verify(cli, id, seen, err);
}

int
ir_isolation_cut(struct ir_cli *cli, const json_t *record, struct ir_err *err)
{
	ir_auto_free char *where = NULL;
	bool seen;

	if (!cli->dry_run &&
	    json_array_size(json_object_get(record, "endpoints")) > 0 &&
	    (where = ir_isolation_save(cli, record, err)) == NULL)
		return -1;
	return ir_isolation_cut_api(cli, record, &seen, err);
}
