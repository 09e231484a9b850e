/* SPDX-License-Identifier: ISC
 *
 * What a container's root is made of: see rootmount.h.
 */
#include "host/rootmount.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/text.h"
#include "host/inside.h"
#include "host/mounts.h"

/* Whether options, "rw,lowerdir=a:b,upperdir=/x/ID/diff,workdir=c", write to
 * it. */
static bool
writes_to(const char *options, const char *id)
{
	const char *at = strstr(options, ",upperdir="), *end;
	char tail[512];
	int n = snprintf(tail, sizeof(tail), "/%s/diff", id);

	if (at == NULL || n < 0 || (size_t)n >= sizeof(tail))
		return false;
	at += strlen(",upperdir=");
	end = at + strcspn(at, ",");
	if (end - at >= n && memcmp(end - n, tail, (size_t)n) == 0)
		return true;
	/* Engines that have many layers mount by relative paths. */
	return end - at == n - 1 && memcmp(at, tail + 1, (size_t)n - 1) == 0;
}

int
ir_host_upper(const struct ir_host *h, const char *id, struct ir_err *err)
{
	struct ir_host_mount m;
	char *rest, *line;
	int found = 0;
	size_t len;
	ir_auto_free char *text =
	    ir_host_read(h->proc, "mountinfo", IR_MAX_MOUNTINFO, &len, err);

	if (text == NULL)
		return -1;
	/* The last one at "/" is on top of the others. */
	for (line = strtok_r(text, "\n", &rest); line != NULL;
	     line = strtok_r(NULL, "\n", &rest))
		if (ir_host_mount_parse(line, &m) == 0 &&
		    strcmp(m.point, "/") == 0)
			found = strcmp(m.type, "overlay") == 0 &&
				strcmp(m.root, "/") == 0 &&
				writes_to(m.options, id);
	return found;
}

static bool
is_identity(const struct ir_host *h, const char *file)
{
	unsigned long from, to, n;
	struct ir_err err;
	size_t len;
	ir_auto_free char *map = ir_host_read(h->proc, file, 4096, &len, &err);

	return map != NULL && sscanf(map, "%lu %lu %lu", &from, &to, &n) == 3 &&
	       from == 0 && to == 0 && n == UINT32_MAX;
}

bool
ir_host_own_ids(const struct ir_host *h)
{
	return is_identity(h, "uid_map") && is_identity(h, "gid_map");
}
