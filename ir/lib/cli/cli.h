/* SPDX-License-Identifier: ISC
 *
 * What every program does before and after its own work: options, help, the
 * engine, the bundle with its journal, the key, errors, the exit code.  A
 * program is a const struct ir_program and a main() that hands it over.
 */
#ifndef IR_CLI_CLI_H
#define IR_CLI_CLI_H

#include <stdbool.h>

#include "base/err.h"
#include "bundle/bundle.h"
#include "cli/options.h"
#include "cli/out.h"
#include "docker/docker.h"

/* What a program works with; each brings its common options. */
enum {
	IR_USES_ENGINE = 1,  /* -H; cli->engine, not yet connected */
	IR_USES_BUNDLE = 2,  /* -b; cli->bundle_dir, if there is one */
	IR_NEEDS_BUNDLE = 4, /* ... and without one it ends with IR_ENOENT */
	IR_RECORDS = 8,      /* cli->bundle is open with a journal begun, unless
			      * there is no bundle or --dry-run */
	IR_USES_KEY = 16,    /* --key, --actor; cli->who */
	IR_CAN_DRY_RUN = 32, /* --dry-run; cli->dry_run */
	IR_NEEDS_KEY = 64,   /* ... looked for only by ir_cli_need_key() */
	IR_SEALED = 128,     /* the bundle meant is a sealed one */
	IR_IS_ACT = 256,     /* --item ... --org; cli->said, the rest of who */
	IR_OR_SEALED = 512,  /* the bundle is a sealed one if none is open */
	IR_CHOOSES = 1024,   /* --all, --label, ...; see cli/targets.h */
};

struct ir_dryrun;

struct ir_cli {
	bool json, quiet, dry_run;
	struct ir_docker *engine;
	size_t targets; /* containers that are acted on, if several are */
	char *bundle_dir;
	char *sealed_dir; /* of one that records, and has no bundle_dir: the
			   * sealed one here, for what it did before */
	struct ir_dryrun
	    *dry; /* in a dry run, where to note what is not done */
	struct ir_bundle *bundle;
	struct ir_bundle_who who;
	struct ir_bundle_case said; /* item, where, why, remarks */
};

struct ir_program {
	const char *name;     /* "ir-pause" */
	const char *operands; /* "CONTAINER", for the usage line */
	const char *what;     /* what it does: one sentence */
	unsigned uses;
	int min, max;                    /* number of operands; max -1: any */
	const struct ir_option *options; /* or NULL */
	/* Options of several programs, of which the others are not to load
	 * the library: &ir_trusted_options, &ir_cli_stamp_options, or NULL. */
	const struct ir_options *trusts;
	const struct ir_options *stamps;
	const char *const *examples; /* lines: command, then what it does, ...,
				      * NULL */
	const char *const *exits;    /* lines: code, then its meaning, ...,
				      * NULL; the common ones are added */
	/* Does the work: the exit code, or -1 with err set. */
	int (*run)(
	    struct ir_cli *cli, int argc, char **argv, struct ir_err *err);
};

/** ir_cli_main(p, argc, argv): all of it; what main() returns. */
int ir_cli_main(const struct ir_program *p, int argc, char **argv);

/** ir_cli_need_key(cli, err): who acts, with a key that can sign: one that was
 * found and cannot is an error here, and none at all is IR_ENOENT. */
int ir_cli_need_key(struct ir_cli *cli, struct ir_err *err);

/** ir_cli_unsigned(who, err): whether to try once more without a key, after a
 * failure that came from a key that nobody named: warns, and takes who's. */
bool ir_cli_unsigned(struct ir_bundle_who *who, const struct ir_err *err);

/** ir_cli_failed(cli, operand, err): says what failed, on stderr, in the
 * journal and as the result ({"error":{"code","message"}}, with "operand"
 * unless that is NULL); the exit code. */
int ir_cli_failed(
    struct ir_cli *cli, const char *operand, const struct ir_err *err);

/* The journal and the bundle, from any thread. */

/** ir_cli_begin(cli, err): begins the journal of a program that has something
 * to record only now and then (IR_USES_KEY | IR_NEEDS_KEY): 1 if there is one,
 * 0 if -b names no bundle, or one that is sealed.  Calls to the engine are not
 * in it. */
int ir_cli_begin(struct ir_cli *cli, struct ir_err *err);

/** ir_cli_record(cli, ev, fields): a line in the journal, if there is one;
 * takes the reference.  A failure is reported once and makes the exit code
 * IR_EIO, but never stops the containment of a container. */
void ir_cli_record(struct ir_cli *cli, const char *ev, json_t *fields);
void ir_cli_record_error(struct ir_cli *cli, const struct ir_err *err);

/** ir_cli_record_call(cli, ...): a call to the engine; an ir_docker_call_fn. */
void ir_cli_record_call(
    void *cli, const char *method, const char *path, long status, double ms);

/** ir_cli_change(cli, undo, why, fmt, ...): declares a change to the target,
 * before it is made, in the same way.  The text names the object, by what does
 * not change: "container 6dbeebd79a91: paused". */
void ir_cli_change(struct ir_cli *cli, const char *undo, const char *why,
    const char *fmt, ...) __attribute__((format(printf, 4, 5)));

/** ir_cli_put(cli, path, p, n, err): one whole file below the bundle's
 * data/. */
int ir_cli_put(struct ir_cli *cli, const char *path, const void *p, size_t n,
    struct ir_err *err);

/** ir_cli_record_end(cli, code): the last line; whether all was recorded. */
bool ir_cli_record_end(struct ir_cli *cli, int code);

#endif
