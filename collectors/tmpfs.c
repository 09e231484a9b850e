/* SPDX-License-Identifier: ISC
 *
 * File systems in memory: /dev/shm, /run and whatever tmpfs the container has,
 * which no export of an engine has.
 *
 * Each is taken without what is mounted on it, by a copy of its one mount that
 * nobody else sees: so nothing leads out of it, and what somebody hid below
 * another mount is there.  Which file system it is, and which are on the way to
 * it, is known before a path is walked: one that a process serves could keep
 * us waiting for ever.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/text.h"
#include "collectors/copy.h"
#include "host/answers.h"
#include "host/each.h"
#include "host/mounts.h"
#include "host/onemount.h"
#include "overlay/layer.h"
#include "json/json.h"

/* Of one container; mount namespaces, and omitted paths that are told. */
#define MAX_TAKEN   256u
#define MAX_SPACES  256u
#define MAX_OMITTED 1000u

struct run {
	const struct ir_target *t;
	struct ir_sink *sink;
	json_t *index;
	ino_t spaces[MAX_SPACES];
	size_t nspaces;
	char taken[MAX_TAKEN][24]; /* devices */
	size_t ntaken;
	unsigned missing;
	char why[1200]; /* of the first */
};

/* The mounts of a namespace. */
struct mounts {
	struct ir_host_mount *v;
	size_t n;
};

static void
miss(struct run *r, json_t *entry, const char *point, const char *why)
{
	if (r->missing++ == 0)
		snprintf(r->why, sizeof(r->why), "%.100s: %s", point, why);
	json_object_set_new(entry, "why", ir_json_text(why));
}

/* Whether a is b, or leads to it. */
static bool
is_above(const char *a, const char *b)
{
	size_t n = strlen(a);

	return strcmp(a, "/") == 0 ||
	       (strncmp(a, b, n) == 0 && (b[n] == '/' || b[n] == '\0'));
}

/* A mount on the way to m that may not answer, or NULL.  The root is the
 * engine's choice. */
static const struct ir_host_mount *
in_the_way(const struct mounts *all, const struct ir_host_mount *m)
{
	for (size_t i = 0; i < all->n; i++)
		if (strcmp(all->v[i].point, "/") != 0 &&
		    is_above(all->v[i].point, m->point) &&
		    (!ir_host_answers_type(all->v[i].type) ||
			strcmp(all->v[i].type, "overlay") == 0))
			return &all->v[i];
	return NULL;
}

/* What the engine put there from elsewhere is no tmpfs of the container's own,
 * whatever it lies on. */
static bool
is_volume(const struct run *r, const char *point)
{
	const json_t *mounts = ir_json_at(r->t->inspect, "Mounts"), *m;
	size_t i;

	json_array_foreach (mounts, i, m)
		if (strcmp(ir_json_str(m, "Destination"), point) == 0 &&
		    strcmp(ir_json_str(m, "Type"), "tmpfs") != 0)
			return true;
	return false;
}

static int
omitted(void *arg, const char *path, const char *what, struct ir_err *err)
{
	json_t *list = arg;

	(void)err;
	if (json_array_size(list) < MAX_OMITTED)
		json_array_append_new(
		    list, json_pack("{s:o, s:o}", "path", ir_json_text(path),
			      "what", ir_json_text(what)));
	return 0;
}

static int
pack(struct run *r, int top, json_t *entry, struct ir_err *err)
{
	json_t *list = json_array();
	struct ir_overlay_take take = {
	    .omitted = omitted, .arg = list, .live = r->t->live};
	char file[32], mode[16];
	struct ir_stream *out;
	struct stat st;

	json_object_set_new(entry, "omitted", list);
	if (fstat(top, &st) == 0) {
		snprintf(mode, sizeof(mode), "%04o", st.st_mode & 07777);
		json_object_set_new(entry, "mode", json_string(mode));
		json_object_set_new(entry, "uid", json_integer(st.st_uid));
		json_object_set_new(entry, "gid", json_integer(st.st_gid));
	}
	snprintf(file, sizeof(file), "tmpfs-%zu.tar", r->ntaken);
	ir_auto_free char *path = ir_asprintf(err, "%s/%s", r->t->dir, file);
	if (path == NULL)
		return -1;
	json_object_set_new(entry, "file", json_string(file));
	if (r->sink->has(r->sink, path))
		return 0;
	if ((out = r->sink->open(r->sink, path, err)) == NULL ||
	    ir_overlay_layer(top, out, &take, err) == -1)
		return -1;
	json_object_set_new(
	    entry, "entries", json_integer((json_int_t)take.entries));
	json_object_set_new(
	    entry, "bytes", json_integer((json_int_t)take.bytes));
	return 0;
}

/* A tmpfs has the blocks that it uses, and no more. */
static int
check_size(const struct run *r, int top, struct ir_err *err)
{
	struct statfs fs;
	char size[16];
	uint64_t used;

	if (r->t->volume_limit == 0)
		return 0;
	if (fstatfs(top, &fs) == -1)
		return ir_fail_errno(err, "its size");
	used = (uint64_t)(fs.f_blocks - fs.f_bfree) * (uint64_t)fs.f_bsize;
	ir_size(size, used);
	if (used > r->t->volume_limit)
		return ir_fail(err, IR_EFORMAT,
		    "it has %s, more than --volume-limit", size);
	return 0;
}

static void
take(struct run *r, const struct ir_host_one *one, const struct mounts *all,
    const struct ir_host_mount *m, json_t *entry)
{
	const struct ir_host_mount *way = in_the_way(all, m);
	struct ir_err why;

	if (way != NULL) {
		ir_fail(&why, IR_EIO,
		    "a %s mount is in the way, which may not answer",
		    way->type);
		miss(r, entry, m->point, why.msg);
		return;
	}
	ir_auto_close int top = ir_host_onemount(one->dir, m, &why);
	if (top == -1 && why.code == IR_EFORMAT)
		json_object_set_new(entry, "why", ir_json_text(why.msg));
	else if (top == -1 || check_size(r, top, &why) == -1 ||
		 pack(r, top, entry, &why) == -1)
		miss(r, entry, m->point, why.msg);
}

/* A file system that is mounted twice is taken once, whole if it can be. */
static bool
is_taken(struct run *r, const struct ir_host_mount *m)
{
	char device[24];

	snprintf(device, sizeof(device), "%u:%u", m->major, m->minor);
	for (size_t i = 0; i < r->ntaken; i++)
		if (strcmp(r->taken[i], device) == 0)
			return true;
	if (r->ntaken == MAX_TAKEN)
		return true;
	snprintf(r->taken[r->ntaken++], sizeof(device), "%s", device);
	return false;
}

static void
consider(struct run *r, const struct ir_host_one *one, ino_t space,
    const struct mounts *all, const struct ir_host_mount *m)
{
	char device[24];
	json_t *entry;

	if ((strcmp(m->type, "tmpfs") != 0 && strcmp(m->type, "ramfs") != 0) ||
	    is_volume(r, m->point) || is_taken(r, m))
		return;
	snprintf(device, sizeof(device), "%u:%u", m->major, m->minor);
	entry = json_pack("{s:o, s:o, s:s, s:o, s:o, s:s, s:I, s:i}", "point",
	    ir_json_text(m->point), "root", ir_json_text(m->root), "type",
	    m->type, "flags", ir_json_text(m->flags), "options",
	    ir_json_text(m->options), "device", device, "mntns",
	    (json_int_t)space, "pid", (int)one->pid);
	json_array_append_new(r->index, entry);
	take(r, one, all, m, entry);
}

/* Those whose root is the file system's own come first. */
static void
consider_all(struct run *r, const struct ir_host_one *one, ino_t space,
    const struct mounts *all)
{
	for (int whole = 1; whole >= 0; whole--)
		for (size_t i = 0; i < all->n; i++)
			if ((strcmp(all->v[i].root, "/") == 0) == whole)
				consider(r, one, space, all, &all->v[i]);
}

static int
parse(char *text, struct mounts *all, struct ir_err *err)
{
	size_t lines = 0;
	char *at = text, *line;

	for (const char *p = text; (p = strchr(p, '\n')) != NULL; p++)
		lines++;
	if ((all->v = calloc(lines + 1, sizeof(*all->v))) == NULL)
		return ir_fail_mem(err);
	while ((line = strsep(&at, "\n")) != NULL && all->n < lines)
		if (ir_host_mount_parse(line, &all->v[all->n]) == 0)
			all->n++;
	return 0;
}

static bool
is_known(struct run *r, ino_t space)
{
	for (size_t i = 0; i < r->nspaces; i++)
		if (r->spaces[i] == space)
			return true;
	if (r->nspaces == MAX_SPACES)
		return true;
	r->spaces[r->nspaces++] = space;
	return false;
}

/* Each mount namespace is looked at once, by one of those in it. */
static int
look(void *arg, const struct ir_host_one *one, struct ir_err *err)
{
	struct mounts all = {NULL, 0};
	struct run *r = arg;
	struct ir_err why;
	struct stat st, ours;
	size_t len;
	int rc;

	if (fstatat(one->dir, "ns/mnt", &st, 0) == -1 ||
	    stat("/proc/self/ns/mnt", &ours) == -1 ||
	    st.st_ino == ours.st_ino || is_known(r, st.st_ino))
		return 0;
	ir_auto_free char *text =
	    ir_host_text(one->dir, "mountinfo", IR_MAX_MOUNTINFO, &len, &why);
	if (text == NULL)
		return 0;
	if ((rc = parse(text, &all, err)) == 0)
		consider_all(r, one, st.st_ino, &all);
	free(all.v);
	return rc;
}

static enum ir_collected
write_index(struct run *r, const char *path, struct ir_err *err)
{
	ir_auto_free char *text = ir_json_pretty(r->index, err);

	if (text == NULL ||
	    ir_sink_put(r->sink, path, text, strlen(text), err) == -1)
		return IR_FAIL;
	if (r->missing == 0)
		return json_array_size(r->index) == 0 ? IR_NOTHING : IR_GOT;
	ir_fail(
	    err, IR_EIO, "%s%s", r->why, r->missing == 1 ? "" : ", and others");
	return IR_FAIL;
}

static enum ir_collected
tmpfs_run(const struct ir_target *t, struct ir_sink *sink, struct ir_err *err)
{
	ir_auto_free char *path = ir_asprintf(err, "%s/tmpfs.json", t->dir);
	ir_auto_free struct run *r = calloc(1, sizeof(*r));
	json_auto_t *index = json_array();

	if (path == NULL)
		return IR_FAIL;
	if (r == NULL || index == NULL) {
		ir_fail_mem(err);
		return IR_FAIL;
	}
	if (sink->has(sink, path))
		return IR_GOT;
	r->t = t;
	r->sink = sink;
	r->index = index;
	if (ir_host_each(t->host, look, r, err) == -1)
		return IR_FAIL;
	return write_index(r, path, err);
}

const struct ir_collector ir_collector_tmpfs = {
    .name = "tmpfs",
    .what = "file systems in memory: /dev/shm, /run and the like",
    .changes = "",
    .calls = "",
    .needs_host = true,
    .hostile = true,
    .profiles = IR_EVERY_PROFILE,
    .deadline_s = 600,
    .run = tmpfs_run,
};
