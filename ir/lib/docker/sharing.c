/* SPDX-License-Identifier: ISC
 *
 * Who else is hit: see sharing.h.
 */
#include "docker/sharing.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "docker/container.h"
#include "json/json.h"

/* Only inspect tells PID and IPC namespaces: some 3 ms for each container.  A
 * host with more than this many containers is told so instead of kept
 * waiting. */
#define MAX_LOOKED_AT 1000

struct ctx {
	json_t *out;
	const json_t *me;
	const char *id, *name; /* of the other container */
	bool failed;
};

static void
shares(struct ctx *c, const char *kind, const char *what)
{
	json_t *j = json_pack("{s:s, s:s, s:s, s:s}", "container", c->id,
	    "name", c->name, "shares", kind, "what", what);

	if (j == NULL || json_array_append_new(c->out, j) == -1)
		c->failed = true;
}

/* Whether mode is "container:X" and X is that container; engines resolve X to
 * an id, but take a name or part of an id too. */
static bool
joins(const char *mode, const char *id, const char *name)
{
	static const char prefix[] = "container:";
	const char *x = mode + strlen(prefix);

	if (strncmp(mode, prefix, strlen(prefix)) != 0 || *x == '\0')
		return false;
	return strcmp(x, name) == 0 || strncmp(id, x, strlen(x)) == 0;
}

static void
compare_namespace(
    struct ctx *c, const json_t *other, const char *field, const char *kind)
{
	const char *mine = ir_json_str(c->me, field);
	const char *its = ir_json_str(other, field);

	if (joins(its, ir_json_str(c->me, "Id"), ir_docker_name(c->me)))
		shares(c, kind, "it uses this container's");
	else if (joins(mine, c->id, c->name))
		shares(c, kind, "this container uses its");
	else if (strncmp(mine, "container:", 10) == 0 && strcmp(mine, its) == 0)
		shares(c, kind, "both use a third container's");
}

/* Whether one path is the other or lies in it. */
static bool
overlap(const char *a, const char *b)
{
	size_t n = strlen(a), m = strlen(b), min = n < m ? n : m;
	const char *longer = n < m ? b : a;

	while (min > 0 && longer[min - 1] == '/')
		min--;
	return strncmp(a, b, min) == 0 &&
	       (longer[min] == '\0' || longer[min] == '/');
}

static void
compare_mounts(struct ctx *c, const json_t *other)
{
	size_t i, k;
	const json_t *a, *b;

	json_array_foreach (json_object_get(c->me, "Mounts"), i, a)
		json_array_foreach (json_object_get(other, "Mounts"), k, b) {
			const char *type = ir_json_str(a, "Type");
			const char *key =
			    strcmp(type, "volume") == 0 ? "Name" : "Source";
			const char *x = ir_json_str(a, key);
			const char *y = ir_json_str(b, key);

			if (strcmp(type, ir_json_str(b, "Type")) != 0 ||
			    *x == '\0' || *y == '\0')
				continue;
			if (strcmp(type, "volume") == 0 && strcmp(x, y) == 0)
				shares(c, "volume", x);
			else if (strcmp(type, "bind") == 0 && overlap(x, y))
				shares(
				    c, "bind", strlen(x) < strlen(y) ? y : x);
		}
}

/* Everybody is on the predefined ones; podman's default one has a name that is
 * its id too. */
static bool
is_predefined(const char *name, const json_t *endpoint)
{
	return strcmp(name, "bridge") == 0 || strcmp(name, "host") == 0 ||
	       strcmp(name, "none") == 0 ||
	       (strcmp(name, "podman") == 0 &&
		   strcmp(ir_json_str(endpoint, "NetworkID"), name) == 0);
}

/* Networks that people made. */
static void
compare_networks(struct ctx *c, const json_t *other)
{
	json_t *its = ir_json_at(other, "NetworkSettings.Networks"), *e;
	const char *name;

	json_object_foreach (
	    ir_json_at(c->me, "NetworkSettings.Networks"), name, e)
		if (!is_predefined(name, e) &&
		    json_object_get(its, name) != NULL)
			shares(c, "network", name);
}

/* Links of the default bridge: "/other:/this/alias". */
static void
compare_links(
    struct ctx *c, const json_t *from, const char *to, const char *what)
{
	size_t i, n = strlen(to);
	const json_t *l;

	json_array_foreach (ir_json_at(from, "HostConfig.Links"), i, l) {
		const char *s = json_string_value(l);

		if (s != NULL && *s == '/' && strncmp(s + 1, to, n) == 0 &&
		    s[1 + n] == ':')
			shares(c, "link", what);
	}
}

static void
compare(struct ctx *c, const json_t *other)
{
	compare_namespace(
	    c, other, "HostConfig.NetworkMode", "network namespace");
	compare_namespace(c, other, "HostConfig.PidMode", "pid namespace");
	compare_namespace(c, other, "HostConfig.IpcMode", "ipc namespace");
	compare_mounts(c, other);
	compare_networks(c, other);
	compare_links(c, other, ir_docker_name(c->me), "it links to this one");
	compare_links(c, c->me, c->name, "this one links to it");
	if (strcmp(ir_json_str(c->me, "Image"), ir_json_str(other, "Image")) ==
	    0)
		shares(c, "image", ir_json_str(other, "Config.Image"));
}

static int
by_text(const void *a, const void *b)
{
	static const char *const keys[] = {
	    "name", "container", "shares", "what"};
	const json_t *x = *(json_t *const *)a, *y = *(json_t *const *)b;

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		int n =
		    strcmp(ir_json_str(x, keys[i]), ir_json_str(y, keys[i]));

		if (n != 0)
			return n;
	}
	return 0;
}

static json_t *
sorted(const json_t *list, struct ir_err *err)
{
	size_t n = json_array_size(list), i;
	json_t **v = calloc(n + 1, sizeof(*v));
	json_t *out = json_array(), *j, *last = NULL;

	if (v == NULL || out == NULL) {
		free(v);
		json_decref(out);
		ir_fail_mem(err);
		return NULL;
	}
	json_array_foreach (list, i, j)
		v[i] = j;
	qsort(v, n, sizeof(*v), by_text);
	for (i = 0; i < n; i++) {
		if (last == NULL || by_text(&last, &v[i]) != 0)
			json_array_append(out, v[i]);
		last = v[i];
	}
	free(v);
	return out;
}

json_t *
ir_docker_sharing(
    struct ir_docker *d, const json_t *inspect, struct ir_err *err)
{
	const char *me = ir_json_str(inspect, "Id");
	json_auto_t *list = ir_docker_list(d, err), *out = json_array();
	struct ctx c = {out, inspect, "", "", false};
	size_t i, looked = 0;
	const json_t *item;

	if (list == NULL)
		return NULL;
	json_array_foreach (list, i, item) {
		const char *id = ir_json_str(item, "Id");

		if (!ir_is_hex(id, 64) || strcmp(id, me) == 0)
			continue;
		if (looked++ == MAX_LOOKED_AT) {
			c.id = c.name = "";
			shares(&c, "unknown",
			    "there are more containers than are looked at");
			break;
		}
		json_auto_t *other = ir_docker_inspect(d, id, err);
		if (other == NULL && err->code == IR_ENOENT)
			continue; /* it went away meanwhile */
		if (other == NULL)
			return NULL;
		c.id = id;
		c.name = ir_docker_name(other);
		compare(&c, other);
	}
	if (c.failed) {
		ir_fail_mem(err);
		return NULL;
	}
	return sorted(out, err);
}

/* podman's list does not say what an inspect says. */
bool
ir_docker_joins(struct ir_docker *d, const json_t *entry, const json_t *inspect)
{
	const char *mode = ir_json_str(entry, "HostConfig.NetworkMode");
	json_auto_t *whole = NULL;
	struct ir_err ignored;

	if (*mode == '\0') {
		whole =
		    ir_docker_inspect(d, ir_json_str(entry, "Id"), &ignored);
		mode = ir_json_str(whole, "HostConfig.NetworkMode");
	}
	return joins(mode, ir_json_str(inspect, "Id"), ir_docker_name(inspect));
}

json_t *
ir_docker_sharing_network(
    struct ir_docker *d, const json_t *inspect, struct ir_err *err)
{
	json_auto_t *list = ir_docker_list(d, err);
	json_t *out = list != NULL ? json_array() : NULL;
	size_t i;
	const json_t *c;

	json_array_foreach (list, i, c)
		if (ir_docker_joins(d, c, inspect))
			json_array_append_new(
			    out, json_string(ir_docker_listed_name(c)));
	return out;
}

int
ir_docker_network_owner(struct ir_docker *d, const json_t *inspect,
    json_t **owner, struct ir_err *err)
{
	const char *x = ir_text_after(
	    ir_json_str(inspect, "HostConfig.NetworkMode"), "container:");

	*owner = NULL;
	if (x == NULL)
		return 0;
	/* An engine lets nobody join one that has joined another. */
	return (*owner = ir_docker_find(d, x, err)) != NULL ? 0 : -1;
}
