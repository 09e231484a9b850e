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

/* What a replacement did to the old container, or may have done: a call that
 * the engine refused, with a status from 400 to 499, did nothing. */
struct ir_docker_replaced {
	bool paused, renamed, policy, made;
	const char *made_id; /* NULL: there was no answer to the creation */
	const json_t *cut;   /* the record of what it was cut from, or NULL */
};

/** ir_docker_put_back(d, was, image, did, err): undoes a replacement, however
 * far it came, and nothing that somebody else did.  was is the old container's
 * inspect document from before.  The new one is removed: made_id, or else a
 * container that has the old name now and was made from image (a "sha256:..."
 * Id).  The old one gets back its name, its restart policy and its networks,
 * and goes on if it did.  One that was killed is not started.  One that
 * somebody else has frozen or renamed in the meantime is left as it is, which
 * is IR_EPROTO.  Goes on after a failure, and reports the first. */
int ir_docker_put_back(struct ir_docker *d, const json_t *was,
    const char *image, const struct ir_docker_replaced *did,
    struct ir_err *err);

#endif
