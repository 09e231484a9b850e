/* SPDX-License-Identifier: ISC
 *
 * What a run that was cut off left of a file.  It is evidence and stays; a run
 * that takes the file again says first what it found, in a line of its journal:
 *
 *	torn         {path,part,size,sha256}
 *
 * path is the name that the file would have got, part what there is of it.
 */
#ifndef IR_BUNDLE_TORN_H
#define IR_BUNDLE_TORN_H

#include <stdbool.h>

#include "base/err.h"
#include "bundle/journal.h"

/** ir_torn_name(path, run, take, err): what run calls the file path, below
 * data/, while it writes it, if what another left of it has the name without a
 * number (take 1), or if it takes it for the second time (2); the caller
 * frees. */
char *ir_torn_name(
    const char *path, unsigned run, unsigned take, struct ir_err *err);

/** ir_torn_is(part, path): whether some run can have called the file path so
 * while it wrote it. */
bool ir_torn_is(const char *part, const char *path);

/** ir_torn_say(dirfd, j, path, err): hashes each part of the file path of the
 * bundle at dirfd, and says so in j. */
int ir_torn_say(
    int dirfd, struct ir_journal *j, const char *path, struct ir_err *err);

#endif
