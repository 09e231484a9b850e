/* SPDX-License-Identifier: ISC
 *
 * How much a capture would take, and how long: see capture.h.
 */
#include "base/text.h"
#include "cli/captureparts.h"
#include "docker/docker.h"
#include "json/json.h"

/* A call to the engine that brings a document, as measured. */
#define SMALL_MS 30

static int
estimate(struct ir_capturing *c, const json_t *sizes)
{
	json_auto_t *list = json_array();
	uint64_t bytes = 0, ms = 0;
	const char *why;
	char size[16];

	for (size_t i = 0; ir_collectors[i] != NULL; i++) {
		const struct ir_collector *k = ir_collectors[i];
		struct ir_estimate e = {0, 0, "small"};
		uint64_t takes = SMALL_MS;

		if (ir_capture_choice(c->wish, k, &why) == IR_LEFT_OUT)
			continue;
		if (k->estimate != NULL)
			k->estimate(&c->t, sizes, &e);
		if (e.rate != 0)
			takes += e.bytes / 1000 / e.rate;
		ir_size(size, e.bytes);
		ir_out(IR_PLAIN, "%-12s  %9s  %6.1f s  %s", k->name,
		    e.bytes > 0 ? size : "", (double)takes / 1e3, e.from);
		json_array_append_new(
		    list, json_pack("{s:s, s:I, s:I, s:s}", "collector",
			      k->name, "bytes", (json_int_t)e.bytes, "ms",
			      (json_int_t)takes, "from", e.from));
		bytes += e.bytes;
		ms += takes;
	}
	ir_size(size, bytes);
	ir_out(IR_BOLD, "%-12s  %9s  %6.1f s", "all", size, (double)ms / 1e3);
	ir_result(json_pack("{s:b, s:s, s:o, s:I, s:I, s:O}", "estimate", 1,
	    "container", c->t.id, "name", ir_json_text(c->t.name), "bytes",
	    (json_int_t)bytes, "ms", (json_int_t)ms, "collectors", list));
	return IR_OK;
}

int
ir_capture_estimate(struct ir_cli *cli, const struct ir_capture_wish *w,
    const json_t *inspect, struct ir_err *err)
{
	struct ir_capturing c = {.cli = cli};
	int rc = ir_capturing_aim(&c, cli, w, inspect, err);
	json_auto_t *sizes = NULL;

	if (rc == 0) {
		ir_say("the engine walks all files of %s to tell their size",
		    c.t.name);
		sizes = ir_docker_get(
		    cli->engine, err, "/containers/%s/json?size=1", c.t.id);
		ir_out(IR_BOLD, "%s  %.12s: about", c.t.name, c.t.id);
		rc = estimate(&c, sizes);
	}
	ir_capturing_free(&c);
	return rc;
}
