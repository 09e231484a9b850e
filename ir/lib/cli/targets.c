/* SPDX-License-Identifier: ISC
 *
 * Acting on many containers in one call: see targets.h.
 */
#include "cli/targets.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/signal.h"
#include "base/text.h"
#include "cli/isolation.h"
#include "docker/container.h"
#include "docker/networks.h"
#include "json/json.h"

/* Calls under way at a time.  What is only asked is best answered before the
 * freezes take the engine's processors: with 16 they took a tenth longer, for
 * fifty containers on two cores.  By ssh each is a login of its own, of which
 * sshd refuses some beyond ten that have just begun (MaxStartups). */
#define AT_ONCE     32
#define AT_ONCE_SSH 8

/* A process's cgroups or mounts: some KiB. */
#define MAX_PROC (1u << 20)

static struct {
	bool all;
	const char *label[IR_OPTION_VALUES];
	const char *neighbours;
} opt;

const struct ir_option ir_targets_options[] = {
    {'a', "all", NULL, "every running container", &opt.all, NULL},
    {0, "label", "KEY[=VALUE]...", "those with this label, and this value",
	NULL, opt.label},
    {0, "same-network-as", "CONTAINER",
	"it, and every container on one of its networks", NULL,
	&opt.neighbours},
    IR_OPTION_END,
};

static size_t limit = AT_ONCE;

/* One container to act on. */
struct target {
	const char *name; /* as it was named, or as the engine calls it */
	const char *id;   /* or NULL: it was not found */
	struct ir_err err;
	bool chosen;
	int code;
};

/* All of them, and the threads' work. */
struct work {
	struct ir_cli *cli;
	ir_target_fn act;
	struct target *t;
	size_t n;
	json_t *added; /* their ids, as keys of an object */
	char *cgroup;  /* of this program, to be left out if it runs in */
	char *mounts;  /* a container; or NULL */
	atomic_size_t next;
};

/* Whether the container that the list shows has that label, "key" or
 * "key=value". */
static bool
has_label(const json_t *c, const char *label)
{
	size_t n = strcspn(label, "=");
	const char *key;
	json_t *v;

	json_object_foreach (json_object_get(c, "Labels"), key, v)
		if (strlen(key) == n && strncmp(key, label, n) == 0)
			return label[n] == '\0' ||
			       (json_is_string(v) &&
				   strcmp(json_string_value(v),
				       label + n + 1) == 0);
	return false;
}

static bool
has_labels(const json_t *c)
{
	for (size_t i = 0; opt.label[i] != NULL; i++)
		if (!has_label(c, opt.label[i]))
			return false;
	return true;
}

static char *
own(const char *file)
{
	struct ir_err err;
	size_t n;

	return ir_read_file(file, MAX_PROC, &n, &err);
}

/* Whether this program runs in that container, whose id then is in the name of
 * its cgroup, or of the file that the engine put over its host name. */
static bool
is_us(const struct work *w, const char *id)
{
	char mount[128];

	snprintf(mount, sizeof(mount), "/%.64s/hostname /etc/hostname ", id);
	return (w->cgroup != NULL && strstr(w->cgroup, id) != NULL) ||
	       (w->mounts != NULL && strstr(w->mounts, mount) != NULL);
}

static void
add(struct work *w, const json_t *c, const char *name, bool chosen)
{
	const char *id = ir_json_str(c, "Id");

	if (json_object_get(w->added, id) != NULL)
		return;
	if (chosen && is_us(w, id)) {
		ir_warn("%s is the container that this runs in: left out",
		    ir_docker_listed_name(c));
		return;
	}
	w->t[w->n++] = (struct target){
	    .name = name != NULL ? name : ir_docker_listed_name(c),
	    .id = id,
	    .chosen = chosen};
	json_object_set_new(w->added, id, json_true());
}

/* The one entry with that name, or whose id begins so; NULL if there is none,
 * or several: then the engine has its word. */
static const json_t *
look_up(const json_t *list, const char *name)
{
	const json_t *c, *found = NULL;
	size_t i, n = strlen(name);

	name += *name == '/';
	json_array_foreach (list, i, c)
		if (strcmp(ir_docker_listed_name(c), name) == 0)
			return c;
	json_array_foreach (list, i, c)
		if (n > 0 && strncmp(ir_json_str(c, "Id"), name, n) == 0) {
			if (found != NULL)
				return NULL;
			found = c;
		}
	return found;
}

/* By its name as the engine takes it; what it says of that is kept. */
static void
add_named(struct work *w, const json_t *list, const char *name)
{
	const json_t *c = look_up(list, name);
	struct target *t = &w->t[w->n];

	if (c != NULL) {
		add(w, c, name, false);
		return;
	}
	*t = (struct target){.name = name};
	json_auto_t *doc = ir_docker_find(w->cli->engine, name, &t->err);
	if (doc != NULL)
		ir_fail(&t->err, IR_ENOENT,
		    "%s appeared only now: run it again", name);
	w->n++;
}

/* The containers on the networks that it is on, or was before it was
 * isolated. */
static int
add_neighbours(struct work *w, const json_t *list, struct ir_err *err)
{
	json_auto_t *doc = ir_docker_find(w->cli->engine, opt.neighbours, err);
	json_auto_t *before =
	    doc != NULL ? ir_isolation_before(w->cli, doc, NULL, err) : NULL;
	const json_t *c, *e;
	size_t i, k;

	if (before == NULL)
		return -1;
	json_array_foreach (list, i, c) {
		if (strcmp(ir_json_str(c, "Id"), ir_json_str(doc, "Id")) == 0)
			add(w, c, NULL, true);
		json_array_foreach (
		    json_object_get(before, "endpoints"), k, e) {
			const char *net = ir_json_str(e, "name");

			if (json_object_get(
				ir_json_at(c, "NetworkSettings.Networks"),
				net) != NULL &&
			    strcmp(ir_json_str(c, "State"), "running") == 0)
				add(w, c, NULL, true);
		}
	}
	return 0;
}

static bool
is_up(const json_t *c)
{
	const char *state = ir_json_str(c, "State");

	return strcmp(state, "running") == 0 || strcmp(state, "paused") == 0 ||
	       strcmp(state, "restarting") == 0;
}

static int
choose(
    struct work *w, const json_t *list, char **names, int n, struct ir_err *err)
{
	bool any = opt.all || opt.label[0] != NULL;
	const json_t *c;
	size_t i;

	w->t = calloc(json_array_size(list) + (size_t)n + 1, sizeof(*w->t));
	w->added = json_object();
	if (w->t == NULL || w->added == NULL)
		return ir_fail_mem(err);
	w->cgroup = own("/proc/self/cgroup");
	w->mounts = own("/proc/self/mountinfo");
	for (int k = 0; k < n; k++)
		add_named(w, list, names[k]);
	if (opt.neighbours != NULL && add_neighbours(w, list, err) == -1)
		return -1;
	json_array_foreach (list, i, c)
		if (any && is_up(c) && has_labels(c))
			add(w, c, NULL, true);
	if (w->n == 0)
		return ir_fail(
		    err, IR_ENOENT, "no running container fits: see docker ps");
	return 0;
}

static int
act_on(struct work *w, struct target *t, struct ir_cli *cli)
{
	json_auto_t *inspect =
	    t->id != NULL ? ir_docker_inspect(cli->engine, t->id, &t->err)
			  : NULL;

	/* Nobody asked for this one by its name. */
	if (inspect == NULL && t->chosen && t->err.code == IR_ENOENT) {
		ir_say("%s was removed meanwhile", t->name);
		return 0;
	}
	return inspect != NULL ? w->act(cli, inspect, t->chosen, &t->err) : -1;
}

/* Of many, each by its name. */
static int
failed(struct ir_cli *cli, struct target *t)
{
	if (strstr(t->err.msg, t->name) == NULL)
		ir_wrap(&t->err, "%s", t->name);
	return ir_cli_failed(cli, t->name, &t->err);
}

static void
act_next(struct work *w, struct ir_cli *cli)
{
	size_t i;

	while ((i = atomic_fetch_add(&w->next, 1)) < w->n) {
		struct target *t = &w->t[i];

		ir_out_hold();
		t->code = ir_interrupted()
			      ? ir_fail(&t->err, IR_EINTR,
				    "interrupted before it was its turn: "
				    "nothing was done")
			      : act_on(w, t, cli);
		if (t->code == -1)
			t->code = failed(cli, t);
		ir_out_release();
	}
}

static void *
worker(void *arg)
{
	struct work *w = arg;
	struct ir_cli cli = *w->cli;
	struct ir_err err;

	/* Without another connection the others do the work. */
	if ((cli.engine = ir_docker_twin(w->cli->engine, &err)) != NULL)
		act_next(w, &cli);
	ir_docker_close(cli.engine);
	return NULL;
}

static void
act_on_all(struct work *w)
{
	bool ssh = ir_starts(ir_docker_where(w->cli->engine), "ssh:");
	size_t n = ssh ? AT_ONCE_SSH : AT_ONCE, started = 0;
	pthread_t thread[AT_ONCE];

	if (n > limit)
		n = limit;
	if (w->cli->dry_run)
		n = 1;
	if (n > w->n)
		n = w->n;
	while (started + 1 < n &&
	       pthread_create(&thread[started], NULL, worker, w) == 0)
		started++;
	act_next(w, w->cli);
	while (started > 0)
		pthread_join(thread[--started], NULL);
}

static int
conclude(const struct work *w)
{
	size_t good = 0;
	int code = 0;

	for (size_t i = 0; i < w->n; i++) {
		good += w->t[i].code == 0;
		if (code == 0)
			code = w->t[i].code;
	}
	if (good < w->n)
		ir_complain(
		    "%zu of %zu containers: see above", w->n - good, w->n);
	return code;
}

static int
many(struct ir_cli *cli, char **names, int n, ir_target_fn act,
    struct ir_err *err)
{
	struct work w = {.cli = cli, .act = act};
	json_auto_t *list = ir_docker_list(cli->engine, err);
	int code = -1;

	if (list != NULL && choose(&w, list, names, n, err) == 0) {
		cli->targets = w.n;
		act_on_all(&w);
		code = conclude(&w);
	}
	free(w.t);
	json_decref(w.added);
	free(w.cgroup);
	free(w.mounts);
	return code;
}

static bool
are_chosen(void)
{
	return opt.all || opt.label[0] != NULL || opt.neighbours != NULL;
}

void
ir_targets_limit(unsigned n)
{
	if (n < limit)
		limit = n;
}

int
ir_targets_named(int n, struct ir_err *err)
{
	if (n > 0 || are_chosen())
		return 0;
	return ir_fail(err, IR_EUSAGE,
	    "missing operand: give a container's name, or --all, --label or "
	    "--same-network-as");
}

int
ir_targets_run(struct ir_cli *cli, char **names, int n, ir_target_fn act,
    struct ir_err *err)
{
	if (n != 1 || are_chosen())
		return many(cli, names, n, act, err);
	json_auto_t *inspect = ir_docker_find(cli->engine, names[0], err);
	return inspect != NULL ? act(cli, inspect, false, err) : -1;
}
