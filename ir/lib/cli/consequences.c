/* SPDX-License-Identifier: ISC
 *
 * What may happen to a container because it is contained: see consequences.h.
 *
 * Measured with Docker 20.10: a frozen container counts as unhealthy at once,
 * without its check being run, and is listed as such; restart and stop thaw it
 * and send SIGTERM; start is refused.  Swarm goes on to count it as running,
 * and ends it when the service is scaled down or updated.  autoheal restarts
 * whatever the engine lists as unhealthy, watchtower looks only at those whose
 * state is "running" (both by their sources).
 */
#include "cli/consequences.h"

#include <stdbool.h>
#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "cli/out.h"
#include "docker/container.h"
#include "json/json.h"

/* A container, and for lines that tell of two the other one. */
struct ctx {
	const json_t *inspect, *other;
	const char *name, *who;
	enum ir_containment how;
};

/* Labels are whatever somebody wrote; so much of one goes into a line. */
#define LABEL "%.80s"

static const char *
label(const json_t *inspect, const char *key)
{
	const char *s = json_string_value(
	    json_object_get(ir_json_at(inspect, "Config.Labels"), key));

	return s != NULL ? s : "";
}

/* Whether "NAME=value" is in its environment. */
static bool
has_env(const json_t *inspect, const char *line)
{
	const json_t *e;
	size_t i;

	json_array_foreach (ir_json_at(inspect, "Config.Env"), i, e)
		if (strcmp(json_string_value(e) != NULL ? json_string_value(e)
							: "",
			line) == 0)
			return true;
	return false;
}

/* The value of NAME= in its environment, or "". */
static const char *
env(const json_t *inspect, const char *name)
{
	const json_t *e;
	size_t i;

	json_array_foreach (ir_json_at(inspect, "Config.Env"), i, e) {
		const char *s = json_string_value(e);

		if (s != NULL && ir_starts(s, name))
			return s + strlen(name);
	}
	return "";
}

/* Whether an image is called that, in any registry, at any version. */
static bool
is_image(const char *image, const char *word)
{
	const char *slash = strrchr(image, '/');
	const char *last = slash != NULL ? slash + 1 : image;
	size_t n = strcspn(last, ":@");

	return n >= strlen(word) &&
	       strncmp(last + n - strlen(word), word, strlen(word)) == 0;
}

static bool
has_health_check(const json_t *inspect)
{
	const char *status = ir_json_str(inspect, "State.Health.Status");

	return *status != '\0' && strcmp(status, "none") != 0;
}

static bool
autoremove(const struct ctx *c, struct ir_buf *text)
{
	ir_buf_printf(text,
	    "%s was started with --rm: NEVER STOP OR KILL IT, the engine would "
	    "delete it and its anonymous volumes; capture it first",
	    c->name);
	return ir_json_true(c->inspect, "HostConfig.AutoRemove");
}

static bool
restart_policy(const struct ctx *c, struct ir_buf *text)
{
	const char *policy =
	    ir_json_str(c->inspect, "HostConfig.RestartPolicy.Name");

	ir_buf_printf(text,
	    "the restart policy of %s is %s: when its main process ends, the "
	    "engine starts it anew",
	    c->name, policy);
	return *policy != '\0' && strcmp(policy, "no") != 0;
}

static bool
health_check(const struct ctx *c, struct ir_buf *text)
{
	ir_buf_printf(text,
	    "%s has a health check: %s, and whatever acts on that may restart "
	    "or replace it",
	    c->name,
	    c->how == IR_FROZEN ? "frozen it counts as unhealthy at once"
				: "cut off it may fail it");
	return has_health_check(c->inspect);
}

static bool
compose(const struct ctx *c, struct ir_buf *text)
{
	const char *project = label(c->inspect, "com.docker.compose.project");

	ir_buf_printf(text,
	    "%s is the service " LABEL " of the compose project " LABEL
	    ": docker compose stop, restart, down, or up after a change %s: "
	    "tell who works on it",
	    c->name, label(c->inspect, "com.docker.compose.service"), project,
	    c->how == IR_FROZEN ? "would thaw and end it"
				: "would end it, or start one that is not cut "
				  "off");
	return *project != '\0';
}

static bool
swarm(const struct ctx *c, struct ir_buf *text)
{
	const char *service =
	    label(c->inspect, "com.docker.swarm.service.name");

	ir_buf_printf(text,
	    "%s is a task of the swarm service " LABEL
	    ": an update or scaling of that, or a drain of this node, %sends "
	    "it, and later removes it: leave both alone until it is captured",
	    c->name, *service != '\0' ? service : "?",
	    c->how == IR_FROZEN ? "thaws it, " : "");
	return *label(c->inspect, "com.docker.swarm.task.id") != '\0';
}

static bool
kubernetes(const struct ctx *c, struct ir_buf *text)
{
	const char *pod = label(c->inspect, "io.kubernetes.pod.name");

	ir_buf_printf(text,
	    "%s is of the pod " LABEL
	    ": its liveness probe, if it has one, will fail, and the kubelet "
	    "then kills and replaces it: capture it at once",
	    c->name, pod);
	return *pod != '\0';
}

static bool
guest(const struct ctx *c, struct ir_buf *text)
{
	const char *host = ir_text_after(
	    ir_json_str(c->inspect, "HostConfig.PidMode"), "container:");

	if (host == NULL)
		return false;
	ir_buf_printf(text,
	    "%s uses the pid namespace of container %.12s, whose processes can "
	    "look into it and signal it: freeze both (ir pause %s %.12s)",
	    c->name, host, c->name, host);
	return c->how == IR_FROZEN;
}

/* It restarts those with a label, or all. */
static bool
autoheal(const struct ctx *c, struct ir_buf *text)
{
	const char *key = env(c->other, "AUTOHEAL_CONTAINER_LABEL=");

	ir_buf_printf(text,
	    "%s restarts what is unhealthy, within seconds, and %s %s: freeze "
	    "that one first (ir pause %s)",
	    c->who, c->name,
	    c->how == IR_FROZEN ? "counts as that once it is frozen"
				: "may become that",
	    c->who);
	return is_image(ir_json_str(c->other, "Config.Image"), "autoheal") &&
	       has_health_check(c->inspect) &&
	       (strcmp(key, "all") == 0 ||
		   strcmp(label(c->inspect, *key != '\0' ? key : "autoheal"),
		       "true") == 0);
}

/* Everybody, but who is labelled otherwise. */
static bool
watchtower(const struct ctx *c, struct ir_buf *text)
{
	const char *said =
	    label(c->inspect, "com.centurylinklabs.watchtower.enable");

	ir_buf_printf(text,
	    "%s replaces containers whose image is out of date%s: ir pause %s",
	    c->who,
	    c->how == IR_FROZEN ? ", and this one as soon as it is thawed"
				: ", also by one that is not cut off",
	    c->who);
	return is_image(ir_json_str(c->other, "Config.Image"), "watchtower") &&
	       strcmp(said, "false") != 0 &&
	       (strcmp(said, "true") == 0 ||
		   !has_env(c->other, "WATCHTOWER_LABEL_ENABLE=true")) &&
	       !has_env(c->other, "WATCHTOWER_MONITOR_ONLY=true");
}

/* Whether the other one's namespace of that kind is this container's. */
static bool
joins(const struct ctx *c, const char *field)
{
	const char *host =
	    ir_text_after(ir_json_str(c->other, field), "container:");

	return host != NULL &&
	       (strcmp(host, ir_json_str(c->inspect, "Id")) == 0 ||
		   strcmp(host, c->name) == 0);
}

static bool
shared_pid(const struct ctx *c, struct ir_buf *text)
{
	ir_buf_printf(text,
	    "%s is in the pid namespace of %s, and while it runs it can look "
	    "into what is frozen and kill it: ir pause %s",
	    c->who, c->name, c->who);
	return c->how == IR_FROZEN && joins(c, "HostConfig.PidMode");
}

static bool
shared_ipc(const struct ctx *c, struct ir_buf *text)
{
	ir_buf_printf(text,
	    "%s shares the memory segments and queues (ipc namespace) of %s, "
	    "and while it runs it can change them: ir pause %s",
	    c->who, c->name, c->who);
	return c->how == IR_FROZEN && joins(c, "HostConfig.IpcMode");
}

/* In the order in which they are told. */
static const struct row {
	const char *id;
	bool grave;
	bool of_others;
	/* Whether it is so; what it means, in any case. */
	bool (*is_so)(const struct ctx *c, struct ir_buf *text);
} rows[] = {
    {"autoremove", true, false, autoremove},
    {"autoheal", true, true, autoheal},
    {"swarm", true, false, swarm},
    {"kubernetes", true, false, kubernetes},
    {"pid-namespace", true, false, guest},
    {"shared-pid", true, true, shared_pid},
    {"shared-ipc", true, true, shared_ipc},
    {"watchtower", false, true, watchtower},
    {"restart-policy", false, false, restart_policy},
    {"health-check", false, false, health_check},
    {"compose", false, false, compose},
};

static void
add(json_t *lines, const char *id, bool grave, const struct ir_buf *text)
{
	if (text->p != NULL)
		json_array_append_new(
		    lines, json_pack("{s:s, s:b, s:o}", "id", id, "grave",
			       grave, "text", ir_json_text(text->p)));
}

static void
tell(json_t *lines, const struct row *row, const struct ctx *c)
{
	ir_auto_buf struct ir_buf text = IR_BUF_INIT;

	if (row->is_so(c, &text))
		add(lines, row->id, row->grave, &text);
}

/* The others that run, and can act; the container itself is among them. */
static void
tell_of_others(
    json_t *lines, const struct row *row, struct ctx *c, const json_t *others)
{
	const json_t *o;
	size_t i;

	json_array_foreach (others, i, o) {
		if (ir_json_true(o, "State.Paused") ||
		    strcmp(ir_json_str(o, "Id"),
			ir_json_str(c->inspect, "Id")) == 0)
			continue;
		c->other = o;
		c->who = ir_docker_name(o);
		tell(lines, row, c);
	}
}

void
ir_consequences(json_t *lines, enum ir_containment how, const json_t *inspect,
    const json_t *others)
{
	struct ctx c = {
	    .inspect = inspect, .name = ir_docker_name(inspect), .how = how};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].of_others && others != NULL)
			tell_of_others(lines, &rows[i], &c, others);
		else if (!rows[i].of_others && others == NULL)
			tell(lines, &rows[i], &c);
}

void
ir_consequences_stranger(
    json_t *lines, const json_t *inspect, long long pid, int n)
{
	ir_auto_buf struct ir_buf text = IR_BUF_INIT;

	ir_buf_printf(&text,
	    "process %lld is in the pid namespace of %s, but in no container's "
	    "cgroup (%d such): it is not frozen, and can look into what is; "
	    "look at it (ps -fp %lld)",
	    pid, ir_docker_name(inspect), n, pid);
	add(lines, "stranger", true, &text);
}

bool
ir_consequences_acts(const char *image)
{
	return is_image(image, "autoheal") || is_image(image, "watchtower");
}

void
ir_consequences_say(const json_t *lines, size_t from)
{
	for (size_t i = from; i < json_array_size(lines); i++) {
		const json_t *line = json_array_get(lines, i);

		if (ir_json_true(line, "grave"))
			ir_warn("%s", ir_json_str(line, "text"));
		else
			ir_say("%s", ir_json_str(line, "text"));
	}
}
