/* SPDX-License-Identifier: ISC
 *
 * Verifying what lies outside data/: from the seal, which is signed, to the
 * manifests and the journals, and from the tag manifest to all else.
 */
#include <string.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/text.h"
#include "bundle/bag.h"
#include "bundle/check.h"
#include "bundle/manifest.h"
#include "json/json.h"

/* bagit.txt, bag-info.txt, VERIFY.txt: ours are under 8 KiB. */
#define MAX_TEXT (64u << 10)

/* What the seal says of one file. */
static int
list(struct ir_check *c, const char *path, const char *hash, struct ir_err *err)
{
	struct ir_item *it;

	if (!ir_is_hex(hash, 64) || !ir_bag_knows(path)) {
		ir_fault(&c->faults, IR_HOSTILE, IR_CUSTODY_SEAL,
		    "says nothing proper of %s", path);
		return 0;
	}
	if ((it = ir_items_add(&c->items, path, err)) == NULL)
		return -1;
	strcpy(it->listed, hash);
	return 0;
}

static int
list_from_seal(struct ir_check *c, struct ir_err *err)
{
	const json_t *j;
	size_t i;

	if (list(c, IR_MANIFEST, ir_json_str(c->seal, "seal.manifest_sha256"),
		err) == -1 ||
	    list(c, IR_TAGMANIFEST,
		ir_json_str(c->seal, "seal.tagmanifest_sha256"), err) == -1)
		return -1;
	json_array_foreach (ir_json_at(c->seal, "seal.journals"), i, j)
		if (list(c, ir_json_str(j, "file"), ir_json_str(j, "sha256"),
			err) == -1)
			return -1;
	return 0;
}

static void
check_files(struct ir_check *c)
{
	for (size_t i = 0; i < c->items.n; i++) {
		const struct ir_item *it = c->items.v[i];

		if (it->listed[0] == '\0' || ir_items_payload(it))
			continue;
		if (!it->here)
			ir_fault(
			    &c->faults, IR_CONTENT, it->path, "is missing");
		else if (ir_items_changed(it))
			ir_fault(&c->faults, IR_CONTENT, it->path,
			    "was modified after the sealing");
	}
}

/* The file, if it is what was sealed. */
static const struct ir_item *
intact(const struct ir_check *c, const char *path)
{
	const struct ir_item *it = ir_items_here(&c->items, path);

	return it != NULL && !ir_items_changed(it) ? it : NULL;
}

/* Whether due, one or more whole lines, stands in text. */
static bool
has_lines(const char *text, const char *due)
{
	const char *at = text;

	while ((at = strstr(at, due)) != NULL && at != text && at[-1] != '\n')
		at++;
	return at != NULL;
}

/* Files whose contents the rest of the bundle determines.  The seal holds them
 * as they are; this holds the sealer to the truth. */
static void
check_text(struct ir_check *c, const char *path, const char *due,
    enum ir_verdict v, const char *what)
{
	const struct ir_item *it = ir_items_here(&c->items, path);

	if (it == NULL) {
		if (!c->tags_read) /* else it is said already */
			ir_fault(&c->faults, IR_CONTENT, path, "is missing");
	} else if (it->size > MAX_TEXT)
		ir_fault(&c->faults, IR_CONTENT, path,
		    "is larger than %u bytes", MAX_TEXT);
	else if (!has_lines(it->text, due))
		ir_fault(&c->faults, v, path, "%s", what);
}

static int
check_texts(struct ir_check *c, struct ir_err *err)
{
	ir_auto_free char *id =
	    ir_asprintf(err, "External-Identifier: urn:uuid:%s\n", c->uuid);
	ir_auto_free char *oxum = ir_asprintf(err, "Payload-Oxum: %s\n",
	    ir_json_str(c->seal, "seal.payload_oxum"));

	if (id == NULL || oxum == NULL)
		return -1;
	check_text(c, IR_BAGIT, IR_BAGIT_TEXT, IR_CONTENT,
	    "is not that of a bag of BagIt 1.0");
	check_text(c, IR_BAGINFO, id, IR_CONTENT, "does not name this bundle");
	if (c->seal == NULL)
		check_text(c, IR_VERIFYTXT, ir_bag_verify_text, IR_VALID,
		    "is not that of this program's version: do not go by it");
	else
		check_text(c, IR_BAGINFO, oxum, IR_CONTENT,
		    "does not say how much was sealed");
	return 0;
}

/* The tag manifest must list all that the format says. */
static void
check_listed(struct ir_check *c)
{
	static const char *const due[] = {IR_BAGIT, IR_BAGINFO, IR_VERIFYTXT,
	    IR_MANIFEST, IR_CUSTODY_OPEN, IR_CUSTODY_OPEN ".sig"};

	for (size_t i = 0; i < sizeof(due) / sizeof(due[0]); i++) {
		const struct ir_item *it = ir_items_get(&c->items, due[i]);

		if (it == NULL || it->listed[0] == '\0')
			ir_fault(&c->faults, IR_CONTENT, due[i],
			    "is not in the tag manifest");
	}
}

/* Acts after the seal are listed nowhere: their chain is what holds them. */
static void
check_extra(struct ir_check *c)
{
	for (size_t i = 0; i < c->items.n; i++) {
		const struct ir_item *it = c->items.v[i];
		bool known = ir_bag_knows(it->path);

		if (!it->here || it->listed[0] != '\0' || ir_items_payload(it))
			continue;
		if (c->sealed && strcmp(it->path, IR_OPEN) == 0)
			ir_fault(&c->faults,
			    it->size == 0 ? IR_VALID : IR_CONTENT, it->path,
			    it->size == 0
				? "was left by a sealing that was killed at "
				  "its last step, and can be removed"
				: "was modified");
		else if (!c->sealed && !known && ir_bag_unfinished(it->path))
			ir_fault(&c->faults, IR_VALID, it->path,
			    "is the work file of a program that runs or was "
			    "killed");
		else if (!known ||
			 (c->tags_read && !ir_starts(it->path, "custody/")))
			ir_fault(&c->faults, IR_CONTENT, it->path,
			    "has no place here: it was added%s",
			    c->sealed ? " after the sealing" : "");
	}
}

int
ir_check_tags(struct ir_check *c, struct ir_err *err)
{
	const struct ir_item *tags = NULL, *files = NULL;

	if (c->seal != NULL) {
		if (list_from_seal(c, err) == -1)
			return -1;
		tags = intact(c, IR_TAGMANIFEST);
		files = intact(c, IR_MANIFEST);
	}
	c->tags_read = tags != NULL;
	c->files_read = files != NULL;
	if (c->tags_read) {
		if (ir_manifest_read(tags, false, &c->items, &c->faults, err) ==
		    -1)
			return -1;
		check_listed(c);
	}
	check_files(c);
	if (c->files_read &&
	    ir_manifest_read(files, true, &c->items, &c->faults, err) == -1)
		return -1;
	check_extra(c);
	return check_texts(c, err);
}
