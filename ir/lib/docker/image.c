/* SPDX-License-Identifier: ISC
 *
 * Images: see image.h.
 */
#include "docker/image.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/text.h"
#include "docker/container.h"
#include "json/json.h"

/* Lengths that every engine takes (distribution/reference: a tag has at most
 * 128 characters, a whole name 255). */
#define MAX_TAG       128
#define MAX_COMPONENT 128

#define REPO_PREFIX "ir-evidence/"

static json_t *
ask(struct ir_docker *d, const char *ref, const char *what, struct ir_err *err)
{
	ir_auto_buf struct ir_buf path = IR_BUF_INIT;
	json_t *doc;

	ir_url_escape(&path, ref);
	if (ir_buf_ok(&path, err) == -1)
		return NULL;
	if (path.len == 0) {
		ir_fail(err, IR_EUSAGE, "no image named");
		return NULL;
	}
	doc = ir_docker_get(d, err, "/images/%s/%s", path.p, what);
	if (doc == NULL && err->code == IR_ENOENT)
		ir_fail(err, IR_ENOENT,
		    "no such image: %s; see docker image ls -a", ref);
	return doc;
}

json_t *
ir_docker_image(struct ir_docker *d, const char *ref, struct ir_err *err)
{
	return ask(d, ref, "json", err);
}

json_t *
ir_docker_image_history(
    struct ir_docker *d, const char *ref, struct ir_err *err)
{
	return ask(d, ref, "history", err);
}

static bool
is_digest(const char *s)
{
	return strncmp(s, "sha256:", 7) == 0 && ir_is_hex(s + 7, 64);
}

/* Adds "&key=value" to a query. */
static void
add_query(struct ir_buf *b, const char *key, const char *value)
{
	ir_buf_printf(b, "&%s=", key);
	ir_url_escape(b, value);
}

char *
ir_docker_commit(struct ir_docker *d, const char *id, const char *repo,
    const char *tag, const char *comment, struct ir_err *err)
{
	ir_auto_buf struct ir_buf query = IR_BUF_INIT;
	json_auto_t *answer = NULL, *config = json_object();
	const char *image;

	if (!ir_is_hex(id, 64)) {
		ir_fail(err, IR_EINTERNAL, "%s: not a container's id", id);
		return NULL;
	}
	add_query(&query, "repo", repo);
	add_query(&query, "tag", tag);
	add_query(&query, "comment", comment);
	/* podman insists on a document, be it an empty one. */
	if (config == NULL || query.failed) {
		ir_fail_mem(err);
		return NULL;
	}
	if (ir_docker_post_long(d, config, &answer, err,
		"/commit?container=%s&pause=0%s", id, query.p) == -1)
		return NULL;
	image = ir_json_str(answer, "Id");
	if (ir_is_hex(image, 64)) /* podman's */
		return ir_asprintf(err, "sha256:%s", image);
	if (is_digest(image))
		return ir_asprintf(err, "%s", image);
	ir_fail(err, IR_EPROTO,
	    "%s:%s: the engine gave no image id for the commit", repo, tag);
	return NULL;
}

/* s in lower case, at most max characters, with '-' for what is neither a
 * letter, a digit nor in keep, and without such at either end. */
static char *
fit(const char *s, size_t max, const char *keep, struct ir_err *err)
{
	struct ir_buf b = IR_BUF_INIT;
	char *out, *from;
	size_t n;

	for (; *s != '\0' && b.len < max; s++) {
		int c = tolower((unsigned char)*s);
		bool fits = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
			    strchr(keep, c) != NULL;

		ir_buf_add(&b, fits ? (const char[]){(char)c} : "-", 1);
	}
	if ((out = ir_buf_take(&b, err)) == NULL)
		return NULL;
	from = out + strspn(out, "-._");
	n = strlen(from);
	while (n > 0 && strchr("-._", from[n - 1]) != NULL)
		n--;
	memmove(out, from, n);
	out[n] = '\0';
	if (n > 0)
		return out;
	free(out);
	return ir_asprintf(err, "unnamed");
}

int
ir_docker_evidence_name(const char *case_no, const char *container, char **repo,
    char **tag, struct ir_err *err)
{
	ir_auto_free char *part = fit(case_no, MAX_COMPONENT, "", err);

	*tag = NULL;
	if (part == NULL)
		return -1;
	if ((*repo = ir_asprintf(err, REPO_PREFIX "%s", part)) != NULL &&
	    (*tag = fit(container, MAX_TAG, "._", err)) != NULL)
		return 0;
	free(*repo);
	*repo = NULL;
	return -1;
}

/* A mount of nothing at each place where the image declares a volume: else the
 * engine would make a volume there and copy the image's files into it.  A
 * relative path cannot be covered; its volume goes with the container. */
static json_t *
cover_volumes(const json_t *image)
{
	json_t *mounts = json_array(), *none;
	json_auto_t *seen = json_object();
	json_t *volumes = ir_json_at(image, "Config.Volumes");
	const char *declared;

	json_object_foreach (volumes, declared, none) {
		char path[IR_MAX_PATH];
		size_t n;

		if (declared[0] != '/')
			continue;
		snprintf(path, sizeof(path), "%s", declared);
		for (n = strlen(path); n > 1 && path[n - 1] == '/'; n--)
			path[n - 1] = '\0';
		/* "/data" and "/data/" are one place. */
		if (json_object_get(seen, path) != NULL)
			continue;
		json_object_set_new(seen, path, json_true());
		json_array_append_new(mounts,
		    json_pack("{s:s,s:s}", "Type", "tmpfs", "Target", path));
	}
	return mounts;
}

/* The command is one that cannot run, should someone start it all the same;
 * the working directory is one that exists, since the engine makes it if
 * not. */
static json_t *
baseline_body(const json_t *image, const char *label)
{
	return json_pack("{s:s,s:[],s:[s],s:s,s:b,s:{s:s},s:{s:s,s:o}}",
	    "Image", ir_json_str(image, "Id"), "Entrypoint", "Cmd",
	    "/ir-tools-baseline-is-never-started", "WorkingDir", "/",
	    "NetworkDisabled", 1, "Labels", IR_DOCKER_BASELINE, label,
	    "HostConfig", "NetworkMode", "none", "Mounts",
	    cover_volumes(image));
}

char *
ir_docker_baseline(struct ir_docker *d, const char *image, const char *label,
    struct ir_err *err)
{
	json_auto_t *doc = ir_docker_image(d, image, err);
	json_auto_t *body = NULL;
	char uuid[37], name[32];

	if (doc == NULL)
		return NULL;
	if (!is_digest(ir_json_str(doc, "Id"))) {
		ir_fail(err, IR_EPROTO,
		    "image %s: the engine gave no sha256 id", image);
		return NULL;
	}
	if ((body = baseline_body(doc, label)) == NULL) {
		ir_fail_mem(err);
		return NULL;
	}
	if (ir_uuid4(uuid, err) == -1)
		return NULL;
	/* The UUID's last part: 12 digits, all random. */
	snprintf(name, sizeof(name), "ir-baseline-%s", uuid + 24);
	return ir_docker_create(d, name, body, err);
}
