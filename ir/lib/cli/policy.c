/* SPDX-License-Identifier: ISC
 *
 * The restart policy of a container that is contained: see policy.h.
 */
#include "cli/policy.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "docker/container.h"
#include "json/json.h"

/* The policies that there are; a record could hold any word. */
static const char *const names[] = {
    "no", "always", "unless-stopped", "on-failure"};

static bool
is_no(const json_t *policy)
{
	const char *name = ir_json_str(policy, "Name");

	return *name == '\0' || strcmp(name, "no") == 0;
}

static bool
is_policy(const json_t *policy)
{
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(ir_json_str(policy, "Name"), names[i]) == 0)
			return ir_json_int(policy, "MaximumRetryCount") >= 0;
	return false;
}

const json_t *
ir_policy_held(const json_t *records)
{
	size_t i;
	const json_t *r;

	json_array_foreach (records, i, r)
		if (json_object_get(r, "restart") != NULL)
			return json_object_get(r, "restart");
	return NULL;
}

/* What a standing action of another kind on that container holds, and which;
 * *policy is NULL if there is none. */
static int
held_by_other(struct ir_cli *cli, const char *kind, const json_t *inspect,
    json_t **policy, const char **other, struct ir_err *err)
{
	int rc = 0;

	*policy = NULL;
	for (size_t i = 0; i < IR_ACTION_KINDS; i++) {
		struct ir_actions a;

		if (rc == -1 || strcmp(ir_action_kinds[i], kind) == 0)
			continue;
		rc = ir_actions_load(
		    cli, ir_action_kinds[i], inspect, NULL, &a, err);
		if (rc == 0 && ir_policy_held(a.records) != NULL) {
			json_decref(*policy);
			*policy = json_deep_copy(ir_policy_held(a.records));
			*other = ir_action_kinds[i];
		}
		ir_actions_free(&a);
	}
	return rc;
}

int
ir_policy_before(struct ir_cli *cli, const char *kind, const json_t *inspect,
    json_t **policy, struct ir_err *err)
{
	const json_t *now = ir_json_at(inspect, "HostConfig.RestartPolicy");
	const char *other;

	if (is_no(now))
		return held_by_other(cli, kind, inspect, policy, &other, err);
	*policy = json_deep_copy(now);
	return *policy != NULL ? 0 : ir_fail_mem(err);
}

void
ir_policy_note(json_t *record, const json_t *policy)
{
	json_object_set_new(record, "policy",
	    ir_json_text(is_no(policy) ? "no" : ir_json_str(policy, "Name")));
}

/* Sets it, and asks: engines have answered 200 to what they ignored. */
static int
set(struct ir_cli *cli, const json_t *inspect, const json_t *policy,
    struct ir_err *err)
{
	const char *id = ir_json_str(inspect, "Id");
	const char *name = ir_json_str(policy, "Name");

	if (ir_docker_restart_policy(cli->engine, id, name,
		ir_json_int(policy, "MaximumRetryCount"), err) == -1)
		return -1;
	if (cli->dry_run)
		return 0;
	json_auto_t *now = ir_docker_inspect(cli->engine, id, err);
	if (now == NULL)
		return -1;
	if (strcmp(ir_json_str(now, "HostConfig.RestartPolicy.Name"), name) !=
	    0)
		return ir_fail(err, IR_EPROTO,
		    "the engine said that it did it, but the restart policy is "
		    "%s",
		    ir_json_str(now, "HostConfig.RestartPolicy.Name"));
	return 0;
}

int
ir_policy_hold(struct ir_cli *cli, const char *kind, const json_t *inspect,
    struct ir_err *err)
{
	char undo[32];
	const json_t *before = ir_json_at(inspect, "HostConfig.RestartPolicy");
	json_auto_t *no =
	    json_pack("{s:s, s:i}", "Name", "no", "MaximumRetryCount", 0);

	if (is_no(before))
		return 0;
	snprintf(undo, sizeof(undo), "ir %s --undo", kind);
	ir_cli_change(cli, undo, "so that the engine does not start it anew",
	    "container %.12s: restart policy %s set to no",
	    ir_json_str(inspect, "Id"), ir_json_str(before, "Name"));
	if (set(cli, inspect, no, err) == 0)
		return 0;
	return ir_wrap(err,
	    "the restart policy of %s stays %s, so if it is killed or ends, "
	    "the engine starts it anew",
	    ir_docker_name(inspect), ir_json_str(before, "Name"));
}

int
ir_policy_release(struct ir_cli *cli, const char *kind, const json_t *inspect,
    const json_t *records, struct ir_err *err)
{
	const char *name = ir_docker_name(inspect);
	const json_t *was = ir_policy_held(records);
	const json_t *now = ir_json_at(inspect, "HostConfig.RestartPolicy");
	json_auto_t *its = NULL;
	const char *other = "";
	char undo[32];

	if (was == NULL)
		return 0;
	if (!is_policy(was))
		return ir_fail(err, IR_EFORMAT,
		    "the record holds no restart policy, but %s",
		    ir_json_str(was, "Name"));
	if (held_by_other(cli, kind, inspect, &its, &other, err) == -1)
		return -1;
	if (its != NULL) {
		ir_say("the restart policy of %s stays no until ir %s --undo",
		    name, other);
		return 0;
	}
	if (!is_no(now)) {
		if (strcmp(ir_json_str(now, "Name"),
			ir_json_str(was, "Name")) != 0)
			ir_warn("the restart policy of %s is %s, set by "
				"somebody else meanwhile: it stays so (it was "
				"%s before)",
			    name, ir_json_str(now, "Name"),
			    ir_json_str(was, "Name"));
		return 0;
	}
	snprintf(undo, sizeof(undo), "ir %s", kind);
	ir_cli_change(cli, undo, "as it was before",
	    "container %.12s: restart policy set back to %s",
	    ir_json_str(inspect, "Id"), ir_json_str(was, "Name"));
	if (set(cli, inspect, was, err) == -1)
		return ir_wrap(err,
		    "the restart policy of %s could not be set back to %s",
		    name, ir_json_str(was, "Name"));
	return 1;
}
