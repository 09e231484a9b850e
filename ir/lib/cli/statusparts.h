/* SPDX-License-Identifier: ISC
 *
 * What the files of ir_status_*() share: what was read for one look at all
 * containers, and what is found out about one.
 *
 * Times are microseconds since the epoch by the engine's clock, 0 is unknown.
 */
#ifndef IR_CLI_STATUSPARTS_H
#define IR_CLI_STATUSPARTS_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "cli/cli.h"

#define IR_SECOND 1000000 /* in these times */

/* The command of an exec, as far as it is kept: bytes. */
#define IR_STATUS_COMMAND 200

/* One look. */
struct ir_status {
	struct ir_cli *cli;
	struct ir_err engine; /* why it cannot be asked; IR_OK if it can */
	int64_t skew;         /* the engine's clock minus ours */
	json_t *list;         /* of the engine: every container */
	json_t *events;       /* those of the containers that are looked at */
	int64_t reach;        /* events are known from here on */
	bool young;           /* nothing was before: it was started then */
	char *events_why;     /* why not all events could be read, or NULL */
	json_t *calls;        /* of our own runs; NULL: not read yet */
	bool stale;           /* one ended while it was looked at */
	bool failed;          /* out of memory */
};

/* One container. */
struct ir_status_one {
	struct ir_status *s;
	const char *id;       /* 64 digits */
	const char *name;     /* when it was contained, or now */
	json_t *records;      /* [{"kind","where","record"}] */
	json_t *inspect;      /* NULL: gone */
	const json_t *labels; /* as far as known; may be NULL */
	int64_t first, last;  /* when it was first and last contained */
	char todo_pause[80], todo_capture[80], todo_isolate[512]; /* commands */
	json_t *left, *now, *deviations;
	json_t *restart;   /* the one of these that tells of it, or NULL */
	struct ir_err why; /* nothing can be said; IR_OK: it can */
};

/** ir_status_now(): now, by our own clock. */
int64_t ir_status_now(void);

/** ir_status_time(text): of an RFC 3339 time in any zone; 0 if it is not one.
 * ir_status_text(s, t): as such, by our own clock; null for 0. */
int64_t ir_status_time(const char *text);
json_t *ir_status_text(const struct ir_status *s, int64_t t);

/** ir_status_record_time(s, r): when that was recorded. */
int64_t ir_status_record_time(const struct ir_status *s, const json_t *record);

/** ir_status_known(list, what, detail): whether that deviation is in it. */
bool ir_status_known(const json_t *list, const char *what, const char *detail);

/** ir_status_deviates(o, what, when, by, todo, fmt, ...): one more deviation,
 * unless it is known; takes the reference of by, a text or NULL.  The caller
 * borrows it; NULL if it was known. */
json_t *ir_status_deviates(struct ir_status_one *o, const char *what,
    int64_t when, json_t *by, const char *todo, const char *fmt, ...)
    __attribute__((format(printf, 6, 7)));

/** ir_status_over(d): it was, and is so no longer.  d may be NULL. */
void ir_status_over(json_t *d);

/** ir_status_follows(o, d, what, todo, fmt, ...): what that deviation has
 * brought about and lasts; no deviation of its own, as it has the same cause.
 * todo, unless NULL, is then to be done about both. */
void ir_status_follows(struct ir_status_one *o, json_t *d, const char *what,
    const char *todo, const char *fmt, ...)
    __attribute__((format(printf, 5, 6)));

/** ir_status_restarted(o, record): when the container was started last, if that
 * was after this record; 0 if it runs since before, or does not run. */
int64_t ir_status_restarted(
    const struct ir_status_one *o, const json_t *record);

/** ir_status_chosen(s, records, names, n, out): the ids of those to look at, as
 * keys: of the n that are named, or of all on record.  Of a record that cannot
 * be read, and of a name that nobody has, out gets the object that says so. */
json_t *ir_status_chosen(const struct ir_status *s, const json_t *records,
    char **names, int n, json_t *out);

/* What people read. */

/** ir_status_print_line(style, text): one line, wrapped on a terminal. */
void ir_status_print_line(enum ir_style style, const char *text);

/** ir_status_who(d, when, err): "3 times, the last 3 min ago (11:14:10Z), by a
 * call to the engine's API", without the time unless when; the caller frees
 * it. */
char *ir_status_who(const json_t *d, bool when, struct ir_err *err);

/** ir_status_tell(style, fmt, ...): a line with the time of day before it. */
void ir_status_tell(enum ir_style style, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/** ir_status_is_new(was, d): whether the list, which may be NULL, has not that
 * deviation with the same time and effects. */
bool ir_status_is_new(const json_t *was, const json_t *d);

/** ir_status_same(a, b): whether nothing of an object is other that is told.
 * ir_status_news(before, now): tells what is; whether something bad is new. */
bool ir_status_same(const json_t *a, const json_t *b);
bool ir_status_news(const json_t *before, const json_t *now);

/* Labels that tell who looks after a container; ended by NULL. */
extern const char *const ir_status_labels[];

/** ir_status_skew(d): the engine's clock minus ours; 0 where that is less than
 * can be told. */
int64_t ir_status_skew(struct ir_docker *d);

/* Events. */

/** ir_status_stream(d, since, until, fn, arg, err): gives each event to fn as
 * it comes, NULL for one that cannot be read; seconds of the engine's clock.
 * Ends by itself at until, or when fn returns -1.
 * ir_status_event_at(event): when it happened. */
typedef int (*ir_status_event_fn)(
    void *arg, const json_t *event, struct ir_err *err);
int ir_status_stream(struct ir_docker *d, int64_t since, int64_t until,
    ir_status_event_fn fn, void *arg, struct ir_err *err);
int64_t ir_status_event_at(const json_t *event);

/** ir_status_events(s, ids, since): reads those of the containers whose ids are
 * the keys of ids.  Each is {"id","action","t","signal"|"exit"|"old"|"network"|
 * "exec"|"labels"}, in the order of time.  What fails is in events_why. */
void ir_status_events(struct ir_status *s, const json_t *ids, int64_t since);

/** ir_status_event(o, action, after, before): the last one of that action with
 * after <= t <= before (0: no limit); NULL if there is none. */
const json_t *ir_status_event(const struct ir_status_one *o, const char *action,
    int64_t after, int64_t before);
int64_t ir_status_event_time(const json_t *event); /* 0 for NULL */

/** ir_status_is_start(o, connect): whether a start of the container made that
 * connection: an engine tells of the start after it, with no end between, or
 * will, since it does not run. */
bool ir_status_is_start(const struct ir_status_one *o, const json_t *connect);

/** ir_status_unseen(s, since): why there may be no event of something that
 * happened after since: a text, or NULL if there should be one. */
json_t *ir_status_unseen(const struct ir_status *s, int64_t since);

/** ir_status_ours(s, method, path, t): which run of ours made that call, of
 * which path is a part, around t: "ir pause --undo web, run 7 (alice@lab)"; or
 * NULL.  The caller owns it. */
json_t *ir_status_ours(
    struct ir_status *s, const char *method, const char *path, int64_t t);

/** ir_status_ours_to(o, what, t): the same of POST /containers/<o>/what. */
json_t *ir_status_ours_to(
    const struct ir_status_one *o, const char *what, int64_t t);

/* Who did it, as a deviation's by: of the start at that time, of the end, of
 * the thaw since, of the removal; texts, NULL if nothing can be said. */
json_t *ir_status_started_by(const struct ir_status_one *o, int64_t started);
json_t *ir_status_ended_by(const struct ir_status_one *o, int64_t t);
json_t *ir_status_thawed_by(
    const struct ir_status_one *o, const json_t *unpause, int64_t since);
json_t *ir_status_removed_by(const struct ir_status_one *o, int64_t t);
json_t *ir_status_connected_by(
    const struct ir_status_one *o, const json_t *connect, int64_t since);

/** ir_status_connect_ours(s, network, t): ir_status_ours() of a connect. */
json_t *ir_status_connect_ours(
    struct ir_status *s, const char *network, int64_t t);

/** ir_status_isolation(o): the last one, which says how the container was left:
 * a later one can take the place of a filter, or of a link that is down.  NULL
 * if it was not isolated. */
const json_t *ir_status_isolation(const struct ir_status_one *o);

/* What deviates; o->inspect is not NULL but for the first. */

void ir_status_removed(struct ir_status_one *o);
void ir_status_lifecycle(struct ir_status_one *o); /* restarted, stopped */
void ir_status_thawed(struct ir_status_one *o, const json_t *record);
void ir_status_past(struct ir_status_one *o); /* undone and done again */
void ir_status_networks(struct ir_status_one *o, const json_t *record);
void ir_status_settings(struct ir_status_one *o); /* name, restart policy */
void ir_status_execs(struct ir_status_one *o);
void ir_status_others(struct ir_status_one *o); /* replaced, joined */
void ir_status_host(struct ir_status_one *o);   /* what only the host shows */

#endif
