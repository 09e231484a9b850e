/* SPDX-License-Identifier: ISC
 *
 * What the container wrote to stdout and stderr since it was made: on its own
 * host the files of Docker's json-file driver, byte for byte; else, and from
 * other drivers, what the engine can read of it, in the same form.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/signal.h"
#include "collectors/copy.h"
#include "collectors/here.h"
#include "collectors/local.h"
#include "collectors/logfiles.h"
#include "docker/logs.h"
#include "json/json.h"

/* A read: it stays in the processor's cache until it is hashed. */
#define CHUNK (256u << 10)

/* How many bytes a line is taken to have, where the engine counts lines. */
#define LINE 100u

/* Where else the log is: the option that tells, of those without secrets. */
static const struct {
	const char *driver, *option;
} elsewhere[] = {
    {"syslog", "syslog-address"},
    {"gelf", "gelf-address"},
    {"fluentd", "fluentd-address"},
    {"awslogs", "awslogs-group"},
    {"splunk", "splunk-url"},
    {"gcplogs", "gcp-project"},
    {"journald", NULL},
    {"etwlogs", NULL},
    {"logentries", NULL},
};

/* Whether the driver sends the log away; *where is what tells where to, or
 * "". */
static bool
sends_away(const struct ir_target *t, const char *driver, const char **where)
{
	const json_t *options =
	    ir_json_at(t->inspect, "HostConfig.LogConfig.Config");

	*where = "";
	for (size_t i = 0; i < sizeof(elsewhere) / sizeof(elsewhere[0]); i++) {
		if (strcmp(driver, elsewhere[i].driver) != 0)
			continue;
		if (elsewhere[i].option != NULL)
			*where = ir_json_str(options, elsewhere[i].option);
		return true;
	}
	return false;
}

/* The rest of one file, or for a container that goes on writing what it has
 * now. */
static int
copy_bytes(struct ir_copy *c, const struct ir_logfile *l, bool live,
    struct ir_err *err)
{
	uint64_t end = live ? l->size : UINT64_MAX, at = l->from;
	ir_auto_free char *chunk = malloc(CHUNK);
	ssize_t n = 1;

	if (chunk == NULL)
		return ir_fail_mem(err);
	while (at < end && n > 0) {
		size_t want = end - at < CHUNK ? (size_t)(end - at) : CHUNK;

		if (ir_interrupted())
			return ir_fail(err, IR_EINTR, "interrupted");
		if ((n = pread(l->fd, chunk, want, (off_t)at)) == -1)
			return ir_fail_errno(err, "%s", l->name);
		if (ir_copy_body(c, chunk, (size_t)n, err) == -1)
			return -1;
		at += (uint64_t)n;
	}
	if (at < l->size)
		return ir_fail(err, IR_EIO,
		    "%s was cut short by somebody while it was read", l->name);
	return 0;
}

/* What the ledger says of it. */
struct told {
	unsigned rotated, kept;
	bool before; /* there is more, before what was wanted */
};

static enum ir_collected
copy_file(const struct ir_target *t, const struct ir_logfile *l,
    struct ir_sink *sink, struct told *told, struct ir_err *err)
{
	struct ir_copy c;
	int had;

	told->before |= l->skip || l->from > 0;
	if (l->skip)
		return IR_NOTHING;
	if ((had = ir_copy_start(&c, sink, t->dir, l->name, err)) != 0) {
		told->kept++;
		return had == 1 ? IR_GOT : IR_FAIL;
	}
	told->rotated += l->age > 0;
	return ir_copy_end(
	    &c, copy_bytes(&c, l, t->live && l->age == 0, err), err);
}

static void
note(const struct told *told, bool rotated, struct ir_err *err)
{
	ir_auto_buf struct ir_buf b = IR_BUF_INIT;

	if (told->rotated > 0)
		ir_buf_printf(&b, "; with %u rotated away", told->rotated);
	if (told->before)
		ir_buf_puts(&b, "; only its end, as asked for");
	if (rotated)
		ir_buf_puts(&b,
		    "; it was rotated while it was read: what came after "
		    "that is missing");
	if (told->kept > 0)
		ir_buf_puts(&b,
		    "; some is kept from the capture that was cut off: if the "
		    "log was rotated since, take it with --fresh");
	ir_note(err, "%s", b.len > 2 ? b.p + 2 : "");
}

static enum ir_collected
copy_files(const struct ir_target *t, int dirfd, struct ir_logfiles *f,
    struct ir_sink *sink, struct ir_err *err)
{
	enum ir_collected how = IR_NOTHING, one;
	struct told told = {0};
	struct ir_err second;

	if ((t->since != 0 && ir_logfiles_since(f, t->since, err) == -1) ||
	    (t->log_tail != 0 && ir_logfiles_tail(f, t->log_tail, err) == -1))
		return IR_FAIL;
	for (size_t i = 0; i < f->n; i++) {
		one = copy_file(
		    t, &f->v[i], sink, &told, how == IR_FAIL ? &second : err);
		if (one == IR_FAIL || how == IR_NOTHING)
			how = one;
	}
	if (how == IR_GOT)
		note(&told, f->n > 0 && ir_logfile_rotated(dirfd, &f->v[0]),
		    err);
	return how;
}

/* Opens them, if the log is in such files, and they are here: 1, or 0 with the
 * reason. */
static int
open_files(const struct ir_target *t, int *dirfd, struct ir_logfiles *f,
    struct ir_err *why)
{
	const char *path = ir_json_str(t->inspect, "LogPath");
	ir_auto_free char *dir = NULL, *want = NULL;

	if (t->by_engine ||
	    strcmp(ir_json_str(t->inspect, "HostConfig.LogConfig.Type"),
		"json-file") != 0 ||
	    ir_docker_is_podman(t->engine)) /* its own form, of that name */
		return 0;
	if ((*dirfd = ir_here_dir(t, &dir, why)) == -1)
		return 0;
	want = ir_asprintf(why, "%s/%s-json.log", dir, t->id);
	if (want == NULL || strcmp(path, want) != 0)
		return 0;
	return ir_logfiles_open(*dirfd, t->id, f, why) == 0 && f->n > 0;
}

static enum ir_collected
ask_engine(const struct ir_target *t, struct ir_sink *sink, struct ir_err *err)
{
	struct ir_docker_log_wish wish = {
	    .tty = ir_json_true(t->inspect, "Config.Tty"),
	    .since = t->since,
	    .tail = (t->log_tail + LINE - 1) / LINE,
	};
	struct ir_docker_log_counts counts;
	struct ir_copy c;
	char file[80];
	int had;

	snprintf(file, sizeof(file), "%s-json.log", t->id);
	if ((had = ir_copy_start(&c, sink, t->dir, file, err)) != 0)
		return had == 1 ? IR_GOT : IR_FAIL;
	return ir_copy_end(&c,
	    ir_docker_logs(
		t->engine, t->id, &wish, ir_copy_body, &c, &counts, err),
	    err);
}

/* The same, with words about what an engine has of a log that it sends
 * away. */
static enum ir_collected
ask_about(const struct ir_target *t, const char *driver, struct ir_sink *sink,
    struct ir_err *err)
{
	enum ir_collected how = ask_engine(t, sink, err);
	const char *where, *at;

	if (!sends_away(t, driver, &where))
		return how;
	at = *where != '\0' ? " at " : "";
	if (how == IR_FAIL)
		ir_wrap(err, "its log goes to %s%s%s: get it there", driver, at,
		    where);
	else if (how == IR_GOT && strcmp(driver, "journald") != 0)
		ir_note(err,
		    "only the newest, which the engine keeps: all of it goes "
		    "to %s%s%s",
		    driver, at, where);
	return how;
}

static enum ir_collected
logs_run(const struct ir_target *t, struct ir_sink *sink, struct ir_err *err)
{
	const char *driver =
	    ir_json_str(t->inspect, "HostConfig.LogConfig.Type");
	struct ir_logfiles f = {NULL, 0};
	ir_auto_close int dirfd = -1;
	enum ir_collected how;

	if (strcmp(driver, "none") == 0) {
		ir_fail(err, IR_EPROTO, "its log driver keeps nothing");
		return IR_SKIP;
	}
	how = open_files(t, &dirfd, &f, err) == 1
		  ? copy_files(t, dirfd, &f, sink, err)
		  : ask_about(t, driver, sink, err);
	ir_logfiles_free(&f);
	return how;
}

const struct ir_collector ir_collector_logs = {
    .name = "logs",
    .what = "stdout and stderr since the container was made",
    .changes = "",
    .calls = "GET /containers/{id}/logs?stdout=1&stderr=1&timestamps=1",
    .profiles = IR_EVERY_PROFILE,
    .run = logs_run,
};
