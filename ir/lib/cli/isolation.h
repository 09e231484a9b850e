/* SPDX-License-Identifier: ISC
 *
 * Isolations on record: what a container was connected to before it was cut
 * off, kept so that any later run, also of another program, can put it back.
 *
 * With a bundle the records are data/actions/NNNN-isolate.json, NNNN being the
 * number of the run, and data/actions/NNNN-isolate-undo.json marks that all
 * before it was put back.  Without one there is a single file in the current
 * directory, ir-isolate-<first 12 digits of the id>.json; undone, it gets
 * another name.  The record itself is that of docker/networks.h.
 */
#ifndef IR_CLI_ISOLATION_H
#define IR_CLI_ISOLATION_H

#include <jansson.h>
#include <stdbool.h>

#include "cli/cli.h"

struct ir_isolation {
	json_t *record; /* NULL: none is standing */
	char *where;    /* for people: the file or files it came from */
	bool here;      /* it is the file in the current directory */
};

/** ir_isolation_load(cli, inspect, from, i, err): what the container was cut
 * from since the last undo: the records in the bundle, taken together (the
 * first one that names a network is believed), else the file in the current
 * directory; or, if from is not NULL, just that file.  A record that is
 * malformed or of another container is IR_EFORMAT.  Released by
 * ir_isolation_free(). */
int ir_isolation_load(struct ir_cli *cli, const json_t *inspect,
    const char *from, struct ir_isolation *i, struct ir_err *err);
void ir_isolation_free(struct ir_isolation *i);

/** ir_isolation_before(cli, inspect, from, err): the record of all networks
 * that the container is on, or was on before an isolation that still stands,
 * which is looked for as by ir_isolation_load(); the caller owns it. */
json_t *ir_isolation_before(struct ir_cli *cli, const json_t *inspect,
    const char *from, struct ir_err *err);

/** ir_isolation_save(cli, record, err): keeps it, before anything is cut;
 * where, for the caller to free.  In the current directory, a file that is
 * there already must hold every network of this record, and stays as it is;
 * else it is IR_EEXIST. */
char *ir_isolation_save(
    struct ir_cli *cli, const json_t *record, struct ir_err *err);

/** ir_isolation_undone(cli, i, inspect, differences, err): marks that i was put
 * back. */
int ir_isolation_undone(struct ir_cli *cli, const struct ir_isolation *i,
    const json_t *inspect, const json_t *differences, struct ir_err *err);

/** ir_isolation_cut(cli, record, where, seen, err): saves, declares, cuts and
 * verifies.  *where is the file, for the caller to free: NULL if the record is
 * empty, for then nothing is saved.  *seen is that of
 * ir_docker_networks_verify_cut().  In a dry run nothing is saved, and nothing
 * verified. */
int ir_isolation_cut(struct ir_cli *cli, const json_t *record, char **where,
    bool *seen, struct ir_err *err);

#endif
