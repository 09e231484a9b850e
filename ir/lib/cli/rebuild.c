/* SPDX-License-Identifier: ISC
 *
 * A clean container in the place of a compromised one: see rebuild.h.
 */
#include "cli/rebuild.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/signal.h"
#include "base/time.h"
#include "cli/isolation.h"
#include "docker/container.h"
#include "docker/networks.h"
#include "docker/replace.h"
#include "json/json.h"

/* A line of the time line, once it is done. */
static void step(struct ir_rebuild *r, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

static void
step(struct ir_rebuild *r, const char *fmt, ...)
{
	uint64_t ns = ir_mono_ns() - r->began;
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (!r->cli->dry_run)
		ir_out(IR_PLAIN, "%8.3f s  %s", (double)ns / 1e9, text);
	json_array_append_new(
	    r->steps, json_pack("{s:I, s:o}", "us", (json_int_t)(ns / 1000),
			  "what", ir_json_text(text)));
}

/* Declares a change to the old or the new container. */
static void declare(struct ir_rebuild *r, const char *undo, const char *fmt,
    ...) __attribute__((format(printf, 3, 4)));

static void
declare(struct ir_rebuild *r, const char *undo, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	ir_cli_change(
	    r->cli, undo, "a clean container takes over from it", "%s", text);
}

int
ir_rebuild_save(
    struct ir_rebuild *r, const char *kind, json_t *j, struct ir_err *err)
{
	json_auto_t *owned = j;
	char path[64];

	if (owned == NULL)
		return ir_fail_mem(err);
	if (r->cli->bundle == NULL)
		return 0;
	ir_auto_free char *text = ir_json_pretty(owned, err);
	if (text == NULL)
		return -1;
	snprintf(path, sizeof(path), "actions/%04u-%s.json",
	    ir_bundle_run(r->cli->bundle), kind);
	return ir_sink_put(
	    ir_bundle_sink(r->cli->bundle), path, text, strlen(text), err);
}

/* Off its networks, which frees addresses and ports. */
static int
isolate(struct ir_rebuild *r, struct ir_err *err)
{
	struct ir_err mode;
	size_t n;

	if (ir_docker_networks_mode(r->old, &mode) == -1) {
		ir_warn("%s", mode.msg);
		if (!r->stop_old)
			ir_warn("what it listens on stays taken while it is "
				"only frozen; --stop-old kills it");
		return 0;
	}
	r->cut = ir_docker_networks_record(r->cli->engine, r->old, err);
	if (r->cut == NULL || ir_isolation_cut(r->cli, r->cut, err) == -1)
		return -1;
	if ((n = json_array_size(json_object_get(r->cut, "endpoints"))) > 0)
		step(r, "%s is cut off from %zu network%s", r->name, n,
		    n == 1 ? "" : "s");
	return 0;
}

/* Whether a call did what it should, or may have: not if it was refused. */
static bool
may_be_done(const struct ir_rebuild *r, int rc)
{
	long status = ir_docker_status(r->cli->engine);

	return rc == 0 || status < 400 || status > 499;
}

/* Frozen, or killed when that is wished: in any case none of it runs. */
static int
hold(struct ir_rebuild *r, struct ir_err *err)
{
	int rc;

	if (!ir_json_true(r->old, "State.Running"))
		return 0;
	if (r->stop_old) {
		declare(r, "", "container %.12s: killed", r->id);
		if (ir_docker_kill(r->cli->engine, r->id, err) == -1)
			return ir_wrap(err, "cannot kill %s", r->name);
		step(r, "%s is killed", r->name);
		return 0;
	}
	if (ir_json_true(r->old, "State.Paused"))
		return 0;
	declare(r, "ir pause --undo", "container %.12s: paused", r->id);
	rc = ir_docker_pause(r->cli->engine, r->id, err);
	r->did.paused = may_be_done(r, rc);
	if (rc == -1)
		return ir_wrap(
		    err, "cannot freeze %s (--stop-old kills it)", r->name);
	step(r, "%s is frozen", r->name);
	return 0;
}

/* So that the engine never starts the old one by itself. */
static void
no_restarts(struct ir_rebuild *r)
{
	const char *policy =
	    ir_json_str(r->old, "HostConfig.RestartPolicy.Name");
	struct ir_err err;

	if (*policy == '\0' || strcmp(policy, "no") == 0)
		return;
	declare(r, "docker update --restart",
	    "container %.12s: restart policy "
	    "no, was %s",
	    r->id, policy);
	r->did.policy = true;
	if (ir_docker_restart_policy(r->cli->engine, r->id, "no", 0, &err) ==
	    -1)
		ir_warn("the restart policy of %s stays %s: %s", r->name,
		    policy, err.msg);
	else
		step(r, "its restart policy is no, was %s", policy);
}

static int
make_way(struct ir_rebuild *r, struct ir_err *err)
{
	int rc;

	if (isolate(r, err) == -1 || hold(r, err) == -1)
		return -1;
	no_restarts(r);
	declare(r, "docker rename", "container %.12s: renamed from %s to %s",
	    r->id, r->name, r->evidence);
	rc = ir_docker_rename(r->cli->engine, r->id, r->evidence, err);
	r->did.renamed = may_be_done(r, rc);
	if (rc == -1)
		return ir_wrap(
		    err, "cannot rename %s to %s", r->name, r->evidence);
	step(r, "it is called %s now", r->evidence);
	return 0;
}

/* What the new one is after its creation; in a dry run as far as the create
 * document says it. */
static json_t *
as_created(struct ir_rebuild *r, struct ir_err *err)
{
	if (!r->cli->dry_run)
		return ir_docker_inspect(r->cli->engine, r->new_id, err);
	return json_pack("{s:{s:O}}", "NetworkSettings", "Networks",
	    ir_json_at(r->body, "NetworkingConfig.EndpointsConfig"));
}

/* A container created on a network that the old one had left is taken off it:
 * the record of these is made and cut as for an isolation. */
static int
leave_extra(struct ir_rebuild *r, struct ir_err *err)
{
	json_auto_t *now = NULL, *extra = NULL;

	if (r->cli->dry_run || ir_docker_networks_first(r->networks) != NULL ||
	    ir_docker_networks_mode(r->old, err) == -1)
		return 0;
	if ((now = ir_docker_inspect(r->cli->engine, r->new_id, err)) == NULL ||
	    (extra = ir_docker_networks_record(r->cli->engine, now, err)) ==
		NULL)
		return -1;
	return ir_docker_networks_cut(r->cli->engine, extra, err);
}

static int
make_new(struct ir_rebuild *r, struct ir_err *err)
{
	declare(r, "docker rm -f", "made a container %s from image %.19s",
	    r->name, ir_json_str(r->image, "Id"));
	r->new_id = ir_docker_create(r->cli->engine, r->name, r->body, err);
	r->did.made = may_be_done(r, r->new_id != NULL ? 0 : -1);
	r->did.made_id = r->new_id;
	if (r->new_id == NULL)
		return ir_wrap(err, "cannot make %s again", r->name);
	step(r, "%s is made from %.19s: %.12s", r->name,
	    ir_json_str(r->image, "Id"), r->new_id);
	if (leave_extra(r, err) == -1)
		return -1;
	json_auto_t *have = as_created(r, err);
	json_auto_t *wanted = have != NULL ? ir_docker_networks_for(r->networks,
						 r->new_id, r->name, err)
					   : NULL;
	if (wanted == NULL ||
	    ir_docker_networks_connect(r->cli->engine, wanted, have, err) == -1)
		return -1;
	if (ir_docker_start(r->cli->engine, r->new_id, err) == -1)
		return ir_wrap(err, "cannot start the new %s", r->name);
	step(r, "it is started");
	return 0;
}

static int
wait_up(struct ir_rebuild *r, struct ir_err *err)
{
	if (ir_docker_wait_up(r->cli->engine, r->new_id, r->timeout_ms,
		r->settle_ms, &r->healthy, err) == -1)
		return -1;
	if (r->healthy)
		step(r, "it is healthy");
	else
		step(r, "it has no health check, and stayed up for %d s",
		    r->settle_ms / 1000);
	return 0;
}

/* An isolation whose networks are all back is over. */
static void
settle_isolation(struct ir_rebuild *r)
{
	struct ir_isolation i;
	struct ir_err err;
	json_auto_t *now = ir_docker_inspect(r->cli->engine, r->id, &err);
	json_auto_t *diff = NULL;
	const json_t *e;
	size_t k;
	bool back = now != NULL;

	if (ir_isolation_load(r->cli, now, NULL, &i, &err) == -1)
		back = false;
	json_array_foreach (json_object_get(i.record, "endpoints"), k, e)
		back &=
		    json_object_get(ir_json_at(now, "NetworkSettings.Networks"),
			ir_json_str(e, "name")) != NULL;
	if (back && i.record != NULL)
		diff = ir_docker_networks_compare(i.record, now);
	if (diff != NULL &&
	    ir_isolation_undone(r->cli, &i, now, diff, &err) == -1)
		ir_warn(
		    "that the isolation is over is not recorded: %s", err.msg);
	ir_isolation_free(&i);
}

/* Makes err the whole story. */
static int
roll_back(struct ir_rebuild *r, struct ir_err *err)
{
	bool interrupted = err->code == IR_EINTR;
	struct ir_err why = *err, left;

	/* New links would lead out of one that was cut off by its links. */
	r->did.cut = r->on_host ? NULL : r->cut;
	ir_uninterrupted();
	step(r, "failed: %s", why.msg);
	declare(r, "", "rolled back: the new %s removed, the old one put back",
	    r->name);
	if (ir_docker_put_back(r->cli->engine, r->old,
		ir_json_str(r->image, "Id"), &r->did, &left) == -1) {
		step(r, "not wholly rolled back: %s", left.msg);
		return ir_fail(err, IR_EPROTO,
		    "%.400s; NOT wholly rolled back: %.400s", why.msg,
		    left.msg);
	}
	settle_isolation(r);
	step(r, "rolled back");
	return ir_fail(err, interrupted ? IR_EINTR : IR_EPROTO,
	    "%.600s; rolled back: %s is as it was%s%s", why.msg, r->name,
	    r->stop_old && ir_json_true(r->old, "State.Running")
		? ", but it was killed and is left so"
		: "",
	    r->on_host && r->cut != NULL
		? ", but isolated by the engine now (ir isolate --undo)"
		: "");
}

int
ir_rebuild_run(struct ir_rebuild *r, struct ir_err *err)
{
	if (!r->cli->dry_run &&
	    ir_rebuild_save(r, "rebuild",
		json_pack("{s:i, s:s, s:s, s:s, s:s, s:O, s:O, s:O}", "v", 1,
		    "container", r->id, "name", r->name, "evidence",
		    r->evidence, "image", ir_json_str(r->image, "Id"),
		    "networks", r->networks, "create", r->body, "inspect",
		    r->old),
		err) == -1)
		return -1;
	if (make_way(r, err) == -1 || make_new(r, err) == -1)
		return r->cli->dry_run ? -1 : roll_back(r, err);
	if (!r->cli->dry_run && wait_up(r, err) == -1)
		return roll_back(r, err);
	return 0;
}
