/* SPDX-License-Identifier: ISC
 *
 * What is mounted there: see mounted.h.
 */
#include "host/mounted.h"

#include <string.h>

#include "base/buf.h"
#include "base/limits.h"
#include "host/inside.h"
#include "host/mounts.h"

char *
ir_host_mounted(const struct ir_host *h, const char *point, struct ir_err *err)
{
	const char *type = NULL;
	struct ir_host_mount m;
	char *rest, *line;
	size_t len;
	ir_auto_free char *text =
	    ir_host_read(h->proc, "mountinfo", IR_MAX_MOUNTINFO, &len, err);

	if (text == NULL)
		return NULL;
	/* The first one is the engine's; a container that may mount can put
	 * others on top, and these are not what the engine reads. */
	for (line = strtok_r(text, "\n", &rest); line != NULL && type == NULL;
	     line = strtok_r(NULL, "\n", &rest))
		if (ir_host_mount_parse(line, &m) == 0 &&
		    strcmp(m.point, point) == 0)
			type = m.type;
	if (type == NULL) {
		ir_fail(err, IR_ENOENT, "%s: nothing is mounted there", point);
		return NULL;
	}
	return ir_asprintf(err, "%s", type);
}
