/* SPDX-License-Identifier: ISC
 *
 * The layers of an image: see layers.h.
 */
#include "collectors/layers.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/file.h"
#include "collectors/claim.h"
#include "collectors/local.h"
#include "crypto/digest.h"
#include "overlay/layer.h"
#include "overlay/rebuild.h"
#include "json/json.h"

#define BLOBS "images/blobs/sha256/"

struct layers {
	const struct ir_target *t;
	const struct ir_overlay *o;
	struct ir_sink *sink;
	json_t *list;        /* for layers.json */
	size_t had;          /* were there already */
	struct ir_err wrong; /* the first finding; code is IR_OK if none */
};

/* The tar that is being rebuilt. */
struct blob {
	struct ir_stream *out;
	struct ir_sha256 *sha;
};

static int
put(void *arg, const void *p, size_t n, struct ir_err *err)
{
	struct blob *b = arg;

	ir_sha256_update(b->sha, p, n);
	return b->out->write(b->out, p, n, err);
}

/* Rebuilds a layer into an open file: 1; 0 if it is not what it should be. */
static int
rebuild(const struct layers *k, const struct ir_overlay_layer_id *l,
    struct blob *b, struct ir_overlay_rebuild *r, struct ir_err *err)
{
	ir_auto_close int dir = ir_overlay_dir(k->o, l->cache, err);
	char sha[IR_SHA256_HEX];
	int split;

	if (dir == -1 || (split = ir_overlay_split(k->o, l, err)) == -1)
		return -1;
	*r = (struct ir_overlay_rebuild){.put = put, .arg = b};
	if (ir_overlay_rebuild(split, dir, r, err) == -1 ||
	    ir_sha256_peek(b->sha, sha, err) == -1)
		return -1;
	if (strcmp(sha, l->diff) == 0)
		return 1;
	if (r->wrong > 0 || (split = ir_overlay_split(k->o, l, err)) == -1)
		return 0;
	/* Which file it is, only a second look at all of them tells. */
	r->put = NULL;
	return ir_overlay_rebuild(split, dir, r, err) == -1 ? -1 : 0;
}

static int
finding(struct layers *k, const struct ir_overlay_layer_id *l,
    const struct ir_overlay_rebuild *r, struct ir_err *err)
{
	char more[40] = "";

	if (r->wrong > 1)
		snprintf(more, sizeof(more), ", and %llu more",
		    (unsigned long long)r->wrong - 1);
	ir_fail(err, IR_EFORMAT,
	    "layer %.12s on the engine's disk is not what its image says: %s%s",
	    l->diff, r->wrong > 0 ? r->what : "which file cannot be told",
	    more);
	if (k->wrong.code == IR_OK)
		k->wrong = *err;
	return 0;
}

/* Into path: 1, or 0 if it is not what it should be, -1; IR_EEXIST if part of
 * it is there, from a run that was cut off. */
static int
write_layer(struct layers *k, const struct ir_overlay_layer_id *l,
    const char *path, struct ir_err *err)
{
	struct ir_overlay_rebuild r;
	struct ir_err second;
	struct blob b = {.sha = ir_sha256_new(err)};
	int rc = -1;

	if (b.sha != NULL &&
	    (b.out = k->sink->open(k->sink, path, err)) != NULL) {
		rc = rebuild(k, l, &b, &r, err);
		if (rc == 0)
			finding(k, l, &r, err);
		if (rc == 1)
			rc = b.out->close(b.out, NULL, err) == 0 ? 1 : -1;
		else
			b.out->close(b.out, err->msg, &second);
	}
	ir_sha256_free(b.sha);
	return rc;
}

static int
nothing_omitted(
    void *arg, const char *path, const char *what, struct ir_err *err)
{
	(void)arg, (void)path, (void)what, (void)err;
	return 0;
}

/* What is on the disk, instead: the container stands on that. */
static int
take_found(struct layers *k, const struct ir_overlay_layer_id *l,
    const char *path, struct ir_err *err)
{
	struct ir_overlay_take how = {.omitted = nothing_omitted, .live = true};
	ir_auto_close int dir = ir_overlay_dir(k->o, l->cache, err);
	struct ir_stream *out;

	if (dir == -1 || (out = k->sink->open(k->sink, path, err)) == NULL)
		return -1;
	return ir_overlay_layer(dir, out, &how, err);
}

static int
say(struct layers *k, const struct ir_overlay_layer_id *l, const char *path,
    bool proven, struct ir_err *err)
{
	char diff[8 + IR_SHA256_HEX];

	snprintf(diff, sizeof(diff), "sha256:%s", l->diff);
	if (json_array_append_new(k->list,
		json_pack("{s:s, s:s, s:s, s:b}", "diff_id", diff, "path", path,
		    "cache_id", l->cache, "proven", proven)) == -1)
		return ir_fail_mem(err);
	return 0;
}

/* One that is the caller's to write. */
static int
take_claimed(struct layers *k, size_t i, const char *blob, struct ir_err *err)
{
	const struct ir_overlay_layer_id *l = &k->o->layers[i];
	ir_auto_free char *own =
	    ir_asprintf(err, "%s/layer-%03zu.tar", k->t->image_dir, i);
	ir_auto_free char *found =
	    ir_asprintf(err, "%s/found-%03zu.tar", k->t->image_dir, i);
	const char *path = blob;
	int rc;

	if (own == NULL || found == NULL)
		return -1;
	rc = write_layer(k, l, blob, err);
	if (rc == -1 && err->code == IR_EEXIST)
		rc = write_layer(k, l, path = own, err);
	if (rc == 0 && take_found(k, l, path = found, err) == -1)
		return -1;
	return rc == -1 ? -1 : say(k, l, path, rc == 1, err);
}

static int
take_layer(struct layers *k, size_t i, struct ir_err *err)
{
	ir_auto_free char *blob =
	    ir_asprintf(err, BLOBS "%s", k->o->layers[i].diff);
	int rc;

	if (blob == NULL || (rc = ir_claim(k->sink, blob, err)) == -1)
		return -1;
	if (rc == 0) {
		k->had++;
		return say(k, &k->o->layers[i], blob, true, err);
	}
	rc = take_claimed(k, i, blob, err);
	ir_claim_done(blob);
	return rc;
}

/* That the configuration is of just these layers. */
static bool
is_of(const json_t *config, const struct ir_overlay *o)
{
	const json_t *list = ir_json_at(config, "rootfs.diff_ids");

	if (json_array_size(list) != o->n)
		return false;
	for (size_t i = 0; i < o->n; i++) {
		const char *d = json_string_value(json_array_get(list, i));

		if (d == NULL || strncmp(d, "sha256:", 7) != 0 ||
		    strcmp(d + 7, o->layers[i].diff) != 0)
			return false;
	}
	return true;
}

static int
put_config(struct layers *k, const char *path, struct ir_err *err)
{
	ir_auto_free char *text = NULL;
	json_auto_t *config = NULL;
	size_t len;

	text = ir_overlay_config(k->o, k->t->image, &len, err);
	if (text == NULL || (config = ir_json_parse(text, len,
				 "the image's configuration", err)) == NULL)
		return -1;
	if (!is_of(config, k->o))
		return ir_fail(err, IR_EFORMAT,
		    "image %.12s is of other layers than the container",
		    k->t->image);
	return ir_sink_put(k->sink, path, text, len, err);
}

/* The bytes of which the image's id is the hash. */
static int
take_config(struct layers *k, const char *path, struct ir_err *err)
{
	int rc = ir_claim(k->sink, path, err);

	if (rc != 1)
		return rc;
	rc = put_config(k, path, err);
	ir_claim_done(path);
	if (rc == 0 || err->code == IR_EEXIST)
		return 0;
	if (err->code != IR_EFORMAT && err->code != IR_ENOENT)
		return -1;
	if (k->wrong.code == IR_OK)
		k->wrong = *err;
	return 0;
}

static int
say_all(struct layers *k, const char *config, struct ir_err *err)
{
	ir_auto_free char *path =
	    ir_asprintf(err, "%s/layers.json", k->t->image_dir);
	ir_auto_free char *text = NULL;
	json_auto_t *doc = json_pack("{s:s+, s:s, s:O}", "image",
	    "sha256:", k->t->image, "config", config, "layers", k->list);

	if (path == NULL || doc == NULL)
		return ir_fail_mem(err);
	if ((text = ir_json_pretty(doc, err)) == NULL)
		return -1;
	return ir_sink_put(k->sink, path, text, strlen(text), err);
}

static int
take_all(struct layers *k, struct ir_err *err)
{
	ir_auto_free char *config = ir_asprintf(err, BLOBS "%s", k->t->image);

	if (config == NULL || take_config(k, config, err) == -1)
		return -1;
	for (size_t i = 0; i < k->o->n; i++)
		if (take_layer(k, i, err) == -1)
			return -1;
	return say_all(k, config, err);
}

int
ir_layers_take(const struct ir_target *t, const struct ir_overlay *o,
    struct ir_sink *sink, struct ir_err *note, struct ir_err *err)
{
	struct layers k = {t, o, sink, json_array(), 0, {IR_OK, ""}};
	int rc = k.list != NULL ? take_all(&k, err) : ir_fail_mem(err);

	json_decref(k.list);
	if (rc == -1)
		return -1;
	if (k.wrong.code != IR_OK) {
		*note = k.wrong;
		return 0;
	}
	ir_note(note,
	    "%zu layers from the engine's disk, each as its digest says%s",
	    o->n, k.had == o->n ? "; had already" : "");
	return 1;
}
