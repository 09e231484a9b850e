/* SPDX-License-Identifier: ISC
 *
 * ir-capture: everything that can be had of a container, most volatile first,
 * into the bundle, with a ledger of what was not.
 */
#include <stdio.h>
#include <string.h>

#include "base/aside.h"
#include "base/buf.h"
#include "base/signal.h"
#include "base/text.h"
#include "base/time.h"
#include "cli/cli.h"
#include "cli/dryrun.h"
#include "cli/places.h"
#include "cli/standstill.h"
#include "collectors/copy.h"
#include "docker/container.h"
#include "docker/image.h"
#include "host/host.h"
#include "json/json.h"

static struct {
	bool live, commit, fresh;
} opt;

static const struct ir_option options[] = {
    {'c', "commit", NULL,
	"also leave an image ir-evidence/CASE:NAME on the engine", &opt.commit,
	NULL},
    {0, "fresh", NULL, "take everything anew, even if a capture was cut off",
	&opt.fresh, NULL},
    {0, "live", NULL, "do not pause a running container (its tree may tear)",
	&opt.live, NULL},
    IR_OPTION_END,
};

static const struct {
	const char *name;
	enum ir_outcome outcome;
	enum ir_style style;
} ends[] = {
    [IR_GOT] = {"collected", IR_COLLECTED, IR_GOOD},
    [IR_NOTHING] = {"empty", IR_EMPTY, IR_DIM},
    [IR_SKIP] = {"skipped", IR_SKIPPED, IR_DIM},
    [IR_FAIL] = {"failed", IR_FAILED, IR_BAD},
};

/* One run over one container. */
struct capture {
	struct ir_cli *cli;
	struct ir_target t;
	json_t *inspect;
	struct ir_host *host;
	struct ir_err no_host;
	struct ir_places places;
	char *repo, *tag;
	char mark[64];
	struct ir_standstill still;
	unsigned missing;
	json_t *ledger;
	/* Bytes of the running collector: whole files, and one that grows. */
	char path[256];
	uint64_t whole, growing;
};

static void
on_progress(void *arg, const char *path, uint64_t bytes)
{
	struct capture *c = arg;

	if (strcmp(path, c->path) != 0) {
		c->whole += c->growing;
		snprintf(c->path, sizeof(c->path), "%s", path);
	}
	c->growing = bytes;
	ir_progress(strrchr(path, '/') != NULL ? strrchr(path, '/') + 1 : path,
	    bytes, 0);
}

static void
report(struct capture *c, const struct ir_collector *k, enum ir_collected how,
    const char *why, double ms)
{
	char size[16];

	c->whole += c->growing;
	if (how == IR_GOT) {
		ir_size(size, c->whole);
		ir_out(ends[how].style, "%-9s  %-10s  %9s  %8.0f ms",
		    ends[how].name, k->name, size, ms);
	} else
		ir_out(ends[how].style, "%-9s  %-*s%s", ends[how].name,
		    *why != '\0' ? 12 : 0, k->name, why);
	json_array_append_new(c->ledger,
	    json_pack("{s:s, s:s, s:o, s:I, s:I}", "collector", k->name,
		"outcome", ends[how].name, "why", ir_json_text(why), "bytes",
		(json_int_t)c->whole, "us", (json_int_t)(ms * 1000)));
	c->whole = c->growing = 0;
	c->path[0] = '\0';
}

static bool
is_asked_for(const struct ir_collector *k)
{
	return opt.commit || !k->on_request;
}

/* What a run that was cut off has done already. */
static int
keep(struct capture *c, const struct ir_collector *k, unsigned run,
    enum ir_outcome how, struct ir_err *err)
{
	char why[32];

	snprintf(why, sizeof(why), "kept from run %u", run);
	ir_out(IR_DIM, "kept       %-10s  from run %u%s", k->name, run,
	    how == IR_EMPTY ? ", which found nothing" : "");
	json_array_append_new(
	    c->ledger, json_pack("{s:s, s:s, s:s, s:i, s:i, s:i}", "collector",
			   k->name, "outcome", ir_outcome_name(how), "why", why,
			   "bytes", 0, "us", 0, "kept", (int)run));
	return ir_bundle_outcome(
	    c->cli->bundle, k->name, c->t.id, how, why, 0, err);
}

/* What ir_aside() runs: k, for c. */
struct turn {
	struct capture *c;
	const struct ir_collector *k;
};

static int
take_turn(void *arg, struct ir_sink *sink, struct ir_err *err)
{
	const struct turn *t = arg;

	return (int)t->k->run(&t->c->t, sink, err);
}

/* Within its deadline. */
static enum ir_collected
run_one(struct capture *c, const struct ir_collector *k, struct ir_err *err)
{
	struct ir_sink *sink = ir_bundle_sink(c->cli->bundle);
	long ms = (long)k->deadline_s * 1000;
	struct turn turn = {c, k};
	enum ir_collected how;
	int rc;

	if (k->needs_host && c->t.host == NULL) {
		ir_fail(err, IR_EPERM, "%s", c->t.no_host);
		return IR_SKIP;
	}
	if (k->hostile) {
		rc = ir_aside(sink, ms, take_turn, &turn, err);
		return rc == -1 ? IR_FAIL : (enum ir_collected)rc;
	}
	ir_docker_deadline(c->cli->engine, ms);
	how = k->run(&c->t, sink, err);
	ir_docker_deadline(c->cli->engine, 0);
	return how;
}

static int
collect(struct capture *c, const struct ir_collector *k, struct ir_err *err)
{
	struct ir_err why = {IR_OK, ""};
	uint64_t began = ir_mono_ns();
	enum ir_collected how = IR_FAIL;
	double ms;

	if (ir_interrupted() && is_asked_for(k))
		ir_fail(&why, IR_EINTR, "interrupted before it began");
	else
		how = run_one(c, k, &why);
	ms = (double)(ir_mono_ns() - began) / 1e6;
	if (how == IR_GOT || how == IR_NOTHING)
		why.msg[0] = '\0';
	if (how == IR_FAIL)
		c->missing++;
	report(c, k, how, why.msg, ms);
	return ir_bundle_outcome(c->cli->bundle, k->name, c->t.id,
	    ends[how].outcome, why.msg, ms, err);
}

/* Every collector runs, whatever the ones before it came to.  The container is
 * let go as soon as none needs it to stand still. */
static int
collect_all(struct capture *c, struct ir_err *err)
{
	enum ir_outcome how;
	unsigned run;
	int rc = 0;

	ir_bundle_on_progress(c->cli->bundle, on_progress, c);
	for (size_t i = 0; rc == 0 && ir_collectors[i] != NULL; i++) {
		const struct ir_collector *k = ir_collectors[i];

		if (k->apart && (rc = ir_standstill_end(
				     c->cli, &c->t, &c->still, err)) == -1)
			break;
		run = ir_places_had(&c->places, k->name, &how);
		rc = run != 0 ? keep(c, k, run, how, err) : collect(c, k, err);
	}
	ir_bundle_on_progress(c->cli->bundle, NULL, NULL);
	return rc;
}

static int
find(struct capture *c, const char *name, struct ir_err *err)
{
	const char *image;

	c->inspect = ir_docker_find(c->cli->engine, name, err);
	if (c->inspect == NULL)
		return -1;
	image = ir_json_str(c->inspect, "Image");
	if (ir_starts(image, "sha256:"))
		image += 7; /* podman gives the bare digits */
	if (!ir_is_hex(image, 64))
		return ir_fail(err, IR_EPROTO,
		    "the engine names the image of %s oddly", name);
	c->host = ir_host_open(ir_json_str(c->inspect, "Id"),
	    ir_json_int(c->inspect, "State.Pid"), &c->no_host);
	c->t = (struct ir_target){
	    .host = c->host,
	    .no_host = c->no_host.msg,
	    .profile = IR_STANDARD,
	    .engine = c->cli->engine,
	    .id = ir_json_str(c->inspect, "Id"),
	    .name = ir_docker_name(c->inspect),
	    .inspect = c->inspect,
	    .image = image,
	    .live = opt.live,
	};
	return 0;
}

/* Where things go in the bundle, and what they are called on the engine. */
static int
place(struct capture *c, struct ir_err *err)
{
	struct ir_bundle *b = c->cli->bundle;
	struct ir_places *p = &c->places;

	if (ir_places_fix(c->cli, &c->t, opt.fresh, p, err) == -1)
		return -1;
	snprintf(c->mark, sizeof(c->mark), "%s/%04u", ir_bundle_uuid(b),
	    ir_bundle_run(b));
	c->t.mark = c->mark;
	c->t.comment = "ir-tools evidence";
	c->t.engine_dir = p->engine_dir;
	c->t.dir = p->dir;
	c->t.image_dir = p->image_dir;
	if (opt.commit && ir_docker_evidence_name(ir_bundle_case_number(b),
			      c->t.name, &c->repo, &c->tag, err) == -1)
		return -1;
	c->t.commit_repo = c->repo;
	c->t.commit_tag = c->tag;
	ir_places_tidy(c->cli, &c->t, p);
	return 0;
}

static int
sum_up(struct capture *c)
{
	const char *dir = ir_bundle_dir(c->cli->bundle);

	if (c->still.began_ns != 0)
		ir_say("%s stood still for %.0f ms", c->t.name, c->still.ms);
	if (c->missing > 0)
		ir_complain("%u of the above %s missing: see the reasons; "
			    "what was collected is kept",
		    c->missing, c->missing == 1 ? "is" : "are");
	ir_say("to look at it as an image: docker import "
	       "%s/data/%s/filesystem.tar ir-evidence/look:%.12s",
	    dir, c->places.dir, c->t.id);
	ir_result(json_pack("{s:s, s:o, s:o, s:s+, s:i, s:b, s:I, s:O}",
	    "container", c->t.id, "name", ir_json_text(c->t.name), "bundle",
	    ir_json_text(dir), "dir", "data/", c->places.dir, "resumes",
	    (int)c->places.resumes, "complete", c->missing == 0, "paused_us",
	    (json_int_t)(c->still.ms * 1000), "ledger", c->ledger));
	if (ir_interrupted()) {
		ir_say("ir capture %s goes on from here", c->t.name);
		return IR_EINTR;
	}
	return c->missing > 0 ? 10 : IR_OK;
}

static int
capture(struct capture *c, struct ir_err *err)
{
	struct ir_err second;
	int rc;

	if (ir_json_true(c->inspect, "HostConfig.AutoRemove"))
		ir_warn("%s was started with --rm: if it stops, the engine "
			"deletes it and its anonymous volumes; do not stop it",
		    c->t.name);
	if (place(c, err) == -1)
		return -1;
	rc = ir_standstill_begin(c->cli, &c->t, &c->places, &c->still, err);
	if (rc == 0)
		rc = collect_all(c, err);
	if (ir_standstill_end(
		c->cli, &c->t, &c->still, rc == 0 ? err : &second) == -1) {
		if (rc == -1)
			ir_warn("%s", second.msg);
		rc = -1;
	}
	return rc == -1 ? -1 : sum_up(c);
}

/* A collector's calls, with the real ids in them. */
static int
rehearse(struct ir_dryrun *d, const struct capture *c,
    const struct ir_collector *k, struct ir_err *err)
{
	ir_auto_buf struct ir_buf b = IR_BUF_INIT;
	char *rest, *line;

	for (const char *p = k->calls; *p != '\0'; p++) {
		if (ir_starts(p, "{id}")) {
			ir_buf_puts(&b, c->t.id);
			p += 3;
		} else if (ir_starts(p, "{image}")) {
			ir_buf_puts(&b, c->t.image);
			p += 6;
		} else
			ir_buf_add(&b, p, 1);
	}
	if (ir_buf_ok(&b, err) == -1)
		return -1;
	for (line = strtok_r(b.p, "\n", &rest); line != NULL;
	     line = strtok_r(NULL, "\n", &rest)) {
		size_t method = strcspn(line, " ");

		line[method] = '\0';
		ir_dryrun_call(d, line, NULL, "%s", line + method + 1);
	}
	if (*k->changes != '\0')
		ir_dryrun_note(d, "%s: %s", k->name, k->changes);
	return 0;
}

static int
dry_run(struct capture *c, struct ir_err *err)
{
	bool pauses = ir_json_true(c->inspect, "State.Running") &&
		      !ir_json_true(c->inspect, "State.Paused") && !opt.live;
	struct ir_dryrun d;
	int rc = 0;

	ir_dryrun_start(&d, c->t.engine, c->inspect);
	if (pauses)
		ir_dryrun_call(
		    &d, "POST", NULL, "/containers/%s/pause", c->t.id);
	for (size_t i = 0; rc == 0 && ir_collectors[i] != NULL; i++) {
		if (pauses && ir_collectors[i]->apart)
			ir_dryrun_call(&d, "POST", NULL,
			    "/containers/%s/unpause", c->t.id);
		if (is_asked_for(ir_collectors[i]))
			rc = rehearse(&d, c, ir_collectors[i], err);
	}
	return ir_dryrun_end(&d, err) == -1 ? -1 : rc;
}

/* The container is not there any more; perhaps some of it is in the bundle. */
static int
gone(struct capture *c, const char *name, struct ir_err *err)
{
	unsigned lost = 0;

	if (err->code == IR_ENOENT && c->cli->bundle != NULL)
		lost = ir_resume_lost(c->cli->bundle, name);
	if (lost != 0)
		ir_warn("the capture of %s in run %u was cut off and cannot be "
			"gone on with: what it has is kept, and ir seal states "
			"what is missing",
		    name, lost);
	return -1;
}

static int
run(struct ir_cli *cli, int argc, char **argv, struct ir_err *err)
{
	struct capture c = {.cli = cli};
	int rc;

	(void)argc;
	c.places.before.lock = -1;
	if (find(&c, argv[0], err) == -1)
		return gone(&c, argv[0], err);
	if (cli->dry_run)
		rc = dry_run(&c, err);
	else if ((c.ledger = json_array()) == NULL)
		rc = ir_fail_mem(err);
	else
		rc = capture(&c, err);
	ir_host_close(c.host);
	json_decref(c.inspect);
	json_decref(c.ledger);
	free(c.repo);
	free(c.tag);
	ir_places_free(&c.places);
	return rc;
}

static const char *const examples[] = {
    "ir capture web",
    "everything about web into the open bundle",
    "ir capture --commit web",
    "and an evidence image on the engine, for docker run --network none",
    "ir capture --dry-run web",
    "what would be called, and who shares its networks and volumes",
    NULL,
};

static const char *const exits[] = {
    "0",
    "all of it was collected",
    "10",
    "something is missing; the reasons are printed and in the ledger",
    NULL,
};

static const struct ir_program program = {
    .name = "ir-capture",
    .operands = "CONTAINER",
    .what = "Collects a container into the bundle, most volatile things "
	    "first.",
    .uses = IR_USES_ENGINE | IR_NEEDS_BUNDLE | IR_RECORDS | IR_USES_KEY |
	    IR_CAN_DRY_RUN,
    .min = 1,
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
