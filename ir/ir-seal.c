/* SPDX-License-Identifier: ISC
 *
 * ir-seal: closes the bundle, with manifests and the responder's signature.
 */
#include "base/text.h"
#include "bundle/custody.h"
#include "bundle/seal.h"
#include "cli/cli.h"
#include "cli/contained.h"
#include "cli/stamp.h"
#include "json/json.h"

static bool any_clock;

static const struct ir_option options[] = {
    {0, "any-clock", NULL, "even if the clock is behind that of the opening",
	&any_clock, NULL},
    IR_OPTION_END,
};

/* What a reader of the bundle will want to know was not had. */
static void
print_gaps(const json_t *ledger)
{
	const json_t *g;
	size_t i;

	json_array_foreach (ir_json_at(ledger, "ledger"), i, g)
		if (ir_json_true(g, "gap"))
			ir_out(IR_WARN, "missing   %s of %.12s: %s",
			    ir_json_str(g, "collector"),
			    ir_json_str(g, "target"), ir_json_str(g, "why"));
	json_array_foreach (ir_json_at(ledger, "gaps"), i, g)
		if (json_object_get(g, "taken_again") != NULL)
			ir_out(IR_PLAIN,
			    "cut short %s: kept, and taken again by run %lld",
			    ir_json_str(g, "path"),
			    (long long)ir_json_int(g, "taken_again"));
		else
			ir_out(IR_WARN,
			    "cut short %s: %lld bytes are attested: %s",
			    ir_json_str(g, "path"),
			    (long long)ir_json_int(g, "attested_bytes"),
			    ir_json_str(g, "why"));
	json_array_foreach (ir_json_at(ledger, "interrupted"), i, g)
		ir_out(IR_WARN, "cut short %s: its program was killed",
		    json_string_value(g));
	json_array_foreach (ir_json_at(ledger, "resumed"), i, g)
		ir_out(IR_PLAIN,
		    "cut short %s: run %lld went on with it to its end",
		    ir_json_str(g, "file"), (long long)ir_json_int(g, "by"));
}

static int
seal(struct ir_cli *cli, struct ir_bundle *b, struct ir_err *err)
{
	json_auto_t *contained = NULL;
	struct ir_seal_result r;
	struct ir_err why;
	char size[16], files[32];
	json_t *stamp;
	int code;

	if (!any_clock && ir_bundle_clock(b, err) == -1)
		return ir_wrap(err, "not sealed");
	if (ir_bundle_seal(b, &cli->who, &cli->said, &r, err) == -1)
		return -1;
	ir_size(size, r.bytes);
	ir_files(files, r.files);
	print_gaps(r.ledger);
	ir_out(r.complete ? IR_GOOD : IR_WARN, "sealed    %s: %s, %s, %s",
	    ir_bundle_dir(b), files, size,
	    r.complete ? "complete" : "incomplete");
	ir_out(IR_PLAIN, "by        %s", cli->who.id);
	ir_out(IR_BOLD, "receipt   %s", r.head);
	if ((contained = ir_contained(cli, &why)) == NULL)
		ir_warn("what is contained still is not known: %s", why.msg);
	ir_contained_print(contained);
	code = ir_cli_stamp(ir_bundle_dirfd(b), IR_CUSTODY_SEAL, &stamp);
	ir_say("note the receipt somewhere else: it is what shows later that "
	       "nothing was rolled back");
	ir_result(json_pack("{s:o, s:o, s:s, s:I, s:I, s:b, s:O, s:o, s:O*}",
	    "bundle", ir_json_text(ir_bundle_dir(b)), "actor",
	    ir_json_text(cli->who.id), "head", r.head, "files",
	    (json_int_t)r.files, "bytes", (json_int_t)r.bytes, "complete",
	    r.complete, "completeness", r.ledger, "stamp", stamp, "contained",
	    contained));
	json_decref(r.ledger);
	return code == IR_OK && !r.complete ? 10 : code;
}

static int
run(struct ir_cli *cli, int argc, char **argv, struct ir_err *err)
{
	struct ir_bundle *b;
	int rc;

	(void)argc;
	(void)argv;
	if (ir_cli_need_key(cli, err) == -1)
		return -1;
	if ((b = ir_bundle_open(cli->bundle_dir, err)) == NULL)
		return -1;
	rc = seal(cli, b, err);
	ir_bundle_close(b);
	return rc;
}

static const char *const examples[] = {
    "ir seal",
    "close the open bundle of the current directory",
    "ir seal -b INC-2026-041_host7_20261122T013441Z_1f0c9a2e --key id_ir",
    "another bundle, with another key",
    "ir seal --tsa http://tsa.example/tsr",
    "and let an authority say when that was",
    NULL,
};

static const char *const exits[] = {
    "0",
    "sealed, and complete",
    "10",
    "sealed; what is missing is listed, and signed as missing; or there is no "
    "time-stamp",
    NULL,
};

static const struct ir_program program = {
    .name = "ir-seal",
    .operands = "",
    .what = "Closes the bundle: manifests, and your signature over them.",
    .uses =
	IR_NEEDS_BUNDLE | IR_OR_SEALED | IR_USES_KEY | IR_NEEDS_KEY | IR_IS_ACT,
    .min = 0,
    .max = 0,
    .options = options,
    .stamps = &ir_cli_stamp_options,
    .examples = examples,
    .exits = exits,
    .run = run,
};

int
main(int argc, char **argv)
{
	return ir_cli_main(&program, argc, argv);
}
