/* SPDX-License-Identifier: ISC
 *
 * Whether a contained container still lives the life in which we left it, and
 * who ended that: removed, stopped, restarted, thawed.  See statusparts.h.
 */
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "cli/statusparts.h"
#include "docker/container.h"
#include "json/json.h"

/* How long before its effect an engine tells of what caused it: it waits ten
 * seconds between SIGTERM and SIGKILL, or as long as docker stop -t said. */
#define CAUSE (15 * IR_SECOND)

/* ... when nothing is waited for. */
#define AT_ONCE (2 * IR_SECOND)

#define THE_API "a call to the engine's API"

/* A text of one or two strings. */
static json_t *
text(const char *a, const char *b)
{
	struct ir_err err;
	ir_auto_free char *s = ir_asprintf(&err, "%s%s", a, b);

	return s != NULL ? ir_json_text(s) : NULL;
}

/* One of ours that called POST /containers/ID/what at that time. */
static json_t *
ours(const struct ir_status_one *o, const char *what, int64_t t)
{
	struct ir_err err;
	ir_auto_free char *path =
	    ir_asprintf(&err, "/containers/%s/%s", o->id, what);

	return path != NULL ? ir_status_ours(o->s, "POST", path, t) : NULL;
}

/* "SIGTERM", "signal 10", or "" if the event does not tell. */
static const char *
signal_of(const json_t *kill, char out[32])
{
	static const struct {
		const char *n, *name;
	} known[] = {{"9", "SIGKILL"}, {"15", "SIGTERM"}, {"2", "SIGINT"},
	    {"3", "SIGQUIT"}, {"1", "SIGHUP"}};
	const char *s = ir_json_str(kill, "signal");

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strcmp(s, known[i].n) == 0)
			return known[i].name;
	if (*s == '\0' || strlen(s) > 8)
		return "a signal";
	snprintf(out, 32, "signal %s", s);
	return out;
}

/* Who sent a signal through the engine within that time.  One that was itself
 * restarted, which its events do not reach beyond, kills what it left. */
static json_t *
by_signal(const struct ir_status_one *o, int64_t from, int64_t to)
{
	const json_t *kill = ir_status_event(o, "kill", from, to);
	char buf[32];
	json_t *by, *unseen;

	if (kill == NULL)
		return NULL;
	by = ours(o, "kill", ir_status_event_time(kill));
	if (by != NULL)
		return by;
	unseen = ir_status_unseen(o->s, o->last);
	by = text(signal_of(kill, buf),
	    unseen != NULL ? " by the engine, restarted itself, or by " THE_API
			   : " by " THE_API " (docker kill, stop or restart)");
	json_decref(unseen);
	return by;
}

/* Things that restart or replace containers by themselves, told by what they
 * put on them. */
static const char *
orchestrator(const struct ir_status_one *o)
{
	static const struct {
		const char *label, *says;
	} all[] = {
	    {"com.docker.swarm.task.id", "; it is a task of a swarm"},
	    {"autoheal", "; it is labelled for autoheal"},
	    {"com.centurylinklabs.watchtower.enable",
		"; it is labelled for watchtower"},
	    {"io.kubernetes.pod.name", "; it is of a Kubernetes pod"},
	    {"com.docker.compose.project", "; it is a service of compose"},
	};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (json_object_get(o->labels, all[i].label) != NULL)
			return all[i].says;
	return "";
}

static json_t *
by_api(const struct ir_status_one *o, const char *what, int64_t t)
{
	struct ir_err err;
	json_t *by = ours(o, what, t);

	if (by != NULL)
		return by;
	ir_auto_free char *s =
	    ir_asprintf(&err, THE_API " (docker %s)%s", what, orchestrator(o));
	return s != NULL ? ir_json_text(s) : NULL;
}

/* Who let it begin anew. */
static json_t *
restarted_by(const struct ir_status_one *o, int64_t started)
{
	const char *policy =
	    ir_json_str(o->inspect, "HostConfig.RestartPolicy.Name");
	const json_t *restart =
	    ir_status_event(o, "restart", started - AT_ONCE, started + CAUSE);
	const json_t *start =
	    ir_status_event(o, "start", started - AT_ONCE, started + CAUSE);
	json_t *why;

	/* The engine counts those by the policy, from the last start by a call
	 * on. */
	if (ir_json_int(o->inspect, "RestartCount") > 0)
		return text("its restart policy, ", policy);
	/* Docker tells of a restart after the start that it made: one from
	 * before was of another run.  podman tells of it first. */
	if (restart != NULL &&
	    (start == NULL || ir_docker_is_podman(o->s->cli->engine) ||
		ir_status_event_time(restart) >= ir_status_event_time(start)))
		return by_api(o, "restart", started);
	if (start != NULL)
		return by_api(o, "start", started);
	why = ir_status_unseen(o->s, started);
	if (why != NULL && *policy != '\0' && strcmp(policy, "no") != 0) {
		json_decref(why);
		return text(
		    "the engine, restarted itself, by the policy ", policy);
	}
	return why;
}

/* Who ended it, at that time; NULL: nobody that the engine saw. */
static json_t *
ended_by(const struct ir_status_one *o, int64_t t)
{
	const json_t *die = ir_status_event(o, "die", t - CAUSE, t + CAUSE);
	int64_t at = die != NULL ? ir_status_event_time(die) : t;
	json_t *by;

	if (ir_json_true(o->inspect, "State.OOMKilled"))
		return json_string("the kernel, for lack of memory");
	by = by_signal(o, at - CAUSE, at + AT_ONCE);
	if (by == NULL && die == NULL)
		by = ir_status_unseen(o->s, t);
	if (by == NULL)
		by = json_string(ir_docker_is_podman(o->s->cli->engine)
				     ? "itself, a signal, or " THE_API
				     : "itself, or a signal on the host");
	return by;
}

/* When it was started other than we know. */
static int64_t
started_anew(const struct ir_status_one *o)
{
	int64_t t = ir_status_time(ir_json_str(o->inspect, "State.StartedAt"));
	bool anew = o->started != 0 ? t != o->started : t > o->last;

	return ir_json_true(o->inspect, "State.Running") && t != 0 && anew ? t
									   : 0;
}

static void
restarted(struct ir_status_one *o, int64_t t)
{
	bool paused = ir_json_true(o->inspect, "State.Paused");

	ir_status_deviates(o, "restarted", t, restarted_by(o, t),
	    paused ? o->todo_capture : o->todo_pause,
	    "restarted%s: what was in its memory is gone",
	    paused ? ", and paused since" : ", and runs");
}

static void
stopped(struct ir_status_one *o, int64_t t)
{
	const char *thawed = ir_status_event(o, "unpause", o->last, t) != NULL
				 ? "; it was thawed before, so its own code ran"
				 : "";

	ir_status_deviates(o, "stopped", t, ended_by(o, t), o->todo_capture,
	    "not running any more (%s, exit code %lld): what was in its "
	    "memory is gone%s",
	    ir_json_str(o->inspect, "State.Status"),
	    (long long)ir_json_int(o->inspect, "State.ExitCode"), thawed);
}

/* Whether the last thing that we did was to kill it. */
static bool
was_killed(const struct ir_status_one *o)
{
	const json_t *last =
	    json_array_get(o->left, json_array_size(o->left) - 1);

	return strcmp(ir_json_str(last, "how"), "kill") == 0;
}

void
ir_status_lifecycle(struct ir_status_one *o)
{
	int64_t t = started_anew(o);

	if (t != 0)
		restarted(o, t);
	t = ir_status_time(ir_json_str(o->inspect, "State.FinishedAt"));
	if (!ir_json_true(o->inspect, "State.Running") && t > o->last &&
	    !was_killed(o))
		stopped(o, t);
}

static json_t *
thawed_by(const struct ir_status_one *o, const json_t *unpause, int64_t since)
{
	int64_t t = ir_status_event_time(unpause);
	json_t *by;

	if (unpause == NULL) {
		by = ir_status_unseen(o->s, since);
		return by != NULL ? by
				  : json_string("nobody that the engine saw");
	}
	if ((by = ours(o, "unpause", t)) == NULL)
		by = by_signal(o, t - AT_ONCE, t);
	return by != NULL ? by : by_api(o, "unpause", t);
}

void
ir_status_thawed(struct ir_status_one *o, const json_t *record)
{
	int64_t since = ir_status_record_time(o->s, record);
	const json_t *unpause;

	/* One that ended, or was restarted, is told of already. */
	if (strcmp(ir_json_str(record, "how"), "engine") != 0 ||
	    ir_json_true(o->inspect, "State.Paused") ||
	    !ir_json_true(o->inspect, "State.Running") || started_anew(o) != 0)
		return;
	unpause = ir_status_event(o, "unpause", since, 0);
	ir_status_deviates(o, "thawed", ir_status_event_time(unpause),
	    thawed_by(o, unpause, since), o->todo_pause, "thawed: it runs");
}

static json_t *
removed_by(const struct ir_status_one *o, int64_t t)
{
	struct ir_err err;
	ir_auto_free char *path = ir_asprintf(&err, "/containers/%s?", o->id);
	json_t *by =
	    path != NULL ? ir_status_ours(o->s, "DELETE", path, t) : NULL;
	const json_t *die = ir_status_event(o, "die", t - AT_ONCE, t);

	if (by != NULL)
		return by;
	if (die == NULL)
		return by_api(o, "rm", t);
	/* podman tells of no signal that it sends for this itself. */
	if (ir_status_event(o, "kill", t - CAUSE, t) == NULL &&
	    !ir_docker_is_podman(o->s->cli->engine))
		return json_string("the engine, because it ended and had been "
				   "started with --rm");
	return json_string(THE_API " (docker rm -f; or a stop or kill, if it "
				   "was started with --rm)");
}

void
ir_status_removed(struct ir_status_one *o)
{
	const json_t *destroy = ir_status_event(o, "destroy", o->first, 0);
	int64_t t = ir_status_event_time(destroy);
	const json_t *die = ir_status_event(o, "die", o->first, 0);
	const char *exit = ir_json_str(die, "exit");

	ir_status_deviates(o, "removed", t,
	    destroy != NULL ? removed_by(o, t)
			    : ir_status_unseen(o->s, o->first),
	    "journalctl -u docker",
	    "removed%s%.8s%s: its memory and its "
	    "filesystem are gone",
	    *exit != '\0' ? " (exit code " : "", exit,
	    *exit != '\0' ? ")" : "");
}
