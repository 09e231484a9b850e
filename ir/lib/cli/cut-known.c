/* SPDX-License-Identifier: ISC
 *
 * What is not to be seen of a cut: links that are hidden, and what was done on
 * the host, where nobody may look: see cutting.h.
 */
#include "cli/cutting.h"

#include <string.h>

#include "docker/container.h"
#include "docker/networks.h"
#include "json/json.h"

/* An overlay leads to its own nodes only; for all else Docker adds a link to
 * docker_gwbridge, which it does not show, where no network has a gateway
 * (libnetwork's needDefaultGW()). */
static bool
has_gateway_link(const json_t *record)
{
	bool overlay = false;
	const json_t *e;
	size_t i;

	json_array_foreach (json_object_get(record, "endpoints"), i, e) {
		if (ir_json_true(e, "inspect.Internal"))
			continue;
		if (*ir_json_str(e, "endpoint.Gateway") != '\0')
			return false;
		overlay |=
		    strcmp(ir_json_str(e, "inspect.Driver"), "overlay") == 0;
	}
	return overlay;
}

static int
fail_hidden(
    const struct ir_cutting *t, size_t due, size_t n, struct ir_err *err)
{
	return ir_fail(err, IR_EPROTO,
	    "%s may reach others still: by the engine it has %zu link%s, and "
	    "%zu %s out of it: somebody in it took one away, or hides it: "
	    "pause it (ir pause %s)",
	    t->name, due, due == 1 ? "" : "s", n, n == 1 ? "leads" : "lead",
	    t->name);
}

/* How many of links lead out, where that are fewer than there should be. */
static bool
lacks(const struct ir_cutting *t, const json_t *links, size_t *due, size_t *n)
{
	const json_t *l;
	size_t i;

	*due = ir_cutting_endpoints(t) + has_gateway_link(t->c->record);
	*n = 0;
	json_array_foreach (links, i, l)
		*n += ir_json_true(l, "outward");
	return links != NULL && *n < *due;
}

int
ir_cutting_hidden(
    const struct ir_cutting *t, const json_t *links, struct ir_err *err)
{
	size_t due, n;

	return lacks(t, links, &due, &n) ? fail_hidden(t, due, n, err) : 0;
}

int
ir_cutting_note_hidden(struct ir_cutting *t, struct ir_err *err)
{
	size_t due, n;

	if (lacks(t, t->links, &due, &n) &&
	    json_object_set_new(t->c->record, "hidden",
		json_pack("{s:I, s:I}", "due", (json_int_t)due, "links",
		    (json_int_t)n)) == -1)
		return ir_fail_mem(err);
	return 0;
}

/* A record of what the container is since it was started. */
static bool
is_of_this_start(const struct ir_cutting *t, const json_t *record)
{
	return strcmp(ir_json_str(record, "started"),
		   ir_json_str(t->inspect, "State.StartedAt")) == 0;
}

int
ir_cutting_was_hidden(struct ir_cutting *t, struct ir_err *err)
{
	struct ir_isolation i;
	struct ir_err lost;
	const json_t *r;
	size_t k;
	int rc = 0;

	if (ir_isolation_load(t->cli, t->inspect, NULL, &i, &lost) == 0)
		json_array_foreach (i.actions.records, k, r)
			if (rc == 0 && is_of_this_start(t, r) &&
			    json_object_get(r, "hidden") != NULL)
				rc = fail_hidden(t,
				    (size_t)ir_json_int(r, "hidden.due"),
				    (size_t)ir_json_int(r, "hidden.links"),
				    err);
	ir_isolation_free(&i);
	return rc;
}

/* Whether that record has each network that it is on now. */
static bool
has_all(const struct ir_cutting *t, const json_t *record)
{
	const json_t *e, *r;
	size_t i, k;

	json_array_foreach (json_object_get(t->c->record, "endpoints"), i, e) {
		bool found = false;

		json_array_foreach (json_object_get(record, "endpoints"), k, r)
			found |= strcmp(ir_json_str(r, "name"),
				     ir_json_str(e, "name")) == 0;
		if (!found)
			return false;
	}
	return true;
}

bool
ir_cutting_on_record(struct ir_cutting *t, const struct ir_err *why)
{
	struct ir_isolation i;
	struct ir_err lost;
	json_t *last = NULL;

	if ((t->host != NULL && why->code != IR_EPERM) ||
	    !ir_json_true(t->inspect, "State.Running"))
		return false;
	if (ir_isolation_load(t->cli, t->inspect, NULL, &i, &lost) == 0 &&
	    ir_isolation_on_host(&i))
		last = json_array_get(
		    i.actions.records, json_array_size(i.actions.records) - 1);
	if (last != NULL && is_of_this_start(t, last) &&
	    strcmp(ir_json_str(last, "method"), "api") != 0 &&
	    has_all(t, i.record)) {
		json_decref(t->c->record);
		t->c->record = json_incref(last);
		t->c->method = ir_json_str(last, "method");
		t->c->already = t->c->by_record = true;
		ir_warn("%s was isolated on its host, by %s; whether it still "
			"is cannot be seen from here: %s; ir status tells "
			"where it can, ir isolate --method=api %s cuts it by "
			"the engine, too",
		    t->name, i.actions.where, why->msg, t->name);
	}
	ir_isolation_free(&i);
	return t->c->by_record;
}
