/* SPDX-License-Identifier: ISC
 *
 * Which of our own runs made a call to the engine, by the journals of the
 * bundle: see statusparts.h.  They are believed as they are; ir verify tells
 * whether they may be.
 */
#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/text.h"
#include "bundle/journal.h"
#include "cli/statusparts.h"
#include "json/json.h"

/* A journal with more has streams in it, of a capture, and few calls. */
#define MAX_JOURNAL (32u << 20)

/* How far the clock of an engine elsewhere may be off from what was found out
 * about it, and on this machine an event from the call that caused it: less, so
 * that what somebody else did just then is not taken for ours. */
#define SLACK      (2 * IR_SECOND)
#define SLACK_HERE (IR_SECOND / 10)

/* What of a command line is shown, and of a word of it. */
#define MAX_ARGV 160
#define MAX_WORD 40

struct journal {
	struct ir_status *s;
	unsigned number;
	json_t *by; /* whose it is */
};

/* "ir pause --undo web, run 7 (alice@lab)" */
static json_t *
who(const json_t *run, unsigned number)
{
	ir_auto_buf struct ir_buf b = IR_BUF_INIT;
	const char *program = ir_json_str(run, "program");
	const json_t *argv = json_object_get(run, "argv");

	ir_buf_puts(&b, "ir ");
	ir_buf_puts(&b, program + (strncmp(program, "ir-", 3) == 0 ? 3 : 0));
	for (size_t i = 1; i < json_array_size(argv) && b.len < MAX_ARGV; i++) {
		const char *word = json_string_value(json_array_get(argv, i));

		ir_buf_printf(&b, " %.*s", MAX_WORD, word != NULL ? word : "");
	}
	ir_buf_printf(
	    &b, ", run %u (%s)", number, ir_json_str(run, "actor.id"));
	return b.failed ? NULL : ir_json_text(b.p);
}

/* An ir_journal_fn: calls that changed something, and when they were made. */
static int
take_line(void *arg, const struct ir_journal_line *line, struct ir_err *err)
{
	struct journal *j = arg;
	const char *method = ir_json_str(line->doc, "method");
	int64_t t = ir_status_time(line->t) + j->s->skew;
	json_t *call;

	if (strcmp(line->ev, "run") == 0 && j->by == NULL)
		j->by = who(line->doc, j->number);
	if (strcmp(line->ev, "api") != 0 || *method == '\0' ||
	    strcmp(method, "GET") == 0)
		return 0;
	call = json_pack("{s:s, s:s, s:I, s:I, s:O?}", "method", method, "path",
	    ir_json_str(line->doc, "path"), "from",
	    (json_int_t)t - ir_json_int(line->doc, "us"), "to", (json_int_t)t,
	    "by", j->by);
	return json_array_append_new(j->s->calls, call) == 0 ? 0
							     : ir_fail_mem(err);
}

/* As far as it can be read: a torn one is what a crash leaves. */
static void
read_journal(struct ir_status *s, int dirfd, const char *name)
{
	struct journal j = {.s = s};
	struct ir_journal_end end;
	struct ir_err err;
	size_t len;

	if (!ir_journal_name_ok(name, &j.number))
		return;
	ir_auto_free char *text =
	    ir_read_beneath(dirfd, name, MAX_JOURNAL, &len, &err);
	if (text != NULL)
		ir_journal_read(name, text, len, take_line, &j, &end, &err);
	json_decref(j.by);
}

static void
read_journals(struct ir_status *s)
{
	const char *dir = s->cli->bundle_dir;
	struct ir_err err;
	struct dirent *e;
	DIR *d;

	s->calls = json_array();
	ir_auto_free char *path =
	    dir != NULL ? ir_asprintf(&err, "%s/journal", dir) : NULL;
	if (path == NULL || (d = opendir(path)) == NULL)
		return;
	while ((e = readdir(d)) != NULL)
		read_journal(s, dirfd(d), e->d_name);
	closedir(d);
}

json_t *
ir_status_ours(
    struct ir_status *s, const char *method, const char *path, int64_t t)
{
	int64_t slack = ir_starts(ir_docker_where(s->cli->engine), "unix:")
			    ? SLACK_HERE
			    : SLACK;
	size_t i;
	const json_t *c;

	if (s->calls == NULL)
		read_journals(s);
	json_array_foreach (s->calls, i, c)
		if (t != 0 && strcmp(ir_json_str(c, "method"), method) == 0 &&
		    strstr(ir_json_str(c, "path"), path) != NULL &&
		    t >= ir_json_int(c, "from") - slack &&
		    t <= ir_json_int(c, "to") + slack)
			return json_incref(json_object_get(c, "by"));
	return NULL;
}
