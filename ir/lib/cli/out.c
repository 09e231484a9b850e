/* SPDX-License-Identifier: ISC
 *
 * What people and machines read: see out.h.
 */
#include "cli/out.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/text.h"
#include "cli/bars.h"
#include "json/json.h"

static struct {
	const char *program;
	bool json, quiet, result;
	bool colour[3]; /* by descriptor */
} out;

/* What a thread prints while it holds: of each text, the digit of its
 * descriptor, its bytes and a NUL. */
static __thread struct ir_buf held;
static __thread bool holds;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* of all the rest */

static const char *const codes[] = {
    [IR_PLAIN] = "",
    [IR_BOLD] = "\033[1m",
    [IR_GOOD] = "\033[32m",
    [IR_BAD] = "\033[1;31m",
    [IR_WARN] = "\033[33m",
    [IR_DIM] = "\033[2m",
};

static bool
colourful(int fd)
{
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

	return isatty(fd) && (no == NULL || *no == '\0') && term != NULL &&
	       strcmp(term, "dumb") != 0;
}

void
ir_out_setup(const char *program, bool json, bool quiet)
{
	out.program = program;
	out.json = json;
	out.quiet = quiet;
	out.colour[STDOUT_FILENO] = colourful(STDOUT_FILENO);
	out.colour[STDERR_FILENO] = colourful(STDERR_FILENO);
}

/* Text leaves the program here; the lock is held. */
static void
emit(FILE *f, const char *text)
{
	ir_bars_hide();
	if (f == stderr)
		fflush(stdout);
	fputs(text, f);
}

static void
emit_or_hold(FILE *f, const char *text)
{
	if (holds) {
		ir_buf_puts(&held, f == stderr ? "2" : "1");
		ir_buf_add(&held, text, strlen(text) + 1);
		return;
	}
	pthread_mutex_lock(&lock);
	emit(f, text);
	pthread_mutex_unlock(&lock);
}

void
ir_out_hold(void)
{
	holds = true;
}

void
ir_out_release(void)
{
	const char *end = held.p + held.len;

	pthread_mutex_lock(&lock);
	for (const char *p = held.p; p < end; p += strlen(p) + 1)
		emit(*p == '2' ? stderr : stdout, p + 1);
	pthread_mutex_unlock(&lock);
	ir_buf_free(&held);
	holds = false;
}

/* A line, of which safe is escaped. */
static void
put(FILE *f, enum ir_style style, const char *before, const struct ir_buf *safe)
{
	bool colour = out.colour[fileno(f)] && style != IR_PLAIN;
	struct ir_buf whole = IR_BUF_INIT;

	ir_buf_printf(&whole, "%s%s%s%s\n", colour ? codes[style] : "", before,
	    safe->p != NULL ? safe->p : "", colour ? "\033[0m" : "");
	if (whole.p != NULL)
		emit_or_hold(f, whole.p);
	ir_buf_free(&whole);
}

static void
line(FILE *f, enum ir_style style, const char *before, const char *fmt,
    va_list ap)
{
	struct ir_buf safe = IR_BUF_INIT;
	char *raw;
	int n = vasprintf(&raw, fmt, ap);

	if (n == -1)
		return;
	ir_text_escape(&safe, raw, (size_t)n);
	free(raw);
	put(f, style, before, &safe);
	ir_buf_free(&safe);
}

void
ir_out(enum ir_style style, const char *fmt, ...)
{
	va_list ap;

	if (out.json)
		return;
	va_start(ap, fmt);
	line(stdout, style, "", fmt, ap);
	va_end(ap);
}

void
ir_out_text(enum ir_style style, const char *p, size_t n)
{
	struct ir_buf safe = IR_BUF_INIT;
	const char *tab;

	if (out.json)
		return;
	while (n > 0 && (tab = memchr(p, '\t', n)) != NULL) {
		ir_text_escape(&safe, p, (size_t)(tab - p));
		ir_buf_puts(&safe, "\t");
		n -= (size_t)(tab + 1 - p);
		p = tab + 1;
	}
	ir_text_escape(&safe, p, n);
	put(stdout, style, "", &safe);
	ir_buf_free(&safe);
}

void
ir_say(const char *fmt, ...)
{
	va_list ap;

	if (out.quiet)
		return;
	va_start(ap, fmt);
	line(stderr, IR_PLAIN, "", fmt, ap);
	va_end(ap);
}

static void
named(const char *kind, enum ir_style style, const char *fmt, va_list ap)
{
	char before[96];

	snprintf(before, sizeof(before), "%s: %s", out.program, kind);
	line(stderr, style, before, fmt, ap);
}

void
ir_warn(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	named("warning: ", IR_WARN, fmt, ap);
	va_end(ap);
}

void
ir_complain(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	named("", IR_BAD, fmt, ap);
	va_end(ap);
}

void
ir_result(json_t *j)
{
	ir_auto_buf struct ir_buf line = IR_BUF_INIT;
	struct ir_err err;
	ir_auto_free char *text =
	    out.json && j != NULL ? ir_json_line(j, &err) : NULL;

	if (text != NULL) {
		ir_buf_printf(&line, "%s\n", text);
		if (line.p != NULL)
			emit_or_hold(stdout, line.p);
	}
	json_decref(j);
	pthread_mutex_lock(&lock);
	out.result = true;
	pthread_mutex_unlock(&lock);
}

bool
ir_result_given(void)
{
	return out.result;
}

int
ir_out_flush(void)
{
	int rc;

	pthread_mutex_lock(&lock);
	ir_bars_hide();
	rc = fflush(stdout) == 0 && !ferror(stdout) ? 0 : -1;
	pthread_mutex_unlock(&lock);
	return rc;
}

void
ir_event(json_t *j)
{
	struct ir_err err;
	ir_auto_free char *text =
	    out.json && j != NULL ? ir_json_line(j, &err) : NULL;

	json_decref(j);
	if (text == NULL)
		return;
	pthread_mutex_lock(&lock);
	ir_bars_hide();
	printf("%s\n", text);
	fflush(stdout);
	pthread_mutex_unlock(&lock);
}

bool
ir_out_json(void)
{
	return out.json;
}

void
ir_progress_end(void)
{
	ir_progress_over(NULL);
}

void
ir_progress_of(const void *key, const char *what, uint64_t done, uint64_t total)
{
	if (out.quiet || !out.colour[STDERR_FILENO])
		return;
	pthread_mutex_lock(&lock);
	ir_bars_set(key, what, done, total);
	pthread_mutex_unlock(&lock);
}

void
ir_progress_over(const void *key)
{
	pthread_mutex_lock(&lock);
	ir_bars_drop(key);
	ir_bars_hide();
	fflush(stderr);
	pthread_mutex_unlock(&lock);
}

void
ir_progress(const char *what, uint64_t done, uint64_t total)
{
	ir_progress_of(NULL, what, done, total);
}

void
ir_progress_word(void *word, uint64_t done, uint64_t total)
{
	ir_progress(word, done, total);
}
