/* SPDX-License-Identifier: ISC
 *
 * Verifying before somebody takes a bundle over: see custody.h.
 */
#include <string.h>

#include "bundle/act.h"
#include "cli/apart.h"
#include "cli/custody.h"
#include "cli/trusted.h"
#include "json/json.h"

/* The worst finding, for a message. */
static const json_t *
worst(const struct ir_report *r)
{
	const json_t *f;
	size_t i;

	json_array_foreach (r->findings, i, f)
		if (strcmp(ir_json_str(f, "verdict"),
			ir_verdict_name(r->verdict)) == 0)
			return f;
	return NULL;
}

/* What is not as it was sealed is taken only by somebody who says in what state
 * it came. */
static int
judge(struct ir_cli *cli, const char *type, const char *condition,
    const struct ir_report *r, struct ir_err *err)
{
	const json_t *f = worst(r);

	if (r->verdict == IR_HOSTILE ||
	    (r->verdict >= IR_CONTENT && condition == NULL &&
		strcmp(type, "receive") == 0))
		return ir_fail(err, IR_EFORMAT, "%s: it is %s: %s: %s%s",
		    cli->bundle_dir, ir_verdict_name(r->verdict),
		    ir_json_str(f, "object"), ir_json_str(f, "what"),
		    r->verdict == IR_HOSTILE
			? ""
			: ": refuse it, or say with --condition in what state "
			  "it came");
	if (r->verdict != IR_VALID)
		ir_warn("it is %s: %s: %s; ir verify tells more",
		    ir_verdict_name(r->verdict), ir_json_str(f, "object"),
		    ir_json_str(f, "what"));
	return 0;
}

int
ir_custody_check(struct ir_cli *cli, const char *type, const char *condition,
    struct ir_custody_checked *checked, struct ir_err *err)
{
	struct ir_verify_options o = {0};
	struct ir_trusted t;
	struct ir_report r;
	int rc;

	/* Before the long work. */
	if (ir_act_may(
		cli->bundle_dir, type, cli->who.id, checked->head, err) == -1 ||
	    ir_trusted_load(&t, err) == -1)
		return -1;
	if (t.signers == NULL && condition == NULL) {
		ir_trusted_free(&t);
		return ir_fail(err, IR_EUSAGE,
		    "whom do you trust? name your allowed_signers with -s%s",
		    strcmp(type, "receive") == 0
			? ", or --condition TEXT records it as it is"
			: "");
	}
	ir_trusted_fill(&t, &o);
	rc = ir_verify_apart(cli->bundle_dir, NULL, &o, &r, err);
	ir_trusted_free(&t);
	if (rc == -1)
		return -1;
	checked->verdict = r.verdict;
	rc = judge(cli, type, condition, &r, err);
	ir_report_free(&r);
	return rc;
}
