/* SPDX-License-Identifier: ISC
 *
 * What was found wrong with a bundle: see fault.h.
 */
#include "bundle/fault.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "bundle/fields.h"
#include "json/json.h"

void
ir_fault(struct ir_faults *f, enum ir_verdict v, const char *object,
    const char *fmt, ...)
{
	char what[sizeof(((struct ir_err *)0)->msg)];
	size_t n = json_array_size(f->list);
	va_list ap;

	if (v > f->worst)
		f->worst = v;
	if (n > IR_MAX_FAULTS)
		return;
	va_start(ap, fmt);
	vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	if (n == IR_MAX_FAULTS) {
		object = "bundle";
		strcpy(what, "there is more, which is not listed");
	}
	json_array_append_new(
	    f->list, json_pack("{s:s, s:o, s:o}", "verdict",
			 v == IR_VALID ? "NOTE" : ir_verdict_name(v), "object",
			 ir_fields_text(object), "what", ir_fields_text(what)));
}

int
ir_fault_err(struct ir_faults *f, enum ir_verdict v, const char *object,
    const struct ir_err *err)
{
	size_t n = strlen(object);

	if (err->code != IR_EFORMAT && err->code != IR_ENOENT)
		return -1;
	/* The object stands before the message already. */
	if (ir_starts(err->msg, object) && ir_starts(err->msg + n, ": "))
		ir_fault(f, v, object, "%s", err->msg + n + 2);
	else
		ir_fault(f, v, object, "%s", err->msg);
	return 0;
}

int
ir_faults_refuse(const struct ir_faults *f, struct ir_err *err)
{
	const json_t *one;
	size_t i;

	json_array_foreach (f->list, i, one)
		if (strcmp(ir_json_str(one, "verdict"), "NOTE") != 0)
			return ir_fail(err, IR_EFORMAT, "%s: %s",
			    ir_json_str(one, "object"),
			    ir_json_str(one, "what"));
	if (f->worst == IR_VALID)
		return 0;
	return ir_fail(err, IR_EFORMAT,
	    "more is wrong with the bundle than can be listed");
}
