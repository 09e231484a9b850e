/* SPDX-License-Identifier: ISC
 *
 * An isolation: what a container was connected to before it was cut off, kept
 * (actions.h, kind "isolate"), so that any later run can put it back; the ways
 * of cutting; and the way back.
 *
 * The record is that of docker/networks.h, and says besides how it was cut:
 *
 *   "method":"link"|"filter"|"cgroup"|"api"
 *   "links":[..]          host/links.h, from before; not with "api"
 *   "keep":["10.0.0.7"]   what is let in, with "filter" and "cgroup"
 *   "started":".."        State.StartedAt: another one, and the links are new
 *   "restart":{"Name","MaximumRetryCount"}  the policy that was set to "no"
 *   "hidden":{"due":2,"links":1}   fewer led out than the engine showed
 *   "state":".."          the file with the sockets and routes from before
 *
 * A record without "method" is of the API.
 */
#ifndef IR_CLI_ISOLATION_H
#define IR_CLI_ISOLATION_H

#include <jansson.h>
#include <stdbool.h>

#include "cli/actions.h"
#include "cli/cli.h"

struct ir_isolation {
	struct ir_actions actions;
	json_t *record; /* all that stand taken together, the first one that
			 * names a network believed; NULL: none stands */
};

/** ir_isolation_load(cli, inspect, from, i, err): as ir_actions_load().
 * Released by ir_isolation_free(). */
int ir_isolation_load(struct ir_cli *cli, const json_t *inspect,
    const char *from, struct ir_isolation *i, struct ir_err *err);
void ir_isolation_free(struct ir_isolation *i);

/** ir_isolation_on_host(i): whether any of it was done on the host, not by the
 * engine, and so has to be put back there. */
bool ir_isolation_on_host(const struct ir_isolation *i);

/** ir_isolation_filters(i): whether any of it was a packet filter. */
bool ir_isolation_filters(const struct ir_isolation *i);

/** ir_isolation_before(cli, inspect, from, err): the record of all networks
 * that the container is on, or was on before an isolation that still stands,
 * which is looked for as by ir_isolation_load(); the caller owns it. */
json_t *ir_isolation_before(struct ir_cli *cli, const json_t *inspect,
    const char *from, struct ir_err *err);

/** ir_isolation_save(cli, record, err): keeps it, before anything is cut;
 * where, for the caller to free. */
char *ir_isolation_save(
    struct ir_cli *cli, const json_t *record, struct ir_err *err);

/** ir_isolation_undone(cli, i, inspect, differences, err): marks that i was put
 * back. */
int ir_isolation_undone(struct ir_cli *cli, const struct ir_isolation *i,
    const json_t *inspect, const json_t *differences, struct ir_err *err);

/** ir_isolation_cut_api(cli, record, seen, err): declares, cuts by the API and
 * verifies; *seen tells whether also this host shows no link that leads out; if
 * it shows one, that is IR_EPROTO.  In a dry run nothing is verified. */
int ir_isolation_cut_api(
    struct ir_cli *cli, const json_t *record, bool *seen, struct ir_err *err);

/** ir_isolation_cut(cli, record, err): the same, saved before, where there is
 * anything to cut. */
int ir_isolation_cut(
    struct ir_cli *cli, const json_t *record, struct ir_err *err);

#endif
