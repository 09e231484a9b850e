/* SPDX-License-Identifier: ISC
 *
 * Tag files: see bag.h.
 */
#include "bundle/bag.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/text.h"
#include "base/time.h"
#include "bundle/custody.h"
#include "bundle/journal.h"
#include "bundle/manifest.h"

/* The new one is made beside the top, where sealing finds it should it be left
 * over, and never below data/. */
int
ir_bag_replace(
    int dirfd, const char *path, const void *p, size_t n, struct ir_err *err)
{
	const char *slash = strrchr(path, '/');
	ir_auto_free char *made =
	    ir_asprintf(err, "%s.new.tmp", slash != NULL ? slash + 1 : path);
	ir_auto_free char *dir =
	    ir_asprintf(err, "%.*s", slash != NULL ? (int)(slash - path) : 1,
		slash != NULL ? path : ".");
	ir_auto_close int fd = -1;

	if (made == NULL || dir == NULL)
		return -1;
	fd = ir_open_beneath(dirfd, dir, O_RDONLY | O_DIRECTORY, err);
	if (fd == -1 || ir_put_file(dirfd, made, p, n, err) == -1)
		return -1;
	if (renameat(dirfd, made, dirfd, path) == -1) {
		ir_fail_errno(err, "%s", path);
		unlinkat(dirfd, made, 0);
		return -1;
	}
	if (fsync(fd) == -1)
		return ir_fail_errno(err, "syncing the directory of %s", path);
	return 0;
}

enum ir_bag_state
ir_bag_state(int dirfd)
{
	bool open = ir_exists(dirfd, IR_OPEN);

	if (!ir_exists(dirfd, IR_BAGIT))
		return IR_BAG_NONE;
	if (open && !ir_exists(dirfd, IR_CUSTODY_SEAL ".sig"))
		return IR_BAG_OPEN;
	return ir_exists(dirfd, IR_CUSTODY_SEAL) ? IR_BAG_SEALED
						 : IR_BAG_BROKEN;
}

bool
ir_bag_unfinished(const char *path)
{
	return ir_ends(path, ".tmp") && strcmp(path, ".tmp") != 0;
}

bool
ir_bag_knows(const char *path)
{
	static const char *const known[] = {IR_BAGIT, IR_BAGINFO, IR_VERIFYTXT,
	    IR_OPEN, IR_MANIFEST, IR_TAGMANIFEST};
	unsigned number;

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strcmp(path, known[i]) == 0)
			return true;
	return (ir_starts(path, "journal/") &&
		   ir_journal_name_ok(path + 8, &number)) ||
	       (ir_starts(path, "custody/") &&
		   ir_custody_name_ok(path + 8, &number));
}

/* One line, whatever is in the value. */
static void
tag(struct ir_buf *b, const char *label, const char *value)
{
	if (*value == '\0')
		return;
	ir_buf_printf(b, "%s: ", label);
	ir_text_escape(b, value, strlen(value));
	ir_buf_puts(b, "\n");
}

int
ir_bag_info(struct ir_buf *b, const char *uuid, const char *number,
    const struct ir_bundle_who *who, const char *oxum, struct ir_err *err)
{
	char now[IR_TIME_SIZE];

	ir_time_now(now);
	now[strlen("2026-11-22")] = '\0';
	tag(b, "Source-Organization", who->org);
	tag(b, "Contact-Name", who->name);
	ir_buf_printf(b, "External-Identifier: urn:uuid:%s\n", uuid);
	tag(b, "Internal-Sender-Identifier", number);
	tag(b, "Bagging-Date", now);
	ir_buf_printf(b, "Bag-Software-Agent: %s ", who->program);
	ir_text_escape(b, who->version, strlen(who->version));
	ir_buf_puts(b, "\n");
	if (oxum != NULL)
		tag(b, "Payload-Oxum", oxum);
	return ir_buf_ok(b, err);
}
