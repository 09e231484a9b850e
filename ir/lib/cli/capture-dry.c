/* SPDX-License-Identifier: ISC
 *
 * What a capture would do: see capture.h.
 */
#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "cli/captureparts.h"
#include "cli/dryrun.h"
#include "json/json.h"

/* A collector's calls, with the real ids in them. */
static int
rehearse(struct ir_dryrun *d, const struct ir_target *t,
    const struct ir_collector *k, struct ir_err *err)
{
	ir_auto_buf struct ir_buf b = IR_BUF_INIT;
	char *rest, *line;

	for (const char *p = k->calls; *p != '\0'; p++) {
		if (ir_starts(p, "{id}")) {
			ir_buf_puts(&b, t->id);
			p += 3;
		} else if (ir_starts(p, "{image}")) {
			ir_buf_puts(&b, t->image);
			p += 6;
		} else
			ir_buf_add(&b, p, 1);
	}
	ir_buf_add(&b, "", 1);
	if (ir_buf_ok(&b, err) == -1)
		return -1;
	for (line = strtok_r(b.p, "\n", &rest); line != NULL;
	     line = strtok_r(NULL, "\n", &rest)) {
		size_t method = strcspn(line, " ");

		if (line[method] != '\0')
			line[method++] = '\0';
		ir_dryrun_call(d, line, NULL, "%s", line + method);
	}
	if (*k->changes != '\0')
		ir_dryrun_note(d, "%s: %s", k->name, k->changes);
	return 0;
}

static int
rehearse_all(const struct ir_capturing *c, struct ir_err *err)
{
	bool pauses = ir_json_true(c->t.inspect, "State.Running") &&
		      !ir_json_true(c->t.inspect, "State.Paused") &&
		      !c->wish->live;
	struct ir_dryrun d;
	const char *why;
	int rc = 0;

	ir_dryrun_start(&d, c->t.engine, c->t.inspect);
	if (pauses)
		ir_dryrun_call(
		    &d, "POST", NULL, "/containers/%s/pause", c->t.id);
	for (size_t i = 0; rc == 0 && ir_collectors[i] != NULL; i++) {
		if (pauses && ir_collectors[i]->apart) {
			ir_dryrun_call(&d, "POST", NULL,
			    "/containers/%s/unpause", c->t.id);
			pauses = false;
		}
		if (ir_capture_choice(c->wish, ir_collectors[i], &why) !=
		    IR_LEFT_OUT)
			rc = rehearse(&d, &c->t, ir_collectors[i], err);
	}
	if (rc == -1) {
		ir_dryrun_drop(&d);
		return -1;
	}
	return ir_dryrun_end(&d, err);
}

int
ir_capture_rehearse(struct ir_cli *cli, const struct ir_capture_wish *w,
    const json_t *inspect, struct ir_err *err)
{
	struct ir_capturing c = {.cli = cli};
	int rc = ir_capturing_aim(&c, cli, w, inspect, err);

	if (rc == 0)
		rc = rehearse_all(&c, err);
	ir_capturing_free(&c);
	return rc;
}
