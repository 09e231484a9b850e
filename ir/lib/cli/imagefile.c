/* SPDX-License-Identifier: ISC
 *
 * A captured container as an image: see imagefile.h.
 */
#include "cli/imagefile.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "archive/writer.h"
#include "base/buf.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/text.h"
#include "bundle/layers.h"
#include "bundle/lookup.h"
#include "cli/imagedoc.h"
#include "docker/image.h"
#include "json/json.h"

#define CHUNK (1u << 20)

struct making {
	int dirfd;
	char *dir;        /* of the image, in the bundle */
	char *id;         /* of the container; NULL: it is of an image alone */
	char *repo, *tag; /* what it will be called */
	char *name;       /* both */
	char *created;    /* of the container, or "" */
	json_t *base;     /* the image's configuration */
	bool fresh;       /* all is in one layer */
	struct ir_layers l;
	size_t n;
	struct ir_image_blob layers[IR_MAX_LAYERS + 2];
	struct ir_image_blob config, manifest;
	size_t unproven;
};

static void
release(struct making *m)
{
	for (size_t i = 0; i < m->n; i++) {
		close(m->layers[i].fd);
		free(m->layers[i].path);
	}
	free(m->config.text);
	free(m->manifest.text);
	ir_layers_free(&m->l);
	json_decref(m->base);
	free(m->dir);
	free(m->id);
	free(m->repo);
	free(m->tag);
	free(m->name);
	free(m->created);
	if (m->dirfd != -1)
		close(m->dirfd);
}

/* A layer, hashed: 1; 0 if it is not there. */
static int
add_layer(struct making *m, const char *path, struct ir_err *err)
{
	struct ir_image_blob *b = &m->layers[m->n];
	uint64_t size;

	*b = (struct ir_image_blob){0};
	b->fd = ir_open_regular(m->dirfd, path, &size, err);
	if (b->fd == -1)
		return err->code == IR_ENOENT ? 0 : -1;
	m->n++;
	b->path = ir_asprintf(err, "%s", path);
	if (b->path == NULL ||
	    ir_sha256_fd(b->fd, UINT64_MAX, b->sha, &b->size, path, err) == -1)
		return -1;
	return 1;
}

static int
read_doc(
    const struct making *m, const char *path, json_t **doc, struct ir_err *err)
{
	ir_auto_free char *text = NULL;
	size_t len;

	*doc = NULL;
	text = ir_read_beneath(m->dirfd, path, IR_MAX_JSON, &len, err);
	if (text == NULL)
		return err->code == IR_ENOENT ? 0 : -1;
	*doc = ir_json_parse(text, len, path, err);
	return *doc != NULL ? 1 : -1;
}

/* What the engine says of the image, as its configuration would. */
static int
base_from_inspect(struct making *m, struct ir_err *err)
{
	ir_auto_free char *path = ir_asprintf(err, "%s/inspect.json", m->dir);
	json_auto_t *doc = NULL;

	if (path == NULL || read_doc(m, path, &doc, err) == -1)
		return -1;
	m->base = json_pack("{s:s, s:s, s:O*}", "architecture",
	    *ir_json_str(doc, "Architecture") != '\0'
		? ir_json_str(doc, "Architecture")
		: "amd64",
	    "os",
	    *ir_json_str(doc, "Os") != '\0' ? ir_json_str(doc, "Os") : "linux",
	    "config", json_object_get(doc, "Config"));
	return m->base != NULL ? 0 : ir_fail_mem(err);
}

static int
take_base(struct making *m, struct ir_err *err)
{
	int rc = 0;

	if (m->l.config != NULL)
		rc = read_doc(m, m->l.config, &m->base, err);
	return rc == 0 ? base_from_inspect(m, err) : rc == 1 ? 0 : -1;
}

/* The image's own layers: 1, or 0 if they are not there. */
static int
take_layers(struct making *m, struct ir_err *err)
{
	int rc = ir_bundle_layers(m->dirfd, m->dir, &m->l, err);

	for (size_t i = 0; rc == 1 && i < m->l.n; i++) {
		rc = add_layer(m, m->l.v[i].path, err);
		if (rc == 0)
			return ir_fail(err, IR_ENOENT,
			    "%s: is not in the bundle", m->l.v[i].path);
		if (rc == 1 && strcmp(m->layers[i].sha, m->l.v[i].diff) != 0) {
			if (m->l.v[i].proven)
				return ir_fail(err, IR_EFORMAT,
				    "%s: is not what it was when it was "
				    "acquired; ir verify has more",
				    m->l.v[i].path);
			m->unproven++;
		}
	}
	return rc;
}

/* All of it in one layer, as an engine exported it. */
static int
take_whole(struct making *m, const char *dir, struct ir_err *err)
{
	ir_auto_free char *path = ir_asprintf(err, "%s/filesystem.tar", dir);
	int rc = path != NULL ? add_layer(m, path, err) : -1;

	m->fresh = rc == 1;
	return rc;
}

static int
take_tree(struct making *m, const char *dir, struct ir_err *err)
{
	ir_auto_free char *own = ir_asprintf(err, "%s/" IR_LAYER_TAR, dir);
	int rc = take_whole(m, dir, err);

	if (rc != 0 || own == NULL)
		return rc;
	if ((rc = take_layers(m, err)) == 0)
		rc = take_whole(m, m->dir, err);
	m->fresh = false;
	if (rc == 1 && m->id != NULL)
		rc = add_layer(m, own, err);
	return rc;
}

/* The image whose id begins like that. */
static int
find_image(struct making *m, const char *what, struct ir_err *err)
{
	DIR *d = ir_open_dir(m->dirfd, "data/images", err);
	struct dirent *e;
	size_t n = 0;

	what += ir_starts(what, "sha256:") ? 7 : 0;
	while (d != NULL && strlen(what) >= 4 && (e = readdir(d)) != NULL)
		if (ir_is_hex(e->d_name, 64) && ir_starts(e->d_name, what) &&
		    n++ == 0)
			m->dir = ir_asprintf(err, "data/images/%s", e->d_name);
	if (d != NULL)
		closedir(d);
	if (n == 1)
		return m->dir != NULL ? 0 : -1;
	if (n > 1)
		return ir_fail(err, IR_EUSAGE,
		    "the bundle holds several images whose id begins with %s",
		    what);
	return -1;
}

static int
find(struct making *m, const char *what, char **dir, struct ir_err *err)
{
	struct ir_capture c;
	struct ir_err second;

	if (ir_bundle_capture(m->dirfd, what, &c, err) == -1) {
		if (err->code != IR_ENOENT)
			return -1;
		if (find_image(m, what, &second) == -1)
			return -1; /* the first says what is there */
		*dir = ir_asprintf(err, "%s", m->dir);
		m->created = strdup("");
		return *dir != NULL && m->created != NULL ? 0 : -1;
	}
	*dir = c.dir;
	m->dir = c.image;
	m->id = c.id;
	m->created = strdup(ir_json_str(c.inspect, "Created"));
	m->name = strdup(ir_json_str(c.inspect, "Name"));
	json_decref(c.inspect);
	return m->created != NULL && m->name != NULL ? 0 : ir_fail_mem(err);
}

/* ir-evidence/CASE:NAME, as --commit calls it. */
static int
call_it(struct making *m, struct ir_err *err)
{
	json_auto_t *open = NULL;
	const char *name;

	if (read_doc(m, "custody/0000-open.json", &open, err) == -1)
		return -1;
	name = m->name != NULL ? m->name : strrchr(m->dir, '/');
	name += *name == '/';
	if (ir_docker_evidence_name(
		ir_json_str(open, "case"), name, &m->repo, &m->tag, err) == -1)
		return -1;
	if (m->id == NULL && strlen(m->tag) > 12)
		m->tag[12] = '\0';
	free(m->name);
	m->name = ir_asprintf(err, "%s:%s", m->repo, m->tag);
	return m->name != NULL ? 0 : -1;
}

/* A document as a blob; takes j. */
static int
text_blob(struct ir_image_blob *b, json_t *j, struct ir_err *err)
{
	b->fd = -1;
	b->text = j != NULL ? ir_json_line(j, err) : NULL;
	json_decref(j);
	if (b->text == NULL)
		return ir_fail_mem(err);
	b->size = strlen(b->text);
	ir_sha256_mem(b->text, b->size, b->sha);
	return 0;
}

/* The image's own configuration, byte for byte, so that it has its id. */
static int
own_config(struct making *m, struct ir_err *err)
{
	struct ir_image_blob *b = &m->config;
	size_t len;

	b->fd = -1;
	b->text =
	    ir_read_beneath(m->dirfd, m->l.config, IR_MAX_JSON, &len, err);
	if (b->text == NULL)
		return -1;
	if (strlen(b->text) != len)
		return ir_fail(
		    err, IR_EFORMAT, "%s: has a NUL in it", m->l.config);
	b->size = len;
	ir_sha256_mem(b->text, len, b->sha);
	return 0;
}

/* One that says that this is evidence. */
static int
new_config(struct making *m, struct ir_err *err)
{
	ir_auto_free char *comment = ir_asprintf(err, "evidence: %s %s",
	    m->id != NULL ? "container" : "image",
	    m->id != NULL ? m->id : strrchr(m->dir, '/') + 1);
	const char *when =
	    *m->created != '\0' ? m->created : "1970-01-01T00:00:00Z";

	if (comment == NULL || take_base(m, err) == -1)
		return -1;
	return text_blob(&m->config,
	    ir_image_config(m->base, m->fresh, m->layers, m->n, when, comment),
	    err);
}

static int
write_docs(struct making *m, struct ir_err *err)
{
	bool own = m->id == NULL && !m->fresh && m->unproven == 0 &&
		   m->l.config != NULL && ir_exists(m->dirfd, m->l.config);

	if ((own ? own_config(m, err) : new_config(m, err)) == -1)
		return -1;
	return text_blob(
	    &m->manifest, ir_image_manifest(&m->config, m->layers, m->n), err);
}

static int
put_text(struct ir_tar_writer *w, const char *path, const char *text,
    struct ir_err *err)
{
	size_t n = strlen(text);

	return ir_tar_add(w, path, n, err) == -1 ||
		       ir_tar_put(w, text, n, err) == -1
		   ? -1
		   : 0;
}

/* Takes j. */
static int
put_doc(
    struct ir_tar_writer *w, const char *path, json_t *j, struct ir_err *err)
{
	ir_auto_free char *text = j != NULL ? ir_json_line(j, err) : NULL;

	json_decref(j);
	return text != NULL ? put_text(w, path, text, err) : ir_fail_mem(err);
}

static int
copy(struct ir_tar_writer *w, const struct ir_image_blob *b, char *chunk,
    struct ir_err *err)
{
	for (uint64_t at = 0; at < b->size;) {
		uint64_t left = b->size - at;
		ssize_t n =
		    pread(b->fd, chunk, left < CHUNK ? left : CHUNK, (off_t)at);

		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			return ir_fail_errno(err, "%s", b->path);
		if (n == 0)
			return ir_fail(err, IR_EFORMAT,
			    "%s: shrank while it was read", b->path);
		if (ir_tar_put(w, chunk, (size_t)n, err) == -1)
			return -1;
		at += (uint64_t)n;
	}
	return 0;
}

static int
put_blob(struct ir_tar_writer *w, const struct ir_image_blob *b, char *chunk,
    struct ir_err *err)
{
	char path[128];

	snprintf(path, sizeof(path), "blobs/sha256/%s", b->sha);
	if (b->fd == -1)
		return put_text(w, path, b->text, err);
	return ir_tar_add(w, path, b->size, err) == -1 ||
		       copy(w, b, chunk, err) == -1
		   ? -1
		   : 0;
}

/* A layer of nothing can be there twice. */
static bool
is_first(const struct making *m, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (strcmp(m->layers[k].sha, m->layers[i].sha) == 0)
			return false;
	return true;
}

static int
put_all(struct making *m, struct ir_tar_writer *w, struct ir_err *err)
{
	ir_auto_free char *chunk = malloc(CHUNK);

	if (chunk == NULL)
		return ir_fail_mem(err);
	if (put_text(w, "oci-layout", "{\"imageLayoutVersion\":\"1.0.0\"}",
		err) == -1 ||
	    put_doc(w, "index.json",
		ir_image_index(&m->manifest, m->name, m->tag), err) == -1 ||
	    put_doc(w, "manifest.json",
		ir_image_save(&m->config, m->layers, m->n, m->name),
		err) == -1 ||
	    put_blob(w, &m->manifest, chunk, err) == -1 ||
	    put_blob(w, &m->config, chunk, err) == -1)
		return -1;
	for (size_t i = 0; i < m->n; i++)
		if (is_first(m, i) &&
		    put_blob(w, &m->layers[i], chunk, err) == -1)
			return -1;
	return 0;
}

static int
write_file(struct making *m, const char *out, struct ir_outfile_result *r,
    struct ir_err *err)
{
	ir_auto_free char *name = NULL;
	ir_auto_close int parent = -1;
	struct ir_stream *s = NULL;
	struct ir_tar_writer *w;
	struct ir_err second;

	if (strcmp(out, "-") == 0)
		s = ir_outfile_stdout(r, err);
	else if ((parent = ir_open_parent(out, &name, err)) != -1)
		s = ir_outfile_open(parent, name, r, err);
	if (s == NULL || (w = ir_tar_create(s, err)) == NULL)
		return -1;
	if (put_all(m, w, err) == 0)
		return ir_tar_finish(w, NULL, err);
	ir_tar_finish(w, err->msg, &second);
	return -1;
}

static int
make(struct making *m, const char *what, const char *out,
    struct ir_image_file *f, struct ir_err *err)
{
	ir_auto_free char *dir = NULL;
	int rc;

	if (find(m, what, &dir, err) == -1 || call_it(m, err) == -1)
		return -1;
	if ((rc = take_tree(m, dir, err)) == 0)
		return ir_fail(err, IR_ENOENT,
		    "the file system of %s was not captured, or only in part",
		    what);
	if (rc == -1 || write_docs(m, err) == -1 ||
	    write_file(m, out, &f->out, err) == -1)
		return -1;
	memcpy(f->id, m->config.sha, sizeof(f->id));
	f->layers = m->n;
	f->unproven = m->unproven;
	f->name = m->name;
	m->name = NULL;
	return 0;
}

int
ir_image_file(const char *dir, const char *what, const char *out,
    struct ir_image_file *f, struct ir_err *err)
{
	struct making m = {
	    .dirfd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
	int rc = -1;

	*f = (struct ir_image_file){0};
	if (m.dirfd == -1)
		ir_fail_errno(err, "%s", dir);
	else
		rc = make(&m, what, out, f, err);
	release(&m);
	return rc;
}
