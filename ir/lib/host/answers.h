/* SPDX-License-Identifier: ISC
 *
 * Which file systems answer by themselves.  One that is served by a process
 * (FUSE, a network's) can keep whoever reads it waiting in the kernel where not
 * even SIGKILL helps; so what lies on it is known before it is touched.
 */
#ifndef IR_HOST_ANSWERS_H
#define IR_HOST_ANSWERS_H

#include <stdbool.h>

#include "base/err.h"
#include "host/host.h"

struct ir_host_answers;

/** ir_host_answers_new(h, err): by the mounts that the container's first
 * process sees, and those that the program itself sees.  Freed by
 * ir_host_answers_free(); NULL is fine. */
struct ir_host_answers *ir_host_answers_new(
    const struct ir_host *h, struct ir_err *err);
void ir_host_answers_free(struct ir_host_answers *a);

/** ir_host_answers_type(type): whether that type ("tmpfs") is the kernel's
 * own. */
bool ir_host_answers_type(const char *type);

/** ir_host_answers_dev(a, major, minor): whether the file system with that
 * device, as /proc/PID/maps shows it, is one that does; false for one that
 * nobody has mounted any more, unless it is on a disk, or memory. */
bool ir_host_answers_dev(
    const struct ir_host_answers *a, unsigned int major, unsigned int minor);

/** ir_host_answers_fd(a, fd): the same for what an O_PATH descriptor is of:
 * nothing but the kernel is asked. */
bool ir_host_answers_fd(const struct ir_host_answers *a, int fd);

#endif
