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

static const char *const kinds[] = {"isolate", "pause"};

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
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		const char *at = ir_text_after(p, kinds[i]), *undo;

		if (at == NULL)
			continue;
		undo = ir_text_after(at, "-undo");
		at = undo != NULL ? undo : at;
		n->kind = kinds[i];
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

/* Forgets what this mark undoes. */
static void
forget(json_t *list, const struct named *n)
{
	for (size_t i = json_array_size(list); i-- > 0;) {
		const json_t *j = json_array_get(list, i);

		if (strcmp(ir_json_str(j, "kind"), n->kind) == 0 &&
		    strncmp(ir_json_str(j, "record.container"), n->id,
			IR_ACTION_DIGITS) == 0)
			json_array_remove(list, i);
	}
}

static int
add(json_t *list, const char *kind, const char *where, json_t *record,
    struct ir_err *err)
{
	if (json_array_append_new(
		list, json_pack("{s:s, s:o, s:o}", "kind", kind, "where",
			  ir_json_text(where), "record", record)) == -1)
		return ir_fail_mem(err);
	return 0;
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
	if (n.undo) {
		forget(list, &n);
		return 0;
	}
	snprintf(path, sizeof(path), ACTIONS "/%s", name);
	text = ir_read_beneath(dirfd, path, IR_MAX_JSON, &len, err);
	if ((r = parse(text, len, path, err)) == NULL)
		return -1;
	return add(list, n.kind, path, r, err);
}

static int
from_bundle(json_t *list, const char *dir, struct ir_err *err)
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
		if (rc == 0)
			rc =
			    add_from_bundle(list, dirfd, names[k]->d_name, err);
		free(names[k]);
	}
	free(names);
	return rc;
}

/* The kind of a record in the current directory; NULL if it is another
 * file. */
static const char *
kind_here(const char *name)
{
	const char *p = ir_text_after(name, "ir-");

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		const char *id = p != NULL ? ir_text_after(p, kinds[i]) : NULL;

		if (id != NULL && *id == '-' &&
		    strspn(id + 1, "0123456789abcdef") == IR_ACTION_DIGITS &&
		    strcmp(id + 1 + IR_ACTION_DIGITS, ".json") == 0)
			return kinds[i];
	}
	return NULL;
}

static int
is_here(const struct dirent *d)
{
	return kind_here(d->d_name) != NULL;
}

static int
from_here(json_t *list, struct ir_err *err)
{
	struct dirent **names = NULL;
	int n = scandir(".", &names, is_here, alphasort), rc = 0;

	if (n == -1)
		return ir_fail_errno(err, "the current directory");
	for (int k = 0; k < n; k++) {
		const char *name = names[k]->d_name;
		json_t *r = rc == 0 ? read_here(name, err) : NULL;

		rc = r != NULL ? add(list, kind_here(name), name, r, err) : -1;
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
		from_bundle(list, cli->bundle_dir, err) == 0) &&
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

static int
load_bundle(struct ir_cli *cli, const char *kind, const char *id,
    struct ir_actions *a, struct ir_err *err)
{
	json_auto_t *all = json_array();
	size_t i;
	const json_t *j;

	if (from_bundle(all, cli->bundle_dir, err) == -1)
		return -1;
	json_array_foreach (all, i, j)
		if (strcmp(ir_json_str(j, "kind"), kind) == 0 &&
		    strcmp(ir_json_str(j, "record.container"), id) == 0 &&
		    keep(a, json_object_get(j, "record"),
			ir_json_str(j, "where"), err) == -1)
			return -1;
	return 0;
}

int
ir_actions_load(struct ir_cli *cli, const char *kind, const json_t *inspect,
    const char *from, struct ir_actions *a, struct ir_err *err)
{
	const char *id = ir_json_str(inspect, "Id");
	char name[IR_ACTION_NAME];

	a->here = false;
	a->records = json_array();
	a->where = ir_asprintf(err, "%s", "");
	if (a->where == NULL)
		return -1;
	if (from != NULL)
		return load_file(from, inspect, a, err);
	if (cli->bundle_dir != NULL && load_bundle(cli, kind, id, a, err) == -1)
		return -1;
	ir_action_file(kind, id, name);
	if (json_array_size(a->records) > 0 || access(name, F_OK) == -1)
		return 0;
	a->here = true;
	return load_file(name, inspect, a, err);
}

void
ir_actions_free(struct ir_actions *a)
{
	json_decref(a->records);
	free(a->where);
	memset(a, 0, sizeof(*a));
}

void
ir_action_file(const char *kind, const char *id, char name[IR_ACTION_NAME])
{
	snprintf(name, IR_ACTION_NAME, "ir-%s-%.*s.json", kind,
	    IR_ACTION_DIGITS, id);
}
