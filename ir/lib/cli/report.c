/* SPDX-License-Identifier: ISC
 *
 * What came of verifying: see report.h.
 */
#include "cli/report.h"

#include <string.h>

#include "base/text.h"
#include "cli/out.h"
#include "json/json.h"

/* For people; --json has them all. */
#define MAX_PRINTED 100

static void
print_findings(const struct ir_report *r)
{
	size_t i, n = json_array_size(r->findings);

	for (i = 0; i < n && i < MAX_PRINTED; i++) {
		const json_t *f = json_array_get(r->findings, i);
		const char *verdict = ir_json_str(f, "verdict");

		ir_out(strcmp(verdict, "NOTE") == 0 ? IR_DIM : IR_WARN,
		    "%-10s  %s: %s", verdict, ir_json_str(f, "object"),
		    ir_json_str(f, "what"));
	}
	if (i < n)
		ir_out(IR_WARN, "... and %zu more; --json lists them", n - i);
}

/* What happened after the seal. */
static void
print_custody(const json_t *s)
{
	const json_t *acts = ir_json_at(s, "custody"), *a = NULL;
	const char *to = ir_json_str(s, "in_transit");
	size_t i;

	if (json_array_size(acts) <= 2)
		return;
	json_array_foreach (acts, i, a) {
		const char *v = ir_json_str(a, "verdict");
		bool release = strcmp(ir_json_str(a, "type"), "release") == 0;

		if (i >= 2)
			ir_out(IR_PLAIN, "custody     %s %s by %s%s%s%s%s",
			    ir_json_str(a, "time"), ir_json_str(a, "type"),
			    ir_json_str(a, "actor"), release ? " to " : "",
			    release ? ir_json_str(a, "to") : "",
			    *v != '\0' ? ", found " : "", v);
	}
	ir_out(IR_PLAIN, "head        %s",
	    ir_json_str(json_array_get(acts, i - 1), "head"));
	if (ir_json_true(s, "disposed"))
		ir_out(IR_PLAIN, "holder      nobody: it was disposed of");
	else
		ir_out(IR_PLAIN, "holder      %s%s%s", ir_json_str(s, "holder"),
		    *to != '\0' ? ": in transit to " : "", to);
}

static void
print_files(const json_t *s, const char *how)
{
	const json_t *v;
	size_t i;

	json_array_foreach (ir_json_at(s, how), i, v)
		ir_out(IR_PLAIN, "%-10s  %s: %lld bytes, sha256 %s", how,
		    ir_json_str(v, "file"), (long long)ir_json_int(v, "bytes"),
		    ir_json_str(v, "sha256"));
}

/* What the response did to the target: when, and who.  Both lists are in the
 * order of runs. */
static void
print_changes(const json_t *s)
{
	const json_t *c, *runs = ir_json_at(s, "runs"), *run;
	size_t i, k = 0;

	json_array_foreach (ir_json_at(s, "changes"), i, c) {
		while ((run = json_array_get(runs, k)) != NULL &&
		       ir_json_int(run, "run") < ir_json_int(c, "run"))
			k++;
		ir_out(IR_PLAIN, "changed     %s by %s%s: %s",
		    ir_json_str(c, "t"), ir_json_str(run, "actor"),
		    ir_json_true(run, "vouched") ? "" : " (nobody vouches)",
		    ir_json_str(c, "what"));
	}
}

static void
print_summary(const json_t *s)
{
	const json_t *v;
	char size[16], files[32];
	size_t i;

	if (ir_json_at(s, "case") != NULL)
		ir_out(IR_PLAIN, "case        %s", ir_json_str(s, "case"));
	if (ir_json_at(s, "bundle") != NULL)
		ir_out(IR_PLAIN, "bundle      %s", ir_json_str(s, "bundle"));
	if (ir_json_at(s, "opened") != NULL)
		ir_out(IR_PLAIN, "opened      %s by %s",
		    ir_json_str(s, "opened.time"),
		    ir_json_str(s, "opened.actor"));
	if (ir_json_at(s, "sealed") != NULL) {
		ir_out(IR_PLAIN, "sealed      %s by %s, %s",
		    ir_json_str(s, "sealed.time"),
		    ir_json_str(s, "sealed.actor"),
		    ir_json_str(s, "sealed.status"));
		ir_out(
		    IR_PLAIN, "receipt     %s", ir_json_str(s, "sealed.head"));
	}
	print_custody(s);
	json_array_foreach (ir_json_at(s, "stamps"), i, v)
		if (ir_json_true(v, "vouched"))
			ir_out(IR_PLAIN, "existed     %s at %.19sZ, says %s",
			    ir_json_str(v, "act"), ir_json_str(v, "time"),
			    ir_json_str(v, "authority"));
	if (ir_json_at(s, "files") != NULL) {
		ir_size(size, (uint64_t)ir_json_int(s, "bytes"));
		ir_files(files, (uint64_t)ir_json_int(s, "files"));
		ir_out(IR_PLAIN, "content     %s, %s", files, size);
	}
	print_changes(s);
	print_files(s, "proven");
	print_files(s, "attested");
}

void
ir_report_print(const struct ir_report *r)
{
	print_findings(r);
	print_summary(r->summary);
	ir_out(r->verdict == IR_VALID    ? IR_GOOD
	       : r->verdict < IR_CONTENT ? IR_WARN
					 : IR_BAD,
	    "%-10s  %s", ir_verdict_name(r->verdict),
	    ir_verdict_meaning(r->verdict));
}

json_t *
ir_report_json(const struct ir_report *r)
{
	return json_pack("{s:s, s:i, s:s, s:O, s:O}", "verdict",
	    ir_verdict_name(r->verdict), "code", (int)r->verdict, "meaning",
	    ir_verdict_meaning(r->verdict), "findings", r->findings, "summary",
	    r->summary);
}
