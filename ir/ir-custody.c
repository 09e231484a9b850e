/* SPDX-License-Identifier: ISC
 *
 * ir-custody: what happens to a bundle after its seal, an act each, signed.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/text.h"
#include "base/time.h"
#include "bundle/act.h"
#include "cli/cli.h"
#include "cli/custody.h"
#include "cli/stamp.h"
#include "cli/trusted.h"
#include "cli/who.h"
#include "json/json.h"

static struct {
	const char *to, *condition, *media, *file, *sha256, *how, *key_of,
	    *fingerprint, *since, *output;
	bool any_clock;
} opt;

static const struct ir_option options[] = {
    {0, "to", "ID", "release: to whom; copy: to which place", NULL, &opt.to},
    {0, "condition", "TEXT", "receive: in what state it came", NULL,
	&opt.condition},
    {0, "media", "TEXT", "copy: what it is on, as 'disk WX-11'", NULL,
	&opt.media},
    {0, "file", "FILE", "copy: an export, to be hashed for the record", NULL,
	&opt.file},
    {0, "sha256", "HEX", "copy: the hash that it has, or must have", NULL,
	&opt.sha256},
    {0, "how", "TEXT", "dispose: how it was destroyed, or given back", NULL,
	&opt.how},
    {0, "key-of", "ID", "key-compromise: whose key, by their acts here", NULL,
	&opt.key_of},
    {0, "fingerprint", "SHA256", "key-compromise: which key, as ssh-keygen -l",
	NULL, &opt.fingerprint},
    {0, "since", "TIME", "key-compromise: from when on it counts no more", NULL,
	&opt.since},
    {0, "any-clock", NULL, "even if the clock is behind the act before",
	&opt.any_clock, NULL},
    {'o', "output", "FILE", "receipt: into this new file", NULL, &opt.output},
    IR_OPTION_END,
};

struct kind {
	const char *name;
	const char *done;       /* "released" */
	const char *may, *must; /* options, each between spaces */
	/* Its own fields; checked is NULL unless verifies. */
	json_t *(*fields)(struct ir_cli *cli,
	    const struct ir_custody_checked *checked, struct ir_err *err);
	bool verifies;
};

static json_t *
text_or_null(const char *s)
{
	return s != NULL ? ir_json_text(s) : json_null();
}

static json_t *
release(struct ir_cli *cli, const struct ir_custody_checked *checked,
    struct ir_err *err)
{
	(void)checked;
	if (!ir_who_principal(opt.to))
		ir_fail(err, IR_EUSAGE,
		    "%s cannot be whom it is released to: that is one word, as "
		    "in allowed_signers, such as bob@lab",
		    opt.to);
	else if (strcmp(opt.to, cli->who.id) == 0)
		ir_fail(err, IR_EUSAGE,
		    "%s is you: it is released to somebody else", opt.to);
	else
		return json_pack("{s:s}", "to", opt.to);
	return NULL;
}

static json_t *
verified(struct ir_cli *cli, const struct ir_custody_checked *checked,
    struct ir_err *err)
{
	(void)err;
	return json_pack("{s:o, s:{s:s, s:i, s:s, s:o}}", "condition",
	    text_or_null(opt.condition), "verified", "verdict",
	    ir_verdict_name(checked->verdict), "code", (int)checked->verdict,
	    "head", checked->head, "by",
	    json_sprintf("%s %s", cli->who.program, cli->who.version));
}

/* The exported file, hashed. */
static json_t *
hashed(struct ir_err *err)
{
	char hex[IR_SHA256_HEX];
	uint64_t size = 0;
	ir_auto_close int fd = -1;

	if (opt.sha256 != NULL && !ir_is_hex(opt.sha256, 64)) {
		ir_fail(err, IR_EUSAGE,
		    "--sha256 is 64 lower-case hexadecimal digits");
		return NULL;
	}
	if (opt.file == NULL)
		return opt.sha256 == NULL ? json_null()
					  : json_pack("{s:n, s:n, s:s}", "name",
						"bytes", "sha256", opt.sha256);
	fd = open(opt.file, O_RDONLY | O_CLOEXEC);
	if (fd == -1) {
		ir_fail_errno(err, "%s", opt.file);
		return NULL;
	}
	if (ir_sha256_fd(fd, UINT64_MAX, hex, &size, opt.file, err) == -1)
		return NULL;
	if (opt.sha256 != NULL && strcmp(hex, opt.sha256) != 0) {
		ir_fail(err, IR_EFORMAT, "%s: has the SHA-256 %s, not %s",
		    opt.file, hex, opt.sha256);
		return NULL;
	}
	return json_pack("{s:o, s:I, s:s}", "name", ir_json_text(opt.file),
	    "bytes", (json_int_t)size, "sha256", hex);
}

static json_t *
copy(struct ir_cli *cli, const struct ir_custody_checked *checked,
    struct ir_err *err)
{
	json_t *file;

	(void)cli;
	(void)checked;
	if (opt.to == NULL && opt.media == NULL && opt.file == NULL) {
		ir_fail(err, IR_EUSAGE, "copy needs --to, --media or --file");
		return NULL;
	}
	if ((file = hashed(err)) == NULL)
		return NULL;
	return json_pack("{s:o, s:o, s:o}", "to", text_or_null(opt.to), "media",
	    text_or_null(opt.media), "file", file);
}

static json_t *
dispose(struct ir_cli *cli, const struct ir_custody_checked *checked,
    struct ir_err *err)
{
	(void)cli;
	(void)checked;
	(void)err;
	return json_pack("{s:o}", "method", ir_json_text(opt.how));
}

/* A date alone means its beginning. */
static char *
since(struct ir_err *err)
{
	char *time = ir_asprintf(err, "%s%s", opt.since,
	    strchr(opt.since, 'T') == NULL ? "T00:00:00Z" : "");
	int64_t when;

	if (time == NULL || ir_time_parse(time, &when) == 0)
		return time;
	free(time);
	ir_fail(err, IR_EUSAGE,
	    "%s is no time: give it in UTC, as 2026-11-22T01:34:41Z or "
	    "2026-11-22",
	    opt.since);
	return NULL;
}

static json_t *
compromise(struct ir_cli *cli, const struct ir_custody_checked *checked,
    struct ir_err *err)
{
	ir_auto_free char *time = since(err), *print = NULL;

	(void)checked;
	if (time == NULL)
		return NULL;
	if (opt.fingerprint == NULL && opt.key_of == NULL) {
		ir_fail(err, IR_EUSAGE,
		    "key-compromise needs --fingerprint, or --key-of to find "
		    "the key by the acts here");
		return NULL;
	}
	print = ir_act_key(cli->bundle_dir, opt.key_of, opt.fingerprint, err);
	if (print == NULL)
		return NULL;
	return json_pack("{s:{s:s, s:o, s:s}}", "key", "fingerprint", print,
	    "of", text_or_null(opt.key_of), "since", time);
}

static json_t *
nothing(struct ir_cli *cli, const struct ir_custody_checked *checked,
    struct ir_err *err)
{
	(void)cli;
	(void)checked;
	(void)err;
	return json_object();
}

static const struct kind kinds[] = {
    {"release", "released", " to ", " to ", release, false},
    {"receive", "received", " condition ", "", verified, true},
    {"copy", "copied", " to media file sha256 ", "", copy, false},
    {"access", "on record", "", " why ", nothing, false},
    {"verify", "verified", "", "", verified, true},
    {"note", "noted", "", " remarks ", nothing, false},
    {"dispose", "disposed of", " how ", " how why ", dispose, false},
    {"key-compromise", "on record", " key-of fingerprint since ", " since ",
	compromise, false},
    {"list", NULL, "", "", NULL, false},
    {"receipt", NULL, " output ", "", NULL, false},
    {"stamp", NULL, "", "", NULL, false},
};

static bool
has(const char *words, const char *name)
{
	char word[32];

	snprintf(word, sizeof(word), " %s ", name);
	return strstr(words, word) != NULL;
}

/* The options that are an act's own, and those that it cannot do without. */
static int
check_options(
    const struct ir_cli *cli, const struct kind *k, struct ir_err *err)
{
	for (const struct ir_option *o = options; o->name != NULL; o++) {
		if (o->value == NULL)
			continue;
		if (*o->value != NULL && !has(k->may, o->name))
			return ir_fail(err, IR_EUSAGE,
			    "--%s is not for %s; see --help", o->name, k->name);
		if (has(k->must, o->name) &&
		    (*o->value == NULL || **o->value == '\0'))
			return ir_fail(err, IR_EUSAGE,
			    "%s needs --%s; see --help", k->name, o->name);
	}
	if (has(k->must, "why") && cli->said.why[0] == '\0')
		return ir_fail(err, IR_EUSAGE,
		    "%s needs --why: for what purpose, and who said so",
		    k->name);
	if (has(k->must, "remarks") && cli->said.remarks[0] == '\0')
		return ir_fail(
		    err, IR_EUSAGE, "%s needs --remarks: the note", k->name);
	return 0;
}

/* Says what was done, and gets its time-stamp; the exit code. */
static int
tell(struct ir_cli *cli, const struct kind *k, const struct ir_acted *done,
    const struct ir_custody_checked *checked)
{
	json_t *stamp;
	int code;

	ir_out(IR_GOOD, "%-9s %s: act %u", k->done, cli->bundle_dir, done->seq);
	ir_out(IR_PLAIN, "by        %s", cli->who.id);
	if (strcmp(k->name, "release") == 0)
		ir_out(IR_PLAIN, "to        %s", opt.to);
	if (k->verifies)
		ir_out(checked->verdict == IR_VALID ? IR_GOOD : IR_WARN,
		    "verified  %s", ir_verdict_name(checked->verdict));
	ir_out(IR_BOLD, "head      %s", done->head);
	code = ir_custody_stamp(cli, done->path, &stamp);
	ir_say("ir custody receipt gives a receipt for it to hand out");
	ir_result(json_pack("{s:o, s:s, s:i, s:s, s:s, s:o, s:o, s:o}",
	    "bundle", ir_json_text(cli->bundle_dir), "type", k->name, "seq",
	    (int)done->seq, "file", done->path, "head", done->head, "actor",
	    ir_json_text(cli->who.id), "verdict",
	    k->verifies ? json_string(ir_verdict_name(checked->verdict))
			: json_null(),
	    "stamp", stamp));
	return code == IR_OK && checked->verdict != IR_VALID ? 10 : code;
}

static int
act(struct ir_cli *cli, const struct kind *k, struct ir_err *err)
{
	struct ir_custody_checked checked = {.verdict = IR_VALID};
	struct ir_act a = {
	    .type = k->name, .c = &cli->said, .any_clock = opt.any_clock};
	struct ir_acted done;
	json_auto_t *more = NULL;

	if (k->verifies) {
		if (ir_custody_check(
			cli, k->name, opt.condition, &checked, err) == -1)
			return -1;
		a.head = checked.head;
	}
	if ((more = k->fields(cli, &checked, err)) == NULL)
		return -1;
	a.more = more;
	if (ir_act_write(cli->bundle_dir, &a, &cli->who, &done, err) == -1)
		return -1;
	return tell(cli, k, &done, &checked);
}

static int
run(struct ir_cli *cli, int argc, char **argv, struct ir_err *err)
{
	const struct kind *k = kinds, *end = k + sizeof(kinds) / sizeof(*k);

	while (k < end && strcmp(k->name, argv[0]) != 0)
		k++;
	if (k == end)
		return ir_fail(err, IR_EUSAGE,
		    "%s is none of the acts; see --help", argv[0]);
	if (check_options(cli, k, err) == -1)
		return -1;
	if (argc > 1 && strcmp(k->name, "stamp") != 0)
		return ir_fail(err, IR_EUSAGE,
		    "too many operands: %s takes none", k->name);
	if (strcmp(k->name, "list") == 0)
		return ir_custody_list(cli, err);
	if (strcmp(k->name, "stamp") == 0)
		return ir_cli_stamp_later(cli, argv[1], err);
	if (ir_cli_need_key(cli, err) == -1)
		return -1;
	return k->fields == NULL ? ir_custody_receipt(cli, opt.output, err)
				 : act(cli, k, err);
}

static const char *const examples[] = {
    "ir custody release --to bob@lab --why 'analysis, order 17/26'",
    "it leaves your hands: until bob@lab receives it, it is in transit",
    "ir custody receive --condition 'bag 0815 unopened' -s allowed_signers",
    "it is verified first, and what came of that is on record",
    "ir custody list",
    "who held it, from when to when, and all that was done",
    "ir custody receipt -o INC-2026-041.receipt",
    "for the one who gives it to you, or to keep in another place",
    "ir custody stamp --tsa http://tsa.example/tsr",
    "let an authority say that all this exists now",
    NULL,
};

static const char *const exits[] = {
    "0",
    "done and on record",
    "10",
    "on record, but it was not VALID, or there is no time-stamp",
    NULL,
};

static const struct ir_program program = {
    .name = "ir-custody",
    .operands = "release|receive|copy|access|verify|note|dispose|"
		"key-compromise|list|receipt|stamp [ACT]",
    .what = "Records what happens to a sealed bundle, each act signed.",
    .uses =
	IR_NEEDS_BUNDLE | IR_SEALED | IR_USES_KEY | IR_NEEDS_KEY | IR_IS_ACT,
    .min = 1,
    .max = 2,
    .options = options,
    .trusts = &ir_trusted_options,
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
