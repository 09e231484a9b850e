/* SPDX-License-Identifier: ISC
 *
 * Network namespaces that the other end of a container's link could be in, the
 * likely ones first.
 */
#ifndef IR_HOST_SPACES_H
#define IR_HOST_SPACES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "host/host.h"
#include "host/netlink.h"

/* One namespace. */
struct ir_host_space {
	int fd;
	uint64_t inode; /* 4026531833: what tells namespaces apart */
	bool engines;   /* the program's own, or one of those who started the
			   container: not the container's to be cut off */
	struct ir_host_nl nl; /* its rtnetlink, once it is asked for */
};

/** ir_host_spaces_given(h, key): the network namespace that the engine mounted
 * at key, its SandboxKey, as who tends the container sees it: a descriptor, or
 * -1 if there is none to be seen. */
int ir_host_spaces_given(const struct ir_host *h, const char *key);

struct ir_host_spaces;

/** ir_host_spaces_new(h, err): freed by ir_host_spaces_free(). */
struct ir_host_spaces *ir_host_spaces_new(
    const struct ir_host *h, struct ir_err *err);
void ir_host_spaces_free(struct ir_host_spaces *s);

/** ir_host_spaces_at(s, i): the i'th, each distinct one once; NULL after the
 * last.  First the program's own, then those of the container's ancestors (who
 * tends it lives in the engine's), then what their mountinfo has (an overlay
 * network's), then every process's.  They are looked for only as far as they
 * are asked for.  Borrowed; the next call may move it. */
struct ir_host_space *ir_host_spaces_at(struct ir_host_spaces *s, size_t i);

/** ir_host_spaces_known(s): how many were found so far. */
size_t ir_host_spaces_known(const struct ir_host_spaces *s);

/** ir_host_spaces_engines(s, netns): whether netns is one of the engine's. */
bool ir_host_spaces_engines(struct ir_host_spaces *s, int netns);

/** ir_host_space_nl(space, err): its rtnetlink socket, opened when it is asked
 * for first. */
struct ir_host_nl *ir_host_space_nl(
    struct ir_host_space *space, struct ir_err *err);

#endif
