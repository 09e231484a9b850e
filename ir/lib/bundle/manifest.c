/* SPDX-License-Identifier: ISC
 *
 * BagIt manifests: see manifest.h.
 */
#include "bundle/manifest.h"

#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "bundle/lines.h"
#include "bundle/names.h"

#define MAX_LINE (64 + 2 + IR_MAX_PATH) /* a path and its line feed */

void
ir_manifest_line(struct ir_buf *b, const char *hash, const char *path)
{
	ir_buf_printf(b, "%s  %s\n", hash, path);
}

int
ir_manifest_make(struct ir_items *l, bool payload, struct ir_buf *b,
    char hash[IR_SHA256_HEX], struct ir_err *err)
{
	ir_items_sort(l);
	for (size_t i = 0; i < l->n; i++) {
		const struct ir_item *it = l->v[i];

		if (it->here && it->found[0] != '\0' &&
		    ir_items_payload(it) == payload)
			ir_manifest_line(b, it->found, it->path);
	}
	if (ir_buf_ok(b, err) == -1)
		return -1;
	ir_sha256_mem(b->p, b->len, hash);
	return 0;
}

/* Splits a line into its two strings; false if it is none. */
static bool
split(const char *p, size_t n, char hash[IR_SHA256_HEX], char path[IR_MAX_PATH])
{
	if (n < 64 + 2 + 1 + 1 || n > MAX_LINE || p[n - 1] != '\n' ||
	    memchr(p, '\0', n) != NULL || p[64] != ' ' || p[65] != ' ')
		return false;
	memcpy(hash, p, 64);
	hash[64] = '\0';
	memcpy(path, p + 66, n - 67);
	path[n - 67] = '\0';
	return ir_is_hex(hash, 64) && ir_bundle_path_ok(path);
}

static int
take(const char *name, const char *p, size_t n, size_t number, bool payload,
    char last[IR_MAX_PATH], struct ir_items *l, struct ir_faults *f,
    struct ir_err *err)
{
	char hash[IR_SHA256_HEX], path[IR_MAX_PATH];
	struct ir_item *it;

	if (!split(p, n, hash, path)) {
		ir_fault(f, IR_HOSTILE, name,
		    "line %zu is not a SHA-256, two spaces and a name", number);
		return 0;
	}
	if (strcmp(path, last) <= 0)
		ir_fault(f, IR_HOSTILE, name,
		    "line %zu is twice there or out of order", number);
	strcpy(last, path);
	if (ir_starts(path, "data/") != payload) {
		ir_fault(f, IR_HOSTILE, name, "line %zu has no place here: %s",
		    number, path);
		return 0;
	}
	if (l->n >= 2 * IR_MAX_BUNDLE_FILES)
		return ir_fail(err, IR_EFORMAT, "%s: lists more than %u files",
		    name, IR_MAX_BUNDLE_FILES);
	if ((it = ir_items_add(l, path, err)) == NULL)
		return -1;
	if (it->listed[0] != '\0' && strcmp(it->listed, hash) != 0)
		ir_fault(f, IR_CONTENT, name,
		    "line %zu is not what was sealed of %s", number, path);
	strcpy(it->listed, hash);
	return 0;
}

int
ir_manifest_read(const struct ir_item *it, bool payload, struct ir_items *l,
    struct ir_faults *f, struct ir_err *err)
{
	struct ir_lines in = {it->path, it->text, it->size, MAX_LINE};
	char last[IR_MAX_PATH] = "";
	size_t n, number = 0;
	const char *p;
	int rc;

	while ((rc = ir_lines_next(&in, &p, &n, err)) == 1)
		if (take(it->path, p, n, ++number, payload, last, l, f, err) ==
		    -1) {
			rc = -1;
			break;
		}
	return rc == -1 ? ir_fault_err(f, IR_HOSTILE, it->path, err) : 0;
}
