/* SPDX-License-Identifier: ISC
 *
 * A small file within a container's own root, where anything may stand in the
 * way: links to anywhere, devices, FIFOs, a file system that is served by a
 * process of the container and never answers.
 */
#ifndef IR_HOST_ROOTFILE_H
#define IR_HOST_ROOTFILE_H

#include <stddef.h>

#include "base/err.h"

/** ir_host_rootfile(proc, path, max, ms, len, err): the file that path is for
 * the process of that /proc/PID, its links taken within its root; at most max
 * bytes, then *len is max and there may be more; the caller frees.  Its time of
 * access stays where the kernel permits that.  IR_EFORMAT for anything but a
 * regular file; IR_ETIMEOUT after ms milliseconds: who is asked does not
 * answer, and a thread is left waiting. */
char *ir_host_rootfile(int proc, const char *path, size_t max, int ms,
    size_t *len, struct ir_err *err);

#endif
