/* SPDX-License-Identifier: ISC
 *
 * Images.
 */
#ifndef IR_DOCKER_IMAGE_H
#define IR_DOCKER_IMAGE_H

#include "docker/docker.h"

/** ir_docker_image(d, ref, err), ir_docker_image_history(d, ref, err): ref is a
 * name or "sha256:..."; the documents, the caller owns them. */
json_t *ir_docker_image(
    struct ir_docker *d, const char *ref, struct ir_err *err);
json_t *ir_docker_image_history(
    struct ir_docker *d, const char *ref, struct ir_err *err);

/** ir_docker_commit(d, id, repo, tag, comment, err): leaves an image of the
 * container on the engine, without pausing or unpausing it; its id
 * ("sha256:..."), the caller frees. */
char *ir_docker_commit(struct ir_docker *d, const char *id, const char *repo,
    const char *tag, const char *comment, struct ir_err *err);

/** ir_docker_evidence_name(case_no, container, repo, tag, err): the name
 * ir-evidence/<case>:<container> with both parts made fit for an image name:
 * lower case, anything unfit '-'; the caller frees *repo and *tag. */
int ir_docker_evidence_name(const char *case_no, const char *container,
    char **repo, char **tag, struct ir_err *err);

/* The label of such a container. */
#define IR_DOCKER_BASELINE "ir-tools.baseline"

/** ir_docker_baseline(d, image, label, err): makes, and does not start, a
 * container of the image with no network, so that the image's tree can be
 * exported without the engine staging a copy of it on its disk; its id, the
 * caller frees it and removes the container.  label is put on it as
 * IR_DOCKER_BASELINE. */
char *ir_docker_baseline(struct ir_docker *d, const char *image,
    const char *label, struct ir_err *err);

#endif
