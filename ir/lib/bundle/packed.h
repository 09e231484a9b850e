/* SPDX-License-Identifier: ISC
 *
 * A bundle in one file: a tar, perhaps compressed (.zst), perhaps encrypted on
 * top of that (.age).  The tar holds the files of the bundle, and nothing else,
 * below one directory with the bundle's name, in this order: custody/,
 * journal/, tagmanifest-sha256.txt, manifest-sha256.txt, the other files
 * outside data/, data/; each of these sorted bytewise.
 */
#ifndef IR_BUNDLE_PACKED_H
#define IR_BUNDLE_PACKED_H

#include <stdbool.h>

#include "base/err.h"
#include "base/source.h"
#include "crypto/age.h"

/** ir_packed_open(path, id, err): the tar in the file ("-" is stdin), through
 * what its first bytes say is around it.  id may be NULL; an encrypted file
 * then is IR_EPERM. */
struct ir_source *ir_packed_open(
    const char *path, const struct ir_age_identity *id, struct ir_err *err);

/** ir_packed_source(src, name, id, err): the same for what src gives.  Takes
 * src, in a failure too. */
struct ir_source *ir_packed_source(struct ir_source *src, const char *name,
    const struct ir_age_identity *id, struct ir_err *err);

/** ir_packed_rank(path): where a file of a bundle stands in the tar: files are
 * in order of rank, and of their names within one.  From 0 to
 * IR_PACKED_PAYLOAD, which is that of files in data/. */
int ir_packed_rank(const char *path);

#define IR_PACKED_PAYLOAD 5

/** ir_packed_has(path, sealed): whether a file of that name is packed with the
 * others.  In a bundle that is not sealed there may be work files of programs
 * that were killed. */
bool ir_packed_has(const char *path, bool sealed);

#endif
