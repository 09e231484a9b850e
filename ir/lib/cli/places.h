/* SPDX-License-Identifier: ISC
 *
 * Where a capture's files go: new directories, or those of a capture of the
 * same container that was cut off, and with which this one goes on.
 */
#ifndef IR_CLI_PLACES_H
#define IR_CLI_PLACES_H

#include <stdbool.h>

#include "bundle/resume.h"
#include "cli/cli.h"
#include "collectors/collector.h"

struct ir_places {
	/* Below data/; image_dir is NULL if the image is there already. */
	char *engine_dir, *dir, *image_dir;
	unsigned resumes;        /* the run that this one goes on with, or 0 */
	struct ir_resume before; /* the one that was cut off, if any, even if
				  * this one does not go on with it */
};

/** ir_places_fix(cli, t, fresh, scope, p, err): finds or makes them, says in
 * the journal which they are, and to people whether it goes on with something:
 * a capture of the same scope, that is how much it takes; fresh is for never.
 * The rest of p is 0 at first; ir_places_free() in any case. */
int ir_places_fix(struct ir_cli *cli, const struct ir_target *t, bool fresh,
    const char *scope, struct ir_places *p, struct ir_err *err);
void ir_places_free(struct ir_places *p);

/** ir_places_had(p, collector, outcome): the run that did what the collector
 * has to do, and what came of it; 0 if it is still to be done. */
unsigned ir_places_had(
    const struct ir_places *p, const char *collector, enum ir_outcome *outcome);

/** ir_places_tidy(cli, t, p): removes what the capture that was cut off had
 * made on the engine for a while; says so, and in the journal before. */
void ir_places_tidy(
    struct ir_cli *cli, const struct ir_target *t, const struct ir_places *p);

#endif
