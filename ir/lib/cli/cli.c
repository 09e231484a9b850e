/* SPDX-License-Identifier: ISC
 *
 * What every program does before and after its own work: see cli.h.
 */
#include "cli/cli.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/signal.h"
#include "cli/who.h"
#include "docker/container.h"
#include "json/json.h"

static struct {
	bool help, version, complete;
	const char *bundle, *host, *key, *actor;
} opt;

static struct ir_cli cli;
static struct ir_key *key;
static struct ir_err record_err; /* the first failure to record */

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
static const struct ir_option of_key[] = {
    {'k', "key", "FILE",
	"your SSH key (default: IR_KEY, ssh-agent's, ~/.ssh/id_ed25519)", NULL,
	&opt.key},
    {0, "actor", "ID",
	"who you are in allowed_signers (default: IR_ACTOR, the key's comment)",
	NULL, &opt.actor},
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

static const char *const common_exits[] = {
    "64",
    "the command line is wrong",
    "65",
    "data is malformed, or not what it should be",
    "66",
    "no such container, bundle, key or file",
    "69",
    "the engine cannot be reached",
    "73",
    "would overwrite something; the bundle is sealed",
    "74",
    "reading or writing failed; the disk is full",
    "75",
    "a deadline passed",
    "76",
    "the engine refused, or broke off",
    "77",
    "no permission",
    "130",
    "interrupted; what was collected is kept",
    NULL,
};

/* The tables of the options that p has, ended by NULL. */
static void
tables_of(const struct ir_program *p, const struct ir_option *t[8])
{
	if (p->options != NULL)
		*t++ = p->options;
	if (p->uses & IR_CAN_DRY_RUN)
		*t++ = of_dry_run;
	if (p->uses & (IR_USES_BUNDLE | IR_NEEDS_BUNDLE))
		*t++ = of_bundle;
	if (p->uses & IR_USES_ENGINE)
		*t++ = of_engine;
	if (p->uses & IR_USES_KEY)
		*t++ = of_key;
	*t++ = of_all;
	*t = NULL;
}

static void
print_exits(const char *const *exits)
{
	for (; exits != NULL && exits[0] != NULL; exits += 2)
		printf("  %3s  %s\n", exits[0], exits[1]);
}

static void
help(const struct ir_program *p)
{
	const struct ir_option *tables[8];

	printf("Usage: %s [OPTION]... %s\n%s\n\nOptions:\n", p->name,
	    p->operands, p->what);
	tables_of(p, tables);
	for (size_t i = 0; tables[i] != NULL; i++)
		ir_options_help(tables[i]);
	if (p->examples != NULL)
		printf("\nExamples:\n");
	for (const char *const *e = p->examples; e != NULL && *e != NULL;
	     e += 2)
		printf("  %s\n        %s\n", e[0], e[1]);
	printf("\nExit status:\n");
	print_exits(p->exits);
	print_exits(common_exits);
	printf("\nThe manual: man %s\n", p->name);
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

	json_array_foreach (list, i, c) {
		const char *name = json_string_value(
		    json_array_get(json_object_get(c, "Names"), 0));

		if (name != NULL)
			ir_out(IR_PLAIN, "%s", name + (*name == '/'));
	}
	ir_docker_close(d);
	return IR_OK;
}

static void
record_failed(const struct ir_err *err)
{
	if (record_err.code != IR_OK)
		return;
	record_err = *err;
	ir_warn("from here on nothing is recorded: %s", err->msg);
}

void
ir_cli_record(struct ir_cli *c, const char *ev, json_t *fields)
{
	struct ir_err err;

	if (c->bundle == NULL || record_err.code != IR_OK)
		json_decref(fields);
	else if (ir_bundle_event(c->bundle, ev, fields, &err) == -1)
		record_failed(&err);
}

void
ir_cli_change(
    struct ir_cli *c, const char *undo, const char *why, const char *fmt, ...)
{
	char what[1024];
	struct ir_err err;
	struct ir_sink *sink;
	va_list ap;

	if (c->bundle == NULL || record_err.code != IR_OK)
		return;
	va_start(ap, fmt);
	vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	sink = ir_bundle_sink(c->bundle);
	if (sink->change(sink, what, undo, why, &err) == -1)
		record_failed(&err);
}

static void
on_call(void *arg, const char *method, const char *path, long status, double ms)
{
	ir_cli_record(arg, "api",
	    json_pack("{s:s, s:s, s:I, s:I}", "method", method, "path", path,
		"status", (json_int_t)status, "us", (json_int_t)(ms * 1000)));
}

/* Which bundle, if any. */
static int
locate(const struct ir_program *p, struct ir_err *err)
{
	if (!(p->uses & (IR_USES_BUNDLE | IR_NEEDS_BUNDLE)))
		return 0;
	if (ir_bundle_locate(opt.bundle, false, &cli.bundle_dir, err) == -1)
		return -1;
	if (cli.bundle_dir != NULL)
		return 0;
	if (p->uses & IR_NEEDS_BUNDLE)
		return ir_fail(err, IR_ENOENT,
		    "no bundle here: name it with -b, or start one with "
		    "ir open CASE");
	if (p->uses & IR_RECORDS && !cli.dry_run)
		ir_say("no bundle here: nothing is recorded (ir open CASE "
		       "starts one)");
	return 0;
}

/* Who acts.  A key that nobody named and that cannot be used is no reason not
 * to act, but for a program that does nothing but sign. */
static int
introduce(const struct ir_program *p, char **argv, struct ir_err *err)
{
	static char exe[65];
	int rc = ir_who_key(opt.key, &key, err);

	if (rc == -1 || (rc == 1 && p->uses & IR_NEEDS_KEY))
		return -1;
	if (rc == 1)
		ir_warn("not signed: %s", err->msg);
	cli.who.key = key;
	if ((cli.who.id = ir_who_id(opt.actor, key, err)) == NULL)
		return -1;
	ir_who_exe(exe);
	cli.who.name = cli.who.role = cli.who.org = "";
	cli.who.program = p->name;
	cli.who.version = PACKAGE_VERSION;
	cli.who.exe_sha256 = exe;
	cli.who.argv = argv;
	return 0;
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
	if (cli.engine != NULL)
		ir_docker_on_call(cli.engine, on_call, &cli);
	return 0;
}

static int
start(const struct ir_program *p, char **argv, struct ir_err *err)
{
	bool records = p->uses & IR_RECORDS;

	if (p->uses & IR_USES_ENGINE &&
	    (cli.engine = ir_docker_open(opt.host, err)) == NULL)
		return -1;
	if (locate(p, err) == -1)
		return -1;
	records = records && cli.bundle_dir != NULL && !cli.dry_run;
	if ((records ||
		(p->uses & (IR_USES_KEY | IR_RECORDS)) == IR_USES_KEY) &&
	    introduce(p, argv, err) == -1)
		return -1;
	return records ? record(err) : 0;
}

/* Closes all; the exit code, made worse if recording had failed. */
static int
finish(int code)
{
	struct ir_err err;

	if (cli.engine != NULL)
		ir_docker_on_call(cli.engine, NULL, NULL);
	if (cli.bundle != NULL && record_err.code == IR_OK &&
	    ir_bundle_end(cli.bundle, code, &err) == -1)
		record_failed(&err);
	ir_bundle_close(cli.bundle);
	ir_docker_close(cli.engine);
	free(cli.bundle_dir);
	ir_key_free(key);
	free((char *)(uintptr_t)cli.who.id);
	if (ir_out_flush() == -1 && code < IR_EUSAGE) {
		ir_complain("cannot write to standard output");
		return IR_EIO;
	}
	return record_err.code != IR_OK && code < IR_EUSAGE ? IR_EIO : code;
}

static json_t *
error_json(const struct ir_err *err)
{
	return json_pack("{s:i, s:o}", "code", (int)err->code, "message",
	    ir_json_text(err->msg));
}

static int
failed(const struct ir_err *err)
{
	ir_complain("%s", err->msg);
	ir_cli_record(&cli, "error", error_json(err));
	if (!ir_result_given())
		ir_result(json_pack("{s:o}", "error", error_json(err)));
	return (int)err->code;
}

static int
check_operands(const struct ir_program *p, int n, struct ir_err *err)
{
	if (n < p->min)
		return ir_fail(err, IR_EUSAGE, "missing operand: usage: %s %s",
		    p->name, p->operands);
	if (p->max != -1 && n > p->max)
		return ir_fail(err, IR_EUSAGE,
		    "too many operands: usage: %s %s", p->name, p->operands);
	return 0;
}

int
ir_cli_main(const struct ir_program *p, int argc, char **argv)
{
	const struct ir_option *tables[9];
	struct ir_err err;
	int first, code, n = 0;

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
		help(p);
		return finish(IR_OK);
	}
	if (opt.version) {
		printf("%s (ir-tools) %s\n", p->name, PACKAGE_VERSION);
		return finish(IR_OK);
	}
	if (opt.complete)
		return finish(complete());
	if (check_operands(p, argc - first, &err) == -1 ||
	    start(p, argv, &err) == -1)
		return finish(failed(&err));
	code = p->run(&cli, argc - first, argv + first, &err);
	return finish(code == -1 ? failed(&err) : code);
}
