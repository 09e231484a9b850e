/* SPDX-License-Identifier: ISC
 *
 * What a later run needs to thaw a container: see pause.h.
 */
#include "cli/pause.h"

#include "base/time.h"
#include "cli/policy.h"
#include "docker/container.h"
#include "json/json.h"

/* What is put back has to be on record, and in a bundle the freeze itself. */
static bool
is_due(const struct ir_cli *cli, const struct ir_pause *p)
{
	if ((p->policy != NULL && ir_policy_held(p->before.records) == NULL) ||
	    json_array_size(p->stopped) > 0)
		return true;
	return cli->bundle != NULL &&
	       (p->state != IR_PAUSE_ALREADY ||
		   json_array_size(p->before.records) == 0);
}

static json_t *
make(const json_t *inspect, const struct ir_pause *p, struct ir_err *err)
{
	char now[IR_TIME_SIZE];
	json_t *r;

	ir_time_now(now);
	r = json_pack("{s:i, s:s, s:o, s:s, s:s, s:O*, s:O*, s:s, s:I}", "v", 1,
	    "container", ir_json_str(inspect, "Id"), "name",
	    ir_json_text(ir_docker_name(inspect)), "time", now, "how", p->how,
	    "stopped", p->stopped, "restart", p->policy, "started",
	    ir_json_str(inspect, "State.StartedAt"), "pid",
	    ir_json_int(inspect, "State.Pid"));
	if (r == NULL)
		ir_fail_mem(err);
	return r;
}

int
ir_pause_keep(struct ir_cli *cli, const json_t *inspect, struct ir_pause *p,
    struct ir_err *err)
{
	if (ir_actions_load(cli, IR_PAUSE, inspect, NULL, &p->before, err) ==
		-1 ||
	    ir_policy_before(cli, IR_PAUSE, inspect, &p->policy, err) == -1)
		return -1;
	if (cli->dry_run || !is_due(cli, p))
		return 0;
	json_auto_t *record = make(inspect, p, err);
	if (record == NULL)
		return -1;
	p->where = ir_action_save(cli, IR_PAUSE, record, err);
	return p->where != NULL ? 0 : -1;
}
