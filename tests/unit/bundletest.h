/* SPDX-License-Identifier: ISC
 *
 * What the tests of bundles share: a scratch directory with keys, a bundle in
 * it, and ways to spoil it.
 */
#ifndef IR_TESTS_BUNDLETEST_H
#define IR_TESTS_BUNDLETEST_H

#include <stdbool.h>
#include <stddef.h>

#include "bundle/act.h"
#include "bundle/bundle.h"
#include "bundle/journal.h"
#include "bundle/verify.h"
#include "crypto/key.h"

/** bt_need(program): ends the test, as one that is skipped, if there is no such
 * program; to be called before cmocka prints its plan. */
void bt_need(const char *program);

/** bt_enter(state), bt_leave(state): a group's set-up and tear-down: a fresh
 * working directory with the keys alice, bob and mallory, and its removal. */
int bt_enter(void **state);
int bt_leave(void **state);

/** bt_who(name, key): name@lab, signing with the key of that name ("" for
 * none). */
struct ir_bundle_who bt_who(const char *name, const char *key);
extern const struct ir_bundle_case bt_case;

/** bt_new(key): a bundle of alice's with a journal begun; key as above. */
struct ir_bundle *bt_new(const char *key);

/** bt_add(b, path, text): one whole file. */
void bt_add(struct ir_bundle *b, const char *path, const char *text);

/** bt_end(b): ends the journal and closes the bundle; its directory is
 * the result, which the caller frees. */
char *bt_end(struct ir_bundle *b);

/** bt_seal(dir, name): seals as name, who has that key; its head goes to head,
 * of 65 bytes, unless that is NULL. */
void bt_seal(const char *dir, const char *name, char *head);

/** bt_seal_fails(dir, who, code, word): the message must hold word. */
void bt_seal_fails(const char *dir, const struct ir_bundle_who *who,
    enum ir_code code, const char *word);

/** bt_sealed(): a small bundle of alice's, complete and sealed by her. */
char *bt_sealed(void);

/* What is said of acts after the seal. */
extern const struct ir_bundle_case bt_said;

/** bt_try_act(dir, type, name, more, done, err): an act by name, who has that
 * key; takes the reference to more, the fields of its kind. */
int bt_try_act(const char *dir, const char *type, const char *name,
    json_t *more, struct ir_acted *done, struct ir_err *err);

/** bt_act(dir, type, name, more): the same, which must not fail. */
struct ir_acted bt_act(
    const char *dir, const char *type, const char *name, json_t *more);

/** bt_to(id): {"to":id}, for a release. */
json_t *bt_to(const char *id);

/** bt_handed(): one of bt_sealed() that alice released (act 3, after a note),
 * bob received and looked at (act 5). */
char *bt_handed(void);

/** bt_signers(text): an allowed_signers file's text; NULL for the usual one,
 * that has alice and bob.  Later calls of bt_verdict() go by it. */
void bt_signers(const char *text);

/** bt_public(name): "ssh-ed25519 AAAA...", the caller frees. */
char *bt_public(const char *name);

/** bt_verdict(dir, verdict, object, word): verifies; one finding of that
 * verdict must be about object and hold word ("" for any, NULL object for
 * none). */
void bt_verdict(const char *dir, enum ir_verdict verdict, const char *object,
    const char *word);

/** bt_verify(dir, options, r): the report, released by ir_report_free(). */
void bt_verify(const char *dir, const struct ir_verify_options *options,
    struct ir_report *r);

/** bt_report(dir): the whole report, going by the same signers; released by
 * ir_report_free(). */
struct ir_report bt_report(const char *dir);

/** bt_proves(what, dir, proven, attested): of how many files something is
 * proven, and of how many more is attested; what is for messages. */
void bt_proves(
    const char *what, const char *dir, size_t proven, size_t attested);

/** bt_verdict_by(dir, options, ...): the same with these, but for signers. */
void bt_verdict_by(const char *dir, const struct ir_verify_options *options,
    enum ir_verdict verdict, const char *object, const char *word);

/* What is done to a copy of a bundle, and what must be found then. */
struct bt_attack {
	const char *script; /* bash, with the bundle's directory as $1 */
	enum ir_verdict verdict;
	const char *object, *word; /* as of bt_verdict() */
};

/** bt_attacks(dir, t, n): each on a copy of its own. */
void bt_attacks(const char *dir, const struct bt_attack *t, size_t n);
#define BT_ATTACKS(dir, t) bt_attacks(dir, t, sizeof(t) / sizeof(t[0]))

/* Files, by a path that is put together; all fail the test on error. */
char *bt_path(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
char *bt_slurp(const char *path, size_t *len);
void bt_spit(const char *path, const void *p, size_t len);
bool bt_exists(const char *path);

/** bt_replace(path, from, to): the first occurrence, which must be there. */
void bt_replace(const char *path, const char *from, const char *to);

/** bt_flip(path, at): changes a bit of that byte; -1 is the last one. */
void bt_flip(const char *path, long at);

/* Journals. */
#define J1 "journal/0001-ir-test.jsonl"
#define J2 "journal/0002-ir-test.jsonl"

/** bt_lines(dir, journal, end): its lines as an array, each with its own
 * "hash", as the strict reader takes them. */
json_t *bt_lines(
    const char *dir, const char *journal, struct ir_journal_end *end);

/** bt_copy(dir): a copy of the directory, removed by bt_rm(). */
char *bt_copy(const char *dir);
void bt_rm(const char *dir);

/** bt_sh(out, max, script, dir): the exit status of a bash script that gets dir
 * as $1; its output, with a
 * NUL, goes to out. */
int bt_sh(char *out, size_t max, const char *script, const char *dir);

#endif
