/* SPDX-License-Identifier: ISC
 *
 * The engine's host and this one: see here.h.
 *
 * A socket says little: what answers there can be forwarded from anywhere.  A
 * process in a cgroup of the container's name proves it.  Where nothing runs,
 * what is left is a directory with a name of 64 digits, for root at a local
 * socket.
 */
#include "collectors/here.h"

#include <fcntl.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/text.h"
#include "docker/container.h"
#include "json/json.h"

static int
may_be_here(const struct ir_target *t, struct ir_err *err)
{
	if (geteuid() != 0)
		return ir_fail(err, IR_EPERM, "it takes root on its host");
	if (t->host != NULL)
		return 0;
	if (ir_json_true(t->inspect, "State.Running"))
		return ir_fail(err, IR_ENOENT, "%s", t->no_host);
	if (!ir_starts(ir_docker_where(t->engine), "unix:"))
		return ir_fail(
		    err, IR_ENOENT, "the engine is not on this host");
	return 0;
}

int
ir_here_dir(const struct ir_target *t, char **path, struct ir_err *err)
{
	json_auto_t *info = NULL;
	ir_auto_free char *below = NULL;
	ir_auto_close int root = -1;
	const char *dir;

	*path = NULL;
	if (may_be_here(t, err) == -1 ||
	    (info = ir_docker_info(t->engine, err)) == NULL)
		return -1;
	dir = ir_json_str(info, "DockerRootDir");
	if (*dir != '/')
		return ir_fail(err, IR_ENOENT,
		    "the engine does not say where it keeps its files");
	if ((below = ir_asprintf(err, "containers/%s", t->id)) == NULL ||
	    (*path = ir_asprintf(err, "%s/%s", dir, below)) == NULL)
		return -1;
	if ((root = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC)) == -1)
		return ir_fail_errno(err, "%s", dir);
	return ir_open_beneath(root, below, O_RDONLY | O_DIRECTORY, err);
}

int
ir_here(const struct ir_target *t, struct ir_err *err)
{
	ir_auto_free char *path = NULL;
	ir_auto_close int fd = -1;

	if (t->host != NULL)
		return may_be_here(t, err);
	fd = ir_here_dir(t, &path, err);
	return fd == -1 ? -1 : 0;
}
