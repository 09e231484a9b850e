/* SPDX-License-Identifier: ISC
 *
 * The layers of an image: see layers.h.
 */
#include "bundle/layers.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/text.h"
#include "bundle/names.h"
#include "json/json.h"

/* A path as in the file, below data/. */
static char *
take_path(
    const json_t *o, const char *key, const char *name, struct ir_err *err)
{
	const char *path = ir_json_need_str(o, key, name, err);

	if (path == NULL)
		return NULL;
	if (!ir_starts(path, "images/") || !ir_bundle_path_ok(path)) {
		ir_fail(err, IR_EFORMAT, "%s: not a file of an image: %s", name,
		    path);
		return NULL;
	}
	return ir_asprintf(err, "data/%s", path);
}

static int
take_layer(
    struct ir_layers *l, const json_t *o, const char *name, struct ir_err *err)
{
	const char *diff = ir_json_need_str(o, "diff_id", name, err);

	if (diff == NULL)
		return -1;
	if (!ir_starts(diff, "sha256:") || !ir_is_hex(diff + 7, 64))
		return ir_fail(
		    err, IR_EFORMAT, "%s: not a digest: %s", name, diff);
	if (l->n == IR_MAX_LAYERS)
		return ir_fail(err, IR_EFORMAT, "%s: more than %u layers", name,
		    IR_MAX_LAYERS);
	strcpy(l->v[l->n].diff, diff + 7);
	l->v[l->n].proven = ir_json_true(o, "proven");
	l->v[l->n].path = take_path(o, "path", name, err);
	return l->v[l->n++].path != NULL ? 0 : -1;
}

int
ir_bundle_layers(
    int dirfd, const char *image, struct ir_layers *l, struct ir_err *err)
{
	ir_auto_free char *path = NULL, *text = NULL;
	json_auto_t *doc = NULL;
	const json_t *o;
	size_t len, i;

	*l = (struct ir_layers){0};
	if (!(path = ir_asprintf(err, "%s/" IR_LAYERS_JSON, image)))
		return -1;
	if (!(text = ir_read_beneath(dirfd, path, IR_MAX_JSON, &len, err)))
		return err->code == IR_ENOENT ? 0 : -1;
	if (!(doc = ir_json_parse(text, len, path, err)) ||
	    !(l->config = take_path(doc, "config", path, err)))
		return -1;
	json_array_foreach (json_object_get(doc, "layers"), i, o)
		if (take_layer(l, o, path, err) == -1)
			return -1;
	return l->n > 0 ? 1 : ir_fail(err, IR_EFORMAT, "%s: no layers", path);
}

void
ir_layers_free(struct ir_layers *l)
{
	free(l->config);
	for (size_t i = 0; i < l->n; i++)
		free(l->v[i].path);
	*l = (struct ir_layers){0};
}
