/* SPDX-License-Identifier: ISC
 *
 * A change between two trees, for people and for machines.
 */
#ifndef IR_TREE_DESCRIBE_H
#define IR_TREE_DESCRIBE_H

#include <jansson.h>

#include "tree/compare.h"

/* Takes a line without its line feed; names in it are the container's bytes. */
typedef void (*ir_describe_fn)(void *arg, const char *line);

/** ir_change_describe(c, fn, arg, err): what was there, what is, or what of it
 * differs, in a few lines; none for a directory that is only on the way. */
int ir_change_describe(const struct ir_change *c, ir_describe_fn fn, void *arg,
    struct ir_err *err);

/** ir_change_json(c): {"kind":"C","path","hidden","fields":["mode"],
 * "inside","before":{..},"after":{..}}; a side is null or
 * {"type","mode":"0644", "uid","gid","mtime"} and, as the type has it, "size"
 * and "sha256" (for a sparse file "sparse_sha256", for an unknown one neither),
 * "link", "hardlink", "major" and "minor", "xattrs_sha256".  The caller owns
 * it; NULL out of memory. */
json_t *ir_change_json(const struct ir_change *c);

#endif
