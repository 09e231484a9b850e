/* SPDX-License-Identifier: ISC
 *
 * Running another program: an argv, never a shell string.
 */
#ifndef IR_BASE_PROC_H
#define IR_BASE_PROC_H

#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"

/** ir_proc_run(argv, fds, nfds, out, max, err): runs argv[0] (found in PATH)
 * with stdin and stderr at /dev/null, LC_ALL=C and the descriptors of fds open
 * as 3, 4,
 * ...; appends at most max bytes of its stdout to out (more is IR_EFORMAT).
 * Returns its exit status, or -1 if it did not run or was killed. */
int ir_proc_run(char *const argv[], const int *fds, size_t nfds,
    struct ir_buf *out, size_t max, struct ir_err *err);

/** ir_proc_feed(argv, in, out, max, err): the same with the descriptor in as
 * stdin and nothing more, and with stderr in out as well. */
int ir_proc_feed(char *const argv[], int in, struct ir_buf *out, size_t max,
    struct ir_err *err);

/** ir_memfd(p, n, err): an anonymous file with these bytes, at its start. */
int ir_memfd(const void *p, size_t n, struct ir_err *err);

#endif
