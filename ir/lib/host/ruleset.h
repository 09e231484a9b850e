/* SPDX-License-Identifier: ISC
 *
 * The rules of a packet filter around a container: as a script for nft, and as
 * an outline of what nft then lists (listing.h).
 *
 * Every rule bears its name as a comment, so that nft list ruleset explains
 * itself.
 */
#ifndef IR_HOST_RULESET_H
#define IR_HOST_RULESET_H

#include <jansson.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/limits.h"
#include "host/inside.h"

/* The outline's lines are "CHAIN HOOK POLICY", with - for a chain that others
 * lead to, and then "CHAIN VERDICT own NAME" for each rule, with - instead of
 * own for one that is not about the container's processes. */
struct ir_host_ruleset {
	struct ir_buf script;
	struct ir_buf chains, rules;
};

#define IR_HOST_RULESET_INIT                          \
	{                                             \
		IR_BUF_INIT, IR_BUF_INIT, IR_BUF_INIT \
	}

void ir_host_ruleset_free(struct ir_host_ruleset *r);

/* The table's name, IR_HOST_TABLE and some of the container's id. */
#define IR_HOST_TABLE_SIZE 16
void ir_host_ruleset_table(char out[IR_HOST_TABLE_SIZE], const char *id);

/* Processes told by their cgroup. */
struct ir_host_by {
	char path[IR_MAX_PATH]; /* v2: below /sys/fs/cgroup; "" for v1 */
	int level;              /* v2: how deep it is in the hierarchy */
	uint32_t classid; /* v1: of net_cls; v2: the mark of what they send
			     over loopback */
};

/** ir_host_ruleset_links(r, id, ends, n, netns, keep, err): a table for those
 * of the n ends that are in that namespace.  IR_EUSAGE if keep has what is not
 * a single host's address, or more than IR_MAX_KEEP; IR_EPROTO if the name of
 * an end cannot be written for nft. */
int ir_host_ruleset_links(struct ir_host_ruleset *r, const char *id,
    const struct ir_host_end *ends, int n, int netns, const json_t *keep,
    struct ir_err *err);

/** ir_host_ruleset_by(r, id, by, keep, err): a table for processes. */
int ir_host_ruleset_by(struct ir_host_ruleset *r, const char *id,
    const struct ir_host_by *by, const json_t *keep, struct ir_err *err);

#endif
