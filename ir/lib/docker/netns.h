/* SPDX-License-Identifier: ISC
 *
 * What this host itself shows of a container's network, where the engine's
 * word is not enough.
 */
#ifndef IR_DOCKER_NETNS_H
#define IR_DOCKER_NETNS_H

#include <jansson.h>

#include "base/err.h"

/** ir_docker_netns_look(inspect, err): looks into the network namespace of the
 * container's first process.  1: no interface but lo; 0: it cannot be seen from
 * here (not running, another host, no permission); IR_EPROTO: there is another
 * interface, named. */
int ir_docker_netns_look(const json_t *inspect, struct ir_err *err);

#endif
