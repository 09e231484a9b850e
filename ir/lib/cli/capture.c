/* SPDX-License-Identifier: ISC
 *
 * The capture of one container: see capture.h.
 */
#include "cli/capture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/aside.h"
#include "base/buf.h"
#include "base/signal.h"
#include "base/text.h"
#include "base/time.h"
#include "cli/captureparts.h"
#include "cli/once.h"
#include "collectors/here.h"
#include "docker/container.h"
#include "docker/image.h"
#include "host/host.h"
#include "json/json.h"

/* Something that was asked for is missing. */
#define INCOMPLETE 10

/* What triage takes of a log. */
#define LOG_TAIL (1u << 20)

int
ir_capturing_aim(struct ir_capturing *c, struct ir_cli *cli,
    const struct ir_capture_wish *w, const json_t *inspect, struct ir_err *err)
{
	const char *image = ir_json_str(inspect, "Image");

	c->cli = cli;
	c->wish = w;
	c->places.before.lock = -1;
	if (ir_starts(image, "sha256:"))
		image += 7; /* podman gives the bare digits */
	if (!ir_is_hex(image, 64))
		return ir_fail(err, IR_EPROTO,
		    "the engine names the image of %s oddly",
		    ir_docker_name(inspect));
	c->host = ir_host_of(inspect, &c->no_host);
	c->t = (struct ir_target){
	    .host = c->host,
	    .no_host = c->no_host.msg,
	    .profile = w->profile,
	    .since = w->since,
	    .log_tail = w->profile == IR_TRIAGE ? LOG_TAIL : 0,
	    .volume_limit = w->volume_limit,
	    .drop_image = w->drop_image,
	    .engine = cli->engine,
	    .id = ir_json_str(inspect, "Id"),
	    .name = ir_docker_name(inspect),
	    .inspect = inspect,
	    .image = image,
	    .live = w->live,
	    .by_engine = w->by_engine,
	};
	return 0;
}

void
ir_capturing_free(struct ir_capturing *c)
{
	ir_host_close(c->host);
	ir_tally_free(&c->tally);
	json_decref(c->ledger);
	free(c->repo);
	free(c->tag);
	ir_places_free(&c->places);
}

/* Where things go in the bundle, and what they are called on the engine. */
static int
place(struct ir_capturing *c, struct ir_err *err)
{
	struct ir_bundle *b = c->cli->bundle;
	struct ir_places *p = &c->places;

	if (ir_places_fix(
		c->cli, &c->t, c->wish->fresh, c->wish->scope, p, err) == -1)
		return -1;
	snprintf(c->mark, sizeof(c->mark), "%s/%04u", ir_bundle_uuid(b),
	    ir_bundle_run(b));
	c->t.mark = c->mark;
	c->t.comment = "ir-tools evidence";
	c->t.engine_dir = p->engine_dir;
	c->t.dir = p->dir;
	c->t.image_dir = p->image_dir;
	if (c->wish->commit && ir_docker_evidence_name(ir_bundle_case_number(b),
				   c->t.name, &c->repo, &c->tag, err) == -1)
		return -1;
	c->t.commit_repo = c->repo;
	c->t.commit_tag = c->tag;
	ir_places_tidy(c->cli, &c->t, p);
	return 0;
}

/* What ir_aside() runs: k, for t. */
struct turn {
	const struct ir_target *t;
	const struct ir_collector *k;
};

static int
take_turn(void *arg, struct ir_sink *sink, struct ir_err *err)
{
	const struct turn *turn = arg;

	return (int)turn->k->run(turn->t, sink, err);
}

/* Within its deadline. */
static enum ir_collected
run_one(
    struct ir_capturing *c, const struct ir_collector *k, struct ir_err *err)
{
	struct ir_sink *sink = &c->tally.sink;
	long ms = c->wish->deadline_ms != 0 ? c->wish->deadline_ms
					    : (long)k->deadline_s * 1000;
	struct turn turn = {&c->t, k};
	enum ir_collected how;
	int rc;

	if (k->hostile) {
		rc = ir_aside(sink, ms, take_turn, &turn, err);
		return rc == -1 ? IR_FAIL : (enum ir_collected)rc;
	}
	ir_docker_deadline(c->t.engine, ms);
	how = k->run(&c->t, sink, err);
	ir_docker_deadline(c->t.engine, 0);
	return how;
}

/* What was cut short is taken again, once.  What was whole the first time
 * stays. */
static enum ir_collected
run_twice(
    struct ir_capturing *c, const struct ir_collector *k, struct ir_err *err)
{
	enum ir_collected how = run_one(c, k, err);
	struct ir_err first = *err;

	if (how != IR_FAIL || k->hostile || c->tally.gaps == 0 ||
	    (err->code != IR_EPROTO && err->code != IR_EUNAVAIL) ||
	    ir_interrupted())
		return how;
	ir_say("%s of %s: %s: it is taken again", k->name, c->t.name, err->msg);
	how = run_one(c, k, err);
	if (how == IR_FAIL)
		ir_fail(err, err->code, "%.400s; taken again: %.400s",
		    first.msg, err->msg);
	return how;
}

/* What is not the container's own is taken once for all of this run. */
static enum ir_collected
run_once(
    struct ir_capturing *c, const struct ir_collector *k, struct ir_err *err)
{
	const char *dir = k->of_engine ? c->t.engine_dir : c->t.image_dir;
	enum ir_collected how;

	if ((!k->of_engine && !k->of_image) || dir == NULL)
		return run_twice(c, k, err);
	ir_auto_free char *key = ir_asprintf(err, "%s %s", k->name, dir);
	if (key == NULL)
		return IR_FAIL;
	if (ir_once_begin(key, &how, err)) {
		how = run_twice(c, k, err);
		ir_once_end(key, how, err);
	} else if (how == IR_GOT)
		c->shared = true;
	return how;
}

/* Looked at even after an interruption: what cannot be had is not missing. */
static bool
can_be_had(
    struct ir_capturing *c, const struct ir_collector *k, struct ir_err *err)
{
	if (k->needs_host && c->host == NULL) {
		*err = c->no_host;
		return false;
	}
	return !k->needs_here || ir_here(&c->t, err) == 0;
}

static int
collect(
    struct ir_capturing *c, const struct ir_collector *k, struct ir_err *err)
{
	struct ir_err why = {IR_OK, ""};
	uint64_t began = ir_mono_ns();
	enum ir_collected how = IR_SKIP;
	const char *left_out = "";
	enum ir_choice choice = ir_capture_choice(c->wish, k, &left_out);
	double ms;

	ir_tally_turn(&c->tally);
	c->shared = false;
	if (choice == IR_LEFT_OUT)
		ir_fail(&why, IR_EUSAGE, "%s", left_out);
	else if (!can_be_had(c, k, &why))
		how = why.code == IR_EINTR ? IR_FAIL : IR_SKIP;
	else if (ir_interrupted()) {
		ir_fail(&why, IR_EINTR, "interrupted before it began");
		how = IR_FAIL;
	} else
		how = run_once(c, k, &why);
	/* Who asks for it by its name is to know that it is missing. */
	if (how == IR_SKIP && choice == IR_NAMED)
		how = IR_FAIL;
	ms = (double)(ir_mono_ns() - began) / 1e6;
	if ((how == IR_GOT || how == IR_NOTHING) &&
	    (why.code != IR_OK || c->shared))
		snprintf(why.msg, sizeof(why.msg), "%s",
		    c->shared ? "with another container of this run" : "");
	return ir_capturing_told(c, k, how, why.msg, ms, err);
}

/* Whether anything that is left to do needs the container to stand still. */
static bool
needs_stillness(const struct ir_capturing *c)
{
	enum ir_outcome ignored;
	const char *why;

	for (size_t i = 0; ir_collectors[i] != NULL; i++) {
		const struct ir_collector *k = ir_collectors[i];

		if (!k->apart && !k->of_engine &&
		    ir_capture_choice(c->wish, k, &why) != IR_LEFT_OUT &&
		    ir_places_had(&c->places, k->name, &ignored) == 0)
			return true;
	}
	return false;
}

/* Every collector runs, whatever the ones before it came to.  The container is
 * let go as soon as none needs it to stand still. */
static int
collect_all(struct ir_capturing *c, struct ir_err *err)
{
	enum ir_outcome how;
	unsigned run;
	int rc = 0;

	if (c->cli->targets > 1)
		ir_out(IR_BOLD, "%s  %.12s", c->t.name, c->t.id);
	for (size_t i = 0; rc == 0 && ir_collectors[i] != NULL; i++) {
		const struct ir_collector *k = ir_collectors[i];

		if (k->apart && (rc = ir_standstill_end(
				     c->cli, &c->t, &c->still, err)) == -1)
			break;
		run = ir_places_had(&c->places, k->name, &how);
		rc = run != 0 ? ir_capturing_kept(c, k, run, how, err)
			      : collect(c, k, err);
	}
	return rc;
}

static int
sum_up(struct ir_capturing *c)
{
	const char *dir = ir_bundle_dir(c->cli->bundle);

	if (c->still.began_ns != 0)
		ir_say("%s stood still for %.0f ms", c->t.name, c->still.ms);
	if (c->missing > 0)
		ir_complain("%u of the above %s missing: see the reasons; "
			    "what was collected is kept",
		    c->missing, c->missing == 1 ? "is" : "are");
	ir_say("to look at it as an image: ir export --image=%.12s -b %s -o "
	       "image.tar, then docker load -i image.tar",
	    c->t.id, dir);
	ir_result(json_pack("{s:s, s:o, s:o, s:s+, s:i, s:b, s:I, s:O}",
	    "container", c->t.id, "name", ir_json_text(c->t.name), "bundle",
	    ir_json_text(dir), "dir", "data/", c->places.dir, "resumes",
	    (int)c->places.resumes, "complete", c->missing == 0, "paused_us",
	    (json_int_t)(c->still.ms * 1000), "ledger", c->ledger));
	if (ir_interrupted()) {
		ir_say("ir capture %s goes on from here", c->t.name);
		return IR_EINTR;
	}
	return c->missing > 0 ? INCOMPLETE : IR_OK;
}

/* On a terminal in a line of its own, with --json once a second at most. */
static void
on_progress(void *arg, const char *path, uint64_t bytes)
{
	struct ir_capturing *c = arg;
	const char *slash = strrchr(path, '/');
	const char *file = slash != NULL ? slash + 1 : path;
	char what[128];

	if (!ir_out_json()) {
		snprintf(what, sizeof(what), "%.40s  %s", c->t.name, file);
		ir_progress_of(c, what, bytes, 0);
	} else if (ir_mono_ns() - c->told_ns >= 1000000000u) {
		c->told_ns = ir_mono_ns();
		ir_event(
		    json_pack("{s:s, s:s, s:o, s:s, s:I}", "event", "progress",
			"container", c->t.id, "name", ir_json_text(c->t.name),
			"file", file, "bytes", (json_int_t)bytes));
	}
}

static void
tell(const struct ir_capturing *c, const char *event)
{
	ir_event(json_pack("{s:s, s:s, s:o, s:i}", "event", event, "container",
	    c->t.id, "name", ir_json_text(c->t.name), "missing",
	    (int)c->missing));
}

static int
capture(struct ir_capturing *c, struct ir_err *err)
{
	struct ir_err second;
	int rc;

	if ((c->ledger = json_array()) == NULL)
		return ir_fail_mem(err);
	c->tally.progress = on_progress;
	c->tally.arg = c;
	c->told_ns = ir_mono_ns();
	tell(c, "start");
	if (ir_tally_start(&c->tally, ir_bundle_sink(c->cli->bundle), err) ==
	    -1)
		return -1;
	if (ir_json_true(c->t.inspect, "HostConfig.AutoRemove"))
		ir_warn("%s was started with --rm: if it stops, the engine "
			"deletes it and its anonymous volumes; do not stop it",
		    c->t.name);
	if (place(c, err) == -1)
		return -1;
	rc = ir_standstill_begin(
	    c->cli, &c->t, &c->places, needs_stillness(c), &c->still, err);
	if (rc == 0)
		rc = collect_all(c, err);
	if (ir_standstill_end(
		c->cli, &c->t, &c->still, rc == 0 ? err : &second) == -1) {
		if (rc == -1)
			ir_warn("%s", second.msg);
		rc = -1;
	}
	ir_progress_over(c);
	tell(c, "done");
	if (rc == 0)
		rc = sum_up(c);
	if (rc != -1 && ir_resume_said(c->cli->bundle, c->t.id, rc, err) == -1)
		rc = -1;
	return rc;
}

int
ir_capture(struct ir_cli *cli, const struct ir_capture_wish *w,
    const json_t *inspect, struct ir_err *err)
{
	struct ir_capturing c = {.cli = cli};
	int rc = ir_capturing_aim(&c, cli, w, inspect, err);

	if (rc == 0)
		rc = capture(&c, err);
	ir_capturing_free(&c);
	return rc;
}
