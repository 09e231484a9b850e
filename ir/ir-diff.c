/* SPDX-License-Identifier: ISC
 *
 * ir-diff: what was changed in a container, from the bundle, without an engine:
 * its captured tree against that of the image it was made from, file by file
 * and by content.  Says where the engine's own list of changes is wrong.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/signal.h"
#include "bundle/lookup.h"
#include "cli/cli.h"
#include "cli/trees.h"
#include "docker/container.h"
#include "tree/describe.h"
#include "tree/hunks.h"
#include "json/json.h"

static struct {
	bool name_only, no_hunks;
} opt;

static const struct ir_option options[] = {
    {0, "name-only", NULL, "only the A, C and D lines of docker diff",
	&opt.name_only, NULL},
    {0, "no-hunks", NULL, "do not show what changed within text files",
	&opt.no_hunks, NULL},
    IR_OPTION_END,
};

struct diff {
	struct ir_capture capture;
	struct ir_trees trees;
	struct ir_listed *listed; /* NULL: the engine's list is not there */
	struct ir_changes changes;
	json_t *list; /* for --json */
};

static int
read_listed(int dirfd, struct diff *d, struct ir_err *err)
{
	ir_auto_free char *path =
	    ir_asprintf(err, "%s/changes.json", d->capture.dir);
	ir_auto_free char *text = NULL;
	size_t len;

	if (path == NULL)
		return -1;
	text = ir_read_beneath(dirfd, path, IR_MAX_CHANGES, &len, err);
	if (text == NULL && err->code == IR_ENOENT) {
		ir_warn("the engine's own list of changes was not captured: "
			"what it misses cannot be told");
		return 0;
	}
	if (text == NULL)
		return -1;
	d->listed = ir_listed_parse(text, len, path, err);
	return d->listed != NULL ? 0 : -1;
}

/* Finds and compares: 1; 0 if something needed is missing; or -1. */
static int
load(int dirfd, const char *name, struct diff *d, struct ir_err *err)
{
	int rc;

	if (ir_bundle_capture(dirfd, name, &d->capture, err) == -1)
		return -1;
	if ((rc = ir_trees_open(dirfd, &d->capture, &d->trees, err)) != 1)
		return rc;
	if (read_listed(dirfd, d, err) == -1)
		return -1;
	return ir_tree_compare(d->trees.before, d->trees.after, d->listed,
		   &d->changes, err) == 0
		   ? 1
		   : -1;
}

static void
unload(struct diff *d)
{
	ir_changes_free(&d->changes);
	ir_listed_free(d->listed);
	ir_trees_close(&d->trees);
	ir_capture_free(&d->capture);
	json_decref(d->list);
}

static void
print_line(void *arg, const char *line)
{
	(void)arg;
	ir_out(IR_PLAIN, "    %s", line);
}

static enum ir_style
style_of(char first)
{
	switch (first) {
	case '+':
		return IR_GOOD;
	case '-':
		return IR_BAD;
	case '@':
		return IR_DIM;
	default:
		return IR_PLAIN;
	}
}

/* The lines of a unified diff.  The two names at its top are escaped already
 * and would be so twice; a line with a backslash is diff's own remark. */
static void
print_hunks(const struct ir_change *c, const struct ir_buf *hunks)
{
	const char *p = hunks->p, *end = p + hunks->len, *lf;
	bool was = c->before != NULL && c->before->type == '-';
	bool is = c->after != NULL && c->after->type == '-';

	ir_out(
	    IR_BOLD, "--- %s%s", was ? "a" : "/dev/null", was ? c->path : "");
	ir_out(IR_BOLD, "+++ %s%s", is ? "b" : "/dev/null", is ? c->path : "");
	for (size_t n = 0; p < end; p = lf + 1, n++) {
		if ((lf = memchr(p, '\n', (size_t)(end - p))) == NULL)
			lf = end;
		if (*p == '\\')
			ir_out(IR_DIM, "(no line feed at the end of the file)");
		else if (n >= 2)
			ir_out_text(style_of(*p), p, (size_t)(lf - p));
	}
}

static void
print_change(const struct ir_change *c)
{
	ir_out(c->hidden ? IR_WARN : IR_BOLD, "%c %s", c->kind, c->path);
	if (opt.name_only)
		return;
	if (c->hidden)
		ir_out(IR_WARN, "    ! not in the engine's own list%s",
		    ir_change_backdated(c)
			? ": time stamp and size were put back"
			: "");
}

/* One change, on stdout or onto the list. */
static int
show(struct diff *d, const struct ir_change *c, struct ir_err *err)
{
	ir_auto_buf struct ir_buf hunks = IR_BUF_INIT;
	json_t *o = NULL;
	int rc = 0;

	print_change(c);
	if (!opt.name_only &&
	    ir_change_describe(c, print_line, NULL, err) == -1)
		return -1;
	if (!opt.name_only && !opt.no_hunks)
		rc = ir_tree_hunks(
		    d->trees.before, d->trees.after, c, &hunks, err);
	if (rc == -1)
		return -1;
	if (rc == 1)
		print_hunks(c, &hunks);
	if (d->list == NULL)
		return 0;
	if ((o = ir_change_json(c)) == NULL ||
	    (rc == 1 &&
		json_object_set_new(o, "hunks", ir_json_text(hunks.p)) == -1) ||
	    json_array_append(d->list, o) == -1)
		rc = ir_fail_mem(err);
	json_decref(o);
	return rc == -1 ? -1 : 0;
}

/* What only the engine saw, such as sockets, which no tar can hold. */
static json_t *
show_left(struct diff *d, struct ir_err *err)
{
	const struct ir_listed_path *l = NULL;
	json_t *list = json_array();
	size_t n = 0;

	if (d->listed != NULL &&
	    (l = ir_listed_left(d->listed, &n, err)) == NULL) {
		json_decref(list);
		return NULL;
	}
	for (size_t i = 0; i < n; i++) {
		if (!opt.name_only)
			ir_out(IR_DIM, "# only in the engine's list: %c %s",
			    l[i].kind, l[i].path);
		json_array_append_new(
		    list, json_pack("{s:s#, s:o}", "kind", &l[i].kind, 1,
			      "path", ir_json_text(l[i].path)));
	}
	return list;
}

static void
summarise(const struct diff *d, size_t left)
{
	const struct ir_changes *c = &d->changes;
	size_t by[128] = {0};

	for (size_t i = 0; i < c->n; i++)
		by[(unsigned char)c->list[i].kind & 127]++;
	ir_say("%s: %zu added, %zu changed, %zu deleted",
	    ir_docker_name(d->capture.inspect), by['A'], by['C'], by['D']);
	if (left > 0)
		ir_say("only in the engine's own list: %zu; no tar holds "
		       "sockets, or what is on another mount",
		    left);
	if (c->hidden > 0)
		ir_warn("missing from the engine's own list, and so from "
			"docker diff: %zu",
		    c->hidden);
}

static int
report(struct ir_cli *cli, struct diff *d, struct ir_err *err)
{
	json_t *left;

	if (cli->json && (d->list = json_array()) == NULL)
		return ir_fail_mem(err);
	for (size_t i = 0; i < d->changes.n; i++) {
		if (ir_interrupted())
			return ir_fail(err, IR_EINTR, "interrupted");
		if (show(d, &d->changes.list[i], err) == -1)
			return -1;
	}
	if ((left = show_left(d, err)) == NULL)
		return -1;
	summarise(d, json_array_size(left));
	ir_result(json_pack("{s:s, s:o, s:o, s:s, s:s, s:b, s:I, s:O*, s:o}",
	    "container", d->capture.id, "name",
	    ir_json_text(ir_docker_name(d->capture.inspect)), "bundle",
	    ir_json_text(cli->bundle_dir), "before", d->trees.before_path,
	    "after", d->trees.after_path, "engine_list", d->listed != NULL,
	    "hidden", (json_int_t)d->changes.hidden, "changes", d->list,
	    "engine_only", left));
	return d->changes.n > 0;
}

static int
run(struct ir_cli *cli, int argc, char **argv, struct ir_err *err)
{
	struct diff d = {0};
	ir_auto_close int dirfd =
	    open(cli->bundle_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int rc;

	if (dirfd == -1)
		return ir_fail_errno(err, "%s", cli->bundle_dir);
	rc = load(dirfd, argc > 0 ? argv[0] : NULL, &d, err);
	if (rc == 1)
		rc = report(cli, &d, err);
	else if (rc == 0) {
		ir_result(json_pack(
		    "{s:s, s:n}", "container", d.capture.id, "changes"));
		rc = 10;
	}
	unload(&d);
	return rc;
}

static const char *const examples[] = {
    "ir diff web",
    "what was changed in web, and how, from the open bundle",
    "ir diff --name-only -b INC-2026-041_host7_20261122T013441Z_1f0c9a2e",
    "the lines of docker diff, of the only container in that bundle",
    "ir diff --json web | jq -r '.changes[] | select(.hidden) | .path'",
    "what the engine's own list misses",
    NULL,
};

static const char *const exits[] = {
    "0",
    "nothing was changed",
    "1",
    "something was",
    "10",
    "a file system was not captured, or only in part: nothing to compare",
    NULL,
};

static const struct ir_program program = {
    .name = "ir-diff",
    .operands = "[CONTAINER]",
    .what = "Shows what was changed in a captured container, with content; "
	    "needs no engine.",
    .uses = IR_NEEDS_BUNDLE | IR_OR_SEALED,
    .min = 0,
    .max = 1,
    .options = options,
    .examples = examples,
    .exits = exits,
    .run = run,
};

int
main(int argc, char **argv)
{
	return ir_cli_main(&program, argc, argv);
}
