/* SPDX-License-Identifier: ISC
 *
 * A journal: what one run of a program did, one JSON object a line, each line
 * holding the SHA-256 of the one before with its line feed.
 *
 *	{"seq":0,"prev":"<64 hex>","t":"<RFC 3339>","mono_ns":"<decimal>",
 *	 "ev":"run",...}
 *
 * Line 0 is "run"; its prev is the SHA-256 of the line that was last in the
 * journal with the highest number when this one was begun, or of
 * custody/0000-open.json for the first.  Line 1 is "sig" if there was a key: an
 * SSHSIG in the namespace IR_NS_JOURNAL over the bytes of line 0 with its line
 * feed, the same bytes that prev hashes.
 *
 * A run with a key also makes one for the session, Ed25519, that is only in its
 * memory; line 0 names it in session_key.  After each line that is evidence
 * (chunk, stream-close, change, outcome, observed) comes a "mark" with
 * next_key, and after that a "sig" by the session's key over the mark, which by
 * the chain is over all before it; from there on next_key is the session's, and
 * the old one is gone.  After "end" comes one last "sig" over that.  Nobody who
 * gets hold of the machine later can sign other lines before the last mark.
 *
 * So a "sig" is always over the line before it.  A reader takes any other ev.
 */
#ifndef IR_BUNDLE_JOURNAL_H
#define IR_BUNDLE_JOURNAL_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "bundle/bundle.h"
#include "crypto/digest.h"

#define IR_MAX_JOURNALS 9999 /* four digits */

/* Writing. */

struct ir_journal;

/** ir_journal_lock(dirfd, err): waits until nobody else begins a journal in the
 * bundle at dirfd or looks for one to go on with, and keeps them waiting until
 * the descriptor is closed. */
int ir_journal_lock(int dirfd, struct ir_err *err);

/** ir_journal_begin(dirfd, uuid, who, engine, err): the next journal of the
 * bundle at dirfd, with its first lines, or none of it.  As long as it is open,
 * its file has an exclusive flock(2). */
struct ir_journal *ir_journal_begin(int dirfd, const char *uuid,
    const struct ir_bundle_who *who, const json_t *engine, struct ir_err *err);
void ir_journal_free(struct ir_journal *j); /* NULL is fine */

/** ir_journal_add(j, ev, fields, err): one line, with the proof of it if it is
 * evidence, synced; the reference of fields is taken in any case.  A failure
 * leaves the journal as it was. */
int ir_journal_add(
    struct ir_journal *j, const char *ev, json_t *fields, struct ir_err *err);

/** ir_journal_end(j, status, err): the last line. */
int ir_journal_end(struct ir_journal *j, int status, struct ir_err *err);

unsigned ir_journal_number(const struct ir_journal *j);
bool ir_journal_ended(const struct ir_journal *j);

/* Reading. */

/** ir_journal_name_ok(name, number): whether name, without "journal/", is one
 * of a journal: "0001-ir-open.jsonl". */
bool ir_journal_name_ok(const char *name, unsigned *number);

struct ir_journal_line {
	uint64_t seq;
	const char *ev, *t;
	const json_t *doc;
	const char *text; /* len bytes with the line feed */
	size_t len;
	char prev[IR_SHA256_HEX], hash[IR_SHA256_HEX];
};

enum ir_journal_fault {
	IR_JOURNAL_OK,
	IR_JOURNAL_MALFORMED, /* not a line of a journal at all */
	IR_JOURNAL_BROKEN,    /* a line that does not follow the one before */
};

struct ir_journal_end {
	uint64_t lines;
	uint64_t torn;            /* bytes of an unfinished last line */
	char head[IR_SHA256_HEX]; /* of the last whole line */
	enum ir_journal_fault fault;
};

/** ir_journal_read(name, text, len, fn, arg, end, err): gives each whole line
 * of the journal with that name and text to fn.  seq and prev are checked, the
 * prev of line 0 excepted: that is fn's. A torn last line is no failure.  A
 * fault is IR_EFORMAT, end->fault says which; end is filled in as far as the
 * reading came. */
typedef int (*ir_journal_fn)(
    void *arg, const struct ir_journal_line *line, struct ir_err *err);
int ir_journal_read(const char *name, const char *text, size_t len,
    ir_journal_fn fn, void *arg, struct ir_journal_end *end,
    struct ir_err *err);

#endif
