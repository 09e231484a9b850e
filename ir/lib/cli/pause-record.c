/* SPDX-License-Identifier: ISC
 *
 * What a later run needs to thaw a container: see pause.h.
 */
#include "cli/pause.h"

#include <string.h>

#include "base/time.h"
#include "cli/policy.h"
#include "docker/container.h"
#include "json/json.h"

static bool
holds_policy(const struct ir_pause *p)
{
	return p->policy != NULL && ir_policy_held(p->before.records) == NULL;
}

static bool
is_due(const struct ir_pause *p)
{
	return holds_policy(p) || p->state != IR_PAUSE_ALREADY ||
	       json_array_size(p->before.records) == 0;
}

/* What an engine froze, it thaws also without a record. */
static bool
is_needed(const struct ir_cli *cli, const struct ir_pause *p)
{
	return cli->bundle != NULL || holds_policy(p) ||
	       strcmp(p->how, "signal") == 0;
}

static json_t *
make(const json_t *inspect, const struct ir_pause *p, struct ir_err *err)
{
	char now[IR_TIME_SIZE];
	json_t *r;

	ir_time_now(now);
	r = json_pack("{s:i, s:s, s:o, s:s, s:s, s:o*, s:O*, s:O*, s:s, s:I}",
	    "v", 1, "container", ir_json_str(inspect, "Id"), "name",
	    ir_json_text(ir_docker_name(inspect)), "time", now, "how", p->how,
	    "atomic", strcmp(p->how, "signal") == 0 ? json_false() : NULL,
	    "stopped_before", p->idle, "restart", p->policy, "started",
	    ir_json_str(inspect, "State.StartedAt"), "pid",
	    ir_json_int(inspect, "State.Pid"));
	if (r == NULL)
		ir_fail_mem(err);
	ir_policy_note(r, p->policy);
	return r;
}

int
ir_pause_keep(struct ir_cli *cli, const json_t *inspect, struct ir_pause *p,
    struct ir_err *err)
{
	const char *name = ir_docker_name(inspect);

	if (p->kept)
		return 0;
	p->kept = true;
	if (ir_actions_load(cli, IR_PAUSE, inspect, NULL, &p->before, err) ==
		-1 ||
	    ir_policy_before(cli, IR_PAUSE, inspect, &p->policy, err) == -1)
		return -1;
	if (cli->dry_run || !is_due(p))
		return 0;
	json_auto_t *record = make(inspect, p, err);
	if (record == NULL)
		return -1;
	p->where =
	    ir_action_save(cli, IR_PAUSE, record, is_needed(cli, p), err);
	if (p->where != NULL || is_needed(cli, p))
		return p->where != NULL ? 0 : -1;
	ir_warn("ir pause --undo %s thaws it all the same, but ir status will "
		"not know that it is to be paused: %s",
	    name, err->msg);
	return 0;
}
