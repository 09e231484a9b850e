/* SPDX-License-Identifier: ISC
 *
 * A connection over the standard input and output of a program, in a session of
 * its own: what is typed at our terminal, Control-C too, does not reach it.
 * What it prints on its standard error is kept, to a limit.
 */
#ifndef IR_NET_CHILD_H
#define IR_NET_CHILD_H

#include <sys/types.h>

#include "net/wire.h"

/* ssh's longest complaint, of a host key that changed, takes 1 KiB. */
#define IR_CHILD_SAID 4096

struct ir_child {
	struct ir_wire wire;
	pid_t pid;                    /* 0: it has ended, with status */
	int status;                   /* of wait(2); -1: nobody knows */
	int err_fd;                   /* its standard error */
	char said[IR_CHILD_SAID + 1]; /* the first of it, without NULs */
	size_t said_len;
};

/** ir_child_start(c, argv, err): runs argv[0], found in PATH.  c->wire's read,
 * write and fd are set, the rest is the caller's.  IR_ENOENT if there is no
 * such program. */
int ir_child_start(
    struct ir_child *c, const char *const *argv, struct ir_err *err);

/** ir_child_wait(c, ms): waits at most so long for its end, and for what it has
 * to say until then; whether it ended. */
bool ir_child_wait(struct ir_child *c, long ms);

/** ir_child_stop(c): nothing of it is left, of what it started neither, and its
 * descriptors are closed. */
void ir_child_stop(struct ir_child *c);

#endif
