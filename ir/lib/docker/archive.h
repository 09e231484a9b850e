/* SPDX-License-Identifier: ISC
 *
 * What lies at a path in a container, volumes and binds included, as the engine
 * reads it: it follows the path within the container's root.  The engine sees
 * nothing of a tmpfs, /proc or /sys.
 */
#ifndef IR_DOCKER_ARCHIVE_H
#define IR_DOCKER_ARCHIVE_H

#include <stdint.h>

#include "docker/docker.h"

/* X-Docker-Container-Path-Stat. */
struct ir_docker_file {
	char *name; /* its last part */
	char *link; /* of a symbolic link: where to; else "" */
	char type;  /* '-', 'd', 'l', 'c', 'b', 'p', 's', or '?' */
	uint64_t size;
};

/** ir_docker_file(d, id, path, f, err): what it is, without following a link at
 * its end.  IR_ENOENT if it is not there.  Released by
 * ir_docker_file_free(). */
int ir_docker_file(struct ir_docker *d, const char *id, const char *path,
    struct ir_docker_file *f, struct ir_err *err);
void ir_docker_file_free(struct ir_docker_file *f);

/** ir_docker_archive(d, id, path, fn, arg, err): it, and all below it, as a
 * tar; a clean end does not prove that it is whole: see archive/tarend.h. */
int ir_docker_archive(struct ir_docker *d, const char *id, const char *path,
    ir_http_body_fn fn, void *arg, struct ir_err *err);

#endif
