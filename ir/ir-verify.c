/* SPDX-License-Identifier: ISC
 *
 * ir-verify: checks a bundle, anywhere, without an engine.  The exit code is
 * the verdict.
 */
#include <string.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/text.h"
#include "cli/apart.h"
#include "cli/cli.h"
#include "cli/report.h"
#include "cli/trusted.h"

static struct {
	const char *case_number, *identity, *head, *receipt;
	const char *expected[IR_OPTION_VALUES];
	bool need_stamp;
} opt;

static const struct ir_option options[] = {
    {0, "case", "NUMBER", "the case number that it must have", NULL,
	&opt.case_number},
    {'i', "identity", "FILE", "your private key, if it is encrypted to it",
	NULL, &opt.identity},
    {0, "receipt", "FILE", "a receipt that somebody was given of it", NULL,
	&opt.receipt},
    {0, "expect-head", "HEX", "the SHA-256 of an act that must be there", NULL,
	&opt.head},
    {0, "expect-signer", "TYPE=ID...", "who must have done it: seal=alice@lab",
	NULL, opt.expected},
    {0, "require-timestamp", NULL,
	"the time of the seal must be proven by an authority of --tsa-ca",
	&opt.need_stamp, NULL},
    IR_OPTION_END,
};

/* What the analyst expects, as far as it must be read or have a form. */
static int
expect(struct ir_verify_options *o, char **receipt, struct ir_err *err)
{
	for (size_t i = 0; opt.expected[i] != NULL; i++) {
		const char *eq = strchr(opt.expected[i], '=');

		if (eq == NULL || eq == opt.expected[i] || eq[1] == '\0')
			return ir_fail(err, IR_EUSAGE,
			    "--expect-signer is an act and who did it, as "
			    "seal=alice@lab, not %s",
			    opt.expected[i]);
	}
	if (opt.head != NULL && !ir_is_hex(opt.head, 64))
		return ir_fail(err, IR_EUSAGE,
		    "--expect-head is 64 lower-case hexadecimal digits");
	o->head = opt.head;
	o->expected = opt.expected;
	if (opt.receipt == NULL)
		return 0;
	*receipt = ir_read_file(
	    opt.receipt, IR_MAX_CUSTODY + IR_MAX_SIG, &o->receipt_len, err);
	o->receipt = *receipt;
	return *receipt != NULL ? 0 : -1;
}

static int
run(struct ir_cli *cli, int argc, char **argv, struct ir_err *err)
{
	struct ir_verify_options o = {
	    .case_number = opt.case_number,
	    .need_stamp = opt.need_stamp,
	};
	struct ir_age_identity *id = NULL;
	struct ir_trusted t;
	struct ir_report r;
	ir_auto_free char *receipt = NULL;
	int code;

	(void)cli;
	(void)argc;
	if (expect(&o, &receipt, err) == -1)
		return -1;
	if (opt.identity != NULL &&
	    (id = ir_age_identity_load(opt.identity, err)) == NULL)
		return -1;
	if (ir_trusted_load(&t, err) == -1) {
		ir_age_identity_free(id);
		return -1;
	}
	ir_trusted_fill(&t, &o);
	code = ir_verify_apart(argv[0], id, &o, &r, err);
	ir_trusted_free(&t);
	ir_age_identity_free(id);
	if (code == -1)
		return -1;
	ir_report_print(&r);
	ir_result(ir_report_json(&r));
	code = (int)r.verdict;
	ir_report_free(&r);
	return code;
}

static const char *const examples[] = {
    "ir verify -s allowed_signers INC-2026-041_host7_20261122T013441Z_1f0c9a2e",
    "everything, against your own list of whom you trust",
    "ir verify -s allowed_signers --revoked lost_keys DIR",
    "a key was lost: its signatures prove nothing any more",
    "ir verify -s allowed_signers --receipt INC-2026-041.receipt DIR",
    "nothing was rolled back since somebody was given the receipt",
    "ir verify -s allowed_signers --expect-signer seal=alice@lab DIR",
    "nobody else, whom you trust too, has sealed it",
    "ir verify -s allowed_signers --tsa-ca roots.pem --require-timestamp DIR",
    "an authority must have said when it was sealed",
    "ir verify --json DIR | jq .verdict",
    "for a machine",
    "ir verify -i ~/.ssh/id_ed25519 INC-2026-041_host7.tar.zst.age",
    "what ir export made, in one pass, without unpacking it",
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
    "UNSEALED: no seal; what the journals prove is listed",
    "13",
    "TIME: a key was not valid then, or the time itself is not proven",
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
    .min = 1,
    .max = 1,
    .options = options,
    .trusts = &ir_trusted_options,
    .examples = examples,
    .exits = exits,
    .run = run,
};

int
main(int argc, char **argv)
{
	return ir_cli_main(&program, argc, argv);
}
