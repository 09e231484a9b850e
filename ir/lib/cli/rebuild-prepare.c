/* SPDX-License-Identifier: ISC
 *
 * What a rebuild needs to know, and what stands against it: see rebuild.h.
 */
#include "cli/rebuild.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/time.h"
#include "bundle/names.h"
#include "cli/isolation.h"
#include "cli/policy.h"
#include "docker/container.h"
#include "docker/create.h"
#include "docker/image.h"
#include "docker/networks.h"
#include "json/json.h"

/* The number of the case, also in a dry run, which has no bundle open. */
static char *
case_number(struct ir_cli *cli, struct ir_err *err)
{
	struct ir_bundle *b = cli->bundle;
	char *number;

	if (cli->bundle_dir == NULL)
		return ir_asprintf(err, "%s", "");
	if (b == NULL && (b = ir_bundle_open(cli->bundle_dir, err)) == NULL)
		return NULL;
	number = ir_bundle_name_from(ir_bundle_case_number(b), err);
	if (b != cli->bundle)
		ir_bundle_close(b);
	return number;
}

/* NAME-evidence-CASE, or with the time when there is no case. */
static char *
evidence_name(struct ir_rebuild *r, struct ir_err *err)
{
	ir_auto_free char *number = case_number(r->cli, err);
	char now[IR_TIME_SIZE], *name;

	if (number == NULL)
		return NULL;
	ir_time_now(now);
	now[strcspn(now, ".")] = '\0';
	name = ir_asprintf(err, "%s-evidence-%s%s", r->name,
	    *number != '\0' ? number : now, *number != '\0' ? "" : "Z");
	for (char *p = name; p != NULL && *p != '\0'; p++)
		if (strchr("+@=:", *p) != NULL)
			*p = '-'; /* not in the name of a container */
	return name;
}

static int
name_is_free(struct ir_rebuild *r, struct ir_err *err)
{
	json_auto_t *other = ir_docker_find(r->cli->engine, r->evidence, err);

	if (other == NULL)
		return err->code == IR_ENOENT || err->code == IR_EUSAGE ? 0
									: -1;
	if (strcmp(ir_docker_name(other), r->evidence) != 0)
		return 0; /* the beginning of somebody's id */
	return ir_fail(err, IR_EEXIST,
	    "a container named %s is there already: give another name with "
	    "--name-old",
	    r->evidence);
}

/* The image by its digest, whatever its name means today. */
static int
find_image(struct ir_rebuild *r, struct ir_err *err)
{
	const char *digest = ir_json_str(r->old, "Image");
	const char *ref = ir_json_str(r->old, "Config.Image");
	struct ir_err none;

	if ((r->image = ir_docker_image(r->cli->engine, digest, err)) == NULL)
		return ir_wrap(err,
		    "the image that %s was made from (%s, %s) is needed and "
		    "cannot be had",
		    r->name, ref, digest);
	json_auto_t *today = ir_docker_image(r->cli->engine, ref, &none);
	if (today == NULL)
		ir_warn("the name %s is gone; %s is made from the original "
			"image, %.19s",
		    ref, r->name, digest);
	else if (strcmp(ir_json_str(today, "Id"),
		     ir_json_str(r->image, "Id")) != 0)
		ir_warn("%s is another image today (%.19s) than the one that "
			"%s was made from; it is made from the original, %.19s",
		    ref, ir_json_str(today, "Id"), r->name, digest);
	return 0;
}

/* podman's conmon listens on them for as long as the container is there, be it
 * frozen and off all networks. */
static bool
keeps_ports(const struct ir_rebuild *r)
{
	return ir_docker_is_podman(r->cli->engine) && !r->stop_old &&
	       ir_json_true(r->old, "State.Running") &&
	       json_object_size(ir_json_at(r->old, "HostConfig.PortBindings")) >
		   0;
}

/* What stands against it before anything is changed. */
static int
check(struct ir_rebuild *r, struct ir_err *err)
{
	if (json_object_get(ir_json_at(r->old, "Config.Labels"),
		"com.docker.swarm.task.id") != NULL)
		return ir_fail(err, IR_EPROTO,
		    "%s is a task of a swarm, which makes its own replacement: "
		    "docker service update --force",
		    r->name);
	if (r->stop_old && ir_json_true(r->old, "HostConfig.AutoRemove"))
		return ir_fail(err, IR_EPROTO,
		    "%s was started with --rm: stopped, the engine would "
		    "delete it and its anonymous volumes; leave --stop-old out",
		    r->name);
	if (keeps_ports(r))
		return ir_fail(err, IR_EPROTO,
		    "podman lets go of the published ports of %s only once it "
		    "has ended: --stop-old kills it",
		    r->name);
	if (ir_json_true(r->old, "HostConfig.AutoRemove"))
		ir_warn("%s was started with --rm: once it stops, or the "
			"engine does, the evidence is deleted: capture it "
			"first",
		    r->name);
	return name_is_free(r, err);
}

/* It may have been isolated elsewhere, and the new one would be, too. */
static void
warn_cut_off(const struct ir_rebuild *r)
{
	const char *mode = ir_json_str(r->old, "HostConfig.NetworkMode");
	struct ir_err other;

	if (json_array_size(json_object_get(r->networks, "endpoints")) == 0 &&
	    strcmp(mode, "none") != 0 &&
	    ir_docker_networks_mode(r->old, &other) == 0)
		ir_warn("%s is on no network, and no record of its isolation "
			"is here: the new one will be on none: name the record "
			"with --from FILE",
		    r->name);
}

/* What the new one is to be connected to, and its restart policy: what the old
 * one has, or had before it was contained. */
static int
find_networks(struct ir_rebuild *r, struct ir_err *err)
{
	struct ir_isolation i;
	int rc = ir_isolation_load(r->cli, r->old, r->from, &i, err);

	r->on_host = rc == 0 && ir_isolation_on_host(&i);
	if (rc == 0 && ir_policy_held(i.actions.records) != NULL)
		r->policy = json_deep_copy(ir_policy_held(i.actions.records));
	else if (rc == 0)
		rc = ir_policy_before(
		    r->cli, "rebuild", r->old, &r->policy, err);
	ir_isolation_free(&i);
	if (rc == -1)
		return -1;
	r->networks = ir_isolation_before(r->cli, r->old, r->from, err);
	return r->networks != NULL ? 0 : -1;
}

int
ir_rebuild_prepare(struct ir_rebuild *r, const char *name, struct ir_err *err)
{
	r->began = ir_mono_ns();
	if ((r->steps = json_array()) == NULL)
		return ir_fail_mem(err);
	if ((r->old = ir_docker_find(r->cli->engine, name, err)) == NULL)
		return -1;
	r->id = ir_json_str(r->old, "Id");
	r->name = ir_docker_name(r->old);
	r->evidence = r->name_old != NULL ? ir_asprintf(err, "%s", r->name_old)
					  : evidence_name(r, err);
	if (r->evidence == NULL || check(r, err) == -1 ||
	    find_image(r, err) == -1)
		return -1;
	if (find_networks(r, err) == -1)
		return -1;
	warn_cut_off(r);
	r->body =
	    ir_docker_create_body(r->old, r->networks, r->image, r->image, err);
	if (r->body == NULL)
		return -1;
	return r->policy == NULL ||
		       json_object_set(ir_json_at(r->body, "HostConfig"),
			   "RestartPolicy", r->policy) == 0
		   ? 0
		   : ir_fail_mem(err);
}

void
ir_rebuild_free(struct ir_rebuild *r)
{
	json_decref(r->old);
	json_decref(r->image);
	json_decref(r->networks);
	json_decref(r->policy);
	json_decref(r->body);
	json_decref(r->cut);
	json_decref(r->steps);
	free(r->evidence);
	free(r->new_id);
}
