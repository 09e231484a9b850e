/* SPDX-License-Identifier: ISC
 *
 * The host's ends of a container's links, for the other files of this module:
 * see inside.h.
 */
#include <stdlib.h>
#include <string.h>

#include <fcntl.h>
#include <unistd.h>

#include "host/inside.h"
#include "host/links.h"
#include "host/look.h"

static int
take_end(struct ir_host_look *look, const struct ir_host_seen *s,
    struct ir_host_end *e, struct ir_err *err)
{
	if (!s->proven)
		return ir_fail(
		    err, IR_EPROTO, "%s has no end on the host", s->link.name);
	e->netns = fcntl(
	    ir_host_spaces_at(look->spaces, s->space)->fd, F_DUPFD_CLOEXEC, 0);
	if (e->netns == -1)
		return ir_fail_errno(err, "a network namespace");
	e->index = s->peer.index;
	e->up = s->peer.flags & 1;
	e->inner = s->link.index;
	memcpy(e->name, s->peer.name, sizeof(e->name));
	memcpy(e->inner_name, s->link.name, sizeof(e->inner_name));
	return 0;
}

int
ir_host_ends(struct ir_host *h, struct ir_host_end **ends, struct ir_err *err)
{
	struct ir_host_look *look = ir_host_look(h, err);
	int n = 0, rc = look != NULL ? 0 : -1;

	*ends = NULL;
	if (rc == 0 && look->members.astray) {
		*err = look->members.stray;
		rc = -1;
	}
	if (rc == 0 && (*ends = calloc(look->n + 1, sizeof(**ends))) == NULL)
		rc = ir_fail_mem(err);
	for (size_t i = 0; rc == 0 && i < look->n; i++) {
		if (!look->v[i].outward)
			continue;
		rc = take_end(look, &look->v[i], &(*ends)[n], err);
		n += rc == 0;
	}
	if (rc == 0)
		return n;
	ir_host_ends_free(*ends, n);
	*ends = NULL;
	return -1;
}

void
ir_host_ends_free(struct ir_host_end *ends, int n)
{
	for (int i = 0; ends != NULL && i < n; i++)
		close(ends[i].netns);
	free(ends);
}
