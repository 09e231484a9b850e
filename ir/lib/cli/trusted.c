/* SPDX-License-Identifier: ISC
 *
 * Whom the analyst trusts: see trusted.h.
 */
#include "cli/trusted.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/buf.h"
#include "cli/out.h"

static struct {
	const char *signers, *revoked, *roots;
} opt;

static const struct ir_option options[] = {
    {'s', "allowed-signers", "FILE",
	"whom you trust (default: IR_ALLOWED_SIGNERS, ~/.ssh/allowed_signers)",
	NULL, &opt.signers},
    {0, "revoked", "FILE", "public keys whose signatures count no more", NULL,
	&opt.revoked},
    {0, "tsa-ca", "FILE",
	"roots of time-stamping authorities, PEM (default: IR_TSA_CA)", NULL,
	&opt.roots},
    IR_OPTION_END,
};

const struct ir_options ir_trusted_options = {.table = options};

static int
load_signers(struct ir_signers **signers, struct ir_err *err)
{
	const char *path = opt.signers, *home = getenv("HOME");
	ir_auto_free char *guess = NULL;

	*signers = NULL;
	if (path == NULL)
		path = getenv("IR_ALLOWED_SIGNERS");
	if (path == NULL || *path == '\0') {
		guess = ir_asprintf(
		    err, "%s/.ssh/allowed_signers", home != NULL ? home : "");
		if (guess == NULL)
			return -1;
		if (access(guess, F_OK) == -1)
			return 0;
		path = guess;
	}
	return (*signers = ir_signers_load(path, err)) != NULL ? 0 : -1;
}

static int
load_roots(struct ir_stamp_roots **roots, struct ir_err *err)
{
	const char *path = opt.roots != NULL ? opt.roots : getenv("IR_TSA_CA");

	if (path == NULL || *path == '\0')
		return 0;
	return (*roots = ir_stamp_roots_load(path, err)) != NULL ? 0 : -1;
}

int
ir_trusted_load(struct ir_trusted *t, struct ir_err *err)
{
	*t = (struct ir_trusted){0};
	if (ir_stamp_ready(err) == 0 && load_signers(&t->signers, err) == 0 &&
	    load_roots(&t->stamp_roots, err) == 0 &&
	    (opt.revoked == NULL ||
		(t->revoked = ir_revoked_load(opt.revoked, err)) != NULL))
		return 0;
	ir_trusted_free(t);
	return -1;
}

void
ir_trusted_free(struct ir_trusted *t)
{
	ir_signers_free(t->signers);
	ir_revoked_free(t->revoked);
	ir_stamp_roots_free(t->stamp_roots);
	*t = (struct ir_trusted){0};
}

void
ir_trusted_fill(const struct ir_trusted *t, struct ir_verify_options *o)
{
	static char word[] = "verifying";

	o->signers = t->signers;
	o->revoked = t->revoked;
	o->stamp_roots = t->stamp_roots;
	o->progress = ir_progress_word;
	o->arg = word;
}
