/* SPDX-License-Identifier: ISC
 *
 * ir-export: the bundle in one file, to hand it over.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "bundle/act.h"
#include "bundle/export.h"
#include "cli/cli.h"
#include "cli/imagefile.h"
#include "json/json.h"

static struct {
	const char *bundle, *out;
	const char *image;
	const char *to[IR_OPTION_VALUES];
	bool zst, unsealed;
} opt;

static const struct ir_option options[] = {
    {'b', "bundle", "DIR",
	"the bundle (default: IR_BUNDLE, or the sealed one here)", NULL,
	&opt.bundle},
    {0, "image", "NAME",
	"not the bundle, but a container or an image in it, for docker load",
	NULL, &opt.image},
    {'o', "output", "FILE",
	"the file, or the directory for it; - is standard output", NULL,
	&opt.out},
    {'z', "zst", NULL, "compress with Zstandard", &opt.zst, NULL},
    {0, "to", "KEY...",
	"encrypt to an ssh-ed25519 key, an age recipient, or a file of them",
	NULL, opt.to},
    {0, "unsealed", NULL, "even if the bundle is not sealed", &opt.unsealed,
	NULL},
    IR_OPTION_END,
};

static int
find(int argc, char **argv, char **dir, struct ir_err *err)
{
	if (argc == 1 && opt.bundle != NULL)
		return ir_fail(err, IR_EUSAGE,
		    "the bundle is named twice: %s and %s", opt.bundle,
		    argv[0]);
	if (ir_bundle_locate(argc == 1 ? argv[0] : opt.bundle, !opt.unsealed,
		dir, err) == -1)
		return -1;
	/* An image can be had of one that is still open. */
	if (*dir == NULL && opt.image != NULL &&
	    ir_bundle_locate(NULL, opt.unsealed, dir, err) == -1)
		return -1;
	if (*dir == NULL)
		return ir_fail(err, IR_ENOENT,
		    "no %s bundle here: name it with -b%s",
		    opt.unsealed ? "open" : "sealed",
		    opt.unsealed ? "" : ", or close an open one with ir seal");
	return 0;
}

/* A tar is nothing for a terminal, and nothing may stand beside it. */
static int
check_stdout(const struct ir_cli *cli, struct ir_err *err)
{
	if (opt.out == NULL || strcmp(opt.out, "-") != 0)
		return 0;
	if (cli->json)
		return ir_fail(err, IR_EUSAGE,
		    "--json and the bundle cannot both go to standard output");
	if (isatty(STDOUT_FILENO))
		return ir_fail(err, IR_EUSAGE,
		    "standard output is a terminal: name a file with -o, or "
		    "redirect it");
	return 0;
}

/* A name must not promise what is not done: nobody is to believe a file
 * encrypted because it is called so. */
static int
check_name(const char *out, struct ir_err *err)
{
	struct stat st;

	if (out == NULL || (stat(out, &st) == 0 && S_ISDIR(st.st_mode)))
		return 0;
	if (ir_ends(out, "/"))
		return ir_fail(
		    err, IR_ENOENT, "%s: there is no such directory", out);
	if (ir_ends(out, ".age") && opt.to[0] == NULL)
		return ir_fail(err, IR_EUSAGE,
		    "%s: to encrypt it say to whom with --to", out);
	if ((ir_ends(out, ".zst") || ir_ends(out, ".zst.age")) && !opt.zst)
		return ir_fail(
		    err, IR_EUSAGE, "%s: to compress it say --zst", out);
	return 0;
}

static int
recipients(struct ir_age_recipients **to, struct ir_err *err)
{
	*to = NULL;
	if (opt.to[0] == NULL)
		return 0;
	if ((*to = ir_age_recipients_new(err)) == NULL)
		return -1;
	for (size_t i = 0; opt.to[i] != NULL; i++)
		if (ir_age_recipients_add(*to, opt.to[i], err) == -1) {
			ir_age_recipients_free(*to);
			return -1;
		}
	return 0;
}

/* What comes next depends on whose copy goes on: of what is in transit the
 * addressee's, and an act more here would make two histories. */
static void
advise(const char *dir, const char *file)
{
	struct ir_chain c;
	struct ir_err err;

	if (ir_act_read(dir, &c, &err) == 0 && c.holder.to != NULL)
		ir_say("it is released to %s: record nothing more here, the "
		       "copy in that file is the one that goes on",
		    ir_holder_to(&c.holder));
	else {
		ir_say("to have it on record as a copy: ir custody copy -b %s "
		       "--file %s",
		    dir, file);
		ir_say("to hand it over: first ir custody release, then export "
		       "it again");
	}
	ir_chain_free(&c);
}

static void
report(const char *dir, const struct ir_exported *x)
{
	const char *sealed = x->sealed ? "" : ", not sealed";
	char size[16], files[32];

	ir_size(size, x->out.size);
	ir_files(files, x->files);
	if (strcmp(x->file, "-") == 0) {
		ir_say("exported  %s%s, %llu bytes, sha256 %s", files, sealed,
		    (unsigned long long)x->out.size, x->out.sha256);
		return;
	}
	ir_out(x->sealed ? IR_GOOD : IR_WARN, "exported  %s: %s, %s%s", x->file,
	    files, size, sealed);
	ir_out(
	    IR_PLAIN, "size      %llu bytes", (unsigned long long)x->out.size);
	ir_out(IR_BOLD, "sha256    %s", x->out.sha256);
	if (x->sealed)
		advise(dir, x->file);
}

static int
check_image(struct ir_err *err)
{
	if (opt.out == NULL)
		return ir_fail(
		    err, IR_EUSAGE, "say with -o which file is to be made");
	if (opt.zst || opt.to[0] != NULL)
		return ir_fail(err, IR_EUSAGE,
		    "--image cannot be compressed or encrypted: export the "
		    "bundle, or use zstd or age");
	return 0;
}

static void
report_image(const struct ir_image_file *f)
{
	const char *name = strcmp(opt.out, "-") == 0 ? "" : opt.out;
	char size[16];

	ir_size(size, f->out.size);
	ir_say("exported  %s as %s: %zu layers, %s", opt.image, f->name,
	    f->layers, size);
	ir_say("id        sha256:%s", f->id);
	ir_say("sha256    %s", f->out.sha256);
	if (f->unproven > 0)
		ir_warn("%zu of its layers are as they lay on the engine's "
			"disk, which is not what the image says",
		    f->unproven);
	ir_say("to look at it: docker load -i %s; docker run --rm -it "
	       "--network none %s",
	    *name != '\0' ? name : "FILE", f->name);
}

/* A container or an image. */
static int
export_image(const char *dir, struct ir_err *err)
{
	struct ir_image_file f;
	int rc = check_image(err);

	if (rc == 0)
		rc = ir_image_file(dir, opt.image, opt.out, &f, err);
	if (rc == -1)
		return -1;
	report_image(&f);
	ir_result(json_pack("{s:o, s:s, s:s+, s:I, s:s, s:I}", "file",
	    ir_json_text(opt.out), "name", f.name, "id", "sha256:", f.id,
	    "size", (json_int_t)f.out.size, "sha256", f.out.sha256, "layers",
	    (json_int_t)f.layers));
	free(f.name);
	return 0;
}

static int
run(struct ir_cli *cli, int argc, char **argv, struct ir_err *err)
{
	struct ir_export_options o = {
	    .out = opt.out,
	    .unsealed = opt.unsealed,
	    .zst = opt.zst,
	    .progress = ir_progress_word,
	    .arg = (char[]){"exporting"},
	};
	struct ir_age_recipients *to = NULL;
	struct ir_exported x;
	char *dir = NULL;
	int rc = -1;

	if (check_stdout(cli, err) == -1 || check_name(opt.out, err) == -1 ||
	    find(argc, argv, &dir, err) == -1)
		return -1;
	if (opt.image != NULL) {
		rc = export_image(dir, err);
		free(dir);
		return rc;
	}
	if (recipients(&to, err) == 0) {
		o.to = to;
		rc = ir_bundle_export(dir, &o, &x, err);
		ir_age_recipients_free(to);
	}
	if (rc == 0) {
		report(dir, &x);
		ir_result(json_pack("{s:o, s:b, s:I, s:I, s:I, s:s}", "file",
		    ir_json_text(x.file), "sealed", x.sealed, "files",
		    (json_int_t)x.files, "bytes", (json_int_t)x.bytes, "size",
		    (json_int_t)x.out.size, "sha256", x.out.sha256));
		free(x.file);
	}
	free(dir);
	return rc;
}

static const char *const examples[] = {
    "ir export",
    "the sealed bundle of the current directory, into NAME.tar beside it",
    "ir export --zst --to bob.pub -o /mnt/usb INC-2026-041_host7_...",
    "compressed and encrypted to Bob's ssh-ed25519 key, onto a disk",
    "ir export -o - | ssh bob@lab 'ir import -'",
    "over the network, without a file between",
    "ir export --image=web -o web.tar && docker load -i web.tar",
    "the captured container as an image, to look at it",
    NULL,
};

static const char *const exits[] = {
    "0",
    "exported",
    NULL,
};

static const struct ir_program program = {
    .name = "ir-export",
    .operands = "[BUNDLE]",
    .what = "Packs a bundle into one file, to hand it over.",
    .min = 0,
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
