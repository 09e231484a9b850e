/* SPDX-License-Identifier: ISC
 *
 * One container in the place of another: waiting until the new one is good,
 * telling how it differs, and putting the old one back.
 */
#ifndef IR_DOCKER_REPLACE_H
#define IR_DOCKER_REPLACE_H

#include "docker/docker.h"

/** ir_docker_wait_up(d, id, timeout_ms, settle_ms, healthy, err): 0 once its
 * health check says healthy (*healthy is true), or, without a health check,
 * once it has run for settle_ms.  IR_EPROTO if it ended, restarted or became
 * unhealthy, with its exit code or the last words of its health check;
 * IR_ETIMEOUT after timeout_ms; IR_EINTR. */
int ir_docker_wait_up(struct ir_docker *d, const char *id, int timeout_ms,
    int settle_ms, bool *healthy, struct ir_err *err);

/** ir_docker_differences(was, now): in which fields of Config and HostConfig
 * two inspect documents differ, the image, its name for itself and the volumes
 * that are attached by name aside: an array of {"field","before","now"}, the
 * caller owns it; NULL: out of memory. */
json_t *ir_docker_differences(const json_t *was, const json_t *now);

/** ir_docker_put_back(d, was, image, cut, err): undoes a replacement, however
 * far it came: by what the engine shows now, not by what was tried.  was is the
 * old container's inspect document from before.  A container that has its name
 * now and was made from image (a "sha256:..." Id) is removed; the old one gets
 * back its name, its restart policy, the networks of the record cut (NULL:
 * none), and goes on if it did.  One that was killed is not started.  Goes on
 * after a failure, and reports the first. */
int ir_docker_put_back(struct ir_docker *d, const json_t *was,
    const char *image, const json_t *cut, struct ir_err *err);

#endif
