/* SPDX-License-Identifier: ISC
 *
 * What people and machines read.  Data goes to stdout, talk to stderr, one
 * line a call; every line passes through ir_text_escape(), so that outside
 * bytes can stand in the arguments as they are.
 */
#ifndef IR_CLI_OUT_H
#define IR_CLI_OUT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum ir_style {
	IR_PLAIN,
	IR_BOLD,
	IR_GOOD, /* green */
	IR_BAD,  /* red */
	IR_WARN, /* yellow */
	IR_DIM,
};

/** ir_out_setup(program, json, quiet): once, before the rest.  Colours are
 * used on a terminal unless NO_COLOR is set (no-color.org) or TERM is dumb. */
void ir_out_setup(const char *program, bool json, bool quiet);

/** ir_out(style, fmt, ...): a line of data on stdout; nothing with --json. */
void ir_out(enum ir_style style, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/** ir_out_text(style, p, n): a line of a text file, as ir_out() but for its
 * tabs, which stay. */
void ir_out_text(enum ir_style style, const char *p, size_t n);

/** ir_say(fmt, ...): a line of talk on stderr; nothing with --quiet. */
void ir_say(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/** ir_warn(fmt, ...): "ir-pause: warning: ..." on stderr, always. */
void ir_warn(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/** ir_complain(fmt, ...): "ir-pause: ..." on stderr, always. */
void ir_complain(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/** ir_result(j): the object that --json gives, on stdout, in a line of its own,
 * one for each container where there are several; nothing without --json.
 * Takes the reference. */
void ir_result(json_t *j);

/** ir_result_given(): whether ir_result() was called. */
bool ir_result_given(void);

/** ir_out_hold(), ir_out_release(): what this thread prints between the two
 * comes out at its end, in one piece, whatever other threads print. */
void ir_out_hold(void);
void ir_out_release(void);

/** ir_out_flush(): 0 if everything on stdout was written. */
int ir_out_flush(void);

/** ir_event(j): a line of JSON on stdout, at once, whether this thread holds
 * what it prints or not: what happens, as it does; nothing without --json.
 * Takes the reference. */
void ir_event(json_t *j);

/** ir_out_json(): whether --json was given. */
bool ir_out_json(void);

/** ir_progress(what, done, total): a bar on stderr, when that is a terminal:
 * bytes, rate and, if total is not 0, time left.  The next line printed clears
 * it. */
void ir_progress(const char *what, uint64_t done, uint64_t total);

/** ir_progress_word(word, done, total): the same, for what tells its progress
 * to a function with an argument: word is a char *. */
void ir_progress_word(void *word, uint64_t done, uint64_t total);

/** ir_progress_of(key, what, done, total), ir_progress_over(key): the same for
 * one of several, each with a line of its own, until it is over. */
void ir_progress_of(
    const void *key, const char *what, uint64_t done, uint64_t total);
void ir_progress_over(const void *key);

/** ir_progress_end(): takes the bar away, where no line follows that would. */
void ir_progress_end(void);

#endif
