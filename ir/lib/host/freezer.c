/* SPDX-License-Identifier: ISC
 *
 * Whether the kernel holds a container still: see freezer.h.
 */
#include "host/freezer.h"

#include <fcntl.h>
#include <string.h>

#include "base/buf.h"
#include "host/cgroup.h"
#include "host/inside.h"

/* freezer.state is one word, cgroup.events a few lines. */
#define MAX_STATE 4096

/* Where each version of cgroups tells it, and how. */
static const struct {
	const char *controller, *file, *frozen;
} kernels[] = {
    {"freezer", "freezer.state", "FROZEN"},
    {"", "cgroup.events", "frozen 1"},
};

/* Whether a line of text is that. */
static int
has_line(const char *text, const char *line)
{
	size_t n = strlen(line);

	for (const char *p = text; p != NULL; p = strchr(p, '\n')) {
		p += *p == '\n';
		if (strncmp(p, line, n) == 0 && (p[n] == '\n' || p[n] == '\0'))
			return 1;
	}
	return 0;
}

int
ir_host_frozen(const struct ir_host *h, struct ir_err *err)
{
	for (size_t i = 0; i < sizeof(kernels) / sizeof(kernels[0]); i++) {
		size_t len;
		ir_auto_free char *dir =
		    ir_host_cgroup_dir(h, kernels[i].controller, err);
		ir_auto_free char *path =
		    dir != NULL
			? ir_asprintf(err, "%s/%s", dir, kernels[i].file)
			: NULL;
		ir_auto_free char *text =
		    path != NULL
			? ir_host_read(AT_FDCWD, path, MAX_STATE, &len, err)
			: NULL;

		if (text != NULL)
			return has_line(text, kernels[i].frozen);
	}
	return -1;
}
