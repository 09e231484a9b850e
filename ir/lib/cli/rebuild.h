/* SPDX-License-Identifier: ISC
 *
 * A clean container in the place of a compromised one: what is changed, in
 * which order, and how all of it is put back.
 */
#ifndef IR_CLI_REBUILD_H
#define IR_CLI_REBUILD_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "cli/cli.h"
#include "docker/replace.h"

/* One rebuild, from the old container to the new.  The caller sets the first
 * six and zeroes the rest. */
struct ir_rebuild {
	struct ir_cli *cli;
	const char *name_old; /* wished for the old one, or NULL */
	const char *from;     /* the record of its isolation, or NULL: look */
	bool stop_old;        /* kill it instead of freezing it */
	int timeout_ms;       /* to become healthy */
	int settle_ms;        /* to stay up, without a health check */

	json_t *old;      /* its inspect document from before */
	const char *id;   /* of the old one */
	const char *name; /* of the old one before, of the new one after */
	char *evidence;   /* what the old one is called after */
	json_t *image;    /* the document of the image that it was made from */
	json_t *networks; /* what the new one is to be connected to */
	json_t *policy;   /* its restart policy, or NULL: as the old one has */
	json_t *body;     /* the create document of the new one */
	json_t *cut;      /* what the old one was cut from here, or NULL */
	bool on_host;     /* it was cut off by its link before */
	char *new_id;
	struct ir_docker_replaced did; /* as far as it came */
	bool healthy;                  /* by its own health check */
	uint64_t began;                /* ir_mono_ns() */
	json_t *steps; /* [{"us","what"}]: what was done, and when */
};

/** ir_rebuild_prepare(r, name, err): finds out everything that is needed, and
 * changes nothing.  IR_ENOENT no such container, or its image is gone;
 * IR_EEXIST the evidence's name is taken; IR_EPROTO what cannot be rebuilt. */
int ir_rebuild_prepare(
    struct ir_rebuild *r, const char *name, struct ir_err *err);

/** ir_rebuild_run(r, err): makes way, makes the new one, waits until it is
 * good.  When any of this fails, or is interrupted, all is put back as it was;
 * then err is IR_EPROTO, or IR_EINTR, and says both. */
int ir_rebuild_run(struct ir_rebuild *r, struct ir_err *err);

/** ir_rebuild_save(r, kind, j, err): keeps j, whose reference is taken, in the
 * bundle, if there is one, as data/actions/NNNN-<kind>.json. */
int ir_rebuild_save(
    struct ir_rebuild *r, const char *kind, json_t *j, struct ir_err *err);

void ir_rebuild_free(struct ir_rebuild *r);

#endif
