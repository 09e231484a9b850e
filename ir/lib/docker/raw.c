/* SPDX-License-Identifier: ISC
 *
 * Answers byte for byte: see raw.h.
 */
#include "docker/raw.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/text.h"
#include "base/time.h"
#include "docker/container.h"
#include "json/json.h"

/* What top asks of ps(1): no field but the last may hold a space, or a process
 * that gives itself a name with spaces could shift the columns. */
#define PS_FIELDS "-eo%20pid,ppid,uid,gid,stat,nlwp,rss,vsz,etimes,time,args"

/* podman takes its own names, and for names that it does not know runs the ps
 * of the container: the attacker's. */
#define PODMAN_FIELDS "pid,hpid,ppid,user,huser,state,time,args"

/* The path around the id. */
static const struct {
	const char *before, *after;
} paths[] = {
    [IR_RAW_VERSION] = {"/version", ""},
    [IR_RAW_INFO] = {"/info", ""},
    [IR_RAW_CONTAINER] = {"/containers/", "/json"},
    [IR_RAW_EXEC] = {"/exec/", "/json"},
    [IR_RAW_TOP] = {"/containers/", "/top?ps_args=" PS_FIELDS},
    [IR_RAW_STATS] = {"/containers/", "/stats?stream=false&one-shot=true"},
    [IR_RAW_CHANGES] = {"/containers/", "/changes"},
    [IR_RAW_EXPORT] = {"/containers/", "/export"},
    [IR_RAW_NETWORK] = {"/networks/", ""},
    [IR_RAW_IMAGE] = {"/images/sha256:", "/json"},
    [IR_RAW_HISTORY] = {"/images/sha256:", "/history"},
};

/* Whether id may stand in a path and be a part of a file's name.  A network's
 * has other forms in a swarm, and on podman it is the network's name. */
static bool
is_id(enum ir_docker_raw what, const char *id)
{
	static const char more[] = "abcdefghijklmnopqrstuvwxyz"
				   "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				   "0123456789_.-";

	if (what != IR_RAW_NETWORK)
		return ir_is_hex(id, 64);
	return isalnum((unsigned char)id[0]) &&
	       strspn(id, more) == strlen(id) && strlen(id) <= 64;
}

int
ir_docker_raw(struct ir_docker *d, enum ir_docker_raw what, const char *id,
    ir_http_body_fn fn, void *arg, struct ir_err *err)
{
	const char *after = paths[what].after;

	if (id != NULL && !is_id(what, id))
		return ir_fail(
		    err, IR_EPROTO, "%s: the engine gave an odd id", id);
	if (ir_docker_hello(d, err) == -1)
		return -1;
	if (what == IR_RAW_TOP && ir_docker_is_podman(d))
		after = "/top?ps_args=" PODMAN_FIELDS;
	return ir_docker_stream(d, fn, arg, err, "%s%s%s", paths[what].before,
	    id != NULL ? id : "", after);
}

int
ir_docker_events(struct ir_docker *d, int64_t since, int64_t until,
    ir_http_body_fn fn, void *arg, struct ir_err *err)
{
	return ir_docker_stream(d, fn, arg, err,
	    "/events?since=%" PRId64 "&until=%" PRId64, since, until);
}

/* The engine's time, as this query takes it, "seconds.nanoseconds", into out:
 * its info has it in RFC 3339, in the zone of its host. */
static bool
engine_time(struct ir_docker *d, char out[48])
{
	struct ir_err ignored;
	json_auto_t *info = ir_docker_info(d, &ignored);
	const char *now = ir_json_str(info, "SystemTime"), *zone;
	char utc[24], sign;
	int hours = 0, minutes = 0, length;
	int64_t seconds;

	if (ir_docker_is_podman(d) || strlen(now) < 20)
		return false;
	zone = now + 19 + strspn(now + 19, ".0123456789");
	length = (int)(zone - now - 19);
	snprintf(utc, sizeof(utc), "%.19sZ", now);
	if (length > 10 || ir_time_parse(utc, &seconds) == -1 ||
	    (strcmp(zone, "Z") != 0 &&
		sscanf(zone, "%c%2d:%2d", &sign, &hours, &minutes) != 3))
		return false;
	seconds += (*zone == '-' ? 60 : -60) * (hours * 60 + minutes);
	snprintf(out, 48, "%" PRId64 "%.*s", seconds, length, now + 19);
	return true;
}

int
ir_docker_events_past(struct ir_docker *d, int64_t since, ir_http_body_fn fn,
    void *arg, struct ir_err *err)
{
	char until[48];

	if (engine_time(d, until))
		return ir_docker_stream(d, fn, arg, err,
		    "/events?since=%" PRId64 "&until=%s", since, until);
	/* It compares whole seconds: one more, or it leaves out what happened
	 * in this one. */
	return ir_docker_events(d, since, time(NULL) + 1, fn, arg, err);
}
