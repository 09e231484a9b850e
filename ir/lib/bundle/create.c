/* SPDX-License-Identifier: ISC
 *
 * Making a bundle, and finding the one that is meant: see bundle.h.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/text.h"
#include "base/time.h"
#include "bundle/bag.h"
#include "bundle/bundle.h"
#include "bundle/custody.h"
#include "bundle/names.h"

/* "INC-2026-041_host7_20261122T013441Z_1f0c9a2e" */
static char *
make_name(const char *number, const char *uuid, struct ir_err *err)
{
	char host[256] = "", now[IR_TIME_SIZE], utc[IR_TIME_SIZE];
	size_t n = 0;

	gethostname(host, sizeof(host) - 1);
	host[strcspn(host, ".")] = '\0';
	ir_auto_free char *a = ir_bundle_name_from(number, err);
	ir_auto_free char *h = ir_bundle_name_from(host, err);
	if (a == NULL || h == NULL)
		return NULL;
	ir_time_now(now);
	for (const char *p = now; *p != '.'; p++)
		if (*p != '-' && *p != ':')
			utc[n++] = *p;
	utc[n] = '\0';
	return ir_asprintf(err, "%s_%s_%sZ_%.8s", a, h, utc, uuid);
}

static int
put_text(int fd, const char *path, const char *text, struct ir_err *err)
{
	return ir_put_file(fd, path, text, strlen(text), err);
}

/* .open comes last: without it nothing can be written. */
static int
fill(int fd, const char *uuid, const struct ir_bundle_case *c,
    const struct ir_bundle_who *who, struct ir_err *err)
{
	json_auto_t *entry =
	    ir_custody_entry(uuid, 0, "open", NULL, c->number, c, who);
	ir_auto_buf struct ir_buf info = IR_BUF_INIT;
	char hash[IR_SHA256_HEX];

	if (entry == NULL || json_object_set_new(entry, "target",
				 c->target != NULL ? json_deep_copy(c->target)
						   : json_null()) == -1)
		return ir_fail_mem(err);
	if (ir_make_dirs(fd, "data", err) == -1 ||
	    ir_make_dirs(fd, "journal", err) == -1 ||
	    ir_make_dirs(fd, "custody", err) == -1 ||
	    put_text(fd, IR_BAGIT, IR_BAGIT_TEXT, err) == -1 ||
	    ir_bag_info(&info, uuid, c->number, who, NULL, err) == -1 ||
	    ir_put_file(fd, IR_BAGINFO, info.p, info.len, err) == -1 ||
	    put_text(fd, IR_VERIFYTXT, ir_bag_verify_text, err) == -1 ||
	    ir_custody_put(fd, IR_CUSTODY_OPEN, entry, who->key, hash, err) ==
		-1)
		return -1;
	return put_text(fd, IR_OPEN, "", err);
}

/* Takes away what fill() made, as far as it came. */
static void
take_away(int parent, const char *tmp, int fd)
{
	static const char *const files[] = {IR_OPEN, IR_CUSTODY_OPEN ".sig",
	    IR_CUSTODY_OPEN, IR_VERIFYTXT, IR_BAGINFO, IR_BAGIT};
	static const char *const dirs[] = {"custody", "journal", "data"};

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		unlinkat(fd, files[i], 0);
	for (size_t i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++)
		unlinkat(fd, dirs[i], AT_REMOVEDIR);
	unlinkat(parent, tmp, AT_REMOVEDIR);
}

static int
make(int parent, const char *tmp, const char *uuid,
    const struct ir_bundle_case *c, const struct ir_bundle_who *who,
    struct ir_err *err)
{
	ir_auto_close int fd = -1;

	if (mkdirat(parent, tmp, 0700) == -1)
		return ir_fail_errno(err, "%s", tmp);
	fd = ir_open_beneath(parent, tmp, O_RDONLY | O_DIRECTORY, err);
	if (fd == -1)
		return -1;
	if (fill(fd, uuid, c, who, err) == 0 &&
	    ir_rename_new(parent, tmp, tmp + 1, err) == 0)
		return 0;
	take_away(parent, tmp, fd);
	return -1;
}

struct ir_bundle *
ir_bundle_create(const char *parent, const struct ir_bundle_case *c,
    const struct ir_bundle_who *who, struct ir_err *err)
{
	ir_auto_free char *name = NULL, *tmp = NULL, *dir = NULL;
	ir_auto_close int fd = -1;
	char uuid[37];

	if (c->number[0] == '\0') {
		ir_fail(err, IR_EUSAGE, "a bundle needs a case number");
		return NULL;
	}
	fd = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd == -1) {
		ir_fail_errno(err, "%s", parent);
		return NULL;
	}
	if (ir_uuid4(uuid, err) == -1 ||
	    !(name = make_name(c->number, uuid, err)) ||
	    !(tmp = ir_asprintf(err, ".%s", name)) ||
	    !(dir = strcmp(parent, ".") == 0
			? ir_asprintf(err, "%s", name)
			: ir_asprintf(err, "%s/%s", parent, name)) ||
	    make(fd, tmp, uuid, c, who, err) == -1)
		return NULL;
	return ir_bundle_open(dir, err);
}

static bool
is(const char *dir, enum ir_bag_state state)
{
	ir_auto_close int fd =
	    open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);

	return fd != -1 && ir_bag_state(fd) == state;
}

/* A directory by that name, which is never an option, or standard input. */
static char *
named(const char *dir, struct ir_err *err)
{
	return ir_asprintf(err, "%s%s", dir[0] == '-' ? "./" : "", dir);
}

/* The bundles in that state among the directories here, and how many. */
static size_t
list(enum ir_bag_state state, struct ir_buf *names, char **first,
    struct ir_err *err)
{
	DIR *d = opendir(".");
	struct dirent *e;
	size_t n = 0;

	while (d != NULL && (e = readdir(d)) != NULL) {
		if (e->d_name[0] == '.' || !is(e->d_name, state))
			continue;
		ir_buf_printf(names, "%s%s", n > 0 ? ", " : "", e->d_name);
		if (n++ == 0)
			*first = named(e->d_name, err);
	}
	if (d != NULL)
		closedir(d);
	return n;
}

int
ir_bundle_locate(const char *given, bool sealed, char **dir, struct ir_err *err)
{
	enum ir_bag_state state = sealed ? IR_BAG_SEALED : IR_BAG_OPEN;
	ir_auto_buf struct ir_buf names = IR_BUF_INIT;
	size_t n;

	*dir = NULL;
	if (given == NULL)
		given = getenv("IR_BUNDLE");
	if ((given == NULL || *given == '\0') && is(".", state))
		given = ".";
	if (given != NULL && *given != '\0') {
		*dir = named(given, err);
		return *dir != NULL ? 0 : -1;
	}
	n = list(state, &names, dir, err);
	if (n > 1) {
		free(*dir);
		*dir = NULL;
		return ir_fail(err, IR_EUSAGE,
		    "there are several %s bundles here: name one with -b: %s",
		    sealed ? "sealed" : "open", names.p);
	}
	return n == 1 && *dir == NULL ? -1 : 0;
}
