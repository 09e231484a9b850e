/* SPDX-License-Identifier: ISC
 *
 * Cutting a container off, by the way that is there and loses least, and the
 * way back.
 *
 *   link    root on the engine's host: the host's ends of its links go down.
 *           Addresses, ports, MAC and connections stay; a restart makes new
 *           links, so the restart policy is held meanwhile.
 *   filter  the same with addresses that are let in: a packet filter there.
 *   cgroup  a container in the host's own network, told by its cgroup.
 *   api     from anywhere: the engine disconnects it from every network.
 */
#ifndef IR_CLI_CUT_H
#define IR_CLI_CUT_H

#include <jansson.h>
#include <stdbool.h>

#include "cli/cli.h"
#include "cli/isolation.h"

/* What is wished for, and what came of it. */
struct ir_cut {
	const char *wish;   /* "auto", "link" or "api" */
	const json_t *keep; /* addresses to let in, an array; or NULL */

	const char *method; /* as in the record, from here on */
	json_t *record;     /* of this cut; what there was to cut */
	char *where;        /* the file that it is in; NULL: it was already */
	bool already;
	bool by_record;   /* ... as far as is on record; it cannot be seen */
	bool seen;        /* on the host, not only by the engine's word */
	int leaks;        /* ir_host_resolver_leaks() */
	bool only_freeze; /* after -1: its network cannot be cut in any way */
	double ms;        /* from the first change to the last */
};

/** ir_cut(cli, inspect, c, err): saves what dies with the cut, and what an undo
 * needs, declares, cuts, verifies.  "auto" takes the link where all of them can
 * be cut on this host, else the API, and says why.  A container that is cut off
 * already is left as it is.  In a dry run nothing is saved or verified; what
 * would be done on the host is noted with ir_say().  Released by
 * ir_cut_free(). */
int ir_cut(struct ir_cli *cli, const json_t *inspect, struct ir_cut *c,
    struct ir_err *err);
void ir_cut_free(struct ir_cut *c);

/** ir_cut_undo(cli, inspect, i, differences, err): puts back what i says, on
 * the host and by the API.  *differences, the caller owns it, is what is not as
 * it was: ir_docker_networks_compare()'s, and those of the links.  NULL in a
 * dry run. */
int ir_cut_undo(struct ir_cli *cli, const json_t *inspect,
    const struct ir_isolation *i, json_t **differences, struct ir_err *err);

/** ir_cut_report(cli, inspect, c): tells what was done, and what it leaves
 * open. */
void ir_cut_report(
    struct ir_cli *cli, const json_t *inspect, const struct ir_cut *c);

/** ir_cut_report_undo(inspect, i, diff): the same of an undo; whether one of
 * the differences matters. */
bool ir_cut_report_undo(
    const json_t *inspect, const struct ir_isolation *i, const json_t *diff);

#endif
