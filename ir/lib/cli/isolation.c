/* SPDX-License-Identifier: ISC
 *
 * Isolations on record: see isolation.h.
 */
#include "cli/isolation.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "docker/container.h"
#include "docker/networks.h"
#include "json/json.h"

/* The id of a network, or the name that podman gives instead; "" is fine. */
static bool
is_id(const char *s)
{
	return (*s == '\0' || isalnum((unsigned char)*s)) &&
	       strspn(s,
		   "abcdefghijklmnopqrstuvwxyz"
		   "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-") == strlen(s);
}

static bool
is_endpoint(const json_t *e)
{
	return json_is_string(json_object_get(e, "name")) &&
	       json_is_string(json_object_get(e, "network")) &&
	       is_id(ir_json_str(e, "network")) &&
	       json_is_object(json_object_get(e, "endpoint"));
}

/* Checks a record that may come from anyone; that it is one is known. */
static int
check(const json_t *r, const char *name, struct ir_err *err)
{
	const json_t *list = json_object_get(r, "endpoints"), *e;
	size_t i;

	if (!json_is_array(list))
		return ir_fail(
		    err, IR_EFORMAT, "%s: not a record of an isolation", name);
	json_array_foreach (list, i, e)
		if (!is_endpoint(e))
			return ir_fail(err, IR_EFORMAT,
			    "%s: endpoint %zu: name, network or endpoint is "
			    "missing or wrong",
			    name, i);
	return 0;
}

static bool
has_network(const json_t *record, const char *name)
{
	size_t i;
	const json_t *e;

	json_array_foreach (json_object_get(record, "endpoints"), i, e)
		if (strcmp(ir_json_str(e, "name"), name) == 0)
			return true;
	return false;
}

/* Adds what r has and *all has not. */
static int
merge(json_t **all, const json_t *r, struct ir_err *err)
{
	const json_t *e;
	size_t k;

	if (*all == NULL)
		return (*all = json_deep_copy(r)) != NULL ? 0
							  : ir_fail_mem(err);
	json_array_foreach (json_object_get(r, "endpoints"), k, e)
		if (!has_network(*all, ir_json_str(e, "name")) &&
		    json_array_append(json_object_get(*all, "endpoints"),
			(json_t *)(uintptr_t)e) == -1)
			return ir_fail_mem(err);
	return 0;
}

void
ir_isolation_free(struct ir_isolation *i)
{
	json_decref(i->record);
	i->record = NULL;
	ir_actions_free(&i->actions);
}

bool
ir_isolation_on_host(const struct ir_isolation *i)
{
	size_t k;
	const json_t *r;

	json_array_foreach (i->actions.records, k, r) {
		const char *method = ir_json_str(r, "method");

		if (*method != '\0' && strcmp(method, "api") != 0)
			return true;
	}
	return false;
}

bool
ir_isolation_filters(const struct ir_isolation *i)
{
	size_t k;
	const json_t *r;

	json_array_foreach (i->actions.records, k, r) {
		const char *method = ir_json_str(r, "method");

		if (strcmp(method, "filter") == 0 ||
		    strcmp(method, "cgroup") == 0)
			return true;
	}
	return false;
}

int
ir_isolation_load(struct ir_cli *cli, const json_t *inspect, const char *from,
    struct ir_isolation *i, struct ir_err *err)
{
	size_t k;
	const json_t *r;

	memset(i, 0, sizeof(*i));
	if (ir_actions_load(cli, IR_ISOLATE, inspect, from, &i->actions, err) ==
	    -1)
		return -1;
	json_array_foreach (i->actions.records, k, r)
		if (check(r, i->actions.where, err) == -1 ||
		    merge(&i->record, r, err) == -1)
			return -1;
	return 0;
}

json_t *
ir_isolation_before(struct ir_cli *cli, const json_t *inspect, const char *from,
    struct ir_err *err)
{
	struct ir_isolation i;
	json_auto_t *now = NULL;
	json_t *record = NULL;

	if (ir_isolation_load(cli, inspect, from, &i, err) == 0)
		now = ir_docker_networks_record(cli->engine, inspect, err);
	if (now != NULL && merge(&i.record, now, err) == 0)
		record = json_incref(i.record);
	ir_isolation_free(&i);
	return record;
}

char *
ir_isolation_save(struct ir_cli *cli, const json_t *record, struct ir_err *err)
{
	return ir_action_save(cli, IR_ISOLATE, record, true, err);
}

int
ir_isolation_undone(struct ir_cli *cli, const struct ir_isolation *i,
    const json_t *inspect, const json_t *differences, struct ir_err *err)
{
	return ir_actions_undone(cli, IR_ISOLATE, &i->actions, inspect,
	    json_pack("{s:O}", "differences", differences), err);
}
