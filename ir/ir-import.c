/* SPDX-License-Identifier: ISC
 *
 * ir-import: a bundle out of the file that somebody handed over.
 */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "bundle/import.h"
#include "cli/apart.h"
#include "cli/cli.h"
#include "cli/report.h"
#include "cli/trusted.h"
#include "json/json.h"

static struct {
	const char *identity;
} opt;

static const struct ir_option options[] = {
    {'i', "identity", "FILE",
	"your private key, if it is encrypted: SSH's, or age's", NULL,
	&opt.identity},
    IR_OPTION_END,
};

static void
report(const struct ir_imported *x)
{
	char size[16], files[32];

	ir_size(size, x->bytes);
	ir_files(files, x->files);
	ir_out(IR_GOOD, "imported    %s: %s, %s", x->dir, files, size);
}

/* The verdict, if it is known who is trusted; else 0. */
static int
verify(const char *dir, const struct ir_trusted *t, json_t **report,
    struct ir_err *err)
{
	struct ir_verify_options o = {0};
	struct ir_report r;
	int code;

	if (t->signers == NULL) {
		ir_say("nothing of it is verified yet: ir verify %s", dir);
		*report = json_null();
		return IR_OK;
	}
	ir_trusted_fill(t, &o);
	if (ir_verify_apart(dir, NULL, &o, &r, err) == -1)
		return -1;
	ir_report_print(&r);
	*report = ir_report_json(&r);
	code = (int)r.verdict;
	ir_report_free(&r);
	return code;
}

static int
import(const char *file, const struct ir_import_options *o,
    const struct ir_trusted *t, struct ir_err *err)
{
	struct ir_imported x;
	json_t *verified;
	int code;

	if (ir_bundle_import(file, o, &x, err) == -1)
		return -1;
	report(&x);
	if ((code = verify(x.dir, t, &verified, err)) != -1)
		ir_result(json_pack("{s:o, s:b, s:I, s:I, s:o}", "bundle",
		    ir_json_text(x.dir), "sealed", x.sealed, "files",
		    (json_int_t)x.files, "bytes", (json_int_t)x.bytes,
		    "verified", verified));
	free(x.dir);
	return code;
}

static int
run(struct ir_cli *cli, int argc, char **argv, struct ir_err *err)
{
	struct ir_import_options o = {
	    .dir = argc == 2 ? argv[1] : NULL,
	    .progress = ir_progress_word,
	    .arg = (char[]){"importing"},
	};
	struct ir_age_identity *id = NULL;
	struct ir_trusted t;
	int code;

	(void)cli;
	if (ir_trusted_load(&t, err) == -1)
		return -1;
	if (opt.identity != NULL &&
	    (id = ir_age_identity_load(opt.identity, err)) == NULL)
		code = -1;
	else {
		o.id = id;
		code = import(argv[0], &o, &t, err);
	}
	ir_age_identity_free(id);
	ir_trusted_free(&t);
	return code;
}

static const char *const examples[] = {
    "ir import INC-2026-041_host7_20261122T013441Z_1f0c9a2e.tar",
    "into a new directory of that name, here",
    "ir import -i ~/.ssh/id_ed25519 case.tar.zst.age /evidence/case",
    "what was encrypted to you, into another one",
    "ir import -s allowed_signers case.tar && echo trusted",
    "and verify it at once: the exit code is the verdict",
    NULL,
};

static const char *const exits[] = {
    "0",
    "imported; and VALID, if it is known whom you trust",
    "10-30",
    "imported, and this is the verdict: see ir-verify",
    NULL,
};

static const struct ir_program program = {
    .name = "ir-import",
    .operands = "FILE [DIR]",
    .what = "Unpacks a bundle that was exported into a new directory, and "
	    "verifies it.",
    .min = 1,
    .max = 2,
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
