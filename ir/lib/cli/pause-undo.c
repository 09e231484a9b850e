/* SPDX-License-Identifier: ISC
 *
 * Thawing a container: see pause.h.
 */
#include "cli/pause.h"

#include <stdio.h>
#include <string.h>

#include "cli/policy.h"
#include "docker/container.h"
#include "host/host.h"
#include "host/processes.h"
#include "json/json.h"

static int
unpause(struct ir_cli *cli, const json_t *inspect, struct ir_err *err)
{
	ir_cli_change(cli, "ir pause", "it may go on from where it was",
	    "container %.12s: unpaused", ir_json_str(inspect, "Id"));
	if (ir_docker_unpause(cli->engine, ir_json_str(inspect, "Id"), err) ==
	    -1)
		return ir_wrap(err, "cannot thaw %s", ir_docker_name(inspect));
	return cli->dry_run ? 0 : ir_pause_expect(cli, inspect, false, err);
}

/* The first record of processes that were stopped by signal: it knows which
 * stood still before any of that.  NULL if there is none. */
static const json_t *
first_by_signal(const struct ir_pause *p)
{
	const json_t *r;
	size_t i;

	json_array_foreach (p->before.records, i, r)
		if (strcmp(ir_json_str(r, "how"), "signal") == 0)
			return r;
	return NULL;
}

/* Those that stand still now, and did not before; the caller owns it.  A run
 * that was killed while it stopped them could not say which it had reached. */
static json_t *
stopped_by_us(struct ir_host *h, const json_t *record, struct ir_err *err)
{
	const json_t *before = json_object_get(record, "stopped_before"), *b;
	json_t *list = NULL;
	size_t i;

	if (ir_host_stopped_now(h, &list, err) == -1) {
		json_decref(list);
		return NULL;
	}
	json_array_foreach (before, i, b)
		for (size_t k = json_array_size(list); k-- > 0;)
			if (json_equal(json_array_get(list, k), b))
				json_array_remove(list, k);
	return list;
}

static void
differs(struct ir_pause *p, const char *what)
{
	json_array_append_new(p->differences, ir_json_text(what));
}

static int
let_all_go(struct ir_cli *cli, const json_t *inspect, struct ir_host *h,
    struct ir_pause *p, struct ir_err *err)
{
	json_auto_t *stopped = stopped_by_us(h, first_by_signal(p), err);
	int running = 0, rc;

	if (stopped == NULL)
		return -1;
	if (json_array_size(stopped) == 0)
		return 0;
	p->state = IR_PAUSE_DONE;
	ir_cli_change(cli, "ir pause", "it may go on from where it was",
	    "container %.12s: SIGCONT to the %zu processes that were stopped",
	    ir_json_str(inspect, "Id"), json_array_size(stopped));
	rc = cli->dry_run ? 0 : ir_host_continue(h, stopped, err);
	if (rc == 0 && !cli->dry_run && ir_host_stopped(h, &running, err) == 1)
		differs(p, "its processes stand still");
	return rc;
}

static int
let_go(struct ir_cli *cli, const json_t *inspect, struct ir_pause *p,
    struct ir_err *err)
{
	struct ir_host *h = ir_host_of(inspect, err);
	int rc;

	if (h == NULL)
		return ir_wrap(err,
		    "the processes of %s were stopped one by one by root on "
		    "its host, and only there they can be let go",
		    ir_docker_name(inspect));
	rc = let_all_go(cli, inspect, h, p, err);
	ir_host_close(h);
	return rc == 0 ? 0
		       : ir_wrap(err, "cannot let the processes of %s go",
			     ir_docker_name(inspect));
}

/* The frozen ones, in whichever way they are. */
static int
thaw(struct ir_cli *cli, const json_t *inspect, struct ir_pause *p,
    struct ir_err *err)
{
	bool runs = ir_json_true(inspect, "State.Running");

	p->state = IR_PAUSE_ALREADY;
	if (!runs)
		p->state = IR_PAUSE_NOT_RUNNING;
	else if (ir_json_true(inspect, "State.Paused"))
		p->state = IR_PAUSE_DONE;
	if (p->state == IR_PAUSE_DONE && unpause(cli, inspect, err) == -1)
		return -1;
	if (runs && !p->anew && first_by_signal(p) != NULL &&
	    let_go(cli, inspect, p, err) == -1)
		return -1;
	p->freed = p->state == IR_PAUSE_ALREADY && !p->anew;
	return 0;
}

/* What is not as the record says that it was before. */
static int
compare(struct ir_cli *cli, const json_t *inspect, struct ir_pause *p,
    struct ir_err *err)
{
	json_auto_t *now =
	    ir_docker_inspect(cli->engine, ir_json_str(inspect, "Id"), err);
	const json_t *was = ir_policy_held(p->before.records);
	json_auto_t *held = NULL;
	char text[256];

	if (now == NULL)
		return -1;
	if (p->anew) {
		snprintf(text, sizeof(text), "it was started anew at %.40s",
		    ir_json_str(inspect, "State.StartedAt"));
		differs(p, text);
	}
	if (!ir_json_true(now, "State.Running")) {
		snprintf(text, sizeof(text), "it is %.40s",
		    ir_json_str(now, "State.Status"));
		differs(p, text);
	}
	/* One that an isolation holds, too, stays "no" with that. */
	if (ir_policy_before(cli, IR_PAUSE, now, &held, err) == -1)
		return -1;
	if (was != NULL && !json_equal(held, was)) {
		snprintf(text, sizeof(text),
		    "the restart policy is %.40s, it was %.40s",
		    ir_json_str(now, "HostConfig.RestartPolicy.Name"),
		    ir_json_str(was, "Name"));
		differs(p, text);
	}
	return 0;
}

/* The record of one that had this name before it. */
static int
find_namesake(struct ir_cli *cli, const json_t *inspect, struct ir_pause *p,
    struct ir_err *err)
{
	json_auto_t *all = ir_actions_standing(cli, err);
	const json_t *a;
	size_t i;

	json_array_foreach (all, i, a)
		if (strcmp(ir_json_str(a, "kind"), IR_PAUSE) == 0 &&
		    strcmp(ir_json_str(a, "record.name"),
			ir_docker_name(inspect)) == 0) {
			json_decref(p->namesake);
			p->namesake = json_incref(json_object_get(a, "record"));
		}
	return all != NULL ? 0 : -1;
}

int
ir_pause_thaw(struct ir_cli *cli, const json_t *inspect, struct ir_pause *p,
    struct ir_err *err)
{
	const json_t *last;
	size_t n;
	int rc;

	if (ir_actions_load(cli, IR_PAUSE, inspect, NULL, &p->before, err) ==
	    -1)
		return -1;
	p->differences = json_array();
	n = json_array_size(p->before.records);
	last = n > 0 ? json_array_get(p->before.records, n - 1) : NULL;
	p->anew =
	    last != NULL && strcmp(ir_json_str(last, "started"),
				ir_json_str(inspect, "State.StartedAt")) != 0;
	/* First, since it may end as soon as it is thawed. */
	rc = ir_policy_release(
	    cli, IR_PAUSE, inspect, p->before.records, &p->policy_stays);
	if (rc == 1)
		p->policy = json_deep_copy(ir_policy_held(p->before.records));
	if (rc != -1)
		p->policy_stays.code = IR_OK;
	if (thaw(cli, inspect, p, err) == -1)
		return -1;
	if (n == 0 && p->state == IR_PAUSE_ALREADY)
		return find_namesake(cli, inspect, p, err);
	if (n == 0 || cli->dry_run)
		return 0;
	if (compare(cli, inspect, p, err) == -1)
		return -1;
	/* Else it is to be run again. */
	if (rc == -1)
		return 0;
	return ir_actions_undone(cli, IR_PAUSE, &p->before, inspect,
	    json_pack("{s:O}", "differences", p->differences), err);
}
