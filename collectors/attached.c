/* SPDX-License-Identifier: ISC
 *
 * Volumes and binds: see attached.h.
 */
#include "collectors/attached.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "crypto/digest.h"
#include "host/mounted.h"
#include "json/json.h"

/* Of a name in the bundle; 12 digits of a hash tell those apart that begin
 * alike, or differ in what cannot stand in a name. */
#define LABEL  48
#define DIGITS 12

/* Not files of anybody's, or the whole host's. */
static const char *const hosts_own[] = {"/proc", "/sys", "/dev"};

/* File systems whose data is elsewhere, or is made up by a process: reading one
 * can wait for ever, and where it hangs, the engine does too. */
static bool
is_remote(const char *type)
{
	static const char *const types[] = {"nfs", "nfs4", "cifs", "smb3",
	    "smbfs", "ceph", "glusterfs", "9p", "afs", "lustre", "gpfs",
	    "ocfs2", "beegfs", "davfs", "sshfs", "autofs"};

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (strcmp(type, types[i]) == 0)
			return true;
	return ir_starts(type, "fuse");
}

/* The kernel's own tables, which have no content. */
static bool
is_kernels(const char *type)
{
	static const char *const types[] = {"proc", "sysfs", "devtmpfs",
	    "devpts", "cgroup", "cgroup2", "debugfs", "tracefs", "securityfs",
	    "bpf", "configfs", "mqueue", "binfmt_misc", "nsfs", "pstore",
	    "efivarfs", "fusectl", "rpc_pipefs"};

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (strcmp(type, types[i]) == 0)
			return true;
	return false;
}

/* Whether path is dir or lies in it. */
static bool
within(const char *path, const char *dir)
{
	size_t n = strlen(dir);

	while (n > 0 && dir[n - 1] == '/')
		n--;
	return strncmp(path, dir, n) == 0 &&
	       (path[n] == '/' || path[n] == '\0');
}

static bool
is_root(const char *path)
{
	return *path == '/' && path[strspn(path, "/")] == '\0';
}

static void
leave(struct ir_attached *a, const char *why)
{
	snprintf(a->why_not, sizeof(a->why_not), "%s", why);
}

/* A path of the host, given to the container. */
static void
judge_path(struct ir_attached *a, const char *path, const char *engine_root)
{
	a->holds_engine = is_root(path) ||
			  (*engine_root != '\0' && within(engine_root, path));
	if (is_root(path))
		leave(a, "it is the whole of the host");
	for (size_t i = 0; i < sizeof(hosts_own) / sizeof(hosts_own[0]); i++)
		if (within(path, hosts_own[i]))
			leave(a, "it is the host's own, and holds no files");
	if (ir_ends(path, ".sock"))
		leave(a, "it is a socket");
	if (*engine_root == '\0' || a->why_not[0] != '\0')
		return;
	ir_auto_buf struct ir_buf volumes = IR_BUF_INIT;
	ir_buf_printf(&volumes, "%s/volumes", engine_root);
	if (a->holds_engine)
		leave(a, "the engine's own files lie in it, those of every "
			 "container");
	else if (within(path, engine_root) &&
		 (volumes.failed || !within(path, volumes.p)))
		leave(a, "it is of the engine's own files");
}

static void
judge_type(struct ir_attached *a, const char *type)
{
	if (a->why_not[0] != '\0')
		return;
	if (is_remote(type))
		snprintf(a->why_not, sizeof(a->why_not),
		    "it is of a network, or of a process that serves it "
		    "(%.40s), and could hang the engine: take it from there",
		    type);
	else if (is_kernels(type))
		snprintf(a->why_not, sizeof(a->why_not),
		    "it is the kernel's own (%.40s), and holds no files", type);
}

static void
judge(const struct ir_target *t, struct ir_attached *a, const char *engine_root)
{
	const char *device = ir_json_str(a->volume, "Options.device");
	ir_auto_free char *type = NULL;
	struct ir_err ignored;

	if (strcmp(a->type, "bind") == 0)
		judge_path(a, a->source, engine_root);
	else if (strcmp(a->type, "volume") != 0)
		snprintf(a->why_not, sizeof(a->why_not),
		    "it is neither a volume nor a bind, but \"%.40s\"",
		    a->type);
	judge_type(a, ir_json_str(a->volume, "Options.type"));
	/* A volume can be a bind by another name. */
	if (a->why_not[0] == '\0' && *device == '/' &&
	    strstr(ir_json_str(a->volume, "Options.o"), "bind") != NULL)
		judge_path(a, device, engine_root);
	if (t->host != NULL && a->why_not[0] == '\0' &&
	    (type = ir_host_mounted(t->host, a->destination, &ignored)) != NULL)
		judge_type(a, type);
}

/* "volumes" beside t->engine_dir, which is the same for all that are captured
 * at a time. */
static char *
place(
    const struct ir_target *t, const struct ir_attached *a, struct ir_err *err)
{
	bool named = *a->name != '\0';
	const char *what = named ? a->name : a->source;
	const char *run = strchr(t->engine_dir, '/');
	ir_auto_buf struct ir_buf key = IR_BUF_INIT;
	char hex[IR_SHA256_HEX], label[LABEL + 1];
	size_t n = 0;

	ir_buf_printf(&key, "%s %s", a->type, what);
	if (ir_buf_ok(&key, err) == -1)
		return NULL;
	ir_sha256_mem(key.p, key.len, hex);
	for (const char *p = what; *p != '\0' && n < LABEL; p++) {
		bool plain = isalnum((unsigned char)*p) ||
			     (n > 0 && strchr("._+@=", *p) != NULL);

		if (plain || (n > 0 && label[n - 1] != '-'))
			label[n++] = plain ? *p : '-';
	}
	label[n] = '\0';
	return ir_asprintf(err, "volumes%s/%s%s%.*s", run != NULL ? run : "",
	    label, n > 0 && label[n - 1] != '-' ? "-" : "", DIGITS, hex);
}

static int
take(const struct ir_target *t, const json_t *mount, const char *engine_root,
    struct ir_attached *a, struct ir_err *err)
{
	ir_auto_buf struct ir_buf name = IR_BUF_INIT;
	struct ir_err gone; /* it is in use, so that is odd, but no matter */

	*a = (struct ir_attached){
	    .mount = mount,
	    .type = ir_json_str(mount, "Type"),
	    .name = ir_json_str(mount, "Name"),
	    .source = ir_json_str(mount, "Source"),
	    .destination = ir_json_str(mount, "Destination"),
	};
	if ((a->dir = place(t, a, err)) == NULL)
		return -1;
	ir_url_escape(&name, a->name);
	if (*a->name != '\0' && strcmp(a->type, "volume") == 0 && !name.failed)
		a->volume =
		    ir_docker_get(t->engine, &gone, "/volumes/%s", name.p);
	judge(t, a, engine_root);
	return 0;
}

/* Where the engine keeps its own files, "" if it does not say. */
static char *
engine_root(const struct ir_target *t, struct ir_err *err)
{
	struct ir_err ignored;
	json_auto_t *info = ir_docker_get(t->engine, &ignored, "/info");

	return ir_asprintf(err, "%s", ir_json_str(info, "DockerRootDir"));
}

int
ir_attached(const struct ir_target *t, struct ir_attached **list, size_t *n,
    struct ir_err *err)
{
	const json_t *mounts = json_object_get(t->inspect, "Mounts"), *m;
	ir_auto_free char *root = NULL;
	size_t i;

	*n = 0;
	*list = calloc(json_array_size(mounts) + 1, sizeof(**list));
	if (*list == NULL)
		return ir_fail_mem(err);
	json_array_foreach (mounts, i, m) {
		if (strcmp(ir_json_str(m, "Type"), "tmpfs") == 0)
			continue;
		if ((root == NULL && (root = engine_root(t, err)) == NULL) ||
		    take(t, m, root, &(*list)[(*n)++], err) == -1) {
			ir_attached_free(*list, *n);
			*list = NULL;
			return -1;
		}
	}
	return 0;
}

void
ir_attached_free(struct ir_attached *list, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		json_decref(list[i].volume);
		free(list[i].dir);
	}
	free(list);
}
