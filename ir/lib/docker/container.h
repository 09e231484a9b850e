/* SPDX-License-Identifier: ISC
 *
 * Containers.  A name is resolved once, by ir_docker_find(); every later call
 * takes the full 64-digit id, so that a rename or a clever name in between
 * changes nothing.
 */
#ifndef IR_DOCKER_CONTAINER_H
#define IR_DOCKER_CONTAINER_H

#include "docker/docker.h"

/** ir_docker_info(d, err): what the engine says of itself and its host, the
 * caller owns it. */
json_t *ir_docker_info(struct ir_docker *d, struct ir_err *err);

/** ir_docker_find(d, name, err): the inspect document of the container with
 * that name or unambiguous id prefix, the caller owns it.  None: IR_ENOENT
 * ("no such container: X; see ir ps or docker ps -a"); several: IR_EUSAGE, and
 * the message lists them.  An id is always checked to be 64 hex digits before
 * it is used in a path. */
json_t *ir_docker_find(
    struct ir_docker *d, const char *name, struct ir_err *err);

/** ir_docker_inspect(d, id, err): the inspect document. */
json_t *ir_docker_inspect(
    struct ir_docker *d, const char *id, struct ir_err *err);

/** ir_docker_list(d, err): all containers, running or not. */
json_t *ir_docker_list(struct ir_docker *d, struct ir_err *err);

/** ir_docker_name(inspect): the name without its leading slash, borrowed. */
const char *ir_docker_name(const json_t *inspect);

/** ir_docker_handle(out, name, id): what to call it in a command that people
 * copy: its name, where that is one that a shell takes as it is, else the
 * beginning of its id. */
#define IR_DOCKER_HANDLE 65
void ir_docker_handle(
    char out[IR_DOCKER_HANDLE], const char *name, const char *id);

/** ir_docker_listed_name(entry): the same of an entry of ir_docker_list(),
 * which has the names that links gave it too ("/app/db"), in any order; its id
 * if it has no name. */
const char *ir_docker_listed_name(const json_t *entry);

/* State changes; each returns 0 only when the engine says that it did it. */
int ir_docker_pause(struct ir_docker *d, const char *id, struct ir_err *err);
int ir_docker_unpause(struct ir_docker *d, const char *id, struct ir_err *err);
int ir_docker_start(struct ir_docker *d, const char *id, struct ir_err *err);
/* Stops with SIGKILL at once: no code of the container runs any more. */
int ir_docker_kill(struct ir_docker *d, const char *id, struct ir_err *err);
int ir_docker_rename(
    struct ir_docker *d, const char *id, const char *name, struct ir_err *err);
/* Removes it with its anonymous volumes; force kills it first. */
int ir_docker_remove(
    struct ir_docker *d, const char *id, bool force, struct ir_err *err);
/* policy is "no", "always", ... ; retries for "on-failure". */
int ir_docker_restart_policy(struct ir_docker *d, const char *id,
    const char *policy, json_int_t retries, struct ir_err *err);

/** ir_docker_create(d, name, body, err): a new container's id, the caller
 * frees; body is a create document (create.h). */
char *ir_docker_create(struct ir_docker *d, const char *name,
    const json_t *body, struct ir_err *err);

#endif
