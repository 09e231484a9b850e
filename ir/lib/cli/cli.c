/* SPDX-License-Identifier: ISC
 *
 * What every program does before and after its own work: see cli.h.
 */
#include "cli/cli.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>

#include "base/buf.h"
#include "base/signal.h"
#include "cli/help.h"
#include "cli/targets.h"
#include "cli/who.h"
#include "docker/container.h"
#include "json/json.h"

static struct {
	bool help, version, complete;
	const char *bundle, *host, *key, *actor, *name, *role, *org;
} opt = {.name = "", .role = "", .org = ""};

static struct ir_cli cli = {
    .said = {.number = "", .item = "", .where = "", .why = "", .remarks = ""}};
static char **args; /* of the program, for the record */
static const struct ir_program *program;
static struct ir_key *key;

static const struct ir_option of_engine[] = {
    {'H', "host", "URL", "the engine, as docker -H (default: DOCKER_HOST, ...)",
	NULL, &opt.host},
    IR_OPTION_END,
};
static const struct ir_option of_bundle[] = {
    {'b', "bundle", "DIR",
	"the bundle (default: IR_BUNDLE, or the open one here)", NULL,
	&opt.bundle},
    IR_OPTION_END,
};
static const struct ir_option of_sealed[] = {
    {'b', "bundle", "DIR",
	"the bundle (default: IR_BUNDLE, or the sealed one here)", NULL,
	&opt.bundle},
    IR_OPTION_END,
};
static const struct ir_option of_key[] = {
    {'k', "key", "FILE",
	"your SSH key (default: IR_KEY, ssh-agent's, ~/.ssh/id_ed25519)", NULL,
	&opt.key},
    {0, "actor", "ID",
	"who you are in allowed_signers (default: IR_ACTOR, the key's comment)",
	NULL, &opt.actor},
    IR_OPTION_END,
};
static const struct ir_option of_act[] = {
    {0, "item", "TEXT", "the evidence item's number", NULL, &cli.said.item},
    {0, "where", "TEXT", "the place of the act", NULL, &cli.said.where},
    {0, "why", "TEXT", "purpose and authority", NULL, &cli.said.why},
    {0, "remarks", "TEXT", "whatever else belongs into the record", NULL,
	&cli.said.remarks},
    {0, "name", "TEXT", "your name, as the record should have it", NULL,
	&opt.name},
    {0, "role", "TEXT", "your role", NULL, &opt.role},
    {0, "org", "TEXT", "your organisation", NULL, &opt.org},
    IR_OPTION_END,
};
static const struct ir_option of_dry_run[] = {
    {'n', "dry-run", NULL,
	"change nothing: show the calls, and who else is hit", &cli.dry_run,
	NULL},
    IR_OPTION_END,
};
static const struct ir_option of_all[] = {
    {0, "json", NULL, "one JSON object on stdout", &cli.json, NULL},
    {'q', "quiet", NULL, "no talk on stderr, only warnings and errors",
	&cli.quiet, NULL},
    {'h', "help", NULL, "this help", &opt.help, NULL},
    {0, "version", NULL, "the version", &opt.version, NULL},
    IR_OPTION_END,
};
static const struct ir_option hidden[] = {
    {0, "complete", NULL, "", &opt.complete, NULL},
    IR_OPTION_END,
};

/* With the hidden one and the NULL. */
#define MAX_TABLES 12

/* The tables of the options that p has, ended by NULL. */
static void
tables_of(const struct ir_program *p, const struct ir_option *t[MAX_TABLES])
{
	if (p->options != NULL)
		*t++ = p->options;
	if (p->uses & IR_CHOOSES)
		*t++ = ir_targets_options;
	if (p->trusts != NULL)
		*t++ = p->trusts->table;
	if (p->uses & IR_IS_ACT)
		*t++ = of_act;
	if (p->uses & IR_CAN_DRY_RUN)
		*t++ = of_dry_run;
	if (p->uses & (IR_USES_BUNDLE | IR_NEEDS_BUNDLE))
		*t++ = p->uses & IR_SEALED ? of_sealed : of_bundle;
	if (p->uses & IR_USES_ENGINE)
		*t++ = of_engine;
	if (p->uses & IR_USES_KEY)
		*t++ = of_key;
	if (p->stamps != NULL)
		*t++ = p->stamps->table;
	*t++ = of_all;
	*t = NULL;
}

/* Names of the engine's containers, for the shell's completion; silent when
 * there is no engine. */
static int
complete(void)
{
	struct ir_err err;
	struct ir_docker *d = ir_docker_open(opt.host, &err);
	json_auto_t *list = d != NULL ? ir_docker_list(d, &err) : NULL;
	size_t i;
	const json_t *c;

	json_array_foreach (list, i, c)
		ir_out(IR_PLAIN, "%s", ir_docker_listed_name(c));
	ir_docker_close(d);
	return IR_OK;
}

/* Which bundle, if any. */
static int
locate(const struct ir_program *p, struct ir_err *err)
{
	struct ir_err several;

	if (!(p->uses & (IR_USES_BUNDLE | IR_NEEDS_BUNDLE)))
		return 0;
	if (ir_bundle_locate(
		opt.bundle, p->uses & IR_SEALED, &cli.bundle_dir, err) == -1)
		return -1;
	if (cli.bundle_dir == NULL && p->uses & IR_OR_SEALED &&
	    ir_bundle_locate(NULL, true, &cli.bundle_dir, err) == -1)
		return -1;
	if (cli.bundle_dir != NULL)
		return 0;
	if (p->uses & IR_SEALED)
		return ir_fail(err, IR_ENOENT,
		    "no sealed bundle here: name it with -b, or close the open "
		    "one with ir seal");
	if (p->uses & IR_NEEDS_BUNDLE)
		return ir_fail(err, IR_ENOENT,
		    "no bundle here: name it with -b, or start one with "
		    "ir open CASE");
	if (p->uses & IR_RECORDS &&
	    ir_bundle_locate(NULL, true, &cli.sealed_dir, &several) == -1)
		cli.sealed_dir = NULL;
	if (p->uses & IR_RECORDS && !cli.dry_run)
		ir_say("no bundle here: this run goes into no journal (ir open "
		       "CASE starts one)");
	return 0;
}

/* Who acts.  A key that nobody named and that cannot be used is no reason not
 * to act, unless it is needed. */
static int
introduce(bool needed, struct ir_err *err)
{
	static char exe[65];
	int rc;

	/* Keys are no part of a core dump. */
	prctl(PR_SET_DUMPABLE, 0);
	rc = ir_who_key(opt.key, &key, err);
	if (rc == -1 || (rc == 1 && needed))
		return -1;
	if (rc == 1)
		ir_warn("not signed: %s", err->msg);
	cli.who.key = key;
	if ((cli.who.id = ir_who_id(opt.actor, key, err)) == NULL)
		return -1;
	ir_who_exe(exe);
	cli.who.name = opt.name;
	cli.who.role = opt.role;
	cli.who.org = opt.org;
	cli.who.program = program->name;
	cli.who.version = PACKAGE_VERSION;
	cli.who.exe_sha256 = exe;
	cli.who.argv = args;
	return 0;
}

int
ir_cli_need_key(struct ir_cli *c, struct ir_err *err)
{
	if (c->who.id == NULL && introduce(true, err) == -1)
		return -1;
	if (c->who.key != NULL)
		return 0;
	return ir_fail(err, IR_ENOENT,
	    "no key to sign with: add yours to ssh-agent, name it with --key, "
	    "or make one with ssh-keygen -t ed25519");
}

/* ssh-agent may hold the key and refuse to sign, or wait in vain for a touch;
 * unless the key was named, that does not stop the program, either. */
bool
ir_cli_unsigned(struct ir_bundle_who *who, const struct ir_err *err)
{
	const char *path;

	if (who->key == NULL || ir_who_named(opt.key, &path))
		return false;
	/* The codes of a key that does not sign, and of no file. */
	if (err->code != IR_EPROTO && err->code != IR_ETIMEOUT &&
	    err->code != IR_EUNAVAIL)
		return false;
	ir_warn("not signed: %s", err->msg);
	who->key = NULL;
	return true;
}

static int
begin(json_t *engine, struct ir_err *err)
{
	int rc = ir_bundle_begin(cli.bundle, &cli.who, engine, err);

	if (rc == -1 && ir_cli_unsigned(&cli.who, err))
		rc = ir_bundle_begin(cli.bundle, &cli.who, engine, err);
	return rc;
}

/* Opens the bundle and begins the journal. */
static int
record(struct ir_err *err)
{
	json_auto_t *engine = NULL;

	if (cli.engine != NULL)
		engine =
		    json_pack("{s:s}", "endpoint", ir_docker_where(cli.engine));
	if ((cli.bundle = ir_bundle_open(cli.bundle_dir, err)) == NULL)
		return -1;
	if (begin(engine, err) == -1) {
		ir_bundle_close(cli.bundle);
		cli.bundle = NULL;
		return -1;
	}
	return 0;
}

int
ir_cli_begin(struct ir_cli *c, struct ir_err *err)
{
	if (c->bundle != NULL)
		return 1;
	if (opt.bundle == NULL)
		return 0;
	if (c->who.id == NULL && introduce(false, err) == -1)
		return -1;
	if (record(err) == 0)
		return 1;
	return err->code == IR_EEXIST ? 0 : -1;
}

static int
start(const struct ir_program *p, struct ir_err *err)
{
	bool records = p->uses & IR_RECORDS;

	if (p->stamps != NULL && p->stamps->check(err) == -1)
		return -1;
	if (p->uses & IR_USES_ENGINE &&
	    (cli.engine = ir_docker_open(opt.host, err)) == NULL)
		return -1;
	if (locate(p, err) == -1)
		return -1;
	records = records && cli.bundle_dir != NULL && !cli.dry_run;
	if ((records || (p->uses & (IR_USES_KEY | IR_RECORDS | IR_NEEDS_KEY)) ==
			    IR_USES_KEY) &&
	    introduce(false, err) == -1)
		return -1;
	if (!records)
		return 0;
	if (record(err) == -1)
		return -1;
	if (cli.engine != NULL)
		ir_docker_on_call(cli.engine, ir_cli_record_call, &cli);
	return 0;
}

/* Closes all; the exit code, made worse if recording had failed. */
static int
finish(int code)
{
	bool recorded = ir_cli_record_end(&cli, code);

	if (cli.engine != NULL)
		ir_docker_on_call(cli.engine, NULL, NULL);
	ir_bundle_close(cli.bundle);
	ir_docker_close(cli.engine);
	free(cli.bundle_dir);
	free(cli.sealed_dir);
	ir_key_free(key);
	free((char *)(uintptr_t)cli.who.id);
	if (ir_out_flush() == -1 && code < IR_EUSAGE) {
		ir_complain("cannot write to standard output");
		return IR_EIO;
	}
	return !recorded && code < IR_EUSAGE ? IR_EIO : code;
}

static int
failed(const struct ir_err *err)
{
	if (ir_result_given()) {
		ir_complain("%s", err->msg);
		ir_cli_record_error(&cli, err);
		return (int)err->code;
	}
	return ir_cli_failed(&cli, NULL, err);
}

static int
check_operands(const struct ir_program *p, int n, struct ir_err *err)
{
	if (n < p->min)
		return ir_fail(err, IR_EUSAGE, "missing operand: usage: %s %s",
		    p->name, p->operands);
	if (p->uses & IR_CHOOSES && ir_targets_named(n, err) == -1)
		return -1;
	if (p->max != -1 && n > p->max)
		return ir_fail(err, IR_EUSAGE,
		    "too many operands%s: usage: %s %s",
		    p->max == 1 ? ", it is one at a time" : "", p->name,
		    p->operands);
	return 0;
}

int
ir_cli_main(const struct ir_program *p, int argc, char **argv)
{
	const struct ir_option *tables[MAX_TABLES];
	struct ir_err err;
	int first, code, n = 0;

	program = p;
	args = argv;
	ir_signal_setup();
	tables_of(p, tables);
	while (tables[n] != NULL)
		n++;
	tables[n] = hidden;
	tables[n + 1] = NULL;
	first = ir_options_parse(tables, argc, argv, &err);
	ir_out_setup(p->name, cli.json, cli.quiet);
	if (first == -1)
		return failed(&err);
	if (opt.help) {
		tables[n] = NULL;
		ir_cli_help(p, tables);
		return finish(IR_OK);
	}
	if (opt.version) {
		printf("%s (ir-tools) %s\n", p->name, PACKAGE_VERSION);
		return finish(IR_OK);
	}
	if (opt.complete)
		return finish(complete());
	if (check_operands(p, argc - first, &err) == -1 || start(p, &err) == -1)
		return finish(failed(&err));
	code = p->run(&cli, argc - first, argv + first, &err);
	return finish(code == -1 ? failed(&err) : code);
}
