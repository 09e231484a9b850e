/* SPDX-License-Identifier: ISC
 *
 * From an inspect document back to a create document: see create.h.
 *
 * The engine has merged the image's own settings into the container's; sending
 * them back as they are would pin the old image's values on a new image.  So
 * they are subtracted, by the rules by which the engine adds them.
 */
#include "docker/create.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "docker/networks.h"
#include "json/json.h"

static bool
is_empty(const json_t *j)
{
	return j == NULL || json_is_null(j) ||
	       (json_is_array(j) && json_array_size(j) == 0);
}

static bool
same(const json_t *a, const json_t *b)
{
	return (is_empty(a) && is_empty(b)) || json_equal(a, b);
}

/* Env: what the image has word for word; nothing when the new image has the
 * same, since the engine would put that after the rest, and the order, which
 * programs can see, would be another. */
static void
subtract_env(json_t *config, const json_t *image, const json_t *new_image)
{
	json_t *env = json_object_get(config, "Env");

	if (json_equal(json_object_get(image, "Env"),
		json_object_get(new_image, "Env")))
		return;
	for (size_t i = json_array_size(env); i-- > 0;)
		if (ir_json_has(
			json_object_get(image, "Env"), json_array_get(env, i)))
			json_array_remove(env, i);
}

/* Labels and the like: what the image has with the same value. */
static void
subtract_map(json_t *config, const json_t *image, const char *field)
{
	json_t *mine = json_object_get(config, field), *v;
	const json_t *its = json_object_get(image, field);
	const char *key;
	void *next;

	json_object_foreach_safe(
	    mine, next, key, v) if (json_equal(json_object_get(its, key), v))
	    json_object_del(mine, key);
}

/* The image's command is taken only while the entrypoint is the image's too,
 * and the image's entrypoint is shut out only by an empty word. */
static int
subtract_command(json_t *config, const json_t *image)
{
	const json_t *entry = json_object_get(config, "Entrypoint");
	const json_t *cmd = json_object_get(config, "Cmd");
	bool same_cmd = same(cmd, json_object_get(image, "Cmd"));

	if (same(entry, json_object_get(image, "Entrypoint"))) {
		if (same_cmd)
			json_object_del(config, "Cmd");
		if (same_cmd || !is_empty(cmd))
			json_object_del(config, "Entrypoint");
		return 0;
	}
	if (is_empty(entry))
		return json_object_set_new(
		    config, "Entrypoint", json_pack("[s]", ""));
	return 0;
}

static int
subtract_image(json_t *config, const json_t *image, const json_t *new_image)
{
	static const char *const maps[] = {"Labels", "ExposedPorts", "Volumes"};
	static const char *const values[] = {"WorkingDir", "User",
	    "Healthcheck", "StopSignal", "Shell", "OnBuild"};
	size_t i;

	subtract_env(config, image, new_image);
	for (i = 0; i < sizeof(maps) / sizeof(maps[0]); i++)
		subtract_map(config, image, maps[i]);
	for (i = 0; i < sizeof(values) / sizeof(values[0]); i++)
		if (same(json_object_get(config, values[i]),
			json_object_get(image, values[i])))
			json_object_del(config, values[i]);
	return subtract_command(config, image);
}

/* A host name that the engine made up, or that is another's, is not ours to
 * ask for. */
static void
drop_names(json_t *config, const json_t *inspect)
{
	const char *name = ir_json_str(config, "Hostname");
	const char *mode = ir_json_str(inspect, "HostConfig.NetworkMode");

	if (strncmp(name, ir_json_str(inspect, "Id"), 12) == 0 ||
	    strncmp(mode, "container:", 10) == 0 ||
	    strcmp(ir_json_str(inspect, "HostConfig.UTSMode"), "host") == 0) {
		json_object_del(config, "Hostname");
		json_object_del(config, "Domainname");
	}
}

/* Whether a bind, "source:destination[:mode]", is for this destination. */
static bool
is_bound(const json_t *host, const char *destination)
{
	size_t i, n = strlen(destination);
	const json_t *b;

	json_array_foreach (json_object_get(host, "Binds"), i, b) {
		const char *s = json_string_value(b);
		const char *to = s != NULL ? strchr(s, ':') : NULL;

		if (to != NULL && strncmp(to + 1, destination, n) == 0 &&
		    (to[1 + n] == '\0' || to[1 + n] == ':'))
			return true;
	}
	return false;
}

/* The member of HostConfig.Mounts for this destination, or NULL. */
static json_t *
mount_for(const json_t *host, const char *destination)
{
	size_t i;
	json_t *m;

	json_array_foreach (json_object_get(host, "Mounts"), i, m)
		if (strcmp(ir_json_str(m, "Target"), destination) == 0)
			return m;
	return NULL;
}

static json_t *
mount_of(const json_t *v)
{
	const char *driver = ir_json_str(v, "Driver");
	json_t *m = json_pack("{s:s, s:s, s:s, s:b, s:{s:b}}", "Type", "volume",
	    "Source", ir_json_str(v, "Name"), "Target",
	    ir_json_str(v, "Destination"), "ReadOnly",
	    json_is_false(json_object_get(v, "RW")), "VolumeOptions", "NoCopy",
	    1);

	if (*driver != '\0' && strcmp(driver, "local") != 0)
		json_object_set_new(json_object_get(m, "VolumeOptions"),
		    "DriverConfig", json_pack("{s:s}", "Name", driver));
	return m;
}

/* Volumes that were asked for without a name: the data is in those, so they
 * are asked for by the names that they got. */
static int
attach_volumes(json_t *host, const json_t *mounts)
{
	size_t i;
	const json_t *v;

	json_array_foreach (mounts, i, v) {
		const char *to = ir_json_str(v, "Destination");
		json_t *m = mount_for(host, to), *name;

		name = json_object_get(v, "Name");
		if (strcmp(ir_json_str(v, "Type"), "volume") != 0 ||
		    name == NULL || is_bound(host, to))
			continue;
		if (m != NULL) {
			if (*ir_json_str(m, "Source") == '\0' &&
			    json_object_set(m, "Source", name) == -1)
				return -1;
			continue;
		}
		if (!json_is_array(json_object_get(host, "Mounts")))
			json_object_set_new(host, "Mounts", json_array());
		if (json_array_append_new(
			json_object_get(host, "Mounts"), mount_of(v)) == -1)
			return -1;
	}
	return 0;
}

/* podman shows "RLIMIT_NOFILE" where it, as all do, takes "nofile". */
static void
name_ulimits(json_t *host)
{
	static const char prefix[] = "RLIMIT_";
	size_t i;
	json_t *u;

	json_array_foreach (json_object_get(host, "Ulimits"), i, u) {
		const char *name = ir_json_str(u, "Name");
		char lower[32];
		size_t n = 0;

		if (strncmp(name, prefix, strlen(prefix)) != 0)
			continue;
		for (name += strlen(prefix);
		     name[n] != '\0' && n + 1 < sizeof(lower); n++)
			lower[n] = (char)tolower((unsigned char)name[n]);
		lower[n] = '\0';
		json_object_set_new(u, "Name", json_string(lower));
	}
}

/* The endpoint with which it is created, in the form of NetworkingConfig. */
static json_t *
networking(const json_t *networks)
{
	const json_t *first = ir_docker_networks_first(networks);
	char short_id[13] = "";
	json_t *settings;

	strncat(short_id, ir_json_str(networks, "container"), 12);
	if (first == NULL)
		return json_pack("{s:{}}", "EndpointsConfig");
	settings = ir_docker_endpoint_settings(
	    json_object_get(first, "endpoint"), short_id);
	return json_pack("{s:{s:o}}", "EndpointsConfig",
	    ir_json_str(first, "name"), settings);
}

json_t *
ir_docker_create_body(const json_t *inspect, const json_t *networks,
    const json_t *old_image, const json_t *new_image, struct ir_err *err)
{
	const json_t *was = json_object_get(inspect, "Config");
	const json_t *on = json_object_get(inspect, "HostConfig");
	const char *image = ir_json_need_str(new_image, "Id", "image", err);
	json_t *body, *host;

	if (image == NULL)
		return NULL;
	if (!json_is_object(was) || !json_is_object(on)) {
		ir_fail(err, IR_EPROTO,
		    "the engine's inspect has no Config or HostConfig: the "
		    "container cannot be made again from it");
		return NULL;
	}
	body = json_deep_copy(was);
	host = json_deep_copy(on);
	if (body == NULL || host == NULL ||
	    subtract_image(body, json_object_get(old_image, "Config"),
		json_object_get(new_image, "Config")) == -1 ||
	    attach_volumes(host, json_object_get(inspect, "Mounts")) == -1 ||
	    json_object_set_new(body, "Image", json_string(image)) == -1 ||
	    json_object_set(body, "HostConfig", host) == -1 ||
	    json_object_set_new(
		body, "NetworkingConfig", networking(networks)) == -1) {
		json_decref(body);
		body = NULL;
		ir_fail_mem(err);
	} else {
		name_ulimits(host);
		drop_names(body, inspect);
	}
	json_decref(host);
	return body;
}
