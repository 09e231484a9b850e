/* SPDX-License-Identifier: ISC
 *
 * ir-pause: freezes containers, and thaws them again.
 */
#include <stdatomic.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/consequences.h"
#include "cli/dryrun.h"
#include "cli/pause.h"
#include "cli/survey.h"
#include "cli/targets.h"
#include "cli/turn.h"
#include "docker/container.h"
#include "json/json.h"

/* It is frozen, but something that belongs to it could not be done. */
#define INCOMPLETE 10

static struct {
	bool undo, or_stop;
} opt;

static atomic_bool frozen; /* at least one */

static const struct ir_option options[] = {
    {'u', "undo", NULL, "thaw it, and put its restart policy back", &opt.undo,
	NULL},
    {0, "or-stop", NULL,
	"if it cannot be frozen in any way: kill it, so that none of its code "
	"runs",
	&opt.or_stop, NULL},
    IR_OPTION_END,
};

static const char *const frozen_names[] = {
    [IR_PAUSE_DONE] = "paused",
    [IR_PAUSE_KILLED] = "stopped",
    [IR_PAUSE_ALREADY] = "already paused",
    [IR_PAUSE_NOT_RUNNING] = "not running",
};
static const char *const thawed_names[] = {
    [IR_PAUSE_DONE] = "unpaused",
    [IR_PAUSE_ALREADY] = "not paused",
    [IR_PAUSE_NOT_RUNNING] = "not running",
};

/* Gives the result, and takes warnings. */
static int
result(const struct ir_cli *cli, const json_t *inspect,
    const struct ir_pause *p, json_t *warnings)
{
	bool stays = p->policy_stays.code != IR_OK;
	json_t *j;

	if (cli->dry_run) { /* which has its own */
		json_decref(warnings);
		return IR_OK;
	}
	j = json_pack("{s:s, s:o, s:s, s:I}", "container",
	    ir_json_str(inspect, "Id"), "name",
	    ir_json_text(ir_docker_name(inspect)), "state",
	    opt.undo ? thawed_names[p->state] : frozen_names[p->state], "us",
	    (json_int_t)(p->ms * 1000));
	if (p->how != NULL)
		json_object_set_new(j, "how", json_string(p->how));
	if (p->stopped != NULL)
		json_object_set_new(j, "processes",
		    json_integer((json_int_t)json_array_size(p->stopped)));
	if (p->policy != NULL && !stays)
		json_object_set(j, "restart", p->policy);
	if (stays)
		json_object_set_new(
		    j, "policy_stays", ir_json_text(p->policy_stays.msg));
	if (p->where != NULL)
		json_object_set_new(j, "record", ir_json_text(p->where));
	if (p->differences != NULL)
		json_object_set(j, "differences", p->differences);
	json_object_set_new(j, "warnings", warnings);
	ir_result(j);
	return stays ? INCOMPLETE : IR_OK;
}

static size_t
guests(const json_t *stopped)
{
	const json_t *p;
	size_t i, n = 0;

	json_array_foreach (stopped, i, p)
		n += ir_json_true(p, "guest");
	return n;
}

static void
say_frozen(
    const struct ir_cli *cli, const json_t *inspect, const struct ir_pause *p)
{
	const char *name = ir_docker_name(inspect);
	bool signal = p->how != NULL && strcmp(p->how, "signal") == 0;

	if (p->not_frozen.code != IR_OK)
		ir_warn("cannot freeze %s: %s", name, p->not_frozen.msg);
	if (p->state == IR_PAUSE_NOT_RUNNING)
		ir_out(IR_PLAIN,
		    "%s is not running: nothing to freeze; its filesystem "
		    "is still there (ir capture)",
		    name);
	else if (p->state == IR_PAUSE_KILLED)
		ir_out(IR_GOOD,
		    "%s is stopped: its memory is gone, its filesystem is "
		    "still there (ir capture)",
		    name);
	else if (p->state == IR_PAUSE_ALREADY)
		ir_out(IR_GOOD, "%s is already paused%s", name,
		    signal ? ": all of its processes are stopped" : "");
	else if (signal)
		ir_out(IR_GOOD,
		    "%s is paused (%.0f ms): %zu processes stopped by signal, "
		    "one after the other, not at one instant",
		    name, p->ms, json_array_size(p->stopped));
	else
		ir_out(IR_GOOD, "%s is paused (%.0f ms)", name, p->ms);
	if (guests(p->stopped) > 0)
		ir_warn("%zu of them were started from outside of %s, by "
			"another container that shares its PID namespace or by "
			"somebody on the host: they stand still with it",
		    guests(p->stopped), name);
	if (p->policy_stays.code != IR_OK)
		ir_warn("%s", p->policy_stays.msg);
	else if (p->policy != NULL)
		ir_say("the restart policy of %s, %s, is no until ir pause "
		       "--undo",
		    name, ir_json_str(p->policy, "Name"));
	if (p->where != NULL && cli->bundle == NULL)
		ir_say("%s %s",
		    signal || p->policy != NULL ? "what its undo needs is in"
						: "recorded in",
		    p->where);
	if (p->state == IR_PAUSE_DONE || p->state == IR_PAUSE_ALREADY)
		frozen = true;
}

/* What there is to know before it is frozen, or while it is. */
static void
warn(json_t *warnings, const json_t *inspect, bool of_others)
{
	size_t n = json_array_size(warnings);
	int unseen = 0, strangers = 0;
	pid_t pid;

	ir_consequences(warnings, IR_FROZEN, inspect,
	    of_others ? ir_survey(&unseen) : NULL);
	if (of_others && (pid = ir_survey_strangers(inspect, &strangers)) != 0)
		ir_consequences_stranger(warnings, inspect, pid, strangers);
	ir_consequences_say(warnings, n);
	if (of_others && unseen != 0)
		ir_say("not all other containers could be looked at: some may "
		       "share a namespace with %s, or restart it",
		    ir_docker_name(inspect));
}

static int
freeze(struct ir_cli *cli, const json_t *inspect, struct ir_pause *p,
    json_t *warnings, struct ir_err *err)
{
	bool runs = ir_json_true(inspect, "State.Running"), waits;
	int rc;

	if (runs) {
		ir_survey_start(cli, inspect);
		warn(warnings, inspect, false);
	}
	/* Whoever acts on health checks acts within seconds. */
	waits = runs && *ir_json_str(inspect, "State.Health.Status") != '\0';
	if (waits)
		warn(warnings, inspect, true);
	p->or_stop = opt.or_stop;
	rc = ir_pause_freeze(cli, inspect, p, err);
	if (rc == 0 && !cli->dry_run)
		say_frozen(cli, inspect, p);
	if (runs && !waits)
		warn(warnings, inspect, true);
	return rc;
}

static void
say_thawed(const json_t *inspect, const struct ir_pause *p)
{
	const char *name = ir_docker_name(inspect);
	const json_t *d;
	size_t i;

	if (p->state == IR_PAUSE_DONE)
		ir_out(IR_GOOD, "%s goes on", name);
	else if (p->freed && p->before.where[0] != '\0')
		ir_out(IR_WARN,
		    "%s is not paused: somebody else thawed it meanwhile",
		    name);
	else
		ir_out(IR_PLAIN, "%s is not paused (%s): nothing to thaw", name,
		    ir_json_str(inspect, "State.Status"));
	if (p->namesake != NULL)
		ir_warn("%s is not the container that was paused by that name "
			"(%.12s), but another one (%.12s)",
		    name, ir_json_str(p->namesake, "container"),
		    ir_json_str(inspect, "Id"));
	if (p->policy_stays.code != IR_OK)
		ir_warn("%s; run it again", p->policy_stays.msg);
	else if (p->policy != NULL)
		ir_say("the restart policy of %s is %s again", name,
		    ir_json_str(p->policy, "Name"));
	json_array_foreach (p->differences, i, d)
		ir_warn("%s is not as it was: %s", name, json_string_value(d));
}

static int
thaw(struct ir_cli *cli, const json_t *inspect, struct ir_pause *p,
    struct ir_err *err)
{
	int rc = ir_pause_thaw(cli, inspect, p, err);

	if (rc == 0 && !cli->dry_run)
		say_thawed(inspect, p);
	return rc;
}

static int
act_now(
    struct ir_cli *cli, const json_t *inspect, bool chosen, struct ir_err *err)
{
	struct ir_pause p = {.ms = 0};
	struct ir_dryrun dry;
	json_t *warnings = json_array();
	int rc;

	if (cli->dry_run) {
		ir_dryrun_start(&dry, cli->engine, inspect);
		ir_dryrun_watch(&dry);
	}
	rc = opt.undo ? thaw(cli, inspect, &p, err)
		      : freeze(cli, inspect, &p, warnings, err);
	if (cli->dry_run)
		dry.warnings = json_incref(warnings);
	if (cli->dry_run && rc == 0)
		rc = ir_dryrun_end(&dry, err);
	else if (cli->dry_run)
		ir_dryrun_drop(&dry);
	/* Of those that nobody named, one may end and be gone at any time. */
	if (rc == -1 && chosen && !opt.undo && err->code == IR_ENOENT) {
		ir_say("%s was removed meanwhile", ir_docker_name(inspect));
		rc = 0;
		p.state = IR_PAUSE_NOT_RUNNING;
	}
	if (rc == 0)
		rc = result(cli, inspect, &p, warnings);
	else
		json_decref(warnings);
	ir_pause_free(&p);
	return rc;
}

static int
act(struct ir_cli *cli, const json_t *inspect, bool chosen, struct ir_err *err)
{
	return ir_in_turn(cli, inspect, chosen, act_now, err);
}

static int
run(struct ir_cli *cli, int argc, char **argv, struct ir_err *err)
{
	int rc;

	if (opt.undo && opt.or_stop)
		return ir_fail(err, IR_EUSAGE,
		    "--or-stop does not go with "
		    "--undo");
	rc = ir_targets_run(cli, argv, argc, act, err);
	ir_survey_end();
	if (frozen)
		ir_say("do not stop or restart it or the engine, nor send it "
		       "signals: that would thaw or lose it; ir capture is "
		       "next, ir pause --undo thaws");
	return rc;
}

static const char *const examples[] = {
    "ir pause web",
    "every process of web stands still, its memory and connections stay",
    "ir pause web worker db",
    "the same for three, at the same time",
    "ir pause --all --label app=shop",
    "every running container with that label",
    "ir pause --or-stop web",
    "the same; if it cannot be frozen, web is killed instead",
    "ir pause --undo web",
    "it goes on, with the restart policy that it had",
    NULL,
};

static const char *const exits[] = {
    "0",
    "it is paused, or was already, or does not run; what it was is printed",
    "10",
    "the same, but its restart policy could not be set to no, or put back",
    NULL,
};

static const struct ir_program program = {
    .name = "ir-pause",
    .operands = "CONTAINER...",
    .what = "Freezes containers: their processes stand still and keep what "
	    "they have.",
    .uses = IR_USES_ENGINE | IR_USES_BUNDLE | IR_RECORDS | IR_USES_KEY |
	    IR_CAN_DRY_RUN | IR_CHOOSES,
    .min = 0,
    .max = -1,
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
