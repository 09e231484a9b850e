/* SPDX-License-Identifier: ISC
 *
 * The captures that the journals of a bundle tell of: of which container, where
 * their files are, whether they came to their end, and which of them went on
 * with one that was cut off.
 *
 *	capture  {container,name,engine_dir,dir,image_dir,scope,of,resumes}
 *
 * One such line for each container of a run, once the places of its files are
 * fixed; they lie below data/.  image_dir is null if the image was captured
 * before.  scope is how much is taken, in words: a capture is gone on with only
 * by one of the same scope.  of is how many containers the run captures; it is
 *not there if that is one.  resumes is the number of the run that this one goes
 *on with; else it is not there.
 *
 *	captured {container,status}
 *
 * All collectors had their turn; status is what the program would end with if
 * it was the only container.
 *
 *	hold     {container}
 *
 * Somebody wants the container to stay paused, although it was already.
 */
#ifndef IR_BUNDLE_CAPTURES_H
#define IR_BUNDLE_CAPTURES_H

#include <jansson.h>
#include <stdbool.h>

#include "base/err.h"
#include "bundle/claims.h"
#include "bundle/journal.h"

/* How a capture declares that it pauses, with the container's id. */
#define IR_CAPTURE_PAUSES "container %.12s: paused for the capture"

/* Bytes of a container's name; engines keep far shorter ones. */
#define IR_CAPTURE_NAME 1024

struct ir_captures {
	/* [{"run","file","container","name","engine_dir","dir","image_dir",
	 * "scope","of","resumes","whole","finished"}], in the order of the
	 * runs; of is 1 or more, resumes is 0 if it went on with none.  whole
	 * is whether it came to its end, with all or with some things missing;
	 * finished if the run did, too, so that there is nothing to go on with.
	 */
	json_t *list;
	/* {"<12 digits of a container>": run}: of those that are paused because
	 * the capture of that run did it, and did not undo it. */
	json_t *frozen;
};

/** ir_captures_start(k, err): none yet; ir_captures_free() releases. */
int ir_captures_start(struct ir_captures *k, struct ir_err *err);
void ir_captures_free(struct ir_captures *k);

/** ir_captures_take(k, c, line, err): takes what line says of captures.  A line
 * that is not well-formed is c->malformed; one that goes on with no capture
 * that was cut off is CHAIN. */
int ir_captures_take(struct ir_captures *k, const struct ir_claims *c,
    const struct ir_journal_line *line, struct ir_err *err);

/* Each is of one container, by its 64 digits. */

/** ir_captures_get(k, run, id): that run's, borrowed, or NULL. */
json_t *ir_captures_get(
    const struct ir_captures *k, unsigned run, const char *id);

/** ir_captures_next(k, run, id): the one that went on with that run's,
 * borrowed, or NULL. */
json_t *ir_captures_next(
    const struct ir_captures *k, unsigned run, const char *id);

/** ir_captures_by(k, run, id): the run that brought to its end what that run
 * began and did not finish; 0 if none did. */
unsigned ir_captures_by(
    const struct ir_captures *k, unsigned run, const char *id);

/** ir_captures_excuse(k, run): whether all that a run without an end was to
 * capture was brought to its end, by itself or by others; false if it captured
 * nothing. */
bool ir_captures_excuse(const struct ir_captures *k, unsigned run);

/** ir_captures_frozen(k, id): the run that paused that container, or 0. */
unsigned ir_captures_frozen(const struct ir_captures *k, const char *id);

#endif
