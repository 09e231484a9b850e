/* SPDX-License-Identifier: ISC
 *
 * One mount of a container, without what is mounted on it.
 */
#ifndef IR_HOST_ONEMOUNT_H
#define IR_HOST_ONEMOUNT_H

#include "base/err.h"
#include "host/mounts.h"

/** ir_host_onemount(proc, m, err): the top of the mount that the process of
 * that /proc/PID has at m->point, as a directory to be read: of a copy of it
 * that nobody else sees, and that ends with the descriptor.  IR_ENOENT if
 * another one covers it there, IR_EFORMAT if it is a file's.  No symbolic link
 * is followed on the way; that no mount on the way is one that may not answer
 * is for the caller to know. */
int ir_host_onemount(
    int proc, const struct ir_host_mount *m, struct ir_err *err);

#endif
