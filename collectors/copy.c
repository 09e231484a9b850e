/* SPDX-License-Identifier: ISC
 *
 * What collectors share: see copy.h.
 */
#include "collectors/copy.h"

#include <string.h>

#include "archive/tarend.h"
#include "base/buf.h"
#include "docker/container.h"
#include "host/host.h"
#include "host/processes.h"
#include "json/json.h"

int
ir_copy_start(struct ir_copy *c, struct ir_sink *sink, const char *dir,
    const char *file, struct ir_err *err)
{
	memset(c, 0, sizeof(*c));
	c->sink = sink;
	c->path = ir_asprintf(err, "%s/%s", dir, file);
	if (c->path == NULL)
		return -1;
	if (!sink->has(sink, c->path))
		return 0;
	free(c->path);
	return 1;
}

int
ir_copy_body(void *arg, const void *p, size_t n, struct ir_err *err)
{
	struct ir_copy *c = arg;

	if (n == 0)
		return 0;
	if (c->out == NULL &&
	    (c->out = c->sink->open(c->sink, c->path, err)) == NULL)
		return -1;
	if (c->bytes < sizeof(c->head)) {
		size_t room = sizeof(c->head) - c->bytes;

		memcpy(c->head + c->bytes, p, n < room ? n : room);
	}
	c->bytes += n;
	return c->out->write(c->out, p, n, err);
}

enum ir_collected
ir_copy_end(struct ir_copy *c, int ok, struct ir_err *err)
{
	struct ir_err second;
	enum ir_collected how = ok == -1 ? IR_FAIL : IR_GOT;

	if (c->out == NULL)
		how = ok == -1 ? IR_FAIL : IR_NOTHING;
	else if (ok == -1)
		c->out->close(c->out, err->msg, &second);
	else if (c->out->close(c->out, NULL, err) == -1)
		how = IR_FAIL;
	free(c->path);
	return how;
}

enum ir_collected
ir_copy_raw(const struct ir_target *t, enum ir_docker_raw what, const char *id,
    struct ir_sink *sink, const char *dir, const char *file, struct ir_err *err)
{
	struct ir_copy c;
	int had = ir_copy_start(&c, sink, dir, file, err);

	if (had != 0)
		return had == 1 ? IR_GOT : IR_FAIL;
	return ir_copy_end(
	    &c, ir_docker_raw(t->engine, what, id, ir_copy_body, &c, err), err);
}

bool
ir_stopped(const json_t *inspect)
{
	struct ir_err ignored;
	struct ir_host *h = ir_host_of(inspect, &ignored);
	int running;
	bool all = h != NULL && ir_host_stopped(h, &running, &ignored) == 1;

	ir_host_close(h);
	return all;
}

int
ir_still(const struct ir_target *t, struct ir_err *err)
{
	json_auto_t *now = NULL;

	if (t->live)
		return 0;
	if ((now = ir_docker_inspect(t->engine, t->id, err)) == NULL)
		return -1;
	if (ir_json_true(now, "State.Running") &&
	    !ir_json_true(now, "State.Paused") && !ir_stopped(now))
		return ir_fail(err, IR_EPROTO,
		    "%s was thawed during the capture: its files may have "
		    "changed while they were read",
		    t->name);
	return 0;
}

/* The copy and the check of the tar, side by side. */
struct tree_copy {
	struct ir_copy copy;
	struct ir_tarend *end;
};

static int
tree_body(void *arg, const void *p, size_t n, struct ir_err *err)
{
	struct tree_copy *c = arg;

	ir_tarend_feed(c->end, p, n);
	return ir_copy_body(&c->copy, p, n, err);
}

enum ir_collected
ir_copy_tree(const struct ir_target *t, const char *id, struct ir_sink *sink,
    const char *dir, struct ir_err *err)
{
	struct tree_copy c;
	enum ir_collected how;
	int ok = ir_copy_start(&c.copy, sink, dir, "filesystem.tar", err);

	if (ok != 0)
		return ok == 1 ? IR_GOT : IR_FAIL;
	if ((c.end = ir_tarend_new(err)) == NULL) {
		free(c.copy.path);
		return IR_FAIL;
	}
	ok = ir_docker_raw(t->engine, IR_RAW_EXPORT, id, tree_body, &c, err);
	if (ok == 0)
		ok = ir_tarend_check(c.end, err);
	if (ok == 0 && id == t->id)
		ok = ir_still(t, err);
	how = ir_copy_end(&c.copy, ok, err);
	ir_tarend_free(c.end);
	return how;
}
