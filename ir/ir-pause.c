/* SPDX-License-Identifier: ISC
 *
 * ir-pause: freezes a container, and thaws it again.
 */
#include <string.h>

#include "base/buf.h"
#include "base/time.h"
#include "cli/cli.h"
#include "cli/dryrun.h"
#include "docker/container.h"
#include "json/json.h"

static struct {
	bool undo, or_stop;
} opt;

static const struct ir_option options[] = {
    {'u', "undo", NULL, "thaw it", &opt.undo, NULL},
    {0, "or-stop", NULL,
	"if the engine cannot freeze it: kill it, so that none of its code "
	"runs",
	&opt.or_stop, NULL},
    IR_OPTION_END,
};

/* What became of it. */
enum end {
	PAUSED,
	THAWED,
	STOPPED,
	WAS_PAUSED,
	NOT_PAUSED,
	NOT_RUNNING
};

static const char *const end_names[] = {
    [PAUSED] = "paused",
    [THAWED] = "unpaused",
    [STOPPED] = "stopped",
    [WAS_PAUSED] = "already paused",
    [NOT_PAUSED] = "not paused",
    [NOT_RUNNING] = "not running",
};

static int
result(const struct ir_cli *cli, const json_t *inspect, enum end end, double ms)
{
	if (cli->dry_run) /* which has its own */
		return IR_OK;
	ir_result(json_pack("{s:s, s:o, s:s, s:I}", "container",
	    ir_json_str(inspect, "Id"), "name",
	    ir_json_text(ir_docker_name(inspect)), "state", end_names[end],
	    "us", (json_int_t)(ms * 1000)));
	return IR_OK;
}

/* What may happen to it while it is frozen, or if it is not. */
static void
warn_of_consequences(const json_t *inspect)
{
	const char *name = ir_docker_name(inspect);
	const char *policy =
	    ir_json_str(inspect, "HostConfig.RestartPolicy.Name");

	if (ir_json_true(inspect, "HostConfig.AutoRemove"))
		ir_warn("%s was started with --rm: NEVER STOP OR KILL IT, the "
			"engine would delete it and its anonymous volumes",
		    name);
	if (*policy != '\0' && strcmp(policy, "no") != 0)
		ir_say("its restart policy is %s: frozen it stays, but once "
		       "stopped or thawed and ended the engine may start it "
		       "again",
		    policy);
	if (ir_json_at(inspect, "State.Health") != NULL &&
	    !json_is_null(ir_json_at(inspect, "State.Health")))
		ir_say("it has a health check: frozen it counts as unhealthy, "
		       "and whatever replaces unhealthy containers may act");
	if (json_object_get(ir_json_at(inspect, "Config.Labels"),
		"com.docker.swarm.task.id") != NULL)
		ir_warn("%s is a task of a swarm, which may replace it", name);
}

/* Asks the engine again: its 204 is no proof. */
static int
expect(struct ir_cli *cli, const json_t *inspect, const char *flag, bool want,
    struct ir_err *err)
{
	json_auto_t *now =
	    ir_docker_inspect(cli->engine, ir_json_str(inspect, "Id"), err);

	if (now == NULL)
		return -1;
	if (ir_json_true(now, flag) != want)
		return ir_fail(err, IR_EPROTO,
		    "the engine said that it did it, but %s is %s",
		    ir_docker_name(inspect), ir_json_str(now, "State.Status"));
	return 0;
}

/* SIGKILL: no handler of the container can run. */
static int
stop(struct ir_cli *cli, const json_t *inspect, struct ir_err *err)
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
	if (cli->dry_run)
		return IR_OK;
	if (expect(cli, inspect, "State.Running", false, err) == -1)
		return -1;
	ir_out(IR_GOOD,
	    "%s is stopped: its memory is gone, its filesystem is still there "
	    "(ir capture)",
	    name);
	return result(cli, inspect, STOPPED, 0);
}

static int
already(struct ir_cli *cli, const json_t *inspect)
{
	/* Perhaps by a capture that was killed: the next one must not thaw
	 * it. */
	ir_cli_record(cli, "hold",
	    json_pack("{s:s}", "container", ir_json_str(inspect, "Id")));
	ir_out(IR_GOOD, "%s is already paused", ir_docker_name(inspect));
	warn_of_consequences(inspect);
	return result(cli, inspect, WAS_PAUSED, 0);
}

/* The engine answered, and would not: that is what --or-stop is for; but not
 * if somebody else was faster, and killing it would lose what they kept. */
static int
refused(struct ir_cli *cli, const json_t *inspect, struct ir_err *err)
{
	const char *name = ir_docker_name(inspect);
	struct ir_err ignored;

	if (err->code != IR_EPROTO)
		return ir_wrap(err, "cannot freeze %s", name);
	if (expect(cli, inspect, "State.Paused", true, &ignored) == 0)
		return already(cli, inspect);
	if (!opt.or_stop) {
		ir_wrap(
		    err, "cannot freeze %s (--or-stop would kill it)", name);
		return -1;
	}
	ir_warn("cannot freeze %s: %s", name, err->msg);
	return stop(cli, inspect, err);
}

static int
freeze(struct ir_cli *cli, const json_t *inspect, struct ir_err *err)
{
	const char *name = ir_docker_name(inspect);
	uint64_t began;
	double ms;

	if (ir_json_true(inspect, "State.Paused"))
		return already(cli, inspect);
	if (!ir_json_true(inspect, "State.Running")) {
		ir_out(IR_PLAIN,
		    "%s is not running (%s): nothing to freeze; its filesystem "
		    "is still there (ir capture)",
		    name, ir_json_str(inspect, "State.Status"));
		return result(cli, inspect, NOT_RUNNING, 0);
	}
	ir_cli_change(cli, "ir pause --undo", "so that nothing in it goes on",
	    "container %.12s: paused", ir_json_str(inspect, "Id"));
	began = ir_mono_ns();
	if (ir_docker_pause(cli->engine, ir_json_str(inspect, "Id"), err) == -1)
		return refused(cli, inspect, err);
	ms = (double)(ir_mono_ns() - began) / 1e6;
	if (cli->dry_run)
		return IR_OK;
	if (expect(cli, inspect, "State.Paused", true, err) == -1)
		return refused(cli, inspect, err);
	ir_out(IR_GOOD, "%s is paused (%.0f ms)", name, ms);
	warn_of_consequences(inspect);
	ir_say("do not stop or restart it or the engine: that would thaw or "
	       "lose it; ir capture is next, ir pause --undo thaws");
	return result(cli, inspect, PAUSED, ms);
}

static int
thaw(struct ir_cli *cli, const json_t *inspect, struct ir_err *err)
{
	const char *name = ir_docker_name(inspect);

	if (!ir_json_true(inspect, "State.Paused")) {
		ir_out(IR_PLAIN, "%s is not paused (%s): nothing to thaw", name,
		    ir_json_str(inspect, "State.Status"));
		return result(cli, inspect, NOT_PAUSED, 0);
	}
	ir_cli_change(cli, "ir pause", "it may go on from where it was",
	    "container %.12s: unpaused", ir_json_str(inspect, "Id"));
	if (ir_docker_unpause(cli->engine, ir_json_str(inspect, "Id"), err) ==
	    -1)
		return ir_wrap(err, "cannot thaw %s", name);
	if (cli->dry_run)
		return IR_OK;
	if (expect(cli, inspect, "State.Paused", false, err) == -1)
		return -1;
	ir_out(IR_GOOD, "%s goes on", name);
	return result(cli, inspect, THAWED, 0);
}

static int
run(struct ir_cli *cli, int argc, char **argv, struct ir_err *err)
{
	struct ir_dryrun dry;
	int rc;

	(void)argc;
	if (opt.undo && opt.or_stop)
		return ir_fail(err, IR_EUSAGE,
		    "--or-stop does not go with "
		    "--undo");
	json_auto_t *inspect = ir_docker_find(cli->engine, argv[0], err);
	if (inspect == NULL)
		return -1;
	if (cli->dry_run) {
		ir_dryrun_start(&dry, cli->engine, inspect);
		ir_dryrun_watch(&dry);
	}
	rc = opt.undo ? thaw(cli, inspect, err) : freeze(cli, inspect, err);
	if (!cli->dry_run)
		return rc;
	if (rc == -1)
		ir_dryrun_drop(&dry);
	return rc == -1 ? -1 : ir_dryrun_end(&dry, err);
}

static const char *const examples[] = {
    "ir pause web",
    "every process of web stands still, its memory and connections stay",
    "ir pause --or-stop web",
    "the same; if the engine cannot, web is killed instead",
    "ir pause --undo web",
    "it goes on",
    NULL,
};

static const char *const exits[] = {
    "0",
    "it is paused, or was already, or does not run; what it was is printed",
    NULL,
};

static const struct ir_program program = {
    .name = "ir-pause",
    .operands = "CONTAINER",
    .what = "Freezes a container: its processes stand still and keep what "
	    "they have.",
    .uses = IR_USES_ENGINE | IR_USES_BUNDLE | IR_RECORDS | IR_USES_KEY |
	    IR_CAN_DRY_RUN,
    .min = 1,
    .max = 1,
    .options = options,
    .examples = examples,
    .exits = exits,
    .run = run,
};

int
main(int argc, char **argv)
{
	return ir_cli_main(&program, argc, argv);
}
