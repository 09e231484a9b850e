/* SPDX-License-Identifier: ISC
 *
 * A cut by the engine's API, from declaration to proof: see isolation.h.
 */
#include "cli/isolation.h"

#include <stdlib.h>

#include "base/buf.h"
#include "docker/networks.h"
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

int
ir_isolation_cut_api(
    struct ir_cli *cli, const json_t *record, bool *seen, struct ir_err *err)
{
	const char *id = ir_json_str(record, "container");
	struct ir_err left;

	*seen = false;
	declare(cli, record);
	if (ir_docker_networks_cut(cli->engine, record, err) == -1) {
		if (ir_docker_networks_verify_cut(
			cli->engine, id, seen, &left) == -1)
			ir_wrap(err, "%s", left.msg);
		return -1;
	}
	return cli->dry_run
		   ? 0
		   : ir_docker_networks_verify_cut(cli->engine, id, seen, err);
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
