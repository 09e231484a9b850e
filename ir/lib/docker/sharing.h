/* SPDX-License-Identifier: ISC
 *
 * Who else is hit: containers that share something with the target.
 */
#ifndef IR_DOCKER_SHARING_H
#define IR_DOCKER_SHARING_H

#include "docker/docker.h"

/** ir_docker_sharing(d, inspect, err): an array of {"container","name","shares"
 * ("network namespace", "pid namespace", "ipc namespace", "volume", "bind",
 * "image", "network", "link"), "what"}, sorted, the caller owns it.  Binds also
 * when one lies in the other; networks but the predefined ones; links are the
 * default bridge's.  A last one that shares "unknown" says that there were too
 * many containers to look at all. */
json_t *ir_docker_sharing(
    struct ir_docker *d, const json_t *inspect, struct ir_err *err);

/** ir_docker_joins(d, entry, inspect): whether the container of that entry of
 * ir_docker_list() uses the inspected one's network namespace; false also when
 * the engine cannot be asked. */
bool ir_docker_joins(
    struct ir_docker *d, const json_t *entry, const json_t *inspect);

/** ir_docker_sharing_network(d, inspect, err): the names of those that use this
 * container's network namespace.  The caller owns
 * the array. */
json_t *ir_docker_sharing_network(
    struct ir_docker *d, const json_t *inspect, struct ir_err *err);

/** ir_docker_network_owner(d, inspect, owner, err): *owner gets the inspect
 * document of the container whose network this one uses, the caller owns it;
 * NULL if it uses its own, or that of the host.  IR_ENOENT: that one is gone,
 * and its network lives on without it. */
int ir_docker_network_owner(struct ir_docker *d, const json_t *inspect,
    json_t **owner, struct ir_err *err);

#endif
