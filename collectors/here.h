/* SPDX-License-Identifier: ISC
 *
 * Whether the engine's host is this one, and where it keeps the container.
 */
#ifndef IR_COLLECTORS_HERE_H
#define IR_COLLECTORS_HERE_H

#include "collectors/collector.h"

/** ir_here_dir(t, path, err): a descriptor of the directory in which the engine
 * keeps what belongs to the container, DockerRootDir/containers/ID; *path is
 * its name, the caller frees.  IR_ENOENT, IR_EPERM: it is not here, or not for
 * us, and the message is why. */
int ir_here_dir(const struct ir_target *t, char **path, struct ir_err *err);

/** ir_here(t, err): 0 if the engine's host is this one: a process of the
 * container is seen here, or its directory is.  Else -1, and why. */
int ir_here(const struct ir_target *t, struct ir_err *err);

#endif
