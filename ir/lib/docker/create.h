/* SPDX-License-Identifier: ISC
 *
 * The same container again: from an inspect document back to a create document.
 */
#ifndef IR_DOCKER_CREATE_H
#define IR_DOCKER_CREATE_H

#include "docker/docker.h"

/** ir_docker_create_body(inspect, networks, old_image, new_image, err): a
 * create document that gives the inspected container again, from new_image's
 * Id ("sha256:...").  networks is the record of docker/networks.h made before
 * the container was cut off; old_image and new_image are image documents (they
 * may be one): what the old container only had from its old image (Env, Cmd,
 * Entrypoint, WorkingDir, User, Labels, ExposedPorts, Volumes, Healthcheck,
 * StopSignal) is left to the new image.  Hostname is dropped when it was the
 * short id; anonymous volumes are attached again by name; at most one endpoint
 * stands in it, that of ir_docker_networks_first() (more need API 1.44), the
 * rest is connected after, by ir_docker_networks_restore().  If there is no
 * such endpoint the engine connects the new container to the network of
 * NetworkMode nevertheless: compare, and cut what is too much.  The caller owns
 * it. */
json_t *ir_docker_create_body(const json_t *inspect, const json_t *networks,
    const json_t *old_image, const json_t *new_image, struct ir_err *err);

#endif
