/* SPDX-License-Identifier: ISC
 *
 * ir-verify: checks a bundle, anywhere, without an engine.  The exit code is
 * the verdict.
 */
#include <string.h>

#include "base/text.h"
#include "bundle/verify.h"
#include "cli/cli.h"
#include "cli/trusted.h"
#include "json/json.h"

static struct {
	const char *case_number;
} opt;

static const struct ir_option options[] = {
    {0, "case", "NUMBER", "the case number that it must have", NULL,
	&opt.case_number},
    IR_OPTION_END,
};

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

static void
print_summary(const json_t *s)
{
	const json_t *v;
	char size[16];
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
	if (ir_json_at(s, "files") != NULL) {
		ir_size(size, (uint64_t)ir_json_int(s, "bytes"));
		ir_out(IR_PLAIN, "content     %lld files, %s",
		    (long long)ir_json_int(s, "files"), size);
	}
	json_array_foreach (ir_json_at(s, "changes"), i, v)
		ir_out(IR_PLAIN, "changed     %s", ir_json_str(v, "what"));
	json_array_foreach (ir_json_at(s, "proven"), i, v)
		ir_out(IR_PLAIN, "attested    %s: %lld bytes, sha256 %s",
		    ir_json_str(v, "file"), (long long)ir_json_int(v, "bytes"),
		    ir_json_str(v, "sha256"));
}

static int
run(struct ir_cli *cli, int argc, char **argv, struct ir_err *err)
{
	struct ir_verify_options o = {
	    .case_number = opt.case_number,
	    .progress = ir_trusted_progress,
	};
	struct ir_trusted t;
	struct ir_report r;
	const char *dir = argv[0];
	int code;

	(void)cli;
	(void)argc;
	if (ir_trusted_load(&t, err) == -1)
		return -1;
	o.signers = t.signers;
	o.revoked = t.revoked;
	code = ir_bundle_verify(dir, &o, &r, err);
	ir_trusted_free(&t);
	if (code == -1)
		return -1;
	print_findings(&r);
	print_summary(r.summary);
	ir_out(r.verdict == IR_VALID    ? IR_GOOD
	       : r.verdict < IR_CONTENT ? IR_WARN
					: IR_BAD,
	    "%-10s  %s", ir_verdict_name(r.verdict),
	    ir_verdict_meaning(r.verdict));
	ir_result(json_pack("{s:s, s:i, s:s, s:O, s:O}", "verdict",
	    ir_verdict_name(r.verdict), "code", (int)r.verdict, "meaning",
	    ir_verdict_meaning(r.verdict), "findings", r.findings, "summary",
	    r.summary));
	code = (int)r.verdict;
	ir_report_free(&r);
	return code;
}

static const char *const examples[] = {
    "ir verify -s allowed_signers INC-2026-041_host7_20261122T013441Z_1f0c9a2e",
    "everything, against your own list of whom you trust",
    "ir verify -s allowed_signers --revoked lost_keys DIR",
    "a key was lost: its signatures prove nothing any more",
    "ir verify --json DIR | jq .verdict",
    "for a machine",
    NULL,
};

static const char *const exits[] = {
    "0",
    "VALID: intact, trusted signers, complete",
    "10",
    "INCOMPLETE: intact and trusted; the capture declared gaps",
    "11",
    "UNTRUSTED: intact; a signer is not in allowed_signers",
    "12",
    "UNSEALED: no seal; what the journals attest is listed",
    "13",
    "TIME: a key was not valid at the time of the act",
    "20",
    "CONTENT: modified, missing or extra files",
    "21",
    "SIGNATURE: a bad or absent signature, or another's",
    "22",
    "CHAIN: the order of entries or journals is broken",
    "30",
    "HOSTILE: malformed; nothing in it was trusted",
    NULL,
};

static const struct ir_program program = {
    .name = "ir-verify",
    .operands = "BUNDLE",
    .what = "Checks an evidence bundle; needs no engine and trusts nothing "
	    "in it.",
    .uses = IR_TRUSTS,
    .min = 1,
    .max = 1,
    .options = options,
    .examples = examples,
    .exits = exits,
    .run = run,
};

int
main(int argc, char **argv)
{
	return ir_cli_main(&program, argc, argv);
}
