/* SPDX-License-Identifier: ISC
 *
 * Other containers that undo a containment: one that took this one's place, one
 * that joined its network; and commands that were started in it.  See
 * statusparts.h.
 */
#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "cli/statusparts.h"
#include "docker/container.h"
#include "docker/sharing.h"
#include "json/json.h"

/* Commands that are told of, the last ones. */
#define MAX_EXECS 20

/* Whole seconds. */
static int64_t
created_at(const json_t *c)
{
	return ir_json_int(c, "Created") % (INT64_C(1) << 40) * IR_SECOND;
}

static const char *
label(const json_t *labels, const char *key)
{
	const char *s = json_string_value(json_object_get(labels, key));

	return s != NULL ? s : "";
}

static bool
same_label(const json_t *a, const json_t *b, const char *key)
{
	return *label(a, key) != '\0' &&
	       strcmp(label(a, key), label(b, key)) == 0;
}

/* In whose stead c stands there: words, or NULL if it does not. */
static const char *
takes_place(const struct ir_status_one *o, const json_t *c)
{
	const json_t *theirs = json_object_get(c, "Labels");
	int64_t created = created_at(c);

	if (strcmp(ir_docker_listed_name(c), o->name) == 0)
		return "has its name now";
	if (created < o->first - IR_SECOND)
		return NULL;
	if (same_label(o->labels, theirs, "com.docker.swarm.service.id"))
		return "was made since for the same service of the swarm";
	if (same_label(o->labels, theirs, "com.docker.compose.project") &&
	    same_label(o->labels, theirs, "com.docker.compose.service"))
		return "was made since for the same service of compose";
	return NULL;
}

static void
replaced(struct ir_status_one *o, const json_t *c, const char *how)
{
	const char *id = ir_json_str(c, "Id");
	int64_t created = created_at(c);
	bool named = strcmp(ir_docker_listed_name(c), o->name) == 0;
	struct ir_err err;
	json_t *by;

	by = ir_status_ours(o->s, "POST", "/containers/create?", created);
	if (by == NULL)
		by = json_string("a call to the engine's API (docker run, "
				 "compose, a swarm)");
	ir_auto_free char *todo = ir_asprintf(&err, "ir isolate %.12s", id);
	ir_status_deviates(o, "replaced", created, by, todo,
	    "another container %s: %.12s%s%s, image %s, %s", how, id,
	    named ? "" : " ", named ? "" : ir_docker_listed_name(c),
	    ir_json_str(c, "Image"), ir_json_str(c, "State"));
}

void
ir_status_others(struct ir_status_one *o)
{
	size_t i;
	const json_t *c;
	const char *how;
	struct ir_err err;

	json_array_foreach (o->s->list, i, c) {
		const char *id = ir_json_str(c, "Id");

		if (!ir_is_hex(id, 64) || strcmp(id, o->id) == 0)
			continue;
		if ((how = takes_place(o, c)) != NULL)
			replaced(o, c, how);
		if (created_at(c) < o->first - IR_SECOND ||
		    !ir_docker_joins(o->s->cli->engine, c, o->inspect))
			continue;
		ir_auto_free char *todo =
		    ir_asprintf(&err, "ir pause %.12s", id);
		ir_status_deviates(o, "joined", created_at(c),
		    json_string("a call to the engine's API (docker run "
				"--network container:)"),
		    todo,
		    "container %s (%.12s, %s) was made since and uses its "
		    "network namespace",
		    ir_docker_listed_name(c), id, ir_json_str(c, "State"));
	}
}

/* The words of a list, with spaces between. */
static void
words(struct ir_buf *b, const json_t *list, size_t from)
{
	for (size_t i = from; i < json_array_size(list); i++) {
		const char *s = json_string_value(json_array_get(list, i));

		ir_buf_printf(
		    b, "%s%s", i == from ? "" : " ", s != NULL ? s : "");
	}
}

/* Whether both are the same but for spaces around; the second may be cut. */
static bool
same_command(const char *whole, const char *seen)
{
	size_t n = strlen(whole), m;
	bool cut = strlen(seen) >= IR_STATUS_COMMAND;

	seen += strspn(seen, " ");
	m = strlen(seen);
	while (n > 0 && whole[n - 1] == ' ')
		n--;
	while (m > 0 && seen[m - 1] == ' ')
		m--;
	return m > 0 && (cut ? m <= n : m == n) && memcmp(whole, seen, m) == 0;
}

/* Whether that is the container's own health check, which the engine starts as
 * it does any other command. */
static bool
is_health_check(const struct ir_status_one *o, const char *command)
{
	const json_t *test = ir_json_at(o->inspect, "Config.Healthcheck.Test");
	const char *kind = json_string_value(json_array_get(test, 0));
	ir_auto_buf struct ir_buf b = IR_BUF_INIT;

	if (kind == NULL)
		return false;
	if (strcmp(kind, "CMD-SHELL") == 0 &&
	    json_array_size(ir_json_at(o->inspect, "Config.Shell")) > 0) {
		words(&b, ir_json_at(o->inspect, "Config.Shell"), 0);
		ir_buf_puts(&b, " ");
	} else if (strcmp(kind, "CMD-SHELL") == 0) {
		ir_buf_puts(&b, "/bin/sh -c ");
	}
	words(&b, test, 1);
	return same_command(b.p != NULL ? b.p : "", command);
}

static void
exec_begun(struct ir_status_one *o, const json_t *e)
{
	const char *command = ir_json_str(e, "exec");
	json_t *d;
	size_t n;

	command += strspn(command, " ");
	for (n = strlen(command); n > 0 && command[n - 1] == ' ';)
		n--;
	d = ir_status_deviates(o, "exec", ir_status_event_time(e),
	    json_string("a call to the engine's API (docker exec)"),
	    o->todo_pause, "a command was started in it%s%.*s",
	    n > 0 ? ": " : "", (int)n, command);
	if (ir_status_event_time(e) < o->last)
		ir_status_over(d);
}

void
ir_status_execs(struct ir_status_one *o)
{
	const json_t *e;
	int64_t before = 0;

	for (int n = 0; (e = ir_status_event(
			     o, "exec_start", o->first, before)) != NULL;) {
		before = ir_status_event_time(e) - 1;
		if (is_health_check(o, ir_json_str(e, "exec")))
			continue;
		exec_begun(o, e);
		if (++n == MAX_EXECS)
			break;
	}
}
