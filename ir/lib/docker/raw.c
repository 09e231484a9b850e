/* SPDX-License-Identifier: ISC
 *
 * Answers byte for byte: see raw.h.
 */
#include "docker/raw.h"

#include <ctype.h>
#include <inttypes.h>
#include <string.h>

#include "base/text.h"

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
ir_docker_archive(struct ir_docker *d, const char *id, const char *path,
    ir_http_body_fn fn, void *arg, struct ir_err *err)
{
	ir_auto_buf struct ir_buf safe = IR_BUF_INIT;

	ir_url_escape(&safe, path);
	if (ir_buf_ok(&safe, err) == -1)
		return -1;
	return ir_docker_stream(
	    d, fn, arg, err, "/containers/%s/archive?path=%s", id, safe.p);
}

int
ir_docker_events(struct ir_docker *d, int64_t since, int64_t until,
    ir_http_body_fn fn, void *arg, struct ir_err *err)
{
	return ir_docker_stream(d, fn, arg, err,
	    "/events?since=%" PRId64 "&until=%" PRId64, since, until);
}
