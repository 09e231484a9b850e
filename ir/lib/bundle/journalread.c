/* SPDX-License-Identifier: ISC
 *
 * Reading a journal, strictly: see journal.h.
 */
#include <inttypes.h>
#include <string.h>

#include "base/limits.h"
#include "base/signal.h"
#include "base/text.h"
#include "base/time.h"
#include "bundle/journal.h"
#include "bundle/lines.h"
#include "bundle/names.h"
#include "json/json.h"

bool
ir_journal_name_ok(const char *name, unsigned *number)
{
	static const char ext[] = ".jsonl";

	if (strspn(name, "0123456789") != 4 || name[4] != '-' ||
	    strlen(name) <= 5 + strlen(ext) || !ir_ends(name, ext) ||
	    strchr(name, '/') != NULL || !ir_bundle_path_ok(name))
		return false;
	*number = (unsigned)atoi(name);
	return *number > 0;
}

/* The common fields of a line, borrowed from doc. */
static int
parse(struct ir_journal_line *line, const char *name, struct ir_err *err)
{
	const char *prev, *mono;
	json_int_t seq;
	int64_t when;

	if (!json_is_object(line->doc))
		return ir_fail(err, IR_EFORMAT, "%s: not an object", name);
	if (ir_json_need_int(line->doc, "seq", &seq, name, err) == -1 ||
	    !(prev = ir_json_need_str(line->doc, "prev", name, err)) ||
	    !(line->t = ir_json_need_str(line->doc, "t", name, err)) ||
	    !(mono = ir_json_need_str(line->doc, "mono_ns", name, err)) ||
	    !(line->ev = ir_json_need_str(line->doc, "ev", name, err)))
		return -1;
	if (seq < 0 || !ir_is_hex(prev, 64) || mono[0] == '\0' ||
	    mono[strspn(mono, "0123456789")] != '\0' ||
	    ir_time_parse(line->t, &when) == -1)
		return ir_fail(err, IR_EFORMAT,
		    "%s: seq, prev, t or mono_ns is not what it should be",
		    name);
	line->seq = (uint64_t)seq;
	strcpy(line->prev, prev);
	return 0;
}

static int
take(struct ir_journal_end *end, const char *path, const char *p, size_t n,
    ir_journal_fn fn, void *arg, struct ir_err *err)
{
	struct ir_journal_line line = {.text = p, .len = n};
	ir_auto_free char *name =
	    ir_asprintf(err, "%s: line %" PRIu64, path, end->lines + 1);
	json_auto_t *doc = NULL;

	if (name == NULL)
		return -1;
	end->fault = IR_JOURNAL_MALFORMED;
	if ((doc = ir_json_parse(p, n - 1, name, err)) == NULL)
		return -1;
	line.doc = doc;
	if (parse(&line, name, err) == -1)
		return -1;
	end->fault = IR_JOURNAL_BROKEN;
	if (line.seq != end->lines)
		return ir_fail(err, IR_EFORMAT,
		    "%s: has the number %" PRIu64 " where %" PRIu64
		    " is due: lines were removed, added or "
		    "reordered",
		    name, line.seq, end->lines);
	if (end->lines > 0 && strcmp(line.prev, end->head) != 0)
		return ir_fail(err, IR_EFORMAT,
		    "%s: does not follow the line before: one of the two was "
		    "changed",
		    name);
	end->fault = IR_JOURNAL_OK;
	ir_sha256_mem(p, n, line.hash);
	if (fn != NULL && fn(arg, &line, err) == -1)
		return -1;
	strcpy(end->head, line.hash);
	end->lines++;
	return 0;
}

int
ir_journal_read(const char *name, const char *text, size_t len,
    ir_journal_fn fn, void *arg, struct ir_journal_end *end, struct ir_err *err)
{
	struct ir_lines l = {name, text, len, IR_MAX_JOURNAL_LINE};
	const char *p;
	size_t n;
	int rc;

	*end = (struct ir_journal_end){0};
	while ((rc = ir_lines_next(&l, &p, &n, err)) == 1) {
		if (p[n - 1] != '\n') {
			end->torn = n;
			break;
		}
		if (ir_interrupted())
			return ir_fail(err, IR_EINTR,
			    "interrupted while reading %s", name);
		if (take(end, name, p, n, fn, arg, err) == -1)
			return -1;
	}
	if (rc == -1)
		end->fault = IR_JOURNAL_MALFORMED;
	return rc == -1 ? -1 : 0;
}
