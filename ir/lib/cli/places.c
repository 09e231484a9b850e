/* SPDX-License-Identifier: ISC
 *
 * Where a capture's files go: see places.h.
 */
#include "cli/places.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "docker/container.h"
#include "docker/image.h"
#include "json/json.h"

void
ir_places_free(struct ir_places *p)
{
	free(p->engine_dir);
	free(p->dir);
	free(p->image_dir);
	ir_resume_free(&p->before);
}

/* Looks for a capture that was cut off.  What is wrong with it is no reason not
 * to capture. */
static int
look_back(struct ir_cli *cli, const struct ir_target *t, bool fresh,
    const char *scope, struct ir_places *p, struct ir_err *err)
{
	struct ir_resume *r = &p->before;
	char size[16];

	if (ir_resume_find(cli->bundle, t->id, r, err) == -1) {
		if (err->code == IR_EINTR)
			return -1;
		ir_warn("whether a capture of %s was cut off cannot be told, "
			"all is taken anew: %s",
		    t->name, err->msg);
		return 0;
	}
	if (r->run == 0)
		return 0;
	if (fresh) {
		ir_say("the capture of run %u was cut off, and is left as it "
		       "is: all is taken anew",
		    r->run);
		return 0;
	}
	if (strcmp(r->scope, scope) != 0) {
		ir_warn("the capture of run %u was cut off, and was another "
			"kind (%s): it is left as it is, all is taken anew",
		    r->run, r->scope);
		return 0;
	}
	ir_say("the capture of run %u was cut off: what it has is checked",
	    r->run);
	if (ir_resume_keep(cli->bundle, r, err) == -1) {
		if (err->code == IR_EINTR)
			return -1;
		ir_warn("run %u is not gone on with, all is taken anew, beside "
			"it: %s",
		    r->run, err->msg);
		return 0;
	}
	ir_size(size, r->bytes);
	ir_say("going on with run %u: %llu of its files, %s, are as they were "
	       "acquired, and kept",
	    r->run, (unsigned long long)r->files, size);
	p->resumes = r->run;
	return 0;
}

/* Takes over what r has; the image may have been captured since. */
static int
go_on(struct ir_places *p, struct ir_err *err)
{
	const struct ir_resume *r = &p->before;

	p->engine_dir = ir_asprintf(err, "%s", r->engine_dir);
	p->dir = ir_asprintf(err, "%s", r->dir);
	if (r->image_dir != NULL &&
	    (p->image_dir = ir_asprintf(err, "%s", r->image_dir)) == NULL)
		return -1;
	return p->engine_dir != NULL && p->dir != NULL ? 0 : -1;
}

/* Puts what all containers of this run, or those of one image, have in common
 * into one directory: *dir is that of base, unless it has one already that it
 * goes on with; it stays NULL if file is there from before. */
static int
share(struct ir_bundle *b, const char *base, const char *file, char **dir,
    struct ir_err *err)
{
	static pthread_mutex_t one = PTHREAD_MUTEX_INITIALIZER;
	static json_t *dirs; /* {"<base>": "<dir>"} */
	ir_auto_free char *path = ir_asprintf(err, "%s/%s", base, file);
	const char *had;
	int rc = 0;

	if (path == NULL)
		return -1;
	pthread_mutex_lock(&one);
	if (dirs == NULL)
		dirs = json_object();
	had = json_string_value(json_object_get(dirs, base));
	if (*dir == NULL &&
	    (had != NULL || *file == '\0' || !ir_bundle_has(b, path))) {
		*dir = had != NULL ? ir_asprintf(err, "%s", had)
				   : ir_bundle_scope(b, base, err);
		rc = *dir != NULL ? 0 : -1;
	}
	if (*dir != NULL && had == NULL &&
	    json_object_set_new(dirs, base, json_string(*dir)) == -1)
		rc = ir_fail_mem(err);
	pthread_mutex_unlock(&one);
	return rc;
}

static int
start_anew(struct ir_bundle *b, const struct ir_target *t, struct ir_places *p,
    struct ir_err *err)
{
	char path[128];

	snprintf(path, sizeof(path), "containers/%s", t->id);
	if (share(b, "engine", "", &p->engine_dir, err) == -1)
		return -1;
	p->dir = ir_bundle_scope(b, path, err);
	return p->dir != NULL ? 0 : -1;
}

/* The image is stored once for all containers. */
static int
place_image(struct ir_bundle *b, const struct ir_target *t, struct ir_places *p,
    struct ir_err *err)
{
	const char *file =
	    t->profile == IR_TRIAGE ? "history.json" : "filesystem.tar";
	char path[128];

	snprintf(path, sizeof(path), "images/%s/layers.json", t->image);
	if (t->profile != IR_TRIAGE && ir_bundle_has(b, path))
		file = "layers.json";
	*strrchr(path, '/') = '\0';
	return share(b, path, file, &p->image_dir, err);
}

int
ir_places_fix(struct ir_cli *cli, const struct ir_target *t, bool fresh,
    const char *scope, struct ir_places *p, struct ir_err *err)
{
	struct ir_bundle *b = cli->bundle;

	p->before.lock = -1;
	if (look_back(cli, t, fresh, scope, p, err) == -1 ||
	    (p->resumes != 0 ? go_on(p, err) : start_anew(b, t, p, err)) ==
		-1 ||
	    place_image(b, t, p, err) == -1)
		return -1;
	const struct ir_resume_places said = {
	    .container = t->id,
	    .name = t->name,
	    .engine_dir = p->engine_dir,
	    .dir = p->dir,
	    .image_dir = p->image_dir,
	    .scope = scope,
	    .resumes = p->resumes,
	    .of = cli->targets,
	};
	return ir_resume_say(b, &said, err);
}

unsigned
ir_places_had(
    const struct ir_places *p, const char *collector, enum ir_outcome *outcome)
{
	const json_t *o = p->resumes == 0
			      ? NULL
			      : json_object_get(p->before.outcomes, collector);

	*outcome = strcmp(ir_json_str(o, "outcome"), "empty") == 0
		       ? IR_EMPTY
		       : IR_COLLECTED;
	return (unsigned)ir_json_int(o, "run");
}

static const char *
label_of(const json_t *container)
{
	const char *s = json_string_value(json_object_get(
	    json_object_get(container, "Labels"), IR_DOCKER_BASELINE));

	return s != NULL ? s : "";
}

/* The run in the mark that a capture in this bundle puts on what it makes. */
static unsigned
marked_by(const struct ir_cli *cli, const char *mark)
{
	const char *uuid = ir_bundle_uuid(cli->bundle);
	size_t n = strlen(uuid);

	if (strncmp(mark, uuid, n) != 0 || mark[n] != '/' ||
	    strspn(mark + n + 1, "0123456789") != 4 || mark[n + 5] != '\0')
		return 0;
	return (unsigned)atoi(mark + n + 1);
}

static void
remove_helper(
    struct ir_cli *cli, const struct ir_target *t, const char *id, unsigned run)
{
	struct ir_err err;

	ir_cli_change(cli, "none needed",
	    "left over from a capture that was cut off",
	    "container %.12s: removed, which run %u had made of the image and "
	    "never started",
	    id, run);
	if (ir_docker_remove(t->engine, id, false, &err) == -1) {
		/* Another thread of ours was faster. */
		if (err.code == IR_ENOENT)
			return;
		ir_warn("container %.12s, made by run %u to read the image, "
			"could not be removed: docker rm -v it: %s",
		    id, run, err.msg);
	} else
		ir_say("removed container %.12s, which run %u had made to read "
		       "the image",
		    id, run);
}

void
ir_places_tidy(
    struct ir_cli *cli, const struct ir_target *t, const struct ir_places *p)
{
	json_auto_t *all = NULL;
	struct ir_err err;
	const json_t *c;
	size_t i;

	if (p->before.run == 0 ||
	    (all = ir_docker_list(t->engine, &err)) == NULL)
		return;
	json_array_foreach (all, i, c) {
		const char *id = ir_json_str(c, "Id");
		unsigned run = marked_by(cli, label_of(c));

		if (ir_is_hex(id, 64) && ir_resume_is(&p->before, run) &&
		    strcmp(ir_json_str(c, "State"), "created") == 0)
			remove_helper(cli, t, id, run);
	}
}
