/* SPDX-License-Identifier: ISC
 *
 * Names of files in a bundle: see names.h.
 */
#include "bundle/names.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/text.h"

#define MAX_PART 255 /* NAME_MAX of every file system that matters */
#define MAX_FROM 64  /* of a name that people read */

static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
			      "abcdefghijklmnopqrstuvwxyz"
			      "0123456789._+@=-";

bool
ir_bundle_path_ok(const char *path)
{
	const char *p = path;

	if (strlen(path) >= IR_MAX_PATH)
		return false;
	for (;;) {
		size_t n = strspn(p, letters);

		if (n == 0 || n > MAX_PART ||
		    (p[0] == '.' && (n == 1 || (n == 2 && p[1] == '.'))))
			return false;
		if (p[n] == '\0')
			return true;
		if (p[n] != '/')
			return false;
		p += n + 1;
	}
}

bool
ir_bundle_run_dir(const char *part)
{
	return ir_starts(part, "run-") && strlen(part) == 8 &&
	       strspn(part + 4, "0123456789") == 4;
}

char *
ir_bundle_name_from(const char *s, struct ir_err *err)
{
	char *out = malloc(MAX_FROM + 1);
	size_t n;

	if (out == NULL) {
		ir_fail_mem(err);
		return NULL;
	}
	/* A leading '.' hides a file, a leading '-' looks like an option. */
	for (n = 0; *s != '\0' && n < MAX_FROM; s++) {
		char c = strchr(letters, *s) != NULL ? *s : '-';

		if (n > 0 || (c != '.' && c != '-'))
			out[n++] = c;
	}
	out[n] = '\0';
	if (n == 0)
		strcpy(out, "unnamed");
	return out;
}
