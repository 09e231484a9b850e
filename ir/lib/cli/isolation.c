/* SPDX-License-Identifier: ISC
 *
 * Isolations on record: see isolation.h.
 */
#include "cli/isolation.h"

#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/text.h"
#include "base/time.h"
#include "docker/container.h"
#include "docker/networks.h"
#include "json/json.h"

#define ACTIONS "data/actions"

/* The id of a network, or the name that podman gives instead; "" is fine. */
static bool
is_id(const char *s)
{
	return (*s == '\0' || isalnum((unsigned char)*s)) &&
	       strspn(s,
		   "abcdefghijklmnopqrstuvwxyz"
		   "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-") == strlen(s);
}

static bool
is_endpoint(const json_t *e)
{
	return json_is_string(json_object_get(e, "name")) &&
	       json_is_string(json_object_get(e, "network")) &&
	       is_id(ir_json_str(e, "network")) &&
	       json_is_object(json_object_get(e, "endpoint"));
}

/* Checks a record that may come from anyone. */
static int
check(const json_t *r, const char *name, struct ir_err *err)
{
	const json_t *list = json_object_get(r, "endpoints"), *e;
	size_t i;

	if (ir_json_int(r, "v") != 1 || !json_is_array(list) ||
	    !ir_is_hex(ir_json_str(r, "container"), 64))
		return ir_fail(
		    err, IR_EFORMAT, "%s: not a record of an isolation", name);
	json_array_foreach (list, i, e)
		if (!is_endpoint(e))
			return ir_fail(err, IR_EFORMAT,
			    "%s: endpoint %zu: name, network or endpoint is "
			    "missing or wrong",
			    name, i);
	return 0;
}

static json_t *
parse(char *text, size_t len, const char *name, struct ir_err *err)
{
	json_t *r = text != NULL ? ir_json_parse(text, len, name, err) : NULL;

	free(text);
	if (r != NULL && check(r, name, err) == -1) {
		json_decref(r);
		r = NULL;
	}
	return r;
}

static bool
has_network(const json_t *record, const char *name)
{
	size_t i;
	const json_t *e;

	json_array_foreach (json_object_get(record, "endpoints"), i, e)
		if (strcmp(ir_json_str(e, "name"), name) == 0)
			return true;
	return false;
}

/* Adds what r has and i has not; takes r. */
static int
merge(struct ir_isolation *i, json_t *r, const char *where, struct ir_err *err)
{
	json_auto_t *owned = r;
	ir_auto_free char *before = i->where;
	const json_t *e;
	size_t k;

	i->where = ir_asprintf(err, "%s%s%s", before != NULL ? before : "",
	    before != NULL ? ", " : "", where);
	if (i->where == NULL)
		return -1;
	if (i->record == NULL) {
		i->record = json_incref(owned);
		return 0;
	}
	json_array_foreach (json_object_get(owned, "endpoints"), k, e)
		if (!has_network(i->record, ir_json_str(e, "name")) &&
		    json_array_append(json_object_get(i->record, "endpoints"),
			(json_t *)(uintptr_t)e) == -1)
			return ir_fail_mem(err);
	return 0;
}

void
ir_isolation_free(struct ir_isolation *i)
{
	json_decref(i->record);
	free(i->where);
	memset(i, 0, sizeof(*i));
}

/* The number of the run in "0007-isolate.json"; -1 if it is another file. */
static long
run_of(const char *name, bool *undo)
{
	char *end;
	long n = strtol(name, &end, 10);

	*undo = strcmp(end, "-isolate-undo.json") == 0;
	return end - name >= 4 && n >= 0 &&
		       (*undo || strcmp(end, "-isolate.json") == 0)
		   ? n
		   : -1;
}

static int
is_action(const struct dirent *d)
{
	bool undo;

	return run_of(d->d_name, &undo) != -1;
}

/* In the order of runs; a run that rolls back undoes its own isolation. */
static int
by_run(const struct dirent **a, const struct dirent **b)
{
	bool xundo, yundo;
	long x = run_of((*a)->d_name, &xundo), y = run_of((*b)->d_name, &yundo);

	return x != y ? (x < y ? -1 : 1) : xundo - yundo;
}

/* One file of the bundle, in the order of runs. */
static int
load_action(int dirfd, const char *name, const char *id, struct ir_isolation *i,
    struct ir_err *err)
{
	char path[512];
	size_t len = 0;
	bool undo;
	char *text;
	json_t *r;

	snprintf(path, sizeof(path), ACTIONS "/%s", name);
	run_of(name, &undo);
	text = ir_read_beneath(dirfd, path, IR_MAX_JSON, &len, err);
	if (undo) {
		json_auto_t *mark =
		    text != NULL ? ir_json_parse(text, len, path, err) : NULL;

		free(text);
		if (mark == NULL)
			return -1;
		if (strcmp(ir_json_str(mark, "container"), id) == 0)
			ir_isolation_free(i);
		return 0;
	}
	if ((r = parse(text, len, path, err)) == NULL)
		return -1;
	if (strcmp(ir_json_str(r, "container"), id) != 0) {
		json_decref(r);
		return 0;
	}
	return merge(i, r, path, err);
}

static int
load_bundle(
    const char *dir, const char *id, struct ir_isolation *i, struct ir_err *err)
{
	ir_auto_close int dirfd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	ir_auto_close int fd = -1;
	struct dirent **names = NULL;
	int n, rc = 0;

	if (dirfd == -1)
		return ir_fail_errno(err, "%s", dir);
	fd = ir_open_beneath(dirfd, ACTIONS, O_RDONLY | O_DIRECTORY, err);
	if (fd == -1)
		return err->code == IR_ENOENT ? 0 : -1;
	if ((n = scandirat(fd, ".", &names, is_action, by_run)) == -1)
		return ir_fail_errno(err, "%s/" ACTIONS, dir);
	for (int k = 0; k < n; k++) {
		if (rc == 0)
			rc = load_action(dirfd, names[k]->d_name, id, i, err);
		free(names[k]);
	}
	free(names);
	return rc;
}

static void
here_name(char name[32], const char *id)
{
	snprintf(name, 32, "ir-isolate-%.12s.json", id);
}

static int
load_file(const char *path, const json_t *inspect, struct ir_isolation *i,
    struct ir_err *err)
{
	size_t len = 0;
	char *text = ir_read_file(path, IR_MAX_JSON, &len, err);
	json_t *r = parse(text, len, path, err);

	if (r == NULL)
		return -1;
	if (strcmp(ir_json_str(r, "container"), ir_json_str(inspect, "Id")) !=
	    0) {
		ir_fail(err, IR_EFORMAT,
		    "%s is of another container (%s, %.12s), not of %s (%.12s)",
		    path, ir_json_str(r, "name"), ir_json_str(r, "container"),
		    ir_docker_name(inspect), ir_json_str(inspect, "Id"));
		json_decref(r);
		return -1;
	}
	return merge(i, r, path, err);
}

int
ir_isolation_load(struct ir_cli *cli, const json_t *inspect, const char *from,
    struct ir_isolation *i, struct ir_err *err)
{
	const char *id = ir_json_str(inspect, "Id");
	char name[32];

	memset(i, 0, sizeof(*i));
	if (from != NULL)
		return load_file(from, inspect, i, err);
	if (cli->bundle_dir != NULL &&
	    load_bundle(cli->bundle_dir, id, i, err) == -1)
		return -1;
	here_name(name, id);
	if (i->record != NULL || access(name, F_OK) == -1)
		return 0;
	i->here = true;
	return load_file(name, inspect, i, err);
}

json_t *
ir_isolation_before(struct ir_cli *cli, const json_t *inspect, const char *from,
    struct ir_err *err)
{
	struct ir_isolation i;
	json_t *now = NULL, *record = NULL;

	if (ir_isolation_load(cli, inspect, from, &i, err) == 0)
		now = ir_docker_networks_record(cli->engine, inspect, err);
	if (now != NULL && merge(&i, now, "the engine", err) == 0)
		record = json_incref(i.record);
	ir_isolation_free(&i);
	return record;
}

static int
save_in_bundle(struct ir_cli *cli, const char *kind, const json_t *j,
    char **where, struct ir_err *err)
{
	ir_auto_free char *text = ir_json_pretty(j, err);
	char path[64];

	if (text == NULL)
		return -1;
	snprintf(path, sizeof(path), "actions/%04u-%s.json",
	    ir_bundle_run(cli->bundle), kind);
	if (ir_sink_put(ir_bundle_sink(cli->bundle), path, text, strlen(text),
		err) == -1)
		return -1;
	*where = ir_asprintf(err, "data/%s", path);
	return *where != NULL ? 0 : -1;
}

/* The file that is there already must do. */
static int
keep(const char *name, const json_t *record, struct ir_err *err)
{
	struct ir_isolation old = {0};
	json_auto_t *me =
	    json_pack("{s:s, s:s}", "Id", ir_json_str(record, "container"),
		"Name", ir_json_str(record, "name"));
	const json_t *e;
	size_t i;
	int rc = load_file(name, me, &old, err);

	json_array_foreach (json_object_get(record, "endpoints"), i, e)
		if (rc == 0 && !has_network(old.record, ir_json_str(e, "name")))
			rc = ir_fail(err, IR_EEXIST,
			    "%s is here from before, and does not hold network "
			    "%s: move it away, or undo with it; nothing was "
			    "cut",
			    name, ir_json_str(e, "name"));
	ir_isolation_free(&old);
	return rc;
}

static int
save_here(const json_t *record, char **where, struct ir_err *err)
{
	ir_auto_free char *text = ir_json_pretty(record, err);
	char name[32];

	here_name(name, ir_json_str(record, "container"));
	if (text == NULL)
		return -1;
	if (ir_put_file(AT_FDCWD, name, text, strlen(text), err) == -1 &&
	    (err->code != IR_EEXIST || keep(name, record, err) == -1))
		return -1;
	*where = ir_asprintf(err, "%s", name);
	return *where != NULL ? 0 : -1;
}

char *
ir_isolation_save(struct ir_cli *cli, const json_t *record, struct ir_err *err)
{
	char *where = NULL;
	int rc = cli->bundle != NULL
		     ? save_in_bundle(cli, "isolate", record, &where, err)
		     : save_here(record, &where, err);

	if (rc == -1)
		ir_wrap(err, "the record that an undo needs cannot be kept");
	return where;
}

/* "20261122T013441.123456Z", for a file name. */
static void
stamp(char out[IR_TIME_SIZE])
{
	char now[IR_TIME_SIZE];

	ir_time_now(now);
	for (const char *p = now; *p != '\0'; p++)
		if (*p != '-' && *p != ':')
			*out++ = *p;
	*out = '\0';
}

int
ir_isolation_undone(struct ir_cli *cli, const struct ir_isolation *i,
    const json_t *inspect, const json_t *differences, struct ir_err *err)
{
	char now[IR_TIME_SIZE], time[IR_TIME_SIZE], name[32], to[96];
	ir_auto_free char *where = NULL;

	if (i->here) {
		stamp(time);
		here_name(name, ir_json_str(inspect, "Id"));
		snprintf(to, sizeof(to), "ir-isolate-%.12s.undone-%s.json",
		    ir_json_str(inspect, "Id"), time);
		if (ir_rename_new(AT_FDCWD, name, to, err) == -1)
			return -1;
	}
	if (cli->bundle == NULL)
		return 0;
	ir_time_now(now);
	json_auto_t *mark = json_pack("{s:i, s:s, s:O, s:s, s:o, s:O}", "v", 1,
	    "container", ir_json_str(inspect, "Id"), "name",
	    json_object_get(i->record, "name"), "time", now, "undoes",
	    ir_json_text(i->where), "differences", differences);
	if (mark == NULL)
		return ir_fail_mem(err);
	return save_in_bundle(cli, "isolate-undo", mark, &where, err);
}
