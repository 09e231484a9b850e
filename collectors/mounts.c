/* SPDX-License-Identifier: ISC
 *
 * Which volumes and binds the container has, where they come from, and who else
 * has them: what is in one of them, another container can have put there.
 */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "base/time.h"
#include "collectors/attached.h"
#include "docker/container.h"
#include "json/json.h"

/* podman's list does not say what is mounted: each container is asked.  On a
 * host with more than this many that would keep the responder waiting. */
#define MAX_LOOKED_AT 1000

/* All containers: {"Id", "name", "Mounts"} each. */
static json_t *
everybody(const struct ir_target *t, struct ir_err *err)
{
	json_auto_t *list = ir_docker_list(t->engine, err);
	json_t *all = list != NULL ? json_array() : NULL, *entry;
	size_t i, looked = 0;

	json_array_foreach (list, i, entry) {
		const char *id = ir_json_str(entry, "Id");
		const json_t *mounts = json_object_get(entry, "Mounts");
		json_auto_t *inspect = NULL;
		struct ir_err gone;

		if (!json_is_object(json_array_get(mounts, 0)) &&
		    ir_docker_is_podman(t->engine) && ir_is_hex(id, 64) &&
		    looked++ < MAX_LOOKED_AT) {
			inspect = ir_docker_inspect(t->engine, id, &gone);
			mounts = json_object_get(inspect, "Mounts");
		}
		json_array_append_new(
		    all, json_pack("{s:s, s:o, s:O*}", "Id", id, "name",
			     ir_json_text(ir_docker_listed_name(entry)),
			     "Mounts", mounts));
	}
	return all;
}

/* One way of both to the same files; binds also if one lies in the other. */
static bool
same(const struct ir_attached *a, const json_t *m)
{
	const char *type = ir_json_str(m, "Type");
	const char *b = ir_json_str(m, "Source");
	size_t n = strlen(a->source), k = strlen(b);
	const char *longer = n < k ? b : a->source;

	if (strcmp(type, a->type) != 0)
		return false;
	if (*a->name != '\0')
		return strcmp(ir_json_str(m, "Name"), a->name) == 0;
	n = n < k ? n : k;
	while (n > 0 && longer[n - 1] == '/')
		n--;
	return strncmp(a->source, b, n) == 0 &&
	       (longer[n] == '/' || longer[n] == '\0');
}

static json_t *
mounted_by(const struct ir_attached *a, const json_t *all)
{
	json_t *out = json_array(), *c, *m;
	size_t i, k;

	json_array_foreach (all, i, c)
		json_array_foreach (json_object_get(c, "Mounts"), k, m)
			if (same(a, m))
				json_array_append_new(out,
				    json_pack(
					"{s:O, s:O, s:s, s:s, s:b, s:s, s:s}",
					"container", json_object_get(c, "Id"),
					"name", json_object_get(c, "name"),
					"source", ir_json_str(m, "Source"),
					"destination",
					ir_json_str(m, "Destination"),
					"read_only", !ir_json_true(m, "RW"),
					"mode", ir_json_str(m, "Mode"),
					"propagation",
					ir_json_str(m, "Propagation")));
	return out;
}

static json_t *
describe(
    const struct ir_target *t, const struct ir_attached *a, const json_t *all)
{
	const char *destination = a->destination;
	char now[IR_TIME_SIZE];

	ir_time_now(now);
	return json_pack(
	    "{s:i, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:b, s:s, s:s*, s:o, "
	    "s:O*}",
	    "v", 1, "time", now, "type", a->type, "name", a->name, "driver",
	    ir_json_str(a->mount, "Driver"), "source", a->source, "container",
	    t->id, "destination", destination, "read_only",
	    !ir_json_true(a->mount, "RW"), "propagation",
	    ir_json_str(a->mount, "Propagation"), "not_copied",
	    a->why_not[0] != '\0' ? a->why_not : NULL, "mounted_by",
	    mounted_by(a, all), "volume", a->volume);
}

/* Another container of this run can have the same one: it is described once. */
static int
put(const struct ir_target *t, const struct ir_attached *a, const json_t *all,
    struct ir_sink *sink, struct ir_err *err)
{
	ir_auto_free char *path = ir_asprintf(err, "%s/volume.json", a->dir);
	json_auto_t *doc = NULL;
	ir_auto_free char *text = NULL;

	if (path == NULL)
		return -1;
	if (sink->has(sink, path))
		return 0;
	if ((doc = describe(t, a, all)) == NULL)
		return ir_fail_mem(err);
	if ((text = ir_json_pretty(doc, err)) == NULL)
		return -1;
	if (ir_sink_put(sink, path, text, strlen(text), err) == 0 ||
	    err->code == IR_EEXIST)
		return 0;
	return -1;
}

static enum ir_collected
mounts_run(const struct ir_target *t, struct ir_sink *sink, struct ir_err *err)
{
	json_auto_t *all = NULL;
	struct ir_attached *list;
	size_t n;
	int rc;

	if ((rc = ir_attached(t, &list, &n, err)) == -1)
		return IR_FAIL;
	if (n > 0 && (all = everybody(t, err)) == NULL)
		rc = -1;
	for (size_t i = 0; rc == 0 && i < n; i++)
		rc = put(t, &list[i], all, sink, err);
	ir_attached_free(list, n);
	if (rc == -1)
		return IR_FAIL;
	return n > 0 ? IR_GOT : IR_NOTHING;
}

const struct ir_collector ir_collector_mounts = {
    .name = "mounts",
    .what = "its volumes and binds: where they come from, who else has them",
    .changes = "",
    .calls = "GET /info\n"
	     "GET /containers/json?all=1\n"
	     "GET /volumes/... for each",
    .profiles = IR_EVERY_PROFILE,
    .deadline_s = 60,
    .run = mounts_run,
};
