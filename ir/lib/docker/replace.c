/* SPDX-License-Identifier: ISC
 *
 * One container in the place of another: see replace.h.
 */
#include "docker/replace.h"

#include <string.h>
#include <time.h>

#include "base/signal.h"
#include "base/time.h"
#include "docker/container.h"
#include "docker/networks.h"
#include "json/json.h"

/* Between two looks: short against a settling time of seconds. */
#define LOOK_MS 100

static const char *
last_words(const json_t *health)
{
	const json_t *log = json_object_get(health, "Log");
	size_t n = json_array_size(log);

	return n > 0 ? ir_json_str(json_array_get(log, n - 1), "Output") : "";
}

/* 1 good, 0 not yet, -1 never. */
static int
judge(const json_t *now, double ran_ms, int settle_ms, bool *healthy,
    struct ir_err *err)
{
	const json_t *health = ir_json_at(now, "State.Health");
	const char *status = ir_json_str(health, "Status");
	const char *name = ir_docker_name(now);

	*healthy = strcmp(status, "healthy") == 0;
	if (!ir_json_true(now, "State.Running") ||
	    ir_json_true(now, "State.Restarting") ||
	    ir_json_int(now, "RestartCount") > 0)
		return ir_fail(err, IR_EPROTO,
		    "%s did not stay up: %s, exit code %lld%s%s", name,
		    ir_json_str(now, "State.Status"),
		    (long long)ir_json_int(now, "State.ExitCode"),
		    *ir_json_str(now, "State.Error") != '\0' ? ", " : "",
		    ir_json_str(now, "State.Error"));
	if (strcmp(status, "unhealthy") == 0)
		return ir_fail(err, IR_EPROTO,
		    "%s became unhealthy; its health check says: %.300s", name,
		    last_words(health));
	if (*status == '\0' || strcmp(status, "none") == 0)
		return ran_ms >= settle_ms;
	return *healthy;
}

static int
look(struct ir_docker *d, const char *id, double ran_ms, int settle_ms,
    bool *healthy, struct ir_err *err)
{
	json_auto_t *now = ir_docker_inspect(d, id, err);

	return now != NULL ? judge(now, ran_ms, settle_ms, healthy, err) : -1;
}

int
ir_docker_wait_up(struct ir_docker *d, const char *id, int timeout_ms,
    int settle_ms, bool *healthy, struct ir_err *err)
{
	static const struct timespec pause = {0, LOOK_MS * 1000000L};
	uint64_t began = ir_mono_ns();

	for (;;) {
		double ran_ms = (double)(ir_mono_ns() - began) / 1e6;
		int rc = look(d, id, ran_ms, settle_ms, healthy, err);

		if (rc != 0)
			return rc == 1 ? 0 : -1;
		if (ir_interrupted())
			return ir_fail(err, IR_EINTR, "interrupted");
		if (ran_ms > timeout_ms && ran_ms > settle_ms)
			return ir_fail(err, IR_ETIMEOUT,
			    "not healthy after %d s", timeout_ms / 1000);
		nanosleep(&pause, NULL);
	}
}

/* What cannot be equal, and what says the same in another way. */
static bool
is_expected(const char *group, const char *field, const json_t *was)
{
	if (strcmp(group, "HostConfig") == 0)
		return strcmp(field, "Mounts") == 0;
	return strcmp(field, "Image") == 0 ||
	       (strcmp(field, "Hostname") == 0 &&
		   strncmp(ir_json_str(was, "Config.Hostname"),
		       ir_json_str(was, "Id"), 12) == 0);
}

/* Go writes an absent list or map as null or as an empty one. */
static bool
is_empty(const json_t *j)
{
	return j == NULL || json_is_null(j) ||
	       (json_is_array(j) && json_array_size(j) == 0) ||
	       (json_is_object(j) && json_object_size(j) == 0);
}

static int
add_difference(json_t *out, const char *group, const char *field,
    const json_t *a, const json_t *b)
{
	if ((is_empty(a) && is_empty(b)) || json_equal(a, b))
		return 0;
	return json_array_append_new(
	    out, json_pack("{s:s+++, s:O?, s:O?}", "field", group, ".", field,
		     "", "before", a, "now", b));
}

static int
compare_group(
    json_t *out, const char *group, const json_t *was, const json_t *now)
{
	json_t *a = json_object_get(was, group), *v;
	json_t *b = json_object_get(now, group);
	const char *field;

	json_object_foreach (a, field, v)
		if (!is_expected(group, field, was) &&
		    add_difference(
			out, group, field, v, json_object_get(b, field)) == -1)
			return -1;
	json_object_foreach (b, field, v)
		if (json_object_get(a, field) == NULL &&
		    !is_expected(group, field, was) &&
		    add_difference(out, group, field, NULL, v) == -1)
			return -1;
	return 0;
}

json_t *
ir_docker_differences(const json_t *was, const json_t *now)
{
	json_t *out = json_array();

	if (compare_group(out, "Config", was, now) == -1 ||
	    compare_group(out, "HostConfig", was, now) == -1) {
		json_decref(out);
		return NULL;
	}
	return out;
}

/* Removes the new one.  If its id is not known: whoever has the old one's name
 * now, if it is made as the new one was to be. */
static int
remove_new(struct ir_docker *d, const json_t *was, const char *image,
    const struct ir_docker_replaced *did, struct ir_err *err)
{
	const char *name = ir_docker_name(was);
	json_auto_t *now = NULL;
	int rc;

	if (!did->made)
		return 0;
	if (did->made_id != NULL) {
		rc = ir_docker_remove(d, did->made_id, true, err);
		return rc == -1 && err->code == IR_ENOENT ? 0 : rc;
	}
	if ((now = ir_docker_find(d, name, err)) == NULL)
		return err->code == IR_ENOENT ? 0 : -1;
	if (strcmp(ir_docker_name(now), name) != 0 ||
	    strcmp(ir_json_str(now, "Id"), ir_json_str(was, "Id")) == 0)
		return 0;
	if (strcmp(ir_json_str(now, "Config.Image"), image) != 0)
		return ir_fail(err, IR_EPROTO,
		    "%s is now the name of a container that was not made here",
		    name);
	return ir_docker_remove(d, ir_json_str(now, "Id"), true, err);
}

/* Whether it is as nobody has left it who was at work here. */
static int
check_alone(const json_t *was, const json_t *now,
    const struct ir_docker_replaced *did, struct ir_err *err)
{
	const char *name = ir_docker_name(was);

	if (!did->renamed && strcmp(ir_docker_name(now), name) != 0)
		return ir_fail(err, IR_EPROTO,
		    "somebody else has renamed %s to %s: it is left as it is",
		    name, ir_docker_name(now));
	if (!did->paused && ir_json_true(now, "State.Paused") &&
	    !ir_json_true(was, "State.Paused"))
		return ir_fail(err, IR_EPROTO,
		    "somebody else has frozen %s: it is left as it is", name);
	return 0;
}

static int
restore_policy(struct ir_docker *d, const json_t *was, const json_t *now,
    struct ir_err *err)
{
	static const char path[] = "HostConfig.RestartPolicy";
	const json_t *policy = ir_json_at(was, path);

	if (json_equal(policy, ir_json_at(now, path)))
		return 0;
	return ir_docker_restart_policy(d, ir_json_str(was, "Id"),
	    ir_json_str(policy, "Name"),
	    ir_json_int(policy, "MaximumRetryCount"), err);
}

/* Keeps the first error only. */
static int
note(int rc, const char *what, struct ir_err *one, struct ir_err *first)
{
	if (rc == 0)
		return 0;
	ir_wrap(one, "%s", what);
	if (first->code == IR_OK)
		*first = *one;
	return -1;
}

/* The old container itself. */
static void
put_back_old(struct ir_docker *d, const json_t *was, const json_t *now,
    const struct ir_docker_replaced *did, struct ir_err *first)
{
	const char *id = ir_json_str(was, "Id"), *name = ir_docker_name(was);
	static const char paused[] = "it is still paused";
	bool thaw = did->paused && ir_json_true(now, "State.Paused");
	struct ir_err one;

	if (did->renamed && strcmp(ir_docker_name(now), name) != 0)
		note(ir_docker_rename(d, id, name, &one),
		    "the old name is not given back", &one, first);
	if (did->policy)
		note(restore_policy(d, was, now, &one),
		    "the restart policy is not restored", &one, first);
	/* podman cannot connect what is paused. */
	if (thaw && ir_docker_is_podman(d))
		note(ir_docker_unpause(d, id, &one), paused, &one, first);
	if (did->cut != NULL)
		note(ir_docker_networks_restore(d, did->cut, &one),
		    "it is not wholly connected again", &one, first);
	if (thaw && !ir_docker_is_podman(d))
		note(ir_docker_unpause(d, id, &one), paused, &one, first);
}

int
ir_docker_put_back(struct ir_docker *d, const json_t *was, const char *image,
    const struct ir_docker_replaced *did, struct ir_err *err)
{
	struct ir_err one, first = {IR_OK, ""};

	note(remove_new(d, was, image, did, &one),
	    "the new container is still there", &one, &first);
	json_auto_t *now = ir_docker_inspect(d, ir_json_str(was, "Id"), err);
	if (now == NULL)
		return -1;
	if (check_alone(was, now, did, &one) == -1)
		note(-1, "not put back", &one, &first);
	else
		put_back_old(d, was, now, did, &first);
	if (first.code != IR_OK)
		*err = first;
	return first.code != IR_OK ? -1 : 0;
}
