/* SPDX-License-Identifier: ISC
 *
 * The documents of an image: see imagedoc.h.
 */
#include "cli/imagedoc.h"

#include "json/json.h"

#define TYPE "application/vnd.oci.image."

static json_t *
diff_ids(const struct ir_image_blob *layers, size_t n)
{
	json_t *list = json_array();

	for (size_t i = 0; i < n; i++)
		json_array_append_new(
		    list, json_pack("s+", "sha256:", layers[i].sha));
	return list;
}

json_t *
ir_image_config(const json_t *base, bool fresh,
    const struct ir_image_blob *layers, size_t n, const char *created,
    const char *comment)
{
	static const char *const kept[] = {
	    "architecture", "os", "os.version", "variant", "config"};
	json_t *doc = json_object(), *v;
	json_t *history = json_object_get(base, "history");

	for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++)
		if ((v = json_object_get(base, kept[i])) != NULL)
			json_object_set(doc, kept[i], v);
	history = fresh || !json_is_array(history) ? json_array()
						   : json_deep_copy(history);
	json_array_append_new(
	    history, json_pack("{s:s, s:s, s:s}", "created", created,
			 "created_by", "ir-export", "comment", comment));
	json_object_set_new(doc, "created", json_string(created));
	json_object_set_new(doc, "history", history);
	json_object_set_new(doc, "rootfs",
	    json_pack("{s:s, s:o}", "type", "layers", "diff_ids",
		diff_ids(layers, n)));
	return doc;
}

static json_t *
descriptor(const char *type, const struct ir_image_blob *b)
{
	return json_pack("{s:s+, s:s+, s:I}", "mediaType", TYPE, type, "digest",
	    "sha256:", b->sha, "size", (json_int_t)b->size);
}

json_t *
ir_image_manifest(const struct ir_image_blob *config,
    const struct ir_image_blob *layers, size_t n)
{
	json_t *list = json_array();

	for (size_t i = 0; i < n; i++)
		json_array_append_new(
		    list, descriptor("layer.v1.tar", &layers[i]));
	return json_pack("{s:i, s:s, s:o, s:o}", "schemaVersion", 2,
	    "mediaType", TYPE "manifest.v1+json", "config",
	    descriptor("config.v1+json", config), "layers", list);
}

json_t *
ir_image_index(
    const struct ir_image_blob *manifest, const char *name, const char *tag)
{
	json_t *d = descriptor("manifest.v1+json", manifest);

	/* As containerd, and so Docker Engine from 25 on, reads it; and as the
	 * OCI says. */
	json_object_set_new(d, "annotations",
	    json_pack("{s:s+, s:s}", "io.containerd.image.name", "docker.io/",
		name, "org.opencontainers.image.ref.name", tag));
	return json_pack("{s:i, s:s, s:[o]}", "schemaVersion", 2, "mediaType",
	    TYPE "index.v1+json", "manifests", d);
}

json_t *
ir_image_save(const struct ir_image_blob *config,
    const struct ir_image_blob *layers, size_t n, const char *name)
{
	json_t *list = json_array();

	for (size_t i = 0; i < n; i++)
		json_array_append_new(
		    list, json_pack("s+", "blobs/sha256/", layers[i].sha));
	return json_pack("[{s:s+, s:[s], s:o}]", "Config", "blobs/sha256/",
	    config->sha, "RepoTags", name, "Layers", list);
}
