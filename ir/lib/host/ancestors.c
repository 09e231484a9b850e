/* SPDX-License-Identifier: ISC
 *
 * Who started a container: see ancestors.h.
 */
#include "host/ancestors.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "host/inside.h"

/* In /proc/PID/stat: after the name, which may be anything, the state, and then
 * the parent's number. */
int
ir_host_parent(int proc)
{
	struct ir_err err;
	size_t len;
	ir_auto_free char *stat = ir_host_read(proc, "stat", 4096, &len, &err);
	const char *end = stat != NULL ? strrchr(stat, ')') : NULL;
	char path[32];
	long long pid;

	if (end == NULL || sscanf(end, ") %*c %lld", &pid) != 1 || pid <= 0)
		return -1;
	snprintf(path, sizeof(path), "/proc/%lld", pid);
	return open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}
