/* SPDX-License-Identifier: ISC
 *
 * What collectors share: an answer of the engine becomes a file, byte for
 * byte.  The file is made when the first byte comes, so that a refused call
 * leaves none.
 */
#ifndef IR_COLLECTORS_COPY_H
#define IR_COLLECTORS_COPY_H

#include <stdint.h>

#include "collectors/collector.h"
#include "docker/raw.h"

struct ir_copy {
	struct ir_sink *sink;
	char *path;
	struct ir_stream *out; /* NULL until the first byte */
	uint64_t bytes;
	char head[8]; /* the first bytes, zero-filled */
};

/** ir_copy_start(c, sink, dir, file, err): prepares the file dir/file: 0, or 1
 * if it is had already, from a run that was cut off: then c is not to be
 * used. */
int ir_copy_start(struct ir_copy *c, struct ir_sink *sink, const char *dir,
    const char *file, struct ir_err *err);

/** ir_copy_body(c, p, n, err): an ir_http_body_fn. */
int ir_copy_body(void *c, const void *p, size_t n, struct ir_err *err);

/** ir_copy_end(c, ok, err): ends the file.  ok is what the call that fed it
 * returned: 0, or -1 with the reason in err, and then the file is kept and
 * marked.  IR_GOT, IR_NOTHING when not one byte came, or IR_FAIL. */
enum ir_collected ir_copy_end(struct ir_copy *c, int ok, struct ir_err *err);

/** ir_copy_raw(t, what, id, sink, dir, file, err): all of it for one of the
 * engine's answers. */
enum ir_collected ir_copy_raw(const struct ir_target *t,
    enum ir_docker_raw what, const char *id, struct ir_sink *sink,
    const char *dir, const char *file, struct ir_err *err);

/** ir_still(t, err): 0 if the container cannot change while it is read: it is
 * paused or does not run, as the engine says now, or t->live is set. */
int ir_still(const struct ir_target *t, struct ir_err *err);

/** ir_stopped(inspect): whether every process of the container is stopped by a
 * signal, as ir pause does where the engine cannot freeze it; false also where
 * this is not its host. */
bool ir_stopped(const json_t *inspect);

/** ir_copy_tree(t, id, sink, dir, err): the filesystem of container id as
 * dir/filesystem.tar, checked to be whole, and if it is t->id to have stood
 * still. */
enum ir_collected ir_copy_tree(const struct ir_target *t, const char *id,
    struct ir_sink *sink, const char *dir, struct ir_err *err);

#endif
