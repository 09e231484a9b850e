/* SPDX-License-Identifier: ISC
 *
 * --tsa: what a program that signs an act does right after, when somebody wants
 * the time of it proven.
 */
#ifndef IR_CLI_STAMP_H
#define IR_CLI_STAMP_H

#include <jansson.h>
#include <stdbool.h>

#include "base/err.h"
#include "cli/cli.h"
#include "cli/options.h"

/* The option, for struct ir_program's stamps. */
extern const struct ir_options ir_cli_stamp_options;

/** ir_cli_stamp_named(err): 1 if an authority was named, by --tsa or else by
 * $IR_TSA; 0 if none was, or an empty name; -1 if it is no URL. */
int ir_cli_stamp_named(struct ir_err *err);

/** ir_cli_stamp(dirfd, entry, said): if one was named, gets a time-stamp for
 * the act ("custody/0001-seal.json") of the bundle at dirfd and tells of it;
 * *said is, for --json, {"file","time","accuracy_ms","authority"} or null, and
 * the caller owns it.  A failure does not undo the act: it is a warning, and
 * the exit code that is returned is 10, or IR_EINTR; else IR_OK. */
int ir_cli_stamp(int dirfd, const char *entry, json_t **said);

/** ir_cli_stamp_later(cli, entry, err): the same for an act of cli's bundle
 * that was done before: by its file ("0002-release.json", or with "custody/"
 * before it) or its number, or the newest if entry is NULL.  Here a failure is
 * one, and IR_EUSAGE if no authority was named. */
int ir_cli_stamp_later(
    struct ir_cli *cli, const char *entry, struct ir_err *err);

#endif
