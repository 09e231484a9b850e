/* SPDX-License-Identifier: ISC
 *
 * What a run that was cut off left of a file: see torn.h.
 */
#include "bundle/torn.h"

#include <dirent.h>
#include <string.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/text.h"
#include "bundle/stream.h"

/* After the number of the run, in its second take. */
#define AGAIN "-2"

char *
ir_torn_name(const char *path, unsigned run, unsigned take, struct ir_err *err)
{
	return ir_asprintf(
	    err, "%s.%04u%s" IR_PART, path, run, take == 2 ? AGAIN : "");
}

bool
ir_torn_is(const char *part, const char *path)
{
	size_t n = strlen(path);

	if (!ir_starts(part, path))
		return false;
	part += n;
	if (*part == '.' && strspn(part + 1, "0123456789") == 4) {
		part += 5;
		if (ir_starts(part, AGAIN))
			part += strlen(AGAIN);
	}
	return strcmp(part, IR_PART) == 0;
}

/* From here on it stays as it is. */
static int
say(int dirfd, struct ir_journal *j, const char *path, const char *part,
    struct ir_err *err)
{
	char sha[IR_SHA256_HEX];
	uint64_t size;
	ir_auto_close int fd = ir_open_regular(dirfd, part, &size, err);

	if (fd == -1 ||
	    ir_sha256_fd(fd, UINT64_MAX, sha, &size, part, err) == -1)
		return -1;
	return ir_journal_add(j, "torn",
	    json_pack("{s:s, s:s, s:I, s:s}", "path", path, "part", part,
		"size", (json_int_t)size, "sha256", sha),
	    err);
}

int
ir_torn_say(
    int dirfd, struct ir_journal *j, const char *path, struct ir_err *err)
{
	const char *name = strrchr(path, '/') + 1;
	ir_auto_free char *dir =
	    ir_asprintf(err, "%.*s", (int)(name - path - 1), path);
	struct dirent *e;
	int rc = 0;
	DIR *d;

	if (dir == NULL || (d = ir_open_dir(dirfd, dir, err)) == NULL)
		return -1;
	while (rc == 0 && (e = readdir(d)) != NULL) {
		if (!ir_torn_is(e->d_name, name))
			continue;
		ir_auto_free char *part =
		    ir_asprintf(err, "%s/%s", dir, e->d_name);
		rc = part == NULL ? -1 : say(dirfd, j, path, part, err);
	}
	closedir(d);
	return rc;
}
