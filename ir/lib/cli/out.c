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
#include "base/time.h"
#include "json/json.h"

/* A bar is redrawn at most this often. */
#define REDRAW_NS 100000000u

static struct {
	const char *program;
	bool json, quiet, result;
	bool colour[3]; /* by descriptor */
	bool bar;       /* a progress bar stands on the last line of stderr */
	uint64_t bar_started, bar_drawn;
	char bar_what[64];
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

static void
clear_bar(void)
{
	if (out.bar)
		fputs("\r\033[K", stderr);
	out.bar = false;
}

/* Text leaves the program here; the lock is held. */
static void
emit(FILE *f, const char *text)
{
	clear_bar();
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
	clear_bar();
	return fflush(stdout) == 0 && !ferror(stdout) ? 0 : -1;
}

void
ir_progress_end(void)
{
	clear_bar();
}

void
ir_progress(const char *what, uint64_t done, uint64_t total)
{
	uint64_t now = ir_mono_ns();
	char size[16], rate[16], left[32] = "";
	struct ir_buf safe = IR_BUF_INIT;
	double seconds;

	if (out.quiet || !out.colour[STDERR_FILENO] ||
	    (out.bar && now - out.bar_drawn < REDRAW_NS))
		return;
	if (strncmp(what, out.bar_what, sizeof(out.bar_what) - 1) != 0) {
		snprintf(out.bar_what, sizeof(out.bar_what), "%s", what);
		out.bar_started = out.bar_drawn = now;
		return; /* what is over at once needs no bar */
	}
	if (now - out.bar_started < 5 * (uint64_t)REDRAW_NS)
		return;
	seconds = (double)(now - out.bar_started) / 1e9;
	ir_size(size, done);
	ir_size(rate, (uint64_t)((double)done / seconds));
	if (total > done && done > 0)
		snprintf(left, sizeof(left), ", %.0f s left",
		    seconds * (double)(total - done) / (double)done);
	ir_text_escape(&safe, out.bar_what, strlen(out.bar_what));
	fprintf(stderr, "\r\033[K%s  %s  %s/s%s", safe.p, size, rate, left);
	fflush(stderr);
	ir_buf_free(&safe);
	out.bar = true;
	out.bar_drawn = now;
}

void
ir_progress_word(void *word, uint64_t done, uint64_t total)
{
	ir_progress(word, done, total);
}
