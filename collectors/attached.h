/* SPDX-License-Identifier: ISC
 *
 * The volumes and binds of a container: what they are called in the bundle, and
 * whether their content is something to copy.
 */
#ifndef IR_COLLECTORS_ATTACHED_H
#define IR_COLLECTORS_ATTACHED_H

#include <stddef.h>

#include "collectors/collector.h"

/* One of them; the strings are of t->inspect, and outside bytes. */
struct ir_attached {
	const json_t *mount; /* in its Mounts */
	const char *type;    /* "volume", "bind", or other */
	const char *name;    /* of a volume; else "" */
	const char *source, *destination;
	bool holds_engine; /* the engine's own files lie in it */
	json_t *volume;    /* what the engine says of the volume, or NULL */
	char *dir;         /* relative to the sink */
	char why_not[512]; /* why its content is not to be copied, or "" */
};

/** ir_attached(t, list, n, err): all but tmpfs mounts, which are in no file
 * system of the engine's.  Released by ir_attached_free(). */
int ir_attached(const struct ir_target *t, struct ir_attached **list, size_t *n,
    struct ir_err *err);
void ir_attached_free(struct ir_attached *list, size_t n);

#endif
