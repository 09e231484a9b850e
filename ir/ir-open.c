/* SPDX-License-Identifier: ISC
 *
 * ir-open: starts the evidence bundle of a case, signed by the responder.
 */
#include <string.h>

#include "base/time.h"
#include "bundle/custody.h"
#include "cli/cli.h"
#include "cli/stamp.h"
#include "docker/container.h"
#include "json/json.h"

static struct {
	const char *dir;
} opt = {"."};

static const struct ir_option options[] = {
    {'d', "dir", "DIR", "make it in DIR (default: here)", NULL, &opt.dir},
    IR_OPTION_END,
};

/* What the bundle is about to be collected from; NULL when no engine is
 * there, which is no reason not to start. */
static json_t *
target(struct ir_cli *cli)
{
	struct ir_err err;
	json_auto_t *info = ir_docker_info(cli->engine, &err);

	if (info == NULL) {
		ir_warn("the engine is not recorded: %s", err.msg);
		return NULL;
	}
	return json_pack("{s:s, s:s, s:s, s:s}", "engine_id",
	    ir_json_str(info, "ID"), "version",
	    ir_json_str(info, "ServerVersion"), "host",
	    ir_json_str(info, "Name"), "endpoint",
	    ir_docker_where(cli->engine));
}

static int
run(struct ir_cli *cli, int argc, char **argv, struct ir_err *err)
{
	struct ir_bundle_who who = cli->who;
	json_auto_t *engine = target(cli);
	struct ir_bundle_case c = cli->said;
	struct ir_bundle *b;
	json_t *stamp = NULL;
	int code = IR_OK;

	(void)argc;
	c.number = argv[0];
	c.target = engine;
	if (!ir_time_plausible(time(NULL)))
		ir_warn("the clock of this machine cannot be right: what is "
			"written now will have a wrong time for good");
	b = ir_bundle_create(opt.dir, &c, &who, err);
	if (b == NULL && ir_cli_unsigned(&who, err))
		b = ir_bundle_create(opt.dir, &c, &who, err);
	if (b == NULL)
		return -1;
	ir_out(IR_PLAIN, "%s", ir_bundle_dir(b));
	if (who.key != NULL)
		code =
		    ir_cli_stamp(ir_bundle_dirfd(b), IR_CUSTODY_OPEN, &stamp);
	ir_result(json_pack("{s:o, s:s, s:o, s:o, s:b, s:o?}", "bundle",
	    ir_json_text(ir_bundle_dir(b)), "uuid", ir_bundle_uuid(b), "case",
	    ir_json_text(argv[0]), "actor", ir_json_text(who.id), "signed",
	    who.key != NULL, "stamp", stamp));
	if (who.key == NULL)
		ir_warn("opened without a signature: collect first, then seal "
			"with --key");
	else
		ir_say("opened and signed by %s", who.id);
	ir_bundle_close(b);
	return code;
}

static const char *const examples[] = {
    "ir open INC-2026-041",
    "start a bundle in the current directory",
    "ir open INC-2026-041 --why 'order 17/26' --name 'Alice Reed'",
    "with the authority and the name on record",
    NULL,
};

static const char *const exits[] = {
    "0",
    "the bundle is open",
    "10",
    "the bundle is open, but there is no time-stamp",
    NULL,
};

static const struct ir_program program = {
    .name = "ir-open",
    .operands = "CASE",
    .what = "Starts an evidence bundle for a case, signed with your SSH key.",
    .uses = IR_USES_ENGINE | IR_USES_KEY | IR_IS_ACT,
    .min = 1,
    .max = 1,
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
