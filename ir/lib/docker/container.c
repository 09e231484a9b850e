/* SPDX-License-Identifier: ISC
 *
 * Containers: see container.h.
 */
#include "docker/container.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "json/json.h"

#define ID_LEN 64

json_t *
ir_docker_info(struct ir_docker *d, struct ir_err *err)
{
	return ir_docker_get(d, err, "/info");
}

json_t *
ir_docker_list(struct ir_docker *d, struct ir_err *err)
{
	return ir_docker_get(d, err, "/containers/json?all=1");
}

/* doc, if its Id is an id; else it is released. */
static json_t *
with_id(json_t *doc, const char *what, struct ir_err *err)
{
	if (ir_is_hex(ir_json_str(doc, "Id"), ID_LEN))
		return doc;
	ir_fail(err, IR_EPROTO,
	    "%s: the engine gave an id that is not %d hex digits", what,
	    ID_LEN);
	json_decref(doc);
	return NULL;
}

/* Whether it can be a name or the beginning of an id; every engine has the
 * same characters.  Such a one can stand in a path as it is. */
static bool
is_name(const char *s)
{
	static const char more[] = "abcdefghijklmnopqrstuvwxyz"
				   "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				   "0123456789_.-";

	return isalnum((unsigned char)s[0]) && strspn(s, more) == strlen(s);
}

static json_t *
ask(struct ir_docker *d, const char *name, struct ir_err *err)
{
	json_t *doc = ir_docker_get(d, err, "/containers/%s/json", name);

	return doc != NULL ? with_id(doc, name, err) : NULL;
}

const char *
ir_docker_listed_name(const json_t *entry)
{
	const json_t *v;
	size_t i;

	json_array_foreach (json_object_get(entry, "Names"), i, v) {
		const char *s = json_string_value(v);

		if (s != NULL && strchr(s + (*s == '/'), '/') == NULL)
			return s + (*s == '/');
	}
	return ir_json_str(entry, "Id");
}

/* Engines tell an ambiguous prefix in different ways, and none of them says
 * who is meant.  If several ids begin with name, that is the error; if not,
 * err stays as it is. */
static void
explain_ambiguous(struct ir_docker *d, const char *name, struct ir_err *err)
{
	ir_auto_buf struct ir_buf who = IR_BUF_INIT;
	struct ir_err ignored;
	json_auto_t *list = ir_docker_list(d, &ignored);
	const json_t *c;
	size_t i, found = 0;

	json_array_foreach (list, i, c) {
		const char *id = ir_json_str(c, "Id");

		if (strncmp(id, name, strlen(name)) != 0)
			continue;
		if (++found <= 10)
			ir_buf_printf(&who, "%s%.12s (%s)",
			    found > 1 ? ", " : "", id,
			    ir_docker_listed_name(c));
	}
	if (found > 1 && !who.failed)
		ir_fail(err, IR_EUSAGE,
		    "%s is the beginning of %zu ids: %s%s; give more digits, "
		    "or the name",
		    name, found, who.p, found > 10 ? ", ..." : "");
}

json_t *
ir_docker_find(struct ir_docker *d, const char *name, struct ir_err *err)
{
	json_t *doc;

	if (name[0] == '/')
		name++;
	if (name[0] == '\0') {
		ir_fail(err, IR_EUSAGE,
		    "no container named: give its name, or the beginning of "
		    "its id");
		return NULL;
	}
	if (!is_name(name))
		err->code = IR_ENOENT;
	else if ((doc = ask(d, name, err)) != NULL)
		return doc;
	else if (ir_docker_status(d) >= 400)
		explain_ambiguous(d, name, err);
	if (err->code == IR_ENOENT)
		ir_fail(err, IR_ENOENT,
		    "no such container: %s; see docker ps -a", name);
	return NULL;
}

/* Whether id may stand in a path. */
static int
check_id(const char *id, struct ir_err *err)
{
	if (ir_is_hex(id, ID_LEN))
		return 0;
	return ir_fail(err, IR_EINTERNAL, "%s: not a container's full id", id);
}

json_t *
ir_docker_inspect(struct ir_docker *d, const char *id, struct ir_err *err)
{
	return check_id(id, err) == 0 ? ask(d, id, err) : NULL;
}

void
ir_docker_handle(char out[IR_DOCKER_HANDLE], const char *name, const char *id)
{
	bool plain =
	    isalnum((unsigned char)*name) && strlen(name) < IR_DOCKER_HANDLE;

	for (const char *p = name; *p != '\0'; p++)
		plain &= isalnum((unsigned char)*p) || strchr("_.-", *p);
	snprintf(out, IR_DOCKER_HANDLE, "%.*s",
	    plain ? IR_DOCKER_HANDLE - 1 : 12, plain ? name : id);
}

const char *
ir_docker_name(const json_t *inspect)
{
	const char *name = ir_json_str(inspect, "Name");

	return name[0] == '/' ? name + 1 : name;
}

static int
act(struct ir_docker *d, const char *id, const char *what, struct ir_err *err)
{
	if (check_id(id, err) == -1)
		return -1;
	return ir_docker_post(
	    d, NULL, NULL, err, "/containers/%s/%s", id, what);
}

int
ir_docker_pause(struct ir_docker *d, const char *id, struct ir_err *err)
{
	return act(d, id, "pause", err);
}

int
ir_docker_unpause(struct ir_docker *d, const char *id, struct ir_err *err)
{
	return act(d, id, "unpause", err);
}

int
ir_docker_start(struct ir_docker *d, const char *id, struct ir_err *err)
{
	return act(d, id, "start", err);
}

int
ir_docker_kill(struct ir_docker *d, const char *id, struct ir_err *err)
{
	return act(d, id, "kill?signal=KILL", err);
}

int
ir_docker_rename(
    struct ir_docker *d, const char *id, const char *name, struct ir_err *err)
{
	ir_auto_buf struct ir_buf to = IR_BUF_INIT;

	ir_buf_puts(&to, "rename?name=");
	ir_url_escape(&to, name);
	if (ir_buf_ok(&to, err) == -1)
		return -1;
	return act(d, id, to.p, err);
}

int
ir_docker_remove(
    struct ir_docker *d, const char *id, bool force, struct ir_err *err)
{
	struct ir_err ignored;

	if (check_id(id, err) == -1 || ir_docker_hello(d, err) == -1)
		return -1;
	/* podman's force sends SIGTERM first, and the container's own handler
	 * would run.  One that does not run cannot be killed: no matter. */
	if (force && ir_docker_is_podman(d))
		ir_docker_kill(d, id, &ignored);
	return ir_docker_delete(
	    d, err, "/containers/%s?v=1%s", id, force ? "&force=1" : "");
}

int
ir_docker_restart_policy(struct ir_docker *d, const char *id,
    const char *policy, json_int_t retries, struct ir_err *err)
{
	json_auto_t *body = json_pack("{s:{s:s,s:I}}", "RestartPolicy", "Name",
	    policy, "MaximumRetryCount", retries);

	if (body == NULL)
		return ir_fail_mem(err);
	if (check_id(id, err) == -1)
		return -1;
	return ir_docker_post(d, body, NULL, err, "/containers/%s/update", id);
}

char *
ir_docker_create(struct ir_docker *d, const char *name, const json_t *body,
    struct ir_err *err)
{
	ir_auto_buf struct ir_buf escaped = IR_BUF_INIT;
	json_auto_t *answer = NULL;

	ir_url_escape(&escaped, name);
	if (ir_buf_ok(&escaped, err) == -1 ||
	    ir_docker_post_long(d, body, &answer, err,
		"/containers/create?name=%s", escaped.p) == -1)
		return NULL;
	answer = with_id(answer, name, err);
	return answer != NULL
		   ? ir_asprintf(err, "%s", ir_json_str(answer, "Id"))
		   : NULL;
}
