/* SPDX-License-Identifier: ISC
 *
 * What a container has at a place where something is mounted.
 */
#ifndef IR_HOST_MOUNTED_H
#define IR_HOST_MOUNTED_H

#include "host/host.h"

/** ir_host_mounted(h, point, err): the type of the file system that was mounted
 * there first, as the container's first process sees it ("ext4",
 * "fuse.sshfs"); the caller frees.  Nothing but the kernel is asked.  IR_ENOENT
 * if nothing is mounted there. */
char *ir_host_mounted(
    const struct ir_host *h, const char *point, struct ir_err *err);

#endif
