/* SPDX-License-Identifier: ISC
 *
 * Actions on record: see actions.h.
 */
#include "cli/actions.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/text.h"
#include "docker/container.h"
#include "json/json.h"

#define ACTIONS "data/actions"

const char *const ir_action_kinds[] = {IR_ISOLATE, IR_PAUSE};

/* What a file's name says: "0007-isolate-undo-6dbeebd79a91.json". */
struct named {
	long run;
	const char *kind;
	char id[IR_ACTION_DIGITS + 1];
	bool undo;
};

/* Whether it is the name of a record, or of a mark that it was undone. */
static bool
parse_name(const char *name, struct named *n)
{
	char *p;

	n->run = strtol(name, &p, 10);
	if (p - name < 4 || n->run < 0 || *p++ != '-')
		return false;
	for (size_t i = 0; i < IR_ACTION_KINDS; i++) {
		const char *at = ir_text_after(p, ir_action_kinds[i]), *undo;

		if (at == NULL)
			continue;
		undo = ir_text_after(at, "-undo");
		at = undo != NULL ? undo : at;
		n->kind = ir_action_kinds[i];
		n->undo = undo != NULL;
		snprintf(n->id, sizeof(n->id), "%s", at + (*at == '-'));
		return *at == '-' && ir_is_hex(n->id, IR_ACTION_DIGITS) &&
		       strcmp(at + 1 + IR_ACTION_DIGITS, ".json") == 0;
	}
	return false;
}

static int
is_action(const struct dirent *d)
{
	struct named n;

	return parse_name(d->d_name, &n);
}

/* In the order of runs; a run that rolls back undoes its own action. */
static int
by_run(const struct dirent **a, const struct dirent **b)
{
	struct named x, y;

	parse_name((*a)->d_name, &x);
	parse_name((*b)->d_name, &y);
	return x.run != y.run ? (x.run < y.run ? -1 : 1) : x.undo - y.undo;
}

/* A record that may come from anyone; text is released. */
static json_t *
parse(char *text, size_t len, const char *name, struct ir_err *err)
{
	json_t *r = text != NULL ? ir_json_parse(text, len, name, err) : NULL;

	free(text);
	if (r != NULL && (ir_json_int(r, "v") != 1 ||
			     !ir_is_hex(ir_json_str(r, "container"), 64))) {
		ir_fail(err, IR_EFORMAT, "%s: not a record of an action", name);
		json_decref(r);
		r = NULL;
	}
	return r;
}

static json_t *
read_here(const char *path, struct ir_err *err)
{
	size_t len = 0;
	char *text = ir_read_file(path, IR_MAX_JSON, &len, err);

	return parse(text, len, path, err);
}

static bool
is_of(const json_t *entry, const struct named *n, const char *container)
{
	return strcmp(ir_json_str(entry, "kind"), n->kind) == 0 &&
	       strcmp(ir_json_str(entry, "record.container"), container) == 0;
}

/* Forgets what this mark undoes; what cannot be read goes with what bears the
 * same name. */
static void
forget(json_t *list, const struct named *n, const json_t *mark)
{
	for (size_t i = json_array_size(list); i-- > 0;) {
		const json_t *j = json_array_get(list, i);

		if (is_of(j, n, ir_json_str(mark, "container")) ||
		    (strcmp(ir_json_str(j, "digits"), n->id) == 0 &&
			strcmp(ir_json_str(j, "kind"), n->kind) == 0))
			json_array_remove(list, i);
	}
}

/* r is NULL if it cannot be read; then err says why. */
static int
add(json_t *list, const struct named *n, const char *where, json_t *r,
    struct ir_err *err)
{
	json_t *j;

	if (r != NULL && strncmp(ir_json_str(r, "container"), n->id,
			     IR_ACTION_DIGITS) != 0) {
		ir_fail(err, IR_EFORMAT, "%s is of another container, %.12s",
		    where, ir_json_str(r, "container"));
		json_decref(r);
		r = NULL;
	}
	if (r != NULL)
		j = json_pack("{s:s, s:o, s:o}", "kind", n->kind, "where",
		    ir_json_text(where), "record", r);
	else if (err->code == IR_EINTERNAL)
		return -1;
	else
		j = json_pack("{s:s, s:o, s:s, s:o}", "kind", n->kind, "where",
		    ir_json_text(where), "digits", n->id, "error",
		    ir_json_text(err->msg));
	return json_array_append_new(list, j) == 0 ? 0 : ir_fail_mem(err);
}

static int
add_from_bundle(json_t *list, int dirfd, const char *name, struct ir_err *err)
{
	struct named n;
	char path[512];
	size_t len = 0;
	char *text;
	json_t *r;

	parse_name(name, &n);
	snprintf(path, sizeof(path), ACTIONS "/%s", name);
	text = ir_read_beneath(dirfd, path, IR_MAX_JSON, &len, err);
	r = parse(text, len, path, err);
	if (!n.undo || r == NULL)
		return add(list, &n, path, r, err);
	forget(list, &n, r);
	json_decref(r);
	return 0;
}

/* Whether that name can be one of theirs; whose mark it is, only it tells. */
static bool
is_wanted(const char *name, const char *kind, const char *id)
{
	struct named n;

	parse_name(name, &n);
	return (kind == NULL || strcmp(n.kind, kind) == 0) &&
	       (n.undo || id == NULL || ir_starts(id, n.id));
}

/* Those of that kind and container; NULL: of any. */
static int
from_bundle(json_t *list, const char *dir, const char *kind, const char *id,
    struct ir_err *err)
{
	ir_auto_close int dirfd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	ir_auto_close int fd = -1;
	struct dirent **names = NULL;
	int n, rc = 0;

	if (dirfd == -1)
		return ir_fail_errno(err, "%s", dir);
	fd = ir_open_beneath(dirfd, ACTIONS, O_RDONLY | O_DIRECTORY, err);
	if (fd == -1)
		return err->code == IR_ENOENT ? 0 : -1;
	if ((n = scandirat(fd, ".", &names, is_action, by_run)) == -1)
		return ir_fail_errno(err, "%s/" ACTIONS, dir);
	for (int k = 0; k < n; k++) {
		if (rc == 0 && is_wanted(names[k]->d_name, kind, id))
			rc =
			    add_from_bundle(list, dirfd, names[k]->d_name, err);
		free(names[k]);
	}
	free(names);
	return rc;
}

/* ".json", or of a later action ".then-2.json". */
static bool
is_end_here(const char *s)
{
	const char *n = ir_text_after(s, ".then-");

	return strcmp(n != NULL && *n >= '2' && *n <= '9' ? n + 1 : s,
		   ".json") == 0;
}

/* Whether it is the name of a record in the current directory. */
static bool
parse_name_here(const char *name, struct named *n)
{
	const char *p = ir_text_after(name, "ir-");

	*n = (struct named){0};
	for (size_t i = 0; i < IR_ACTION_KINDS; i++) {
		const char *id =
		    p != NULL ? ir_text_after(p, ir_action_kinds[i]) : NULL;

		if (id == NULL || *id != '-')
			continue;
		n->kind = ir_action_kinds[i];
		snprintf(n->id, sizeof(n->id), "%s", id + 1);
		return ir_is_hex(n->id, IR_ACTION_DIGITS) &&
		       is_end_here(id + 1 + IR_ACTION_DIGITS);
	}
	return false;
}

static int
is_here(const struct dirent *d)
{
	struct named n;

	return parse_name_here(d->d_name, &n);
}

static int
from_here(json_t *list, struct ir_err *err)
{
	struct dirent **names = NULL;
	int n = scandir(".", &names, is_here, alphasort), rc = 0;

	if (n == -1)
		return ir_fail_errno(err, "the current directory");
	for (int k = 0; k < n; k++) {
		struct named a;

		parse_name_here(names[k]->d_name, &a);
		if (rc == 0)
			rc = add(list, &a, names[k]->d_name,
			    read_here(names[k]->d_name, err), err);
		free(names[k]);
	}
	free(names);
	return rc;
}

json_t *
ir_actions_standing(struct ir_cli *cli, struct ir_err *err)
{
	json_t *list = json_array();

	if ((cli->bundle_dir == NULL ||
		from_bundle(list, cli->bundle_dir, NULL, NULL, err) == 0) &&
	    from_here(list, err) == 0)
		return list;
	json_decref(list);
	return NULL;
}

static int
keep(
    struct ir_actions *a, json_t *record, const char *where, struct ir_err *err)
{
	ir_auto_free char *before = a->where;

	if (json_array_append(a->records, record) == -1) {
		a->where = NULL;
		return ir_fail_mem(err);
	}
	a->where = ir_asprintf(err, "%s%s%s", before != NULL ? before : "",
	    before != NULL && *before != '\0' ? ", " : "", where);
	return a->where != NULL ? 0 : -1;
}

static int
load_file(const char *path, const json_t *inspect, struct ir_actions *a,
    struct ir_err *err)
{
	json_auto_t *r = read_here(path, err);

	if (r == NULL)
		return -1;
	if (strcmp(ir_json_str(r, "container"), ir_json_str(inspect, "Id")) !=
	    0)
		return ir_fail(err, IR_EFORMAT,
		    "%s is of another container (%s, %.12s), not of %s (%.12s)",
		    path, ir_json_str(r, "name"), ir_json_str(r, "container"),
		    ir_docker_name(inspect), ir_json_str(inspect, "Id"));
	return keep(a, r, path, err);
}

/* One that may be of this container, and cannot be read, is an error. */
static int
take(struct ir_actions *a, const char *kind, const char *id, const json_t *j,
    struct ir_err *err)
{
	const char *digits = ir_json_str(j, "digits");

	if (strcmp(ir_json_str(j, "kind"), kind) != 0)
		return 0;
	if (*digits != '\0' && ir_starts(id, digits))
		return ir_fail(err, IR_EFORMAT, "%s", ir_json_str(j, "error"));
	if (strcmp(ir_json_str(j, "record.container"), id) != 0)
		return 0;
	return keep(
	    a, json_object_get(j, "record"), ir_json_str(j, "where"), err);
}

static int
load_bundle(const char *dir, const char *kind, const char *id,
    struct ir_actions *a, struct ir_err *err)
{
	json_auto_t *all = json_array();
	size_t i;
	const json_t *j;

	if (from_bundle(all, dir, kind, id, err) == -1)
		return -1;
	json_array_foreach (all, i, j)
		if (take(a, kind, id, j, err) == -1)
			return -1;
	return 0;
}

/* In a sealed bundle nothing can be marked as undone any more. */
static int
load_sealed(const char *dir, const char *kind, const char *id,
    struct ir_actions *a, struct ir_err *err)
{
	char undone[IR_TIME_SIZE];
	size_t n;

	if (load_bundle(dir, kind, id, a, err) == -1 ||
	    ir_action_undone_at(kind, id, undone, err) == -1)
		return -1;
	for (size_t i = json_array_size(a->records); i-- > 0;)
		if (strcmp(ir_json_str(json_array_get(a->records, i), "time"),
			undone) <= 0)
			json_array_remove(a->records, i);
	n = json_array_size(a->records);
	a->sealed = n > 0;
	if (n == 0)
		*a->where = '\0';
	return 0;
}

int
ir_actions_load(struct ir_cli *cli, const char *kind, const json_t *inspect,
    const char *from, struct ir_actions *a, struct ir_err *err)
{
	const char *id = ir_json_str(inspect, "Id");
	char name[IR_ACTION_NAME];

	a->here = 0;
	a->sealed = false;
	a->records = json_array();
	a->where = ir_asprintf(err, "%s", "");
	if (a->where == NULL)
		return -1;
	if (from != NULL)
		return load_file(from, inspect, a, err);
	if (cli->bundle_dir != NULL &&
	    load_bundle(cli->bundle_dir, kind, id, a, err) == -1)
		return -1;
	if (json_array_size(a->records) > 0)
		return 0;
	for (int n = 1; n <= IR_ACTIONS_HERE; n++) {
		ir_action_file(kind, id, n, name);
		if (access(name, F_OK) == -1)
			continue;
		a->here |= 1u << n;
		if (load_file(name, inspect, a, err) == -1)
			return -1;
	}
	if (a->here != 0 || cli->sealed_dir == NULL)
		return 0;
	return load_sealed(cli->sealed_dir, kind, id, a, err);
}
