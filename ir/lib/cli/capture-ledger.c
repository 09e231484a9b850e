/* SPDX-License-Identifier: ISC
 *
 * What came of each collector: see captureparts.h.
 */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "cli/captureparts.h"
#include "json/json.h"

static const struct {
	enum ir_outcome outcome;
	enum ir_style style;
} ends[] = {
    [IR_GOT] = {IR_COLLECTED, IR_GOOD},
    [IR_NOTHING] = {IR_EMPTY, IR_DIM},
    [IR_SKIP] = {IR_SKIPPED, IR_DIM},
    [IR_FAIL] = {IR_FAILED, IR_BAD},
};

/* The longest name of a collector. */
static int
width(void)
{
	size_t n = 0;

	for (size_t i = 0; ir_collectors[i] != NULL; i++)
		if (strlen(ir_collectors[i]->name) > n)
			n = strlen(ir_collectors[i]->name);
	return (int)n;
}

int
ir_capturing_told(struct ir_capturing *c, const struct ir_collector *k,
    enum ir_collected how, const char *why, double ms, struct ir_err *err)
{
	const char *name = ir_outcome_name(ends[how].outcome);
	char size[16] = "", time[24] = "";
	json_t *row = json_pack("{s:s, s:s, s:o, s:I, s:I}", "collector",
	    k->name, "outcome", name, "why", ir_json_text(why), "bytes",
	    (json_int_t)c->tally.bytes, "us", (json_int_t)(ms * 1000));
	json_t *ev = json_pack("{s:s, s:s, s:o}", "event", "outcome",
	    "container", c->t.id, "name", ir_json_text(c->t.name));

	json_object_update(ev, row);
	ir_event(ev);
	ir_progress_over(c);
	if (how == IR_FAIL)
		c->missing++;
	if (how == IR_GOT || c->tally.bytes > 0)
		ir_size(size, c->tally.bytes);
	if (how != IR_SKIP)
		snprintf(time, sizeof(time), "%.0f ms", ms);
	ir_out(ends[how].style, "%-9s  %-*s  %9s  %9s%s%s", name, width(),
	    k->name, size, time, *why != '\0' ? "  " : "", why);
	if (json_array_append_new(c->ledger, row) == -1)
		return ir_fail_mem(err);
	return ir_bundle_outcome(
	    c->cli->bundle, k->name, c->t.id, ends[how].outcome, why, ms, err);
}

int
ir_capturing_kept(struct ir_capturing *c, const struct ir_collector *k,
    unsigned run, enum ir_outcome how, struct ir_err *err)
{
	char why[32];

	snprintf(why, sizeof(why), "kept from run %u", run);
	ir_out(IR_DIM, "kept       %-*s  from run %u%s", width(), k->name, run,
	    how == IR_EMPTY ? ", which found nothing" : "");
	if (json_array_append_new(c->ledger,
		json_pack("{s:s, s:s, s:s, s:i, s:i, s:i}", "collector",
		    k->name, "outcome", ir_outcome_name(how), "why", why,
		    "bytes", 0, "us", 0, "kept", (int)run)) == -1)
		return ir_fail_mem(err);
	return ir_bundle_outcome(
	    c->cli->bundle, k->name, c->t.id, how, why, 0, err);
}
