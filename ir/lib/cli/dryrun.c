/* SPDX-License-Identifier: ISC
 *
 * --dry-run: see dryrun.h.
 */
#include "cli/dryrun.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/out.h"
#include "docker/container.h"
#include "docker/sharing.h"
#include "json/json.h"

void
ir_dryrun_start(
    struct ir_dryrun *d, struct ir_docker *engine, const json_t *inspect)
{
	d->engine = engine;
	d->inspect = inspect;
	d->calls = json_array();
	d->notes = json_array();
	d->warnings = NULL;
	ir_out(IR_BOLD, "dry run: nothing is changed");
	ir_out(IR_PLAIN, "container  %s  %.12s", ir_docker_name(inspect),
	    ir_json_str(inspect, "Id"));
}

void
ir_dryrun_call(struct ir_dryrun *d, const char *method, const json_t *body,
    const char *fmt, ...)
{
	char path[1024];
	struct ir_err err;
	char *text = body != NULL ? ir_json_line(body, &err) : NULL;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(path, sizeof(path), fmt, ap);
	va_end(ap);
	ir_out(IR_PLAIN, "would call  %s %s%s%s", method, path,
	    text != NULL ? "  " : "", text != NULL ? text : "");
	free(text);
	json_array_append_new(
	    d->calls, json_pack("{s:s, s:o, s:O?}", "method", method, "path",
			  ir_json_text(path), "body", body));
}

static void
on_rehearsed(void *arg, const char *method, const char *path, const char *body)
{
	struct ir_err err;
	json_auto_t *doc = body != NULL ? ir_json_parse(body, strlen(body),
					      "the body of a call", &err)
					: NULL;

	ir_dryrun_call(arg, method, doc, "%s", path);
}

void
ir_dryrun_watch(struct ir_dryrun *d)
{
	ir_docker_rehearse(d->engine, on_rehearsed, d);
}

void
ir_dryrun_note(struct ir_dryrun *d, const char *fmt, ...)
{
	char text[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	ir_out(IR_PLAIN, "would       %s", text);
	json_array_append_new(d->notes, ir_json_text(text));
}

static void
print_shared(const json_t *shared)
{
	const json_t *s;
	size_t i;

	if (json_array_size(shared) == 0)
		ir_out(
		    IR_PLAIN, "shared      nothing with any other container");
	json_array_foreach (shared, i, s)
		ir_out(IR_WARN, "shared      %s (%.12s): %s: %s",
		    ir_json_str(s, "name"), ir_json_str(s, "container"),
		    ir_json_str(s, "shares"), ir_json_str(s, "what"));
}

void
ir_dryrun_drop(struct ir_dryrun *d)
{
	ir_docker_rehearse(d->engine, NULL, NULL);
	json_decref(d->calls);
	json_decref(d->notes);
	json_decref(d->warnings);
}

int
ir_dryrun_end(struct ir_dryrun *d, struct ir_err *err)
{
	json_t *shared = ir_docker_sharing(d->engine, d->inspect, err);

	if (shared == NULL) {
		ir_dryrun_drop(d);
		return -1;
	}
	print_shared(shared);
	ir_result(json_pack("{s:b, s:s, s:o, s:o, s:o, s:o, s:o*}", "dry_run",
	    1, "container", ir_json_str(d->inspect, "Id"), "name",
	    ir_json_text(ir_docker_name(d->inspect)), "calls", d->calls,
	    "notes", d->notes, "shared", shared, "warnings", d->warnings));
	return IR_OK;
}
