/* SPDX-License-Identifier: ISC
 *
 * Actions on record: what was done to a container, and what it was like before,
 * kept so that any later run, also of another program, can put it back or look
 * whether it still holds.
 *
 * With a bundle the records of a kind are
 * data/actions/NNNN-<kind>-<first 12 digits of the id>.json, NNNN being the
 * number of the run, and NNNN-<kind>-undo-<12 digits>.json marks that all
 * before it was put back.  Without one there is a single file in the current
 * directory, ir-<kind>-<12 digits>.json; undone, it gets another name.
 *
 * Every record has {"v":1,"container":"<64 hex>","name","time"}; the rest is
 * its kind's.
 */
#ifndef IR_CLI_ACTIONS_H
#define IR_CLI_ACTIONS_H

#include <jansson.h>
#include <stdbool.h>

#include "base/time.h"
#include "cli/cli.h"

struct ir_actions {
	json_t *records; /* those that stand, the oldest first; never NULL after
			  * ir_actions_load() */
	char *where;     /* for people: the files that they came from; "" */
	unsigned here;   /* bit n: the n-th file in the current directory is
			  * one of them */
	bool sealed;     /* they are of a bundle that was sealed since */
};

/* The kinds that there are. */
#define IR_ISOLATE      "isolate"
#define IR_PAUSE        "pause"
#define IR_ACTION_KINDS 2
extern const char *const ir_action_kinds[IR_ACTION_KINDS];

#define IR_ACTION_DIGITS 12 /* of the id, in names */
#define IR_ACTIONS_HERE  9  /* files of one container and kind, at most */

/** ir_actions_load(cli, kind, inspect, from, a, err): what was done to the
 * container since the last undo: the records in the bundle, else the files in
 * the current directory, else those in a bundle there that was sealed since;
 * or, if from is not NULL, just that file.  A record by whose name it may be
 * this one's, and that is malformed or of another container, is IR_EFORMAT;
 * what its kind needs is for the caller to check.  Released by
 * ir_actions_free(). */
int ir_actions_load(struct ir_cli *cli, const char *kind, const json_t *inspect,
    const char *from, struct ir_actions *a, struct ir_err *err);
void ir_actions_free(struct ir_actions *a);

/** ir_actions_standing(cli, err): every record that stands, in the bundle and
 * in the current directory, of every container: an array of
 * {"kind","where","record"}, in the order of runs; the caller owns it.  One
 * that cannot be read, or is of another container than its name says, hides
 * nobody else's: it is {"kind","where","digits","error"}, with the digits in
 * its name and the reason. */
json_t *ir_actions_standing(struct ir_cli *cli, struct ir_err *err);

/** ir_action_save(cli, kind, record, needed, err): keeps it, before anything is
 * done; where, for the caller to free.  In the current directory nothing is
 * overwritten: IR_EEXIST; and one that an undo does not need is not waited for
 * until it is on the disk. */
char *ir_action_save(struct ir_cli *cli, const char *kind, const json_t *record,
    bool needed, struct ir_err *err);

/** ir_action_file(kind, id, n, name): the name in the current directory of the
 * n-th record, from 1. */
#define IR_ACTION_NAME 64
void ir_action_file(
    const char *kind, const char *id, int n, char name[IR_ACTION_NAME]);

/** ir_action_path(cli, kind, id, suffix, err): the path below data/ at which
 * something else is kept beside this run's record ("actions/0003-isolate-
 * 6dbeebd79a91" and suffix), or, without a bundle, beside the one in the
 * current directory, with the time in its name where there is one already; the
 * caller frees it. */
char *ir_action_path(struct ir_cli *cli, const char *kind, const char *id,
    const char *suffix, struct ir_err *err);

/** ir_action_undone_at(kind, id, time, err): when what a sealed bundle has on
 * record was undone last, by a mark in the current directory; "" if there is
 * none. */
int ir_action_undone_at(const char *kind, const char *id,
    char time[IR_TIME_SIZE], struct ir_err *err);

/** ir_actions_undone(cli, kind, a, inspect, more, err): marks that a was put
 * back; more's fields, whose reference is taken, join those of the mark.  That
 * of a sealed bundle's is kept in the current directory. */
int ir_actions_undone(struct ir_cli *cli, const char *kind,
    const struct ir_actions *a, const json_t *inspect, json_t *more,
    struct ir_err *err);

#endif
