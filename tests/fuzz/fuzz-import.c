/* SPDX-License-Identifier: ISC
 *
 * A packed bundle, as ir import unpacks it: the one target that writes, into a
 * directory of its own in memory.  A failure leaves nothing there, a success
 * nothing but plain files with proper names, and neither anything elsewhere.
 */
#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/proc.h"
#include "bundle/import.h"
#include "bundle/scan.h"
#include "tests/fuzz/fuzz.h"

static char home[] = "/dev/shm/ir-fuzz.XXXXXX";

static int
take_away(const char *path, const struct stat *st, int kind, struct FTW *at)
{
	(void)st;
	(void)kind;
	return at->level > 0 ? remove(path) : 0;
}

static void
clear(void)
{
	nftw(home, take_away, 16, FTW_DEPTH | FTW_PHYS);
}

static void
leave(void)
{
	clear();
	rmdir(home);
}

/* What lies in the directory of its own. */
static unsigned
entries(char name[NAME_MAX + 1])
{
	DIR *d = opendir(home);
	struct dirent *e;
	unsigned n = 0;

	FUZZ_HOLDS(d != NULL);
	while ((e = readdir(d)) != NULL)
		if (strcmp(e->d_name, ".") != 0 &&
		    strcmp(e->d_name, "..") != 0) {
			strcpy(name, e->d_name);
			n++;
		}
	closedir(d);
	return n;
}

static void
check(const struct ir_imported *res)
{
	ir_auto_close int fd =
	    open(res->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct ir_faults f = {json_array(), IR_VALID};
	struct ir_items l = {0};
	struct ir_err err;

	FUZZ_HOLDS(fd != -1);
	FUZZ_HOLDS(ir_scan(fd, &l, &f, &err) == 0);
	FUZZ_HOLDS(f.worst == IR_VALID);
	FUZZ_HOLDS(l.n == res->files);
	ir_items_free(&l);
	json_decref(f.list);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	char path[64], name[NAME_MAX + 1] = "";
	struct ir_import_options o = {0};
	struct ir_imported res = {0};
	struct ir_err err = {0};
	char dir[sizeof(home) + 4];
	ir_auto_close int fd = ir_memfd(p, n, &err);

	if (strstr(home, "XXXXXX") != NULL) {
		FUZZ_HOLDS(mkdtemp(home) != NULL);
		atexit(leave);
	}
	FUZZ_HOLDS(fd != -1);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	snprintf(dir, sizeof(dir), "%s/out", home);
	o.dir = dir;
	if (ir_bundle_import(path, &o, &res, &err) == 0) {
		FUZZ_HOLDS(entries(name) == 1 && strcmp(name, "out") == 0);
		check(&res);
		free(res.dir);
	} else {
		FUZZ_HOLDS(entries(name) == 0 && err.msg[0] != '\0');
		FUZZ_HOLDS(err.code == IR_EFORMAT || err.code == IR_EPERM);
	}
	clear();
	return 0;
}
