/* SPDX-License-Identifier: ISC
 *
 * What a program does, in the journal of the bundle: see cli.h.  Threads that
 * act on a container each write in turn.
 */
#include "cli/cli.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>

#include "json/json.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct ir_err first; /* the first failure to record */

/* Whether there is something to write to, still. */
static bool
begin(const struct ir_cli *c)
{
	pthread_mutex_lock(&lock);
	return c->bundle != NULL && first.code == IR_OK;
}

static void
end(int rc, const struct ir_err *err)
{
	bool fails = rc == -1;

	if (fails)
		first = *err;
	pthread_mutex_unlock(&lock);
	if (fails)
		ir_warn("from here on nothing is recorded: %s", err->msg);
}

void
ir_cli_record(struct ir_cli *c, const char *ev, json_t *fields)
{
	struct ir_err err;
	int rc = 0;

	if (begin(c))
		rc = ir_bundle_event(c->bundle, ev, fields, &err);
	else
		json_decref(fields);
	end(rc, &err);
}

void
ir_cli_change(
    struct ir_cli *c, const char *undo, const char *why, const char *fmt, ...)
{
	char what[1024];
	struct ir_err err;
	struct ir_sink *sink;
	va_list ap;
	int rc = 0;

	va_start(ap, fmt);
	vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	if (begin(c)) {
		sink = ir_bundle_sink(c->bundle);
		rc = sink->change(sink, what, undo, why, &err);
	}
	end(rc, &err);
}

void
ir_cli_record_call(
    void *cli, const char *method, const char *path, long status, double ms)
{
	ir_cli_record(cli, "api",
	    json_pack("{s:s, s:s, s:I, s:I}", "method", method, "path", path,
		"status", (json_int_t)status, "us", (json_int_t)(ms * 1000)));
}

int
ir_cli_put(struct ir_cli *c, const char *path, const void *p, size_t n,
    struct ir_err *err)
{
	int rc;

	pthread_mutex_lock(&lock);
	rc = ir_sink_put(ir_bundle_sink(c->bundle), path, p, n, err);
	pthread_mutex_unlock(&lock);
	return rc;
}

static json_t *
error_json(const struct ir_err *err)
{
	return json_pack("{s:i, s:o}", "code", (int)err->code, "message",
	    ir_json_text(err->msg));
}

void
ir_cli_record_error(struct ir_cli *c, const struct ir_err *err)
{
	ir_cli_record(c, "error", error_json(err));
}

int
ir_cli_failed(struct ir_cli *c, const char *operand, const struct ir_err *err)
{
	json_t *j = json_pack("{s:o}", "error", error_json(err));

	ir_complain("%s", err->msg);
	ir_cli_record_error(c, err);
	if (operand != NULL)
		json_object_set_new(j, "operand", ir_json_text(operand));
	ir_result(j);
	return (int)err->code;
}

bool
ir_cli_record_end(struct ir_cli *c, int code)
{
	struct ir_err err;
	int rc = 0;

	if (begin(c))
		rc = ir_bundle_end(c->bundle, code, &err);
	end(rc, &err);
	return first.code == IR_OK;
}
