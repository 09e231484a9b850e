/* SPDX-License-Identifier: ISC
 *
 * Names of files in a bundle: [A-Za-z0-9._+@=-]+ between slashes, no part "."
 * or "..", at most 255 bytes a part and IR_MAX_PATH in all.
 */
#ifndef IR_BUNDLE_NAMES_H
#define IR_BUNDLE_NAMES_H

#include <stdbool.h>

#include "base/err.h"

/** ir_bundle_path_ok(path): whether it is such a name. */
bool ir_bundle_path_ok(const char *path);

/** ir_bundle_run_dir(part): whether it is "run-NNNN", as the directory of a
 * second capture is called (bundle.h, ir_bundle_scope()). */
bool ir_bundle_run_dir(const char *part);

/** ir_bundle_name_from(s, err): one part made from outside text for people to
 * read: what does not fit becomes '-', at most 64 bytes, "unnamed" if nothing
 * is left; the caller frees. */
char *ir_bundle_name_from(const char *s, struct ir_err *err);

#endif
