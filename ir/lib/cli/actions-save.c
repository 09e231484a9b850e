/* SPDX-License-Identifier: ISC
 *
 * Keeping an action on record, and marking that it was undone: see actions.h.
 */
#include "cli/actions.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/text.h"
#include "base/time.h"
#include "docker/container.h"
#include "json/json.h"

void
ir_actions_free(struct ir_actions *a)
{
	json_decref(a->records);
	free(a->where);
	memset(a, 0, sizeof(*a));
}

void
ir_action_file(
    const char *kind, const char *id, int n, char name[IR_ACTION_NAME])
{
	char then[24] = "";

	if (n > 1)
		snprintf(then, sizeof(then), ".then-%d", n);
	snprintf(name, IR_ACTION_NAME, "ir-%s-%.*s%s.json", kind,
	    IR_ACTION_DIGITS, id, then);
}

/* "20261122T013441.123456Z", for a file name. */
static void
stamp(char out[IR_TIME_SIZE])
{
	char now[IR_TIME_SIZE];

	ir_time_now(now);
	for (const char *p = now; *p != '\0'; p++)
		if (*p != '-' && *p != ':')
			*out++ = *p;
	*out = '\0';
}

/* That of an earlier run stays what it is. */
static char *
path_here(
    const char *kind, const char *id, const char *suffix, struct ir_err *err)
{
	char *path = ir_asprintf(
	    err, "ir-%s-%.*s%s", kind, IR_ACTION_DIGITS, id, suffix);
	char time[IR_TIME_SIZE];

	if (path == NULL || !ir_exists(AT_FDCWD, path))
		return path;
	free(path);
	stamp(time);
	return ir_asprintf(
	    err, "ir-%s-%.*s.%s%s", kind, IR_ACTION_DIGITS, id, time, suffix);
}

char *
ir_action_path(struct ir_cli *cli, const char *kind, const char *id,
    const char *suffix, struct ir_err *err)
{
	if (cli->bundle == NULL)
		return path_here(kind, id, suffix, err);
	return ir_asprintf(err, "actions/%04u-%s-%.*s%s",
	    ir_bundle_run(cli->bundle), kind, IR_ACTION_DIGITS, id, suffix);
}

static int
save_in_bundle(struct ir_cli *cli, const char *kind, const json_t *j,
    char **where, struct ir_err *err)
{
	ir_auto_free char *text = ir_json_pretty(j, err);
	ir_auto_free char *path = ir_action_path(
	    cli, kind, ir_json_str(j, "container"), ".json", err);

	if (text == NULL || path == NULL ||
	    ir_cli_put(cli, path, text, strlen(text), err) == -1)
		return -1;
	*where = ir_asprintf(err, "data/%s", path);
	return *where != NULL ? 0 : -1;
}

static int
save_here(const char *kind, const json_t *record, bool needed, char **where,
    struct ir_err *err)
{
	ir_auto_free char *text = ir_json_pretty(record, err);
	char name[IR_ACTION_NAME];
	int rc = -1;

	if (text == NULL)
		return -1;
	for (int n = 1; rc == -1 && n <= IR_ACTIONS_HERE; n++) {
		ir_action_file(kind, ir_json_str(record, "container"), n, name);
		rc = (needed ? ir_put_file : ir_put_note)(
		    AT_FDCWD, name, text, strlen(text), err);
		if (rc == -1 && err->code != IR_EEXIST)
			return -1;
	}
	if (rc == -1)
		return -1;
	*where = ir_asprintf(err, "%s", name);
	return *where != NULL ? 0 : -1;
}

char *
ir_action_save(struct ir_cli *cli, const char *kind, const json_t *record,
    bool needed, struct ir_err *err)
{
	char *where = NULL;
	int rc = cli->bundle != NULL
		     ? save_in_bundle(cli, kind, record, &where, err)
		     : save_here(kind, record, needed, &where, err);

	if (rc == -1)
		ir_wrap(err,
		    "the record cannot be kept; go to a directory that takes "
		    "it, or name a bundle (-b)");
	return where;
}

/* Those that were loaded: what came since is not undone. */
static int
put_aside(const char *kind, const char *id, unsigned which, struct ir_err *err)
{
	char time[IR_TIME_SIZE], name[IR_ACTION_NAME], to[96];

	for (int n = 1; n <= IR_ACTIONS_HERE; n++) {
		if (!(which & 1u << n))
			continue;
		ir_action_file(kind, id, n, name);
		stamp(time);
		snprintf(to, sizeof(to), "ir-%s-%.*s.undone-%s.json", kind,
		    IR_ACTION_DIGITS, id, time);
		if (ir_rename_new(AT_FDCWD, name, to, err) == -1)
			return -1;
	}
	return 0;
}

static int
is_mark(const struct dirent *d)
{
	return ir_starts(d->d_name, "ir-") &&
	       strstr(d->d_name, ".undone-") != NULL;
}

int
ir_action_undone_at(const char *kind, const char *id, char time[IR_TIME_SIZE],
    struct ir_err *err)
{
	struct dirent **names = NULL;
	int n = scandir(".", &names, is_mark, alphasort);
	ir_auto_free char *begin =
	    ir_asprintf(err, "ir-%s-%.*s.undone-", kind, IR_ACTION_DIGITS, id);

	*time = '\0';
	for (int i = 0; i < n; i++) {
		struct ir_err ignored; /* what is no mark marks nothing */
		size_t len = 0;
		ir_auto_free char *text =
		    begin != NULL && ir_starts(names[i]->d_name, begin)
			? ir_read_file(
			      names[i]->d_name, IR_MAX_JSON, &len, &ignored)
			: NULL;
		json_auto_t *j = text != NULL ? ir_json_parse(text, len,
						    names[i]->d_name, &ignored)
					      : NULL;
		const char *t = ir_json_str(j, "time");

		if (*ir_json_str(j, "undoes") != '\0' &&
		    strcmp(ir_json_str(j, "container"), id) == 0 &&
		    strcmp(t, time) > 0)
			snprintf(time, IR_TIME_SIZE, "%s", t);
		free(names[i]);
	}
	free(names);
	return begin != NULL ? 0 : -1;
}

/* What was undone of a sealed bundle's. */
static int
mark_here(
    const char *kind, const char *id, const json_t *mark, struct ir_err *err)
{
	ir_auto_free char *text = ir_json_pretty(mark, err);
	char time[IR_TIME_SIZE], name[96];

	stamp(time);
	snprintf(name, sizeof(name), "ir-%s-%.*s.undone-%s.json", kind,
	    IR_ACTION_DIGITS, id, time);
	return text != NULL
		   ? ir_put_file(AT_FDCWD, name, text, strlen(text), err)
		   : -1;
}

int
ir_actions_undone(struct ir_cli *cli, const char *kind,
    const struct ir_actions *a, const json_t *inspect, json_t *more,
    struct ir_err *err)
{
	json_auto_t *mark = more;
	const char *id = ir_json_str(inspect, "Id");
	ir_auto_free char *where = NULL;
	char now[IR_TIME_SIZE], undo[24];

	if (a->here != 0 && put_aside(kind, id, a->here, err) == -1)
		return -1;
	if (cli->bundle == NULL && !a->sealed)
		return 0;
	ir_time_now(now);
	snprintf(undo, sizeof(undo), "%s-undo", kind);
	if (json_object_update_new(mark,
		json_pack("{s:i, s:s, s:o, s:s, s:o}", "v", 1, "container", id,
		    "name", ir_json_text(ir_docker_name(inspect)), "time", now,
		    "undoes", ir_json_text(a->where))) == -1)
		return ir_fail_mem(err);
	return cli->bundle != NULL
		   ? save_in_bundle(cli, undo, mark, &where, err)
		   : mark_here(kind, id, mark, err);
}
