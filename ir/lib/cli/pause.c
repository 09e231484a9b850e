/* SPDX-License-Identifier: ISC
 *
 * Freezing a container: see pause.h.
 */
#include "cli/pause.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/time.h"
#include "cli/policy.h"
#include "docker/container.h"
#include "host/freezer.h"
#include "host/host.h"
#include "host/processes.h"
#include "json/json.h"

void
ir_pause_free(struct ir_pause *p)
{
	ir_actions_free(&p->before);
	json_decref(p->idle);
	json_decref(p->stopped);
	json_decref(p->policy);
	json_decref(p->differences);
	json_decref(p->namesake);
	free(p->where);
	memset(p, 0, sizeof(*p));
}

int
ir_pause_expect(
    struct ir_cli *cli, const json_t *inspect, bool paused, struct ir_err *err)
{
	struct ir_host *h = ir_host_of(inspect, err);
	int frozen = h != NULL ? ir_host_frozen(h, err) : -1;

	ir_host_close(h);
	/* Of what is not as it should be the engine tells more. */
	if (frozen == paused)
		return 0;
	json_auto_t *now =
	    ir_docker_inspect(cli->engine, ir_json_str(inspect, "Id"), err);
	if (now == NULL)
		return -1;
	if (frozen == -1 && ir_json_true(now, "State.Paused") == paused)
		return 0;
	return ir_fail(err, IR_EPROTO,
	    "the engine said that it did it, but %s is %s",
	    ir_docker_name(inspect),
	    ir_json_true(now, "State.Paused") != paused
		? ir_json_str(now, "State.Status")
		: (paused ? "not frozen" : "frozen still"));
}

/* SIGKILL: no handler of the container can run. */
static int
kill_it(struct ir_cli *cli, const json_t *inspect, struct ir_pause *p,
    struct ir_err *err)
{
	const char *id = ir_json_str(inspect, "Id");
	const char *name = ir_docker_name(inspect);

	if (ir_json_true(inspect, "HostConfig.AutoRemove"))
		return ir_fail(err, IR_EPROTO,
		    "%s cannot be frozen, and is not stopped: it was started "
		    "with --rm, the engine would delete it and its anonymous "
		    "volumes; isolate it (ir isolate %s) and capture it live "
		    "(ir capture --live %s)",
		    name, name, name);
	ir_cli_change(cli, "", "the engine could not freeze it",
	    "container %.12s: killed with SIGKILL", id);
	if (ir_docker_kill(cli->engine, id, err) == -1)
		return ir_wrap(err, "cannot stop %s", name);
	p->state = IR_PAUSE_KILLED;
	p->how = "kill";
	if (cli->dry_run)
		return 0;
	json_auto_t *now = ir_docker_inspect(cli->engine, id, err);
	if (now == NULL)
		return -1;
	if (ir_json_true(now, "State.Running"))
		return ir_fail(err, IR_EPROTO,
		    "the engine said that it did it, but %s is %s", name,
		    ir_json_str(now, "State.Status"));
	return 0;
}

/* Whoever ends this run while it stops them must leave enough for an undo. */
static int
prepare_to_stop(struct ir_cli *cli, const json_t *inspect, struct ir_host *h,
    struct ir_pause *p, struct ir_err *err)
{
	int running, still = ir_host_stopped(h, &running, err);

	if (still == -1 || ir_host_stopped_now(h, &p->idle, err) == -1)
		return -1;
	p->how = "signal";
	p->state = still == 1 ? IR_PAUSE_ALREADY : IR_PAUSE_DONE;
	return ir_pause_keep(cli, inspect, p, err);
}

/* A line of a journal has a limit. */
#define PROCESSES_A_LINE 1000

static void
record_stopped(struct ir_cli *cli, const char *id, const json_t *stopped)
{
	size_t n = json_array_size(stopped);

	for (size_t i = 0; i < n;) {
		json_t *some = json_array();

		for (size_t k = 0; k < PROCESSES_A_LINE && i < n; k++)
			json_array_append(some, json_array_get(stopped, i++));
		ir_cli_record(cli, "stopped",
		    json_pack("{s:s, s:b, s:o}", "container", id, "atomic", 0,
			"processes", some));
	}
}

static int
stop_all(struct ir_cli *cli, const json_t *inspect, struct ir_host *h,
    struct ir_pause *p, struct ir_err *err)
{
	uint64_t began;
	int rc;

	if (prepare_to_stop(cli, inspect, h, p, err) == -1)
		return -1;
	ir_cli_change(cli, "ir pause --undo",
	    "the engine could not freeze it; not atomic",
	    "container %.12s: SIGSTOP to its processes, one after the other",
	    ir_json_str(inspect, "Id"));
	began = ir_mono_ns();
	rc = ir_host_stop(h, &p->stopped, err);
	p->ms = (double)(ir_mono_ns() - began) / 1e6;
	record_stopped(cli, ir_json_str(inspect, "Id"), p->stopped);
	return rc;
}

/* SIGSTOP to every process.  1 if all stand still, 0 if nothing was done since
 * this is not the container's host. */
static int
stop_processes(struct ir_cli *cli, const json_t *inspect, struct ir_pause *p,
    struct ir_err *err)
{
	struct ir_host *h = ir_host_of(inspect, err);
	int rc;

	if (h == NULL)
		return 0;
	rc = stop_all(cli, inspect, h, p, err);
	ir_host_close(h);
	return rc == 0 ? 1 : -1;
}

static void
was_already(struct ir_cli *cli, const json_t *inspect, struct ir_pause *p)
{
	/* Perhaps by a capture that was killed: the next one must not thaw
	 * it. */
	ir_cli_record(cli, "hold",
	    json_pack("{s:s}", "container", ir_json_str(inspect, "Id")));
	p->state = IR_PAUSE_ALREADY;
	p->how = "engine";
}

/* 1 if it stands still, or has ended, for another reason: somebody else was
 * faster.  0 if it runs on, -1 if the engine does not say. */
static int
changed(struct ir_cli *cli, const json_t *inspect, struct ir_pause *p)
{
	struct ir_err ignored;
	json_auto_t *now = ir_docker_inspect(
	    cli->engine, ir_json_str(inspect, "Id"), &ignored);

	if (now == NULL)
		return -1;
	if (ir_json_true(now, "State.Paused"))
		was_already(cli, inspect, p);
	else if (!ir_json_true(now, "State.Running"))
		p->state = IR_PAUSE_NOT_RUNNING;
	else
		return 0;
	return 1;
}

/* The engine answered, and would not: on its host there is another way, and
 * elsewhere the last one, if it was asked for.  One that broke off may do it
 * yet. */
static int
otherwise(struct ir_cli *cli, const json_t *inspect, struct ir_pause *p,
    bool answered, struct ir_err *err)
{
	const char *name = ir_docker_name(inspect);
	int now = changed(cli, inspect, p), rc;
	struct ir_err why;

	if (now == 1)
		return 0;
	if (err->code == IR_EINTR)
		return ir_wrap(
		    err, "%s may be frozen or not, run it again", name);
	if (now == -1 || !answered || err->code != IR_EPROTO)
		return ir_wrap(err, "cannot freeze %s", name);
	p->not_frozen = *err;
	rc = stop_processes(cli, inspect, p, &why);
	if (rc == 1)
		return 0;
	if (p->or_stop)
		return kill_it(cli, inspect, p, err);
	return ir_wrap(err, "cannot freeze %s (%s%s; --or-stop would kill it)",
	    name,
	    rc == 0 ? "nor stop its processes on this host: "
		    : "nor stop all of its processes: ",
	    why.msg);
}

static int
freeze(struct ir_cli *cli, const json_t *inspect, struct ir_pause *p,
    struct ir_err *err)
{
	const char *id = ir_json_str(inspect, "Id");
	uint64_t began;
	bool answered;
	int rc;

	ir_cli_change(cli, "ir pause --undo", "so that nothing in it goes on",
	    "container %.12s: paused", id);
	began = ir_mono_ns();
	rc = ir_docker_pause(cli->engine, id, err);
	p->ms = (double)(ir_mono_ns() - began) / 1e6;
	answered = rc == 0 || ir_docker_status(cli->engine) >= 400;
	if (rc == 0 && !cli->dry_run)
		rc = ir_pause_expect(cli, inspect, true, err);
	if (rc == -1)
		return otherwise(cli, inspect, p, answered, err);
	p->state = IR_PAUSE_DONE;
	p->how = "engine";
	return 0;
}

int
ir_pause_freeze(struct ir_cli *cli, const json_t *inspect, struct ir_pause *p,
    struct ir_err *err)
{
	if (!ir_json_true(inspect, "State.Running")) {
		p->state = IR_PAUSE_NOT_RUNNING;
		return 0;
	}
	if (ir_json_true(inspect, "State.Paused")) {
		was_already(cli, inspect, p);
	} else if (freeze(cli, inspect, p, err) == -1) {
		return -1;
	}
	if (p->state == IR_PAUSE_NOT_RUNNING)
		return 0;
	if (ir_pause_keep(cli, inspect, p, err) == -1)
		return ir_wrap(
		    err, "%s is frozen, but", ir_docker_name(inspect));
	if (ir_policy_hold(cli, IR_PAUSE, inspect, &p->policy_stays) == 0)
		p->policy_stays.code = IR_OK;
	if (p->policy_stays.code != IR_EINTR)
		return 0;
	return ir_fail(err, IR_EINTR,
	    "%s is frozen, but interrupted before its restart policy was set "
	    "to no: run it again",
	    ir_docker_name(inspect));
}
