/* SPDX-License-Identifier: ISC
 *
 * A bundle into one file, as in packed.h: the same bundle is the same tar, on
 * any machine.
 */
#ifndef IR_BUNDLE_EXPORT_H
#define IR_BUNDLE_EXPORT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "bundle/outfile.h"
#include "crypto/age.h"

struct ir_export_options {
	const char *out; /* the file, or the directory for it; "-" is standard
			  * output, NULL the directory of the process, or
			  * that above if it is the bundle's */
	bool unsealed;   /* even if it is not sealed */
	bool zst;
	const struct ir_age_recipients *to; /* or NULL */
	void (*progress)(
	    void *arg, uint64_t done, uint64_t total); /* or NULL */
	void *arg;
};

struct ir_exported {
	char *file;            /* its path, the caller frees; or "-" */
	uint64_t files, bytes; /* in it */
	bool sealed;
	struct ir_outfile_result out;
};

/** ir_bundle_export(dir, o, res, err): the file's name, unless o->out has one,
 * is that of the bundle's directory with .tar, .zst, .age.  IR_EEXIST if there
 * is such a file, or another program writes to the bundle; IR_EFORMAT if the
 * bundle is not sealed, if there is in its directory what has no place there,
 * or a file changed while it was read; IR_EUSAGE for a file within the bundle.
 * A failure leaves no file. */
int ir_bundle_export(const char *dir, const struct ir_export_options *o,
    struct ir_exported *res, struct ir_err *err);

#endif
