/* SPDX-License-Identifier: ISC
 *
 * Who started, ended, thawed or removed a contained container, as far as the
 * engine's events and our own journals tell: see statusparts.h.
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

json_t *
ir_status_ours_to(const struct ir_status_one *o, const char *what, int64_t t)
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
	by = ir_status_ours_to(o, "kill", ir_status_event_time(kill));
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
	json_t *by = ir_status_ours_to(o, what, t);

	if (by != NULL)
		return by;
	ir_auto_free char *s =
	    ir_asprintf(&err, THE_API " (docker %s)%s", what, orchestrator(o));
	return s != NULL ? ir_json_text(s) : NULL;
}

/* Whether the engine may have started it when it was started itself, and tells
 * of nothing that was before. */
static bool
by_engine(const struct ir_status_one *o, const json_t *start, json_t **by)
{
	const char *policy =
	    ir_json_str(o->inspect, "HostConfig.RestartPolicy.Name");
	int64_t t = ir_status_event_time(start);

	if (*policy == '\0' || strcmp(policy, "no") == 0 ||
	    (start != NULL && !o->s->young))
		return false;
	*by = text(start == NULL || t < o->s->reach + CAUSE
		       ? "the engine, restarted itself, by the policy "
		       : THE_API " (docker start), or the engine, restarted "
				 "itself, by the policy ",
	    policy);
	return true;
}

json_t *
ir_status_started_by(const struct ir_status_one *o, int64_t started)
{
	const char *policy =
	    ir_json_str(o->inspect, "HostConfig.RestartPolicy.Name");
	const json_t *restart =
	    ir_status_event(o, "restart", started - AT_ONCE, started + CAUSE);
	const json_t *start =
	    ir_status_event(o, "start", started - AT_ONCE, started + CAUSE);
	json_t *why, *by = NULL;

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
	why = ir_status_unseen(o->s, o->last);
	if (why != NULL && by_engine(o, start, &by)) {
		json_decref(why);
		return by;
	}
	if (start == NULL)
		return why;
	json_decref(why);
	return by_api(o, "start", started);
}

json_t *
ir_status_ended_by(const struct ir_status_one *o, int64_t t)
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

json_t *
ir_status_thawed_by(
    const struct ir_status_one *o, const json_t *unpause, int64_t since)
{
	int64_t t = ir_status_event_time(unpause);
	json_t *by;

	if (unpause == NULL) {
		by = ir_status_unseen(o->s, since);
		return by != NULL ? by
				  : json_string("nobody that the engine saw");
	}
	if ((by = ir_status_ours_to(o, "unpause", t)) == NULL)
		by = by_signal(o, t - AT_ONCE, t);
	return by != NULL ? by : by_api(o, "unpause", t);
}

json_t *
ir_status_removed_by(const struct ir_status_one *o, int64_t t)
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
