/* SPDX-License-Identifier: ISC
 *
 * Work that may never come back, in a process of its own: reading what a
 * hostile process serves (a page of its memory that lies on a file system of
 * its own, a FIFO) blocks in the kernel, where no thread can be called off.
 * What that process writes to its sink comes to the caller's.
 */
#ifndef IR_BASE_ASIDE_H
#define IR_BASE_ASIDE_H

#include "base/err.h"
#include "base/sink.h"

/** ir_aside(sink, ms, fn, arg, err): runs fn(arg, sink, err) in a child
 * process, with a sink whose files come out in the caller's sink as they are
 * written, one or more at a time.  Returns what fn does, with its err; after ms
 * milliseconds (0: never) the child is killed: IR_ETIMEOUT; if it dies of
 * itself IR_EINTERNAL; IR_EINTR if the program is interrupted.  A file that was
 * open then is closed with that as its gap, and what was written of it stays.
 * fn returns 0 or more; its changes to memory are lost with the child. */
int ir_aside(struct ir_sink *sink, long ms,
    int (*fn)(void *arg, struct ir_sink *sink, struct ir_err *err), void *arg,
    struct ir_err *err);

#endif
