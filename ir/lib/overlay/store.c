/* SPDX-License-Identifier: ISC
 *
 * The overlay2 driver's own files: see store.h.
 */
#include "overlay/store.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/text.h"

#define LAYERDB "image/overlay2/layerdb"

/* The id of a layer or a directory, in a file of that alone. */
#define MAX_ID 256

/* Which bytes the names of the driver's directories are of: they become part
 * of a path. */
static bool
is_id(const char *s)
{
	size_t n = strspn(s, "0123456789abcdefghijklmnopqrstuvwxyz-");

	return n > 0 && n < IR_OVERLAY_ID && s[n] == '\0' && s[0] != '-';
}

static int
read_id(const struct ir_overlay *o, const char *dir, const char *file,
    char out[IR_OVERLAY_ID], struct ir_err *err)
{
	ir_auto_free char *path = ir_asprintf(err, "%s/%s", dir, file);
	ir_auto_free char *text = NULL;
	size_t len;

	if (path == NULL ||
	    (text = ir_read_beneath(o->root, path, MAX_ID, &len, err)) == NULL)
		return -1;
	if (strlen(text) != len || !is_id(text))
		return ir_fail(err, IR_EFORMAT, "%s: no id in it", path);
	strcpy(out, text);
	return 0;
}

/* "sha256:" and 64 digits: 1; 0 if there is no such file. */
static int
read_digest(const struct ir_overlay *o, const char *dir, const char *file,
    char out[IR_SHA256_HEX], struct ir_err *err)
{
	ir_auto_free char *path = ir_asprintf(err, "%s/%s", dir, file);
	ir_auto_free char *text = NULL;
	size_t len;

	if (path == NULL)
		return -1;
	text = ir_read_beneath(o->root, path, MAX_ID, &len, err);
	if (text == NULL)
		return err->code == IR_ENOENT ? 0 : -1;
	if (!ir_starts(text, "sha256:") || !ir_is_hex(text + 7, 64) ||
	    len != 7 + 64)
		return ir_fail(err, IR_EFORMAT, "%s: no digest in it", path);
	strcpy(out, text + 7);
	return 1;
}

static int
need(int rc, const char *what, const char *dir, struct ir_err *err)
{
	if (rc == 0)
		return ir_fail(
		    err, IR_EFORMAT, "%s/%s: is not there", dir, what);
	return rc == -1 ? -1 : 0;
}

/* A ChainID is the hash of that below and the DiffID, or the DiffID itself (OCI
 * Image Format, "Layer ChainID"). */
static int
check_chain(
    const struct ir_overlay_layer_id *l, const char *parent, struct ir_err *err)
{
	char text[2 * (7 + 64) + 2], want[IR_SHA256_HEX];

	strcpy(want, l->diff);
	if (parent != NULL) {
		snprintf(
		    text, sizeof(text), "sha256:%s sha256:%s", parent, l->diff);
		ir_sha256_mem(text, strlen(text), want);
	}
	if (strcmp(want, l->chain) == 0)
		return 0;
	return ir_fail(err, IR_EFORMAT,
	    LAYERDB "/sha256/%s: its layer and those below make another",
	    l->chain);
}

/* One layer; parent becomes that below it, or "". */
static int
read_layer(const struct ir_overlay *o, struct ir_overlay_layer_id *l,
    char parent[IR_SHA256_HEX], struct ir_err *err)
{
	char dir[128];
	int rc;

	snprintf(dir, sizeof(dir), LAYERDB "/sha256/%s", l->chain);
	if (need(read_digest(o, dir, "diff", l->diff, err), "diff", dir, err) ==
		-1 ||
	    read_id(o, dir, "cache-id", l->cache, err) == -1)
		return -1;
	if ((rc = read_digest(o, dir, "parent", parent, err)) == 0)
		parent[0] = '\0';
	return rc == -1 ? -1 : check_chain(l, rc == 1 ? parent : NULL, err);
}

static int
read_layers(struct ir_overlay *o, const char *top, struct ir_err *err)
{
	char chain[IR_SHA256_HEX], parent[IR_SHA256_HEX];

	for (strcpy(chain, top); *chain != '\0'; strcpy(chain, parent)) {
		if (o->n == IR_OVERLAY_LAYERS)
			return ir_fail(err, IR_EFORMAT,
			    "the image has more than %d layers",
			    IR_OVERLAY_LAYERS);
		strcpy(o->layers[o->n].chain, chain);
		if (read_layer(o, &o->layers[o->n++], parent, err) == -1)
			return -1;
	}
	for (size_t i = 0; i < o->n / 2; i++) {
		struct ir_overlay_layer_id t = o->layers[i];

		o->layers[i] = o->layers[o->n - 1 - i];
		o->layers[o->n - 1 - i] = t;
	}
	return 0;
}

int
ir_overlay_open(
    const char *root, const char *id, struct ir_overlay *o, struct ir_err *err)
{
	char dir[128], top[IR_SHA256_HEX];

	*o = (struct ir_overlay){.root = -1};
	if (root[0] != '/' || !ir_is_hex(id, 64))
		return ir_fail(err, IR_EFORMAT,
		    "the engine does not say where its root directory is");
	o->root = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (o->root == -1)
		return ir_fail_errno(err, "%s", root);
	snprintf(dir, sizeof(dir), LAYERDB "/mounts/%s", id);
	if (read_id(o, dir, "mount-id", o->mount, err) == -1) {
		if (err->code == IR_ENOENT)
			ir_fail(err, IR_ENOENT,
			    "the container is not in %s here: the engine is on "
			    "another host, or sees other files",
			    root);
		return -1;
	}
	if (read_id(o, dir, "init-id", o->init, err) == -1 ||
	    need(read_digest(o, dir, "parent", top, err), "parent", dir, err) ==
		-1)
		return -1;
	return read_layers(o, top, err);
}

void
ir_overlay_close(struct ir_overlay *o)
{
	if (o->root != -1)
		close(o->root);
	o->root = -1;
}

int
ir_overlay_dir(const struct ir_overlay *o, const char *id, struct ir_err *err)
{
	char path[IR_OVERLAY_ID + 32];

	snprintf(path, sizeof(path), "overlay2/%s/diff", id);
	return ir_open_beneath(o->root, path, O_RDONLY | O_DIRECTORY, err);
}

int
ir_overlay_split(const struct ir_overlay *o,
    const struct ir_overlay_layer_id *layer, struct ir_err *err)
{
	char path[160];
	uint64_t size;

	snprintf(path, sizeof(path), LAYERDB "/sha256/%s/tar-split.json.gz",
	    layer->chain);
	return ir_open_regular(o->root, path, &size, err);
}

char *
ir_overlay_config(const struct ir_overlay *o, const char *image, size_t *len,
    struct ir_err *err)
{
	char path[160], sha[IR_SHA256_HEX], *text;

	snprintf(path, sizeof(path), "image/overlay2/imagedb/content/sha256/%s",
	    image);
	if ((text = ir_read_beneath(o->root, path, IR_MAX_JSON, len, err)) ==
	    NULL)
		return NULL;
	ir_sha256_mem(text, *len, sha);
	if (strcmp(sha, image) == 0)
		return text;
	free(text);
	ir_fail(err, IR_EFORMAT,
	    "the configuration on the engine's disk is not that of image "
	    "%.12s: %s",
	    image, path);
	return NULL;
}
