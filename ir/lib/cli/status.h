/* SPDX-License-Identifier: ISC
 *
 * Contained containers as they are now, against what we left them in.  Nothing
 * on host, engine or in a bundle is changed by looking.
 *
 * What is told of each is one object:
 *
 *   {"container":"<64 hex>","name":"web","verdict":"broken",
 *    "left":[{"what":"isolated"|"paused","how":"link"|"filter"|"cgroup"|"api"|
 *             "engine"|"signal","keep":[..],"time":"..","record":"<file>"}],
 *    "now":{"state":"running","pid":1,"started":"..","networks":["front"],
 *           "host":"seen"|"<why not>","dropped":12,"name":"web",
 *           "policy":"always"},
 *    "deviations":[{"what":"thawed","detail":"..","time":".."|null,
 *                   "by":".."|null,"ours":false,"over":false,"times":2,
 *                  "todo":".."|null,"effects":[{"what","detail"}]}]}
 *
 * Verdicts: "holds", "broken", "gone" (the container is removed), "unknown"
 * (the engine or a record cannot be read: "why" says it), and "none": nothing
 * is on record, so nothing could be broken.  A deviation that a run of ours
 * made of set purpose ("ours"), or that is so no longer ("over"), breaks
 * nothing, nor does the restart policy that podman could not change ("policy").
 * "times" is there if it happened more than once; "effects" is what it brought
 * about and lasts.  Times are RFC 3339 by our own clock, whatever the engine's
 * says.
 */
#ifndef IR_CLI_STATUS_H
#define IR_CLI_STATUS_H

#include <jansson.h>

#include "cli/cli.h"

#define IR_STATUS_BROKEN 10 /* the exit code */

/** ir_status_look(cli, names, n, engine, err): an array of these objects: of
 * the n containers that are named, or, if n is 0, of each that has a record, in
 * the order of records.  One that cannot be looked at is "unknown" and keeps
 * nobody else from being looked at; without an engine all are, and *engine is
 * the reason; its code is IR_OK if it answers.  The caller owns the array. */
json_t *ir_status_look(struct ir_cli *cli, char **names, int n,
    struct ir_err *engine, struct ir_err *err);

/** ir_status_print(list), ir_status_print_deviation(d): for people. */
void ir_status_print(const json_t *list);
void ir_status_print_deviation(const json_t *d);

/** ir_status_record(cli, before, o): each deviation of o which that object had
 * not before, unless it is ours, as a line "observed" in the journal of the
 * bundle that -b names, if it is open.  before may be NULL. */
void ir_status_record(
    struct ir_cli *cli, const json_t *before, const json_t *o);

/** ir_status_left(o, buf): "isolated by its link 14 min ago, paused 13 min
 * ago". */
char *ir_status_left(const json_t *o, struct ir_err *err);

/** ir_status_code(list): the exit code: IR_STATUS_BROKEN if anything is broken
 * or gone, else IR_EUNAVAIL for what is unknown, else IR_ENOENT for what is not
 * on record, else 0. */
int ir_status_code(const json_t *list);

/** ir_status_watch(cli, names, n, seconds, until_broken, err): the table, then
 * each change as it comes, until a signal or, with until_broken, until
 * something is broken: the exit code, or -1. */
int ir_status_watch(struct ir_cli *cli, char **names, int n, int seconds,
    bool until_broken, struct ir_err *err);

#endif
