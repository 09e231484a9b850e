/* SPDX-License-Identifier: ISC
 *
 * A command that is run inside a container (exec).
 */
#ifndef IR_DOCKER_SESSION_H
#define IR_DOCKER_SESSION_H

#include "docker/docker.h"

/** ir_docker_exec_create(d, id, config, err): prepares what config says, the
 * engine's own terms ("Cmd", "Tty", "AttachStdin", ...); its 64 hex digits, the
 * caller frees. */
char *ir_docker_exec_create(struct ir_docker *d, const char *id,
    const json_t *config, struct ir_err *err);

/* Takes what the command writes: fd is 1, or 2 for stderr, which with a tty is
 * in 1. */
typedef int (*ir_docker_said_fn)(
    void *arg, int fd, const void *p, size_t n, struct ir_err *err);

/** ir_docker_exec_start(d, exec, tty, talk, fn, arg, err): starts it, and
 * returns when what it writes has come to its end.  A connection that the
 * engine loses looks the same: see ir_docker_exec_inspect(). */
int ir_docker_exec_start(struct ir_docker *d, const char *exec, bool tty,
    struct ir_http_talk *talk, ir_docker_said_fn fn, void *arg,
    struct ir_err *err);

/** ir_docker_exec_resize(d, exec, width, height, err): its terminal. */
int ir_docker_exec_resize(struct ir_docker *d, const char *exec,
    unsigned int width, unsigned int height, struct ir_err *err);

/** ir_docker_exec_inspect(d, exec, err): "Running", "ExitCode", "Pid". */
json_t *ir_docker_exec_inspect(
    struct ir_docker *d, const char *exec, struct ir_err *err);

#endif
