/* SPDX-License-Identifier: ISC
 *
 * Going on with a capture that was cut off: its program was killed, or ended
 * before it had looked after everything.  What it acquired whole is hashed
 * again and kept; what it tore stays as evidence, and is taken again.
 *
 *	ir_resume_find()		which one, if any
 *	ir_resume_keep()		its files are what they were
 *	ir_resume_say()			a line in the journal of this run
 *
 * A program that works is told from one that was killed by the lock on its
 * journal.
 */
#ifndef IR_BUNDLE_RESUME_H
#define IR_BUNDLE_RESUME_H

#include <jansson.h>

#include "base/err.h"
#include "base/time.h"
#include "bundle/bundle.h"
#include "bundle/items.h"
#include "bundle/record.h"

struct ir_resume {
	char container[65]; /* its 64 digits */
	unsigned run;       /* whose capture it is; 0: there is none */
	const char *scope;  /* how much it takes, in its own words */
	/* Where its files are, below data/; image_dir is NULL if the image was
	 * captured before. */
	char *engine_dir, *dir, *image_dir;
	/* {"<collector>": {"run","outcome"}}: those that collected, or found
	 * nothing to collect, and in which run that was. */
	json_t *outcomes;
	unsigned frozen; /* the run that paused the container, which it still
			  * is if nobody thawed it; or 0 */
	char frozen_at[IR_TIME_SIZE];
	uint64_t files, bytes; /* that are kept */

	/* Private. */
	int lock;
	struct ir_items items;
	struct ir_record record;
};

/** ir_resume_find(b, container, r, err): the newest capture of the container,
 * by its 64 digits, if it was cut off and nobody goes on with it, or it went on
 * with others.  Until ir_resume_free() nobody else finds it.  IR_EFORMAT if the
 * records are not sound.  ir_resume_free() in any case. */
int ir_resume_find(struct ir_bundle *b, const char *container,
    struct ir_resume *r, struct ir_err *err);
void ir_resume_free(struct ir_resume *r);

/** ir_resume_is(r, run): whether it is the run found, or one that that one went
 * on with. */
bool ir_resume_is(const struct ir_resume *r, unsigned run);

/** ir_resume_keep(b, r, err): hashes every file that r's runs acquired whole;
 * if all are as they were, b's sink has them.  IR_EFORMAT names the first that
 * is not, and then it has none. */
int ir_resume_keep(
    struct ir_bundle *b, struct ir_resume *r, struct ir_err *err);

/* What a capture says of itself; directories below data/. */
struct ir_resume_places {
	const char *container, *name;
	const char *engine_dir, *dir;
	const char *image_dir; /* NULL: captured before */
	const char *scope;     /* how much is taken, or NULL */
	unsigned resumes;      /* 0: none */
	size_t of;             /* how many containers this run captures */
};

/** ir_resume_say(b, p, err): so that this run can be gone on with. */
int ir_resume_say(
    struct ir_bundle *b, const struct ir_resume_places *p, struct ir_err *err);

/** ir_resume_said(b, container, status, err): its capture came to its end, with
 * what would be the exit code if it was the only one. */
int ir_resume_said(
    struct ir_bundle *b, const char *container, int status, struct ir_err *err);

/** ir_resume_lost(b, name): the newest run that captured a container of that
 * name or id, was cut off, and that nobody brought to its end; 0 if none. */
unsigned ir_resume_lost(struct ir_bundle *b, const char *name);

#endif
