/* SPDX-License-Identifier: ISC
 *
 * Who else is on the container's networks: an intruder's next victims, or where
 * he came from.
 */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "collectors/copy.h"
#include "collectors/local.h"
#include "docker/container.h"
#include "json/json.h"

/* Documents of 10 KiB, for which the engine takes some milliseconds each. */
#define MOST 500u

/* Whether both are on one network; "none" is none.  One that was never started
 * has only the network's name. */
static bool
is_near(const json_t *ours, json_t *theirs)
{
	const char *name;
	json_t *v;

	json_object_foreach (theirs, name, v) {
		const json_t *same = json_object_get(ours, name);
		const char *id = ir_json_str(v, "NetworkID");

		if (same == NULL || strcmp(name, "none") == 0)
			continue;
		if (*id == '\0' ||
		    strcmp(id, ir_json_str(same, "NetworkID")) == 0)
			return true;
	}
	return false;
}

/* Whether one has its network from the other. */
static bool
shares(const struct ir_target *t, const json_t *entry)
{
	const char *own = ir_json_str(t->inspect, "HostConfig.NetworkMode");
	const char *its = ir_json_str(entry, "HostConfig.NetworkMode");
	const char *of;

	of = ir_text_after(own, "container:");
	if (of != NULL && strcmp(of, ir_json_str(entry, "Id")) == 0)
		return true;
	of = ir_text_after(its, "container:");
	return of != NULL && strcmp(of, t->id) == 0;
}

static enum ir_collected
take_one(const struct ir_target *t, const char *id, struct ir_sink *sink,
    struct ir_err *err)
{
	char file[90];

	if (!ir_is_hex(id, 64)) {
		ir_fail(err, IR_EPROTO, "the engine names a container oddly");
		return IR_FAIL;
	}
	snprintf(file, sizeof(file), "neighbour-%s.json", id);
	return ir_copy_raw(t, IR_RAW_CONTAINER, id, sink, t->dir, file, err);
}

static enum ir_collected
neighbours_run(
    const struct ir_target *t, struct ir_sink *sink, struct ir_err *err)
{
	const json_t *ours = ir_json_at(t->inspect, "NetworkSettings.Networks");
	json_auto_t *list = ir_docker_list(t->engine, err);
	enum ir_collected how = IR_NOTHING, one;
	size_t i, n = 0;
	const json_t *e;

	if (list == NULL)
		return IR_FAIL;
	json_array_foreach (list, i, e) {
		const char *id = ir_json_str(e, "Id");

		if (strcmp(id, t->id) == 0 ||
		    (!is_near(
			 ours, ir_json_at(e, "NetworkSettings.Networks")) &&
			!shares(t, e)))
			continue;
		if (n++ == MOST) {
			ir_fail(
			    err, IR_EPROTO, "more than %u: see networks", MOST);
			return IR_FAIL;
		}
		one = take_one(t, id, sink, err);
		/* One that was removed since is no neighbour any more. */
		if (one == IR_FAIL && err->code != IR_ENOENT)
			return one;
		if (one == IR_GOT)
			how = one;
	}
	if (how == IR_GOT)
		ir_note(err, "%zu", n);
	return how;
}

const struct ir_collector ir_collector_neighbours = {
    .name = "neighbours",
    .what = "the containers on its networks",
    .changes = "",
    .calls = "GET /containers/json?all=1\n"
	     "GET /containers/.../json for each",
    .apart = true,
    .profiles = IR_EVERY_PROFILE,
    .deadline_s = 60,
    .run = neighbours_run,
};
