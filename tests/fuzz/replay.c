/* SPDX-License-Identifier: ISC
 *
 * A fuzz target without a fuzzer: runs over the files named, or over all of
 * tests/fuzz/corpus/<target>/, and prints TAP.  What crashed or hung once does
 * so never again.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "tests/fuzz/fuzz.h"

#define LONGEST (4u << 20)
#define SECONDS 60 /* for one input, in valgrind on a busy machine */

static int
replay(const char *dir, const char *name, int number)
{
	struct ir_err err;
	ir_auto_free char *path = ir_asprintf(&err, "%s%s", dir, name);
	size_t n;
	ir_auto_free char *p =
	    path ? ir_read_file(path, LONGEST, &n, &err) : NULL;
	uint8_t *exact; /* so that a byte too far is noticed */

	if (p == NULL || (exact = malloc(n + (n == 0))) == NULL) {
		printf("not ok %d - %s\n# %s\n", number, name, err.msg);
		return 1;
	}
	memcpy(exact, p, n);
	printf("# %s\n", name);
	fflush(stdout);
	alarm(SECONDS);
	LLVMFuzzerTestOneInput(exact, n);
	alarm(0);
	free(exact);
	printf("ok %d - %s\n", number, name);
	return 0;
}

static int
visible(const struct dirent *e)
{
	return e->d_name[0] != '.';
}

static int
replay_all(const char *target)
{
	const char *src = getenv("IR_SRCDIR");
	struct ir_err err;
	ir_auto_free char *dir = ir_asprintf(
	    &err, "%s/tests/fuzz/corpus/%s/", src != NULL ? src : ".", target);
	struct dirent **list;
	int n = dir ? scandir(dir, &list, visible, alphasort) : -1, failed = 0;

	if (n <= 0) {
		printf("1..1\nnot ok 1 - no corpus in %s\n", dir);
		return 1;
	}
	printf("1..%d\n", n);
	for (int i = 0; i < n; i++) {
		failed |= replay(dir, list[i]->d_name, i + 1);
		free(list[i]);
	}
	free(list);
	return failed;
}

int
main(int argc, char **argv)
{
	const char *target = strrchr(argv[0], '-');
	int failed = 0;

	if (argc < 2)
		return replay_all(target != NULL ? target + 1 : "");
	printf("1..%d\n", argc - 1);
	for (int i = 1; i < argc; i++)
		failed |= replay("", argv[i], i);
	return failed;
}
