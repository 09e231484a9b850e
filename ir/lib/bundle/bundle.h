/* SPDX-License-Identifier: ISC
 *
 * The evidence bundle being written: a BagIt 1.0 directory (RFC 8493) with a
 * custody chain and one journal for each program run.  ir-bundle(5) is the
 * format.
 *
 *	ir_bundle_create() or ir_bundle_open()
 *	ir_bundle_begin()		a journal is opened and signed
 *	    ir_bundle_sink(), ir_bundle_event(), ir_bundle_outcome() ...
 *	ir_bundle_end()			the journal is closed
 *	ir_bundle_close()
 *
 * Nothing that is in a bundle is ever overwritten or removed.  Several
 * programs may write to one bundle at a time, each to its own journal; each
 * holds a shared lock on .open, and sealing takes it exclusively.  The sink,
 * events and outcomes can be used by several threads.
 */
#ifndef IR_BUNDLE_BUNDLE_H
#define IR_BUNDLE_BUNDLE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/sink.h"
#include "crypto/key.h"

struct ir_bundle;

/* Who acts, with which program.  All strings are the caller's and stay. */
struct ir_bundle_who {
	const char *id;   /* the principal in allowed_signers */
	const char *name; /* "" when not given, as are the next two */
	const char *role;
	const char *org;
	const char *program; /* "ir-capture" */
	const char *version;
	const char *exe_sha256;   /* 64 hex digits, "" if unknown */
	char **argv;              /* NULL-terminated */
	const struct ir_key *key; /* NULL: nothing is signed */
};

/* What entry 0 says of the case. */
struct ir_bundle_case {
	const char *number;   /* "INC-2026-041" */
	const char *item;     /* evidence item number, or "" */
	const char *where;    /* place, or "" */
	const char *why;      /* purpose and authority, or "" */
	const char *remarks;  /* or "" */
	const json_t *target; /* {"engine_id","version","host","endpoint"}, or
			       * NULL when no engine was there */
};

/** ir_bundle_create(parent, c, who, err): makes
 * parent/<case>_<host>_<UTC>_<8 hex>/ with bagit.txt, bag-info.txt, VERIFY.txt,
 * .open, data/, journal/ and custody/0000-open.json (signed if who has a key).
 * A half-made directory is left under a name beginning with ".". */
struct ir_bundle *ir_bundle_create(const char *parent,
    const struct ir_bundle_case *c, const struct ir_bundle_who *who,
    struct ir_err *err);

/** ir_bundle_locate(given, sealed, dir, err): which bundle is meant: given
 * (-b), else $IR_BUNDLE, else the one open, or the one sealed, bundle in the
 * current directory (itself or one level down).  *dir is NULL when there is
 * none of these; it never begins with a hyphen; the caller frees it.  Several
 * of them: IR_EUSAGE, and the message lists them. */
int ir_bundle_locate(
    const char *given, bool sealed, char **dir, struct ir_err *err);

/** ir_bundle_open(dir, err): for writing.  IR_EFORMAT if it is not a bundle;
 * IR_EEXIST if it is sealed. */
struct ir_bundle *ir_bundle_open(const char *dir, struct ir_err *err);
void ir_bundle_close(struct ir_bundle *b); /* NULL is fine */

const char *ir_bundle_dir(const struct ir_bundle *b);
int ir_bundle_dirfd(const struct ir_bundle *b);
const char *ir_bundle_uuid(const struct ir_bundle *b);
const char *ir_bundle_case_number(const struct ir_bundle *b);

/** ir_bundle_begin(b, who, engine, err): a new journal, with its run line and,
 * if who has a key, the signature over it.  engine is {"endpoint"} or NULL. */
int ir_bundle_begin(struct ir_bundle *b, const struct ir_bundle_who *who,
    const json_t *engine, struct ir_err *err);

/** ir_bundle_run(b): the number of the journal, NNNN in its name. */
unsigned ir_bundle_run(const struct ir_bundle *b);

/** ir_bundle_event(b, ev, fields, err): one line; fields is an object, its
 * reference is taken in any case.  Synced before it returns. */
int ir_bundle_event(
    struct ir_bundle *b, const char *ev, json_t *fields, struct ir_err *err);

/** ir_bundle_sink(b): writes below data/, with chunk attestations in the
 * journal; lives as long as b.  A file is <path>.part until it is closed whole,
 * and stays that if it never is. */
struct ir_sink *ir_bundle_sink(struct ir_bundle *b);

/** ir_bundle_scope(b, dir, err): the directory below data/ in which this run
 * puts its files about one thing: dir if that is new, else dir/run-NNNN, so
 * that a second capture stands beside the first.  It is made; the caller frees
 * the string. */
char *ir_bundle_scope(struct ir_bundle *b, const char *dir, struct ir_err *err);

/** ir_bundle_has(b, path): whether a finished file of that path below data/ is
 * there. */
bool ir_bundle_has(const struct ir_bundle *b, const char *path);

/* How a collector ended, for one target. */
enum ir_outcome {
	IR_COLLECTED,
	IR_EMPTY,
	IR_SKIPPED,
	IR_FAILED,
};

/** ir_outcome_name(o): "collected". */
const char *ir_outcome_name(enum ir_outcome o);

/** ir_bundle_outcome(b, collector, target, o, why, ms, err): one line of the
 * ledger; why is "" unless it was skipped or failed. */
int ir_bundle_outcome(struct ir_bundle *b, const char *collector,
    const char *target, enum ir_outcome o, const char *why, double ms,
    struct ir_err *err);

/** ir_bundle_end(b, status, err): the last line, with the program's exit code.
 * No more lines after it. */
int ir_bundle_end(struct ir_bundle *b, int status, struct ir_err *err);

#endif
