/* SPDX-License-Identifier: ISC
 *
 * What the kernel says of a process in one line: see stat.h.
 */
#include "host/stat.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "host/inside.h"

/* 52 numbers and a name of at most 64 bytes. */
#define MAX_STAT 4096

/* The name, before all that is wanted, can hold anything, also parentheses. */
int
ir_host_stat(int dir, const char *path, struct ir_host_stat *s)
{
	struct ir_err err;
	size_t len;
	ir_auto_free char *text = ir_host_read(dir, path, MAX_STAT, &len, &err);
	char *p = text != NULL ? strrchr(text, ')') : NULL;

	if (p == NULL || sscanf(p, ") %c %lld", &s->state, &s->parent) != 2)
		return -1;
	for (int field = 2; field < 22; field++)
		if ((p = strchr(p + 1, ' ')) == NULL)
			return -1;
	return sscanf(p, " %lld", &s->start) == 1 ? 0 : -1;
}

bool
ir_host_ended(const struct ir_host_stat *s)
{
	return strchr("ZXx", s->state) != NULL;
}

int
ir_host_parent(int proc)
{
	struct ir_host_stat s;
	char path[32];

	if (ir_host_stat(proc, "stat", &s) == -1 || s.parent <= 0)
		return -1;
	snprintf(path, sizeof(path), "/proc/%lld", s.parent);
	return open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}
